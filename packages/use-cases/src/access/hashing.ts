/** argon2id in the threads beside the event loop, a few at a time. */
import { hash, verify } from '@node-rs/argon2';

/** Each takes 19 MiB and about 20 ms of a core; the rest of the thread pool stays for files and names. */
const AT_ONCE = 2;
/** Who comes later than so many is told that we are busy: a guessing flood must not eat the machine. */
const MOST_WAITING = 40;

/** Nobody's: what an unknown login is checked against, so that it takes as long as a known one. */
const NOBODY =
  '$argon2id$v=19$m=19456,t=2,p=1$sEbZQy0m0Yh7m3oJxH1cXw$4bYkQmJt0rT6aXv0eJ1rZp7mXnq3lVbB1sPp7b8cX0E';

/** More work waits than can be done soon. */
export class Busy extends Error {
  override readonly name = 'Busy';
}

export class Hashing {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** @throws Busy. */
  hash(password: string): Promise<string> {
    return this.#inTurn(() => hash(password));
  }

  /**
   * Whether the password is that of `stored`; null = nobody's, which takes as long and is false.
   * @throws Busy.
   */
  async verify(stored: string | null, password: string): Promise<boolean> {
    const matches = await this.#inTurn(() => verify(stored ?? NOBODY, password));
    return stored !== null && matches;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= AT_ONCE) {
      if (this.#waiting.length >= MOST_WAITING) throw new Busy('too many passwords to check');
      await new Promise<void>(go => this.#waiting.push(go));
    } else this.#running++;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}
