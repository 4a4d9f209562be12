import type { Clock } from '@kommutator/base';
import { Settled } from '@kommutator/base';
import type { Log } from '@kommutator/telephony';
import { insist } from '../process/insist.ts';

/** A database server we run ourselves. */
export interface OwnServer {
  readonly ownerUrl: string;
  onExit(watch: () => void): void;
  stop(): Promise<void>;
}

export interface DatabaseKeeperOptions {
  /** Starts the embedded server. */
  readonly start: () => Promise<OwnServer>;
  readonly clock: Clock;
  readonly log: Log;
}

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
    const { start, clock, log } = this.#options;
    const { signal } = this.#stop;
    const server = await insist(start, 'database cannot be started', { clock, log, signal });
    if (!server) return;
    this.#server = server;
    this.#state = 'ready';
    server.onExit(() => this.#lost(server));
    this.#url.settle(server.ownerUrl);
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
}
