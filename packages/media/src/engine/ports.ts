import type { Clock, Ms } from '@kommutator/base';

/** A closed port rests so long, so that late packets of one call do not reach the next. */
const QUARANTINE: Ms = 5_000;

/** Even ports of a range for RTP, each with the odd one above it for RTCP (RFC 3550 §11). */
export class Ports {
  readonly #clock: Clock;
  readonly #first: number;
  readonly #count: number;
  readonly #taken = new Set<number>();
  /** Resting ports and when they may be used again, oldest first. */
  readonly #resting = new Map<number, Ms>();
  #next: number;

  /** @param random 0…1: where in the range to begin, so that a restart does not meet the last run's late packets. */
  constructor(clock: Clock, [low, high]: readonly [number, number], random: () => number) {
    this.#clock = clock;
    this.#first = low + (low & 1);
    this.#count = Math.max(0, (high - this.#first + 1) >> 1);
    this.#next = Math.floor(random() * this.#count);
  }

  /** An even port that is neither taken nor resting; undefined when there is none. */
  take(): number | undefined {
    this.#wake();
    for (let tried = 0; tried < this.#count; tried++) {
      const port = this.#first + 2 * this.#next;
      this.#next = (this.#next + 1) % this.#count;
      if (this.#taken.has(port) || this.#resting.has(port)) continue;
      this.#taken.add(port);
      return port;
    }
    return undefined;
  }

  /** Gives a port back; it rests first. */
  release(port: number): void {
    if (this.#taken.delete(port)) this.#resting.set(port, this.#clock.now() + QUARANTINE);
  }

  get taken(): number {
    return this.#taken.size;
  }

  #wake(): void {
    const now = this.#clock.now();
    for (const [port, until] of this.#resting) {
      if (until > now) break;
      this.#resting.delete(port);
    }
  }
}
