import type { Clock, Ms, Timer } from '@kommutator/base';
import type { SipResponse } from '../message/types.ts';
import type { Peer } from '../transport/types.ts';

/** Takes the 2xx that come after the first one (RFC 6026 §7.2). */
export interface Heir {
  success(response: SipResponse): void;
}

/** What stays of a finished transaction: enough to answer a repeat, nothing else. */
export interface Remains {
  /**
   * Sent again for every repeat; null = repeats are only swallowed. Text of one byte a character: a slice of bytes would keep
   * the 8 kB they were cut from, ten times what is needed.
   */
  readonly text: string | null;
  /** Where to; null = where the repeat comes from. */
  readonly to: Peer | null;
  readonly heir: Heir | null;
}

/** A message as it is kept, and back. */
export const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
export const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');

interface Grave extends Remains {
  readonly key: string;
  readonly expires: Ms;
}

/** Graves leave in groups, so that a busy stack does not wake for each. */
const GROUP: Ms = 100;

/**
 * Finished transactions, each kept for the time a repeat may still come (RFC 3261 Timers D, I, J; RFC 6026 L, M).
 * Lifetimes are few, so each has a queue in order of expiry; one timer serves them all.
 */
export class Tombstones {
  readonly #clock: Clock;
  readonly #graves = new Map<string, Grave>();
  readonly #queues = new Map<Ms, Queue>();
  #timer: Timer | null = null;
  #wakes = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#graves.size;
  }

  get(key: string): Remains | undefined {
    return this.#graves.get(key);
  }

  /** @param lifetime ms; 0 keeps nothing, as over a reliable transport. */
  put(
    key: string,
    lifetime: Ms,
    bytes: Uint8Array | null = null,
    to: Peer | null = null,
    heir: Heir | null = null,
  ): void {
    if (lifetime <= 0) return;
    // A whole number is kept in the object itself, another one beside it.
    const expires = Math.ceil(this.#clock.now() + lifetime);
    let queue = this.#queues.get(lifetime);
    if (!queue) {
      queue = new Queue();
      this.#queues.set(lifetime, queue);
    }
    const grave = { key, expires, text: bytes && textOf(bytes), to, heir };
    this.#graves.set(key, grave);
    queue.push(grave);
    if (expires < this.#wakes) this.#wakeAt(expires);
  }

  clear(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#wakes = Number.POSITIVE_INFINITY;
    this.#graves.clear();
    this.#queues.clear();
  }

  #wakeAt(at: Ms): void {
    this.#timer?.cancel();
    this.#wakes = at;
    this.#timer = this.#clock.after(at - this.#clock.now(), () => this.#sweep());
  }

  #sweep(): void {
    this.#timer = null;
    this.#wakes = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    let next = Number.POSITIVE_INFINITY;
    for (const queue of this.#queues.values()) {
      for (let grave = queue.head; grave; grave = queue.head) {
        if (grave.expires > now) {
          next = Math.min(next, grave.expires);
          break;
        }
        queue.shift();
        // A key used again has younger remains, which stay until their own time.
        if (this.#graves.get(grave.key) === grave) this.#graves.delete(grave.key);
      }
    }
    if (next < Number.POSITIVE_INFINITY) this.#wakeAt(Math.max(next, now + GROUP));
  }
}

/** First in, first out without moving the rest at every step. */
class Queue {
  #items: (Grave | undefined)[] = [];
  #first = 0;

  get head(): Grave | undefined {
    return this.#items[this.#first];
  }

  push(grave: Grave): void {
    this.#items.push(grave);
  }

  shift(): void {
    this.#items[this.#first++] = undefined;
    if (this.#first < 1024 || this.#first * 2 < this.#items.length) return;
    this.#items = this.#items.slice(this.#first);
    this.#first = 0;
  }
}
