import type { Clock, Ms } from '@kommutator/base';

export interface AttemptLimit {
  readonly most: number;
  readonly within: Ms;
  /** How long it is shut after the last one. */
  readonly lock: Ms;
}

interface Entry {
  times: number[];
  lockedUntil: number;
}

/** Keys that strangers make up are bounded: the one not used for longest is forgotten. */
const MOST_KEYS = 20_000;

/** Counts attempts per key; `most` of them within a time shut it for a while. */
export class Attempts {
  readonly #clock: Clock;
  readonly #limit: AttemptLimit;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock, limit: AttemptLimit) {
    this.#clock = clock;
    this.#limit = limit;
  }

  /** ms until it opens again; 0 = open. */
  shut(key: string): Ms {
    return Math.max(0, (this.#entries.get(key)?.lockedUntil ?? 0) - this.#clock.now());
  }

  /** Counts one before its outcome is known: a hundred at once must not all pass. @returns true when it shut the key. */
  count(key: string): boolean {
    const now = this.#clock.now();
    const entry = this.#entries.get(key) ?? { times: [], lockedUntil: 0 };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const oldest = this.#entries.keys().next().value;
    if (this.#entries.size > MOST_KEYS && oldest !== undefined) this.#entries.delete(oldest);
    entry.times = entry.times.filter(time => time > now - this.#limit.within);
    entry.times.push(now);
    if (entry.times.length < this.#limit.most) return false;
    entry.times = [];
    entry.lockedUntil = now + this.#limit.lock;
    return true;
  }

  /** The last one counted was none: it succeeded. */
  forgive(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    if (entry.lockedUntil > this.#clock.now() && entry.times.length === 0) {
      entry.lockedUntil = 0;
      for (let missing = this.#limit.most - 1; missing > 0; missing--) entry.times.push(this.#clock.now());
    } else entry.times.pop();
  }

  /** As if nothing had been. */
  clear(key: string): void {
    this.#entries.delete(key);
  }

  get size(): number {
    return this.#entries.size;
  }
}
