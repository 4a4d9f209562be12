import type { Clock, Ms } from '@kommutator/base';
import { sourceKey } from '@kommutator/sip';
import { Recent } from './recent.ts';

export interface BanRule {
  /** Failures of one address that ban it. */
  readonly failures: number;
  /** …within so long. */
  readonly within: Ms;
  /** For so long. */
  readonly lasts: Ms;
}

/** One banned address, or IPv6 network of 64 bits. */
export interface Ban {
  readonly source: string;
  readonly why: string;
  /** ms it still lasts. */
  readonly left: Ms;
}

interface Held {
  readonly until: Ms;
  readonly why: string;
}

interface Failures {
  count: number;
  since: Ms;
}

const MOST_BANS = 20_000;
const MOST_COUNTED = 20_000;

/** Who is not listened to for a while. In memory: a restart forgives. */
export class Bans {
  readonly #clock: Clock;
  readonly #rule: BanRule | null;
  /** In the order in which they end, since all last equally long. */
  readonly #held = new Map<string, Held>();
  readonly #failures = new Recent<Failures>(MOST_COUNTED);

  /** @param rule null = nobody is banned. */
  constructor(clock: Clock, rule: BanRule | null) {
    this.#clock = clock;
    this.#rule = rule;
  }

  get size(): number {
    return this.#held.size;
  }

  /** Whether this source is banned. @param key see {@link sourceKey} */
  holds(key: string): boolean {
    const held = this.#held.get(key);
    if (!held) return false;
    if (held.until > this.#clock.now()) return true;
    this.#held.delete(key);
    return false;
  }

  /** Counts a failure of a source that is no forged one. @returns whether it is banned from now on. */
  failed(key: string, why: string, allowance = 1): boolean {
    if (!this.#rule) return false;
    const now = this.#clock.now();
    const counted = this.#failures.get(key);
    const failures = counted && now - counted.since < this.#rule.within ? counted : { count: 0, since: now };
    failures.count++;
    if (failures.count >= this.#rule.failures * allowance) return this.ban(key, why);
    if (failures !== counted) this.#failures.set(key, failures);
    return false;
  }

  /** @returns false when nobody is banned here. */
  ban(key: string, why: string): boolean {
    if (!this.#rule) return false;
    this.#failures.delete(key);
    this.#held.delete(key);
    this.#held.set(key, { until: this.#clock.now() + this.#rule.lasts, why });
    this.#forget();
    return true;
  }

  list(): readonly Ban[] {
    this.#forget();
    const now = this.#clock.now();
    return Array.from(this.#held, ([source, { until, why }]) => ({ source, why, left: until - now }));
  }

  /** @param source an address, or a network as {@link list} tells it. @returns whether it was banned. */
  lift(source: string): boolean {
    const key = this.#held.has(source) ? source : sourceKey(source);
    this.#failures.delete(key);
    return this.#held.delete(key);
  }

  #forget(): void {
    const now = this.#clock.now();
    for (const [key, { until }] of this.#held) {
      if (until > now && this.#held.size <= MOST_BANS) break;
      this.#held.delete(key);
    }
  }
}
