import type { StoreLog } from '@kommutator/store';

/** Of work begun by strangers. */
const MOST = 100;

/** Work nobody waits for, because how long it takes would tell a stranger something. */
export class Background {
  readonly #log: StoreLog;
  readonly #running = new Set<Promise<void>>();

  constructor(log: StoreLog) {
    this.#log = log;
  }

  /** Begins it, unless too much is going on already: then it is dropped. */
  do(work: () => Promise<void>): void {
    if (this.#running.size >= MOST) return;
    const running = work()
      .catch((error: unknown) => this.#log.error({ error: String(error) }, 'work in the background failed'))
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Resolves when all that was begun is over. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }
}
