import type { Clock, Ms } from '@kommutator/base';
import { network } from '@kommutator/use-cases';

interface Limit {
  /** Requests a second that may go on for ever. */
  readonly rate: number;
  /** At once after a pause: a page asks for much when it opens. */
  readonly burst: number;
}

/** An office of 500 behind one address, opening its cabinets in the morning. */
const PER_ADDRESS: Limit = { rate: 200, burst: 2_000 };
const PER_STRANGER: Limit = { rate: 50, burst: 300 };
const PER_SESSION: Limit = { rate: 30, burst: 200 };
/** Keys that strangers make up are bounded; the one unused for longest is forgotten. */
const MOST_KEYS = 20_000;

/** Token buckets by key. */
class Buckets {
  readonly #clock: Clock;
  readonly #limit: Limit;
  readonly #buckets = new Map<string, { tokens: number; at: Ms }>();

  constructor(clock: Clock, limit: Limit) {
    this.#clock = clock;
    this.#limit = limit;
  }

  /** @returns 0 = go on; else seconds until the next one. */
  take(key: string): number {
    const { rate, burst } = this.#limit;
    const now = this.#clock.now();
    const bucket = this.#buckets.get(key) ?? { tokens: burst, at: now };
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    const oldest = this.#buckets.keys().next().value;
    if (this.#buckets.size > MOST_KEYS && oldest !== undefined) this.#buckets.delete(oldest);
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * rate);
    bucket.at = now;
    if (bucket.tokens < 1) return Math.max(1, Math.ceil((1 - bucket.tokens) / rate));
    bucket.tokens--;
    return 0;
  }
}

/** How much one address, one stranger and one session may ask of the API. */
export class RateLimits {
  readonly #addresses: Buckets;
  readonly #strangers: Buckets;
  readonly #sessions: Buckets;

  constructor(clock: Clock) {
    this.#addresses = new Buckets(clock, PER_ADDRESS);
    this.#strangers = new Buckets(clock, PER_STRANGER);
    this.#sessions = new Buckets(clock, PER_SESSION);
  }

  /** Before anything is looked up. @returns seconds to wait, 0 = none. */
  address(ip: string): number {
    return this.#addresses.take(network(ip));
  }

  /** Once it is known who asks. @returns seconds to wait, 0 = none. */
  who(session: string | null, ip: string): number {
    return session === null ? this.#strangers.take(network(ip)) : this.#sessions.take(session);
  }
}
