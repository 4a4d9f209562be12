import type { Ms } from '@kommutator/base';
import { SAMPLES_PER_MS } from '../codec/g711.ts';
import { timestampAhead } from '../rtp/packet.ts';

/** The fastest way through the network is looked for in so much of the past, twice: a clock that runs away is followed. */
const BUCKET: Ms = 5_000;
/** Packets in which a spike is forgotten by two thirds: 4 s of 20 ms packets. */
const MEMORY = 200;

/** How much later than the fastest packets the slow ones come, by their timestamps. */
export class ArrivalJitter {
  #late = 0;
  #timestamp = 0;
  /** The timestamp without its wraps. */
  #extended = 0;
  #fastest = Number.POSITIVE_INFINITY;
  #fastestBefore = Number.POSITIVE_INFINITY;
  #since: Ms = 0;

  /** Samples by which the latest packets of the last seconds came after the fastest. */
  get samples(): number {
    return this.#late;
  }

  packet(timestamp: number, now: Ms): void {
    this.#extended += timestampAhead(timestamp, this.#timestamp);
    this.#timestamp = timestamp;
    const transit = now * SAMPLES_PER_MS - this.#extended;
    if (now - this.#since > BUCKET) {
      this.#since = now;
      this.#fastestBefore = this.#fastest;
      this.#fastest = transit;
    }
    this.#fastest = Math.min(this.#fastest, transit);
    const late = transit - Math.min(this.#fastest, this.#fastestBefore);
    if (late > this.#late) this.#late = late;
    else this.#late += (late - this.#late) / MEMORY;
  }

  /** Another stream begins: its timestamps are its own, the network is the same. */
  restart(timestamp: number): void {
    this.#timestamp = timestamp;
    this.#extended = 0;
    this.#fastest = Number.POSITIVE_INFINITY;
    this.#fastestBefore = Number.POSITIVE_INFINITY;
  }
}
