import type { Clock, Ms } from '@kommutator/base';
import { Settled } from '@kommutator/base';
import type { Log } from '@kommutator/telephony';

/** A database server we run ourselves. */
export interface OwnServer {
  readonly ownerUrl: string;
  onExit(watch: () => void): void;
  stop(): Promise<void>;
}

export interface DatabaseKeeperOptions {
  /** Starts the embedded server. */
  readonly start: () => Promise<OwnServer>;
  /** Brings the database up to date; tried again until it succeeds. */
  readonly prepare: (ownerUrl: string) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

const PAUSES: readonly Ms[] = [100, 200, 500, 1_000, 2_000, 5_000];

/** Keeps a database under the product. Calls do not wait for it: everything here happens beside them. */
export class DatabaseKeeper {
  /** Address of the owner, once the server is there for the first time. */
  readonly url: Promise<string>;
  readonly #url = new Settled<string>();
  readonly #options: DatabaseKeeperOptions;
  readonly #stop = new AbortController();
  #server: OwnServer | null = null;
  #running: Promise<void> = Promise.resolve();
  #state: 'starting' | 'ready' | 'away' = 'starting';

  constructor(options: DatabaseKeeperOptions) {
    this.#options = options;
    this.url = this.#url.promise;
  }

  get state(): 'starting' | 'ready' | 'away' {
    return this.#state;
  }

  run(): void {
    this.#running = this.#up();
  }

  /** Stops the server when it is ours and running. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#server?.stop();
  }

  async #up(): Promise<void> {
    const server = await this.#insist('database cannot be started', this.#options.start);
    if (!server) return;
    this.#server = server;
    server.onExit(() => this.#lost(server));
    this.#url.settle(server.ownerUrl);
    const prepared = await this.#insist('database cannot be prepared', async () => {
      if (this.#server !== server) return true;
      await this.#options.prepare(server.ownerUrl);
      return true;
    });
    if (prepared && this.#server === server) this.#state = 'ready';
  }

  #lost(server: OwnServer): void {
    if (this.#server !== server) return;
    this.#server = null;
    if (this.#stop.signal.aborted) return;
    this.#state = 'away';
    this.#options.log.error({}, 'database ended and is started again');
    const before = this.#running;
    this.#running = before.then(() => this.#up());
  }

  /** @returns null when told to stop first. */
  async #insist<T>(complaint: string, attempt: () => Promise<T>): Promise<T | null> {
    const { clock, log } = this.#options;
    const { signal } = this.#stop;
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        return await attempt();
      } catch (error) {
        log.error({ error: error instanceof Error ? error.message : String(error) }, complaint);
        await clock.sleep(PAUSES[Math.min(failures, PAUSES.length - 1)] ?? 0, signal).catch(() => {});
      }
    }
    return null;
  }
}
