import type { Ms } from '@kommutator/base';
import { FRAME, QUIET } from '../codec/g711.ts';
import type { CodecName } from '../protocol.ts';
import { JitterBuffer } from './jitter-buffer.ts';
import { NOISE, PCMA, PCMU, type Sound, type Source } from './sources.ts';

/** Adds voices up in linear PCM, 20 ms at a time; what is too loud is cut at the limits of 16 bits. */
export class Mixer {
  /** The mixed frame after {@link mix} said there is one. */
  readonly frame = new Int16Array(FRAME);
  readonly #voices = new Map<unknown, JitterBuffer>();
  readonly #sum = new Int32Array(FRAME);
  readonly #one = new Int16Array(FRAME);

  /** Law bytes `from`…`to` of an RTP packet of `source`. */
  push(source: unknown, codec: CodecName, packet: Uint8Array, from: number, to: number, now: Ms): void {
    this.#voice(source).push(codec, packet, from, to, now);
  }

  /** `source` pauses, and sounds like that. @param level −dBov. */
  noise(source: unknown, level: number): void {
    this.#voice(source).noise(level);
  }

  /** @returns false when nobody says anything. */
  mix(): boolean {
    this.#sum.fill(0);
    let heard = false;
    for (const voice of this.#voices.values()) {
      if (!voice.pull(this.#one)) continue;
      heard = true;
      for (let i = 0; i < FRAME; i++) this.#sum[i] = (this.#sum[i] as number) + (this.#one[i] as number);
    }
    if (heard) {
      for (let i = 0; i < FRAME; i++) {
        this.frame[i] = Math.max(-32_768, Math.min(32_767, this.#sum[i] as number));
      }
    }
    return heard;
  }

  #voice(source: unknown): JitterBuffer {
    let voice = this.#voices.get(source);
    if (!voice) {
      voice = new JitterBuffer();
      this.#voices.set(source, voice);
    }
    return voice;
  }
}

/** One packet of somebody who is heard in a mix. A key's tone is not: the hearer is given the key by itself. */
export function mixInto(mixer: Mixer, source: Source, sound: Sound): void {
  const { kind, start, end, now } = sound;
  if (kind === NOISE && end > start) mixer.noise(source, (sound.packet[start] as number) & 0x7f);
  if (kind !== PCMA && kind !== PCMU) return;
  const codec = kind === PCMA ? 'PCMA' : 'PCMU';
  let { packet } = sound;
  if (sound.toned) {
    packet = Buffer.from(packet);
    packet.fill(QUIET[codec], start, end);
  }
  mixer.push(source, codec, packet, start, end, now);
}
