import type { Clock } from '@kommutator/base';
import type { Log } from '@kommutator/telephony';
import type { Role } from '../config/index.ts';
import type { HouseStatus } from '../ipc/control-words.ts';
import type { ChildWord } from '../process/lifecycle.ts';
import { type ChildHandle, ChildKeeper } from './child.ts';
import type { DatabaseKeeper } from './database.ts';

export interface HouseOptions {
  readonly roles: readonly string[];
  readonly spawn: (role: Role) => ChildHandle;
  readonly database: DatabaseKeeper;
  readonly clock: Clock;
  readonly log: Log;
  /** Calls can be taken for the first time. */
  readonly ready: () => void;
  /** Drained: everything has stopped. */
  readonly over: () => void;
}

/** The process tree: started so that calls are taken first, stopped so that nothing is lost. */
export class House {
  readonly #options: HouseOptions;
  readonly #children = new Map<Role, ChildKeeper>();
  #databaseUrl = '';
  #missing: readonly string[] | null = null;
  #announced = false;
  #calls = 0;
  #draining = false;
  #stopping: Promise<void> | null = null;

  constructor(options: HouseOptions) {
    this.#options = options;
    for (const role of ['signalling', 'media', 'office'] as const)
      if (options.roles.includes(role)) this.#children.set(role, this.#keeper(role));
  }

  /** All at once: signalling and media wait for nothing, the office is told where its database is when there is one. */
  start(): void {
    const { database } = this.#options;
    this.#children.get('signalling')?.start();
    this.#children.get('media')?.start();
    const office = this.#children.get('office');
    if (!office) return;
    office.start();
    database.run();
    void database.url.then(url => {
      this.#databaseUrl = url;
      office.send({ do: 'useDatabase', url });
    });
  }

  get status(): HouseStatus {
    return {
      pid: process.pid,
      children: [...this.#children].map(([name, child]) => ({
        name,
        state: child.state,
        pid: child.pid ?? null,
        restarts: child.restarts,
      })),
      database: this.#options.database.state,
      databaseUrl: this.#databaseUrl,
      missing: this.#missing,
      calls: this.#calls,
      draining: this.#draining,
    };
  }

  /** No new calls; when those that go on are over, everything stops. */
  drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    this.#options.log.info({ calls: this.#calls }, 'draining: no new calls');
    const signalling = this.#children.get('signalling');
    if (signalling) signalling.send({ do: 'drain' });
    else void this.#leave();
  }

  /** Office first, so that nobody changes anything any more; then calls, their media, and last the database. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopInOrder();
    return this.#stopping;
  }

  async #stopInOrder(): Promise<void> {
    for (const role of ['office', 'signalling', 'media'] as const) await this.#children.get(role)?.stop();
    await this.#options.database.stop();
  }

  async #leave(): Promise<void> {
    await this.stop();
    this.#options.over();
  }

  #keeper(role: Role): ChildKeeper {
    const { clock, log, spawn } = this.#options;
    return new ChildKeeper({
      name: role,
      clock,
      log,
      spawn: () => {
        const child = spawn(role);
        if (role === 'office' && this.#databaseUrl !== '')
          child.send({ do: 'useDatabase', url: this.#databaseUrl });
        return child;
      },
      onWord: word => this.#heard(role, word),
    });
  }

  #heard(role: Role, word: ChildWord): void {
    const { log, ready } = this.#options;
    if (word.is === 'calls') this.#calls = word.calls;
    if (word.is === 'drained') void this.#leave();
    if (word.is === 'ready' && role === 'signalling' && this.#draining)
      this.#children.get(role)?.send({ do: 'drain' });
    if (word.is !== 'health') return;
    this.#missing = word.missing;
    if (word.missing.length > 0) {
      if (this.#announced && !this.#draining)
        log.warn({ missing: word.missing.join(', ') }, 'calls cannot be taken');
    } else if (this.#announced) log.info({}, 'calls are taken again');
    else {
      this.#announced = true;
      ready();
    }
  }
}
