import { FRAME, SAMPLES_PER_MS } from '../codec/g711.ts';
import { type Clip, clipOf } from '../codec/wav.ts';
import type { Key } from '../protocol.ts';
import { CADENCES, type ToneName } from './cadence.ts';

/**
 * −13 dBm0: the full-scale G.711 sine is +3.14 dBm0 (A-law; µ-law +3.17) with a peak of 32 256 here,
 * so the peak is 32 256 × 10^((−13 − 3.14) / 20).
 */
const PEAK = 32_256 * 10 ** (-16.14 / 20);

/** Linear samples of sines added up, starting at phase 0; `hz` empty is a pause. */
export function sines(hz: readonly number[], ms: number): Int16Array {
  const pcm = new Int16Array(ms * SAMPLES_PER_MS);
  for (const f of hz) {
    const step = (2 * Math.PI * f) / (1_000 * SAMPLES_PER_MS);
    for (let i = 0; i < pcm.length; i++) pcm[i] = (pcm[i] as number) + Math.round(PEAK * Math.sin(step * i));
  }
  return pcm;
}

const joined = (parts: readonly Int16Array[]): Int16Array => {
  const pcm = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    pcm.set(part, at);
    at += part.length;
  }
  return pcm;
};

const tones = new Map<ToneName, Clip>();

/** One round of a tone, made once. */
export function toneClip(tone: ToneName): Clip {
  let clip = tones.get(tone);
  if (!clip) {
    clip = clipOf(joined(CADENCES[tone].map(({ hz, ms }) => sines(hz ? [hz] : [], ms))));
    tones.set(tone, clip);
  }
  return clip;
}

const quiet = clipOf(new Int16Array(FRAME));

/** A pause, rounded up to 20 ms frames. */
export const pauseClip = (ms: number): Clip => ({
  ...quiet,
  frames: Math.ceil((ms * SAMPLES_PER_MS) / FRAME),
});

/** In the order of RFC 4733 §3.2 event codes 0…15. */
export const KEYS: readonly Key[] = [...'0123456789*#ABCD'] as Key[];

/** Row and column frequency of a key, ITU-T Q.23. */
export function dtmfOf(key: Key): readonly [number, number] {
  const at = '123A456B789C*0#D'.indexOf(key);
  return [[697, 770, 852, 941][at >> 2] as number, [1_209, 1_336, 1_477, 1_633][at & 3] as number];
}

/** How long a key that we send sounds, and the pause after it, ms (Q.24 asks for at least 40 of each). */
export const KEY_ON = 100;
const KEY_OFF = 60;

const dtmf = new Map<Key, Clip>();

/** A key as sound with its pause, for peers without telephone-event. */
export function dtmfClip(key: Key): Clip {
  let clip = dtmf.get(key);
  if (!clip) {
    clip = clipOf(joined([sines(dtmfOf(key), KEY_ON), sines([], KEY_OFF)]));
    dtmf.set(key, clip);
  }
  return clip;
}
