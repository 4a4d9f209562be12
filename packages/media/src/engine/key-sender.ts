import type { Ms } from '@kommutator/base';
import { FRAME } from '../codec/g711.ts';
import type { Key } from '../protocol.ts';
import { eventCode } from '../rtp/telephone-event.ts';
import { dtmfClip, KEY_ON } from '../tones/oscillator.ts';
import type { Outbound } from './outbound.ts';
import { TICK } from './pacer.ts';

/** Ticks that a key sounds. */
const ON = KEY_ON / TICK;
/** RFC 4733 §2.5.1.4: the end of an event is sent three times. They make up the pause after the key. */
const ENDS = 3;
/** Keys that may wait: who presses faster than they can be sent is heard no further. */
const MOST = 64;

/** Sends keys one after another, one tick of 20 ms at a time: as telephone-event where the peer agreed to it, else as tones. */
export class KeySender {
  readonly #out: Outbound;
  #queue = '';
  #tick = 0;
  #timestamp = 0;

  constructor(out: Outbound) {
    this.#out = out;
  }

  get busy(): boolean {
    return this.#queue.length > 0;
  }

  add(keys: string): void {
    this.#queue += keys.slice(0, MOST - this.#queue.length);
  }

  tick(now: Ms): void {
    const key = this.#queue[0] as Key | undefined;
    if (key === undefined) return;
    if (this.#out.telephoneEvent === undefined) this.#out.frame(dtmfClip(key), this.#tick * FRAME, this, now);
    else this.#event(key, now);
    this.#tick++;
    if (this.#tick < ON + ENDS) return;
    this.#tick = 0;
    this.#queue = this.#queue.slice(1);
  }

  #event(key: Key, now: Ms): void {
    const first = this.#tick === 0;
    if (first) this.#timestamp = this.#out.stream.timestampAt(now);
    const end = this.#tick >= ON;
    const duration = Math.min(ON, this.#tick + 1) * FRAME;
    this.#out.event(eventCode(key), this, first, end, this.#timestamp, duration);
    if (this.#tick === ON + ENDS - 1) {
      this.#out.stream.eventEnded((this.#timestamp + (ON + ENDS - 1) * FRAME) >>> 0, now);
    }
  }
}
