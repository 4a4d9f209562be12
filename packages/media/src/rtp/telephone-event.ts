import type { Key } from '../protocol.ts';
import { KEYS } from '../tones/oscillator.ts';
import { sequenceOf, ssrcOf, timestampOf } from './packet.ts';

/** Bytes of one event report, RFC 4733 §2.3. */
export const EVENT = 4;
/** −10 dBm0, the level of the event's tone (RFC 4733 §2.3.3). */
const VOLUME = 10;

/** Writes an event report at `at`; `duration` in samples. */
export function writeEvent(
  packet: Uint8Array,
  at: number,
  code: number,
  end: boolean,
  duration: number,
): void {
  packet[at] = code;
  packet[at + 1] = end ? 0x80 | VOLUME : VOLUME;
  packet[at + 2] = duration >> 8;
  packet[at + 3] = duration;
}

/** The RFC 4733 code of a key. */
export const eventCode = (key: Key): number => KEYS.indexOf(key);

/**
 * Hears keys in a stream of event packets, each once: all packets of one event carry its start as timestamp
 * (§2.5.1.2), so a new timestamp is a new key, and lost or repeated packets change nothing.
 */
export class KeyEar {
  #timestamp = -1;
  #ssrc = -1;
  #sequence = 0;
  #code = -1;
  #duration = 0;

  /**
   * @param start where the payload begins.
   * @returns the key when this packet is the first we see of it.
   */
  hear(packet: Uint8Array, start: number): Key | undefined {
    if (packet.length < start + EVENT) return undefined;
    const timestamp = timestampOf(packet);
    const ssrc = ssrcOf(packet);
    const sequence = sequenceOf(packet);
    const code = packet[start] as number;
    const duration = ((packet[start + 2] as number) << 8) | (packet[start + 3] as number);
    const known = ssrc === this.#ssrc;
    if (known && timestamp === this.#timestamp && code === this.#code) {
      this.#duration = Math.max(this.#duration, duration);
      this.#sequence = sequence;
      return undefined;
    }
    // A late packet of the event before this one.
    if (known && ((sequence - this.#sequence) << 16) >> 16 < 0) return undefined;
    // §2.5.1.3: a key held longer than 65 535 samples goes on in a new segment that begins where the last ended.
    const segment =
      known &&
      code === this.#code &&
      this.#duration === 0xffff &&
      timestamp === (this.#timestamp + 0xffff) >>> 0;
    this.#ssrc = ssrc;
    this.#timestamp = timestamp;
    this.#sequence = sequence;
    this.#code = code;
    this.#duration = duration;
    return segment ? undefined : KEYS[code];
  }
}
