import { FRAME, linearOf } from '../codec/g711.ts';
import type { CodecName } from '../protocol.ts';

/** Frames a voice must have ahead before it is heard, against jitter. */
const PREFILL = 2;
/** Most frames a voice may be late; older ones are dropped. */
const MOST = 10;

/** The samples of one voice on their way into a mix. */
class Voice {
  readonly #ring = new Int16Array(MOST * FRAME);
  #read = 0;
  #size = 0;
  #flowing = false;

  push(codec: CodecName, packet: Uint8Array, from: number, to: number): void {
    const length = this.#ring.length;
    for (let i = from; i < to; i++) {
      this.#ring[(this.#read + this.#size) % length] = linearOf(codec, packet[i] as number);
      if (this.#size < length) this.#size++;
      else this.#read = (this.#read + 1) % length;
    }
  }

  /** Adds its next frame to `sum`. @returns false when it has none. */
  addTo(sum: Int32Array): boolean {
    if (this.#size < (this.#flowing ? FRAME : PREFILL * FRAME)) {
      this.#flowing = false;
      return false;
    }
    this.#flowing = true;
    const length = this.#ring.length;
    for (let i = 0; i < FRAME; i++) {
      sum[i] = (sum[i] as number) + (this.#ring[(this.#read + i) % length] as number);
    }
    this.#read = (this.#read + FRAME) % length;
    this.#size -= FRAME;
    return true;
  }
}

/** Adds voices up in linear PCM, 20 ms at a time; what is too loud is cut at the limits of 16 bits. */
export class Mixer {
  /** The mixed frame after {@link mix} said there is one. */
  readonly frame = new Int16Array(FRAME);
  readonly #voices = new Map<unknown, Voice>();
  readonly #sum = new Int32Array(FRAME);

  /** Law bytes `from`…`to` of a packet of `source`. */
  push(source: unknown, codec: CodecName, packet: Uint8Array, from: number, to: number): void {
    let voice = this.#voices.get(source);
    if (!voice) {
      voice = new Voice();
      this.#voices.set(source, voice);
    }
    voice.push(codec, packet, from, to);
  }

  /** @returns false when nobody says anything. */
  mix(): boolean {
    this.#sum.fill(0);
    let heard = false;
    for (const voice of this.#voices.values()) heard = voice.addTo(this.#sum) || heard;
    if (heard) {
      for (let i = 0; i < FRAME; i++) {
        this.frame[i] = Math.max(-32_768, Math.min(32_767, this.#sum[i] as number));
      }
    }
    return heard;
  }
}
