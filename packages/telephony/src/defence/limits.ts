import type { Ms } from '@kommutator/base';
import { KINDS, type Kind } from './message-kind.ts';

/** So many a second for ever, and so many at once after a pause. */
interface Rate {
  readonly rate: number;
  readonly burst: number;
}

export type Rates = Readonly<Record<Kind, Rate>>;

/** How many messages are read, by kind; null = all of them. */
export interface Limits {
  /** Of one address nobody has proved himself from. */
  readonly unknown: Rates | null;
  /** Of one address a user proved himself from within the hour. */
  readonly known: Rates | null;
  /** Of all unknown addresses together: whoever forges sources has as many as he likes. */
  readonly strangers: Rates | null;
}

export const NO_LIMITS: Limits = { unknown: null, known: null, strangers: null };

/**
 * Token buckets of one set of rates. Each is one number, the time at which it is full again (GCRA): nothing is refilled,
 * and an empty one costs as little as a full one.
 */
export class Buckets {
  readonly #interval: readonly Ms[];
  readonly #depth: readonly Ms[];

  constructor(rates: Rates) {
    this.#interval = KINDS.map(kind => 1000 / rates[kind].rate);
    this.#depth = KINDS.map(kind => (1000 / rates[kind].rate) * rates[kind].burst);
  }

  /** Takes a token. @param full when each bucket is full again, by kind; changed. @returns false when there is none. */
  take(full: number[], kind: number, now: Ms): boolean {
    const next = Math.max(full[kind] ?? 0, now) + (this.#interval[kind] ?? 0);
    if (next - now > (this.#depth[kind] ?? 0)) return false;
    full[kind] = next;
    return true;
  }
}

export const fullBuckets = (): number[] => KINDS.map(() => 0);
