import { decode } from '../codec/g711.ts';
import type { CodecName, Key } from '../protocol.ts';
import { dtmfOf, KEYS } from '../tones/oscillator.ts';

/** Share of the whole energy that must be at the frequency asked for. */
const CLEAR = 0.5;
/** Mean square below which there is only noise: about −50 dBm0. */
const NOISE = 100 ** 2;

/**
 * How much of the energy of `pcm` (8 kHz) is at `hz`, 0…1, by the Goertzel algorithm; 0 when it is too quiet to tell.
 * Give it at least 20 ms: 50 Hz apart is then two tones.
 */
export function toneShare(pcm: Int16Array, hz: number): number {
  const w = (2 * Math.PI * hz) / 8_000;
  const c = 2 * Math.cos(w);
  let [s1, s2, energy] = [0, 0, 0];
  for (const x of pcm) {
    [s1, s2] = [x + c * s1 - s2, s1];
    energy += x * x;
  }
  if (pcm.length === 0 || energy / pcm.length < NOISE) return 0;
  return (2 * (s1 * s1 + s2 * s2 - c * s1 * s2)) / (pcm.length * energy);
}

/** Is `hz` what is heard? */
export const detectTone = (pcm: Int16Array, hz: number): boolean => toneShare(pcm, hz) >= CLEAR;

/** Is it too quiet for any tone? */
export const isQuiet = (pcm: Int16Array): boolean =>
  pcm.reduce((sum, x) => sum + x * x, 0) < NOISE * pcm.length;

/** The DTMF key that sounds in `pcm`, if one does: both its frequencies, neither of them alone. */
export const detectKey = (pcm: Int16Array): Key | undefined =>
  KEYS.find(key => {
    const [low, high] = dtmfOf(key).map(hz => toneShare(pcm, hz)) as [number, number];
    return low > 0.25 && high > 0.25 && low + high > 0.7;
  });

/** An ear that is given law bytes as they arrive, and says what it hears now. */
export class ToneDetector {
  readonly #codec: CodecName;
  readonly #window: number;
  #pcm = new Int16Array(0);

  /** @param ms how much of the past it judges by. */
  constructor(codec: CodecName, ms = 100) {
    this.#codec = codec;
    this.#window = 8 * ms;
  }

  /** Law bytes of one packet. */
  push(bytes: Uint8Array): void {
    const more = decode(this.#codec, bytes);
    const all = new Int16Array(this.#pcm.length + more.length);
    all.set(this.#pcm);
    all.set(more, this.#pcm.length);
    this.#pcm = all.subarray(Math.max(0, all.length - this.#window));
  }

  /** Has it heard enough to judge? */
  get full(): boolean {
    return this.#pcm.length >= this.#window;
  }

  hears(hz: number): boolean {
    return this.full && detectTone(this.#pcm, hz);
  }

  get quiet(): boolean {
    return this.full && isQuiet(this.#pcm);
  }
}
