/** In-band DTMF by ITU-T Q.23/Q.24: what must be heard, what must not, and an hour of nobody pressing anything. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readWav } from '../src/codec/wav.ts';
import type { CodecName } from '../src/index.ts';
import { decode, encode } from '../src/testing/index.ts';
import { KeyDetector } from '../src/tones/key-detector.ts';
import { dtmfOf, KEYS } from '../src/tones/oscillator.ts';

const LAWS: readonly CodecName[] = ['PCMA', 'PCMU'];
/** Peak of a sine of so many dBm0. */
const peak = (dBm0: number): number => 32_256 * 10 ** ((dBm0 - 3.14) / 20);

/** Uniform numbers 0…1 that are the same in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return state / 0x7fff_ffff;
  };
}

interface Press {
  readonly ms: number;
  readonly pause: number;
  /** dBm0 of each tone. */
  readonly row?: number;
  readonly column?: number;
  /** Both frequencies are off by this share. */
  readonly off?: number;
  /** White noise under everything, dBm0. */
  readonly noise?: number;
}

/** A key pressed twice, beginning anywhere in a frame and at any phase. */
function twice(key: (typeof KEYS)[number], o: Press, random: () => number): Int16Array {
  const { ms, pause, row = -10, column = -10, off = 0, noise } = o;
  const [low, high] = dtmfOf(key).map(hz => (2 * Math.PI * hz * (1 + off)) / 8_000) as [number, number];
  const lead = 320 + Math.floor(160 * random());
  const pcm = new Int16Array(lead + 8 * (2 * ms + pause) + 960);
  for (const start of [lead, lead + 8 * (ms + pause)]) {
    const [p, q] = [7 * random(), 7 * random()];
    for (let i = 0; i < 8 * ms; i++) {
      pcm[start + i] = Math.round(peak(row) * Math.sin(low * i + p) + peak(column) * Math.sin(high * i + q));
    }
  }
  if (noise === undefined) return pcm;
  // Twelve uniform numbers added up are as good as Gauss; a sine's peak is √2 of its rms.
  const rms = peak(noise) / Math.SQRT2;
  const gauss = () => Array.from({ length: 12 }, random).reduce((sum, x) => sum + x, -6);
  return pcm.map(x => Math.max(-32_768, Math.min(32_767, Math.round(x + rms * gauss()))));
}

/** What is heard in 20 ms packets of this sound, and in how many of them a tone was suspected. */
function heard(codec: CodecName, law: Uint8Array): { keys: string; toned: number } {
  const detector = new KeyDetector();
  let [keys, toned] = ['', 0];
  for (let at = 0; at + 160 <= law.length; at += 160) {
    keys += detector.push(codec, law, at, at + 160) ?? '';
    if (detector.toned) toned++;
  }
  return { keys, toned };
}

describe('ITU-T Q.24 a key is heard, each press once, in both laws', () => {
  test.each<[string, Press]>([
    ['40 ms of tone, 40 ms of pause', { ms: 40, pause: 40 }],
    ['as weak as −25 dBm0', { ms: 40, pause: 40, row: -25, column: -25 }],
    ['as loud as −3 dBm0', { ms: 40, pause: 40, row: -3, column: -3 }],
    ['the column 8 dB above the row', { ms: 40, pause: 40, row: -18, column: -10 }],
    ['the row 4 dB above the column', { ms: 40, pause: 40, row: -10, column: -14 }],
    ['1.5 % too high', { ms: 40, pause: 40, off: 0.015 }],
    ['1.5 % too low', { ms: 40, pause: 40, off: -0.015 }],
    ['15 dB above noise', { ms: 50, pause: 50, noise: -25 }],
    ['held for three seconds', { ms: 3_000, pause: 60 }],
  ])('%s', (_, press) => {
    const random = numbers(1);
    for (const key of KEYS) {
      for (const codec of LAWS) {
        for (let n = 0; n < 5; n++) {
          expect(heard(codec, encode(codec, twice(key, press, random))).keys).toBe(key + key);
        }
      }
    }
  });

  test('a break of 10 ms does not make two keys of one', () => {
    const random = numbers(2);
    for (const key of KEYS) {
      expect(heard('PCMA', encode('PCMA', twice(key, { ms: 60, pause: 10 }, random))).keys).toBe(key);
    }
  });
});

describe('ITU-T Q.24 what is no key is not heard', () => {
  test.each<[string, Press]>([
    ['20 ms of tone', { ms: 20, pause: 60 }],
    ['3.5 % too high', { ms: 100, pause: 60, off: 0.035 }],
    ['3.5 % too low', { ms: 100, pause: 60, off: -0.035 }],
    ['as weak as −55 dBm0', { ms: 100, pause: 60, row: -55, column: -55 }],
    ['one tone alone', { ms: 100, pause: 60, column: -60 }],
    ['the other tone alone', { ms: 100, pause: 60, row: -60 }],
    ['drowned in noise', { ms: 100, pause: 60, noise: -6 }],
  ])('%s', (_, press) => {
    const random = numbers(3);
    for (const key of KEYS) {
      for (const codec of LAWS) {
        expect(heard(codec, encode(codec, twice(key, press, random))).keys).toBe('');
      }
    }
  });

  test('talk-off: the speech and music of our prompts, at eight speeds and three volumes, presses nothing', () => {
    const root = fileURLToPath(new URL('../../../prompts/', import.meta.url));
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(f => f.endsWith('.wav'));
    let [seconds, frames, toned, keys] = [0, 0, 0, ''];
    for (const file of files) {
      const clip = readWav(readFileSync(join(root, file)));
      if (!clip) throw new Error(`${file} is no sound of ours`);
      const pcm = decode('PCMA', clip.PCMA);
      for (const speed of [0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.35, 1.5]) {
        for (const volume of [0.3, 1, 2.2]) {
          const voice = new Int16Array(Math.floor(pcm.length / speed));
          for (let i = 0; i < voice.length; i++) {
            const at = Math.floor(i * speed);
            const between = ((pcm[at + 1] ?? 0) - (pcm[at] ?? 0)) * (i * speed - at);
            voice[i] = Math.max(-32_768, Math.min(32_767, volume * ((pcm[at] ?? 0) + between)));
          }
          const result = heard('PCMA', encode('PCMA', voice));
          keys += result.keys;
          toned += result.toned;
          frames += Math.floor(voice.length / 160);
          seconds += voice.length / 8_000;
        }
      }
    }
    expect(seconds).toBeGreaterThan(900);
    expect(keys).toBe('');
    // What is suspected is muted: nobody may notice.
    expect(toned / frames).toBeLessThan(0.000_5);
  });

  test('no bytes make it throw, whatever the length of the packets', () => {
    const detector = new KeyDetector();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), fc.boolean(), (bytes, lost) => {
        if (lost) detector.gap();
        detector.push('PCMU', bytes, 0, bytes.length);
      }),
      { numRuns: 500 },
    );
  });
});
