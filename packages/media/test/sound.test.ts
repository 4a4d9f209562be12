import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { transcode } from '../src/codec/g711.ts';
import { clipOf, readWav } from '../src/codec/wav.ts';
import type { ClipId } from '../src/index.ts';
import { decode, detectKey, detectTone, encode, isQuiet, sines, ToneDetector } from '../src/testing/index.ts';
import { dtmfClip, KEYS, toneClip } from '../src/tones/oscillator.ts';
import { PromptLibrary } from '../src/tones/prompts.ts';
import { wavOf } from './support/wav.ts';

const every = Uint8Array.from({ length: 256 }, (_, i) => i);

describe('ITU-T G.711', () => {
  test('known values: silence, full scale, and the sign', () => {
    expect([...decode('PCMA', Uint8Array.of(0xd5, 0x55, 0xaa, 0x2a))]).toEqual([8, -8, 32_256, -32_256]);
    expect([...decode('PCMU', Uint8Array.of(0xff, 0x7f, 0x80, 0x00))]).toEqual([0, 0, 32_124, -32_124]);
    expect([...encode('PCMA', Int16Array.of(0, 32_767, -32_768))]).toEqual([0xd5, 0xaa, 0x2a]);
    expect([...encode('PCMU', Int16Array.of(0, 32_767, -32_768))]).toEqual([0xff, 0x80, 0x00]);
  });

  test('every law byte survives decoding and encoding', () => {
    expect(encode('PCMA', decode('PCMA', every))).toEqual(every);
    const again = encode('PCMU', decode('PCMU', every));
    // µ-law has two zeros: minus zero comes back as plus zero.
    expect(again).toEqual(every.map(byte => (byte === 0x7f ? 0xff : byte)));
  });

  test('no sample moves by more than half a step of its segment', () => {
    fc.assert(
      fc.property(fc.integer({ min: -32_000, max: 32_000 }), sample => {
        for (const codec of ['PCMA', 'PCMU'] as const) {
          const back = decode(codec, encode(codec, Int16Array.of(sample)))[0] ?? Number.NaN;
          expect(Math.abs(back - sample)).toBeLessThanOrEqual(Math.max(16, Math.abs(sample) / 31));
        }
      }),
    );
  });

  test('transcoding there and back stays within one step', () => {
    const bytes = Uint8Array.from(every);
    transcode('PCMU', bytes, 0, 256);
    transcode('PCMA', bytes, 0, 256);
    const [was, is] = [decode('PCMA', every), decode('PCMA', bytes)];
    was.forEach((sample, i) => {
      expect(Math.abs(sample - (is[i] ?? 0))).toBeLessThanOrEqual(Math.max(16, Math.abs(sample) / 15));
    });
  });
});

describe('tones', () => {
  const ears = (codec: 'PCMA' | 'PCMU', clip: ReturnType<typeof toneClip>, from: number, to: number) =>
    decode(codec, clip[codec].subarray(from * 8, to * 8));

  test.each(['PCMA', 'PCMU'] as const)('ringback is 425 Hz for 0.8 s, then 3.2 s of quiet (%s)', codec => {
    const clip = toneClip('ringback');
    expect(clip.frames).toBe(200);
    for (let ms = 0; ms < 800; ms += 100) expect(detectTone(ears(codec, clip, ms, ms + 100), 425)).toBe(true);
    for (let ms = 800; ms < 4_000; ms += 100) expect(isQuiet(ears(codec, clip, ms, ms + 100))).toBe(true);
    expect(detectTone(ears(codec, clip, 0, 100), 475)).toBe(false);
  });

  test('busy is 0.35/0.35 s, congestion 0.175/0.175 s, confirm 2×100 ms of 1 400 Hz, error 3×200 ms of 425 Hz', () => {
    const rhythm = (name: Parameters<typeof toneClip>[0], hz: number) => {
      const clip = toneClip(name);
      return Array.from({ length: clip.frames }, (_, i) => {
        const pcm = ears('PCMA', clip, i * 20, i * 20 + 20);
        return isQuiet(pcm) ? '.' : detectTone(pcm, hz) ? '#' : '?';
      }).join('');
    };
    // Its 18th frame is half tone, half quiet.
    expect(rhythm('busy', 425)).toMatch(/^#{17}\?\.{17}$/);
    // 175 ms are eight frames and three quarters of one.
    expect(rhythm('congestion', 425)).toMatch(/^#{8}[#?]\.{8}[?#]{9}[#?.]\.{8}$/);
    expect(rhythm('confirm', 1_400)).toBe('#####.....'.repeat(2));
    expect(rhythm('error', 425)).toBe('##########..........'.repeat(3));
  });

  test('the dial tone has no seam where its second begins again', () => {
    const round = decode('PCMA', toneClip('dial').PCMA);
    const seam = Int16Array.from([...round.slice(-400), ...round.slice(0, 400)]);
    expect(detectTone(seam, 425)).toBe(true);
    const share = (pcm: Int16Array) =>
      pcm.reduce((most, x, i) => Math.max(most, Math.abs(x - (pcm[i - 1] ?? x))), 0);
    expect(share(seam)).toBeLessThanOrEqual(share(round) + 64);
  });

  test('tones are about −13 dBm0', () => {
    const pcm = decode('PCMA', toneClip('dial').PCMA);
    const rms = Math.sqrt(pcm.reduce((sum, x) => sum + x * x, 0) / pcm.length);
    // Full-scale sine: 32 256 / √2 is +3.14 dBm0.
    expect(20 * Math.log10(rms / (32_256 / Math.SQRT2)) + 3.14).toBeCloseTo(-13, 0);
  });

  test('ITU-T Q.23 every key is heard as itself and no other', () => {
    for (const key of KEYS) {
      expect(detectKey(decode('PCMU', dtmfClip(key).PCMU.subarray(0, 800)))).toBe(key);
      expect(detectKey(decode('PCMA', dtmfClip(key).PCMA.subarray(0, 800)))).toBe(key);
    }
    expect(detectKey(sines([425], 100))).toBeUndefined();
    expect(detectKey(sines([697], 100))).toBeUndefined();
  });

  test('an ear follows what changes', () => {
    const ear = new ToneDetector('PCMA', 100);
    expect(ear.hears(425)).toBe(false);
    ear.push(encode('PCMA', sines([425], 200)));
    expect(ear.hears(425)).toBe(true);
    ear.push(encode('PCMA', sines([1_000], 100)));
    expect([ear.hears(425), ear.hears(1_000), ear.quiet]).toEqual([false, true, false]);
    ear.push(encode('PCMA', sines([], 100)));
    expect(ear.quiet).toBe(true);
  });
});

describe('WAV', () => {
  const pcm = sines([600], 50);

  test('A-law, µ-law and 16-bit PCM give the same sound in whole frames', () => {
    const want = clipOf(pcm);
    expect(want.frames).toBe(3);
    expect(readWav(wavOf(1, pcm))).toEqual(want);
    const alaw = readWav(wavOf(6, pcm));
    expect(alaw?.PCMA).toEqual(want.PCMA);
    const ulaw = readWav(wavOf(7, pcm));
    expect(ulaw?.PCMU).toEqual(want.PCMU);
    for (const clip of [alaw, ulaw]) {
      expect(detectTone(decode('PCMA', clip?.PCMA.subarray(0, 320) ?? every), 600)).toBe(true);
      expect(detectTone(decode('PCMU', clip?.PCMU.subarray(0, 320) ?? every), 600)).toBe(true);
    }
  });

  test('what is not 8 kHz mono is refused', () => {
    expect(readWav(wavOf(1, pcm, { rate: 16_000 }))).toBeUndefined();
    expect(readWav(wavOf(1, pcm, { channels: 2 }))).toBeUndefined();
    expect(readWav(wavOf(3, pcm))).toBeUndefined();
    expect(readWav(wavOf(1, new Int16Array(0)))).toBeUndefined();
  });

  test('no bytes make it throw', () => {
    const whole = wavOf(1, pcm);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(whole.length), (noise, at) => {
        const broken = Buffer.from(whole);
        broken.set(noise.subarray(0, Math.max(0, whole.length - at)), at);
        readWav(broken);
        readWav(whole.subarray(0, at));
        readWav(Buffer.from(noise));
      }),
    );
  });
});

describe('prompts', () => {
  let dir: string;
  const file = async (path: string, hz: number) => {
    await mkdir(join(dir, path, '..'), { recursive: true });
    await writeFile(join(dir, path), wavOf(6, sines([hz], 1_000)));
  };
  const heard = async (library: PromptLibrary, language: string, id: string, hz: number) => {
    const clip = await library.find(language, id as ClipId);
    return clip !== undefined && detectTone(decode('PCMA', clip.PCMA.subarray(0, 800)), hz);
  };

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'prompts-'));
    await file('prompts/ru/announcement/forbidden.wav', 500);
    await file('prompts/en/announcement/forbidden.wav', 700);
    await file('prompts/ru/digit/7.wav', 900);
    await file('prompts/common/melody/hold.wav', 1_100);
    await file('secret.wav', 1_300);
  });
  afterAll(() => rm(dir, { recursive: true }));
  const library = (cacheBytes?: number) =>
    new PromptLibrary({ dir: join(dir, 'prompts'), ...(cacheBytes === undefined ? {} : { cacheBytes }) });

  test('a clip comes in its language, then in Russian, then from what is common', async () => {
    const prompts = library();
    expect(await heard(prompts, 'en', 'announcement:forbidden', 700)).toBe(true);
    expect(await heard(prompts, 'ru', 'announcement:forbidden', 500)).toBe(true);
    expect(await heard(prompts, 'en', 'digit:7', 900)).toBe(true);
    expect(await heard(prompts, 'en', 'melody:hold', 1_100)).toBe(true);
    expect(await heard(prompts, '../ru', 'digit:7', 900)).toBe(true);
    expect(await prompts.find('ru', 'announcement:none' as ClipId)).toBeUndefined();
  });

  test('what callers will hear is read beforehand, in every language, and no more than half the cache', async () => {
    const prompts = library();
    expect(await prompts.preload()).toBe(7);
    for (const [language, id] of [
      ['ru', 'announcement:forbidden'],
      ['en', 'announcement:forbidden'],
      ['en', 'digit:7'],
      ['ru', 'melody:hold'],
    ] as const) {
      const clip = prompts.find(language, id as ClipId);
      expect(clip, id).toBeDefined();
      expect(clip).not.toBeInstanceOf(Promise);
    }
    const small = library(64_000);
    await small.preload();
    expect(small.bytes).toBe(32_000);
    expect(await new PromptLibrary({ dir: '/nonexistent' }).preload()).toBe(0);
  });

  test('no name climbs out of the folder', async () => {
    const prompts = library();
    const names = [
      '..:secret',
      'digit:../../../secret',
      '../..:secret',
      'digit:7/../7',
      'x:..%2fsecret',
      '.:secret',
    ];
    for (const id of names) expect(await prompts.find('ru', id as ClipId)).toBeUndefined();
  });

  test('what was read is there at once, until the cache is full of newer sounds', async () => {
    const prompts = library(40_000);
    await prompts.find('ru', 'digit:7' as ClipId);
    expect(prompts.find('ru', 'digit:7' as ClipId)).not.toBeInstanceOf(Promise);
    await prompts.find('ru', 'announcement:forbidden' as ClipId);
    expect(prompts.bytes).toBe(32_000);
    prompts.find('ru', 'digit:7' as ClipId);
    await prompts.find('en', 'announcement:forbidden' as ClipId);
    await prompts.find('ru', 'melody:hold' as ClipId);
    expect(prompts.bytes).toBeLessThanOrEqual(40_000);
    expect(prompts.find('ru', 'digit:7' as ClipId)).toBeInstanceOf(Promise);
    expect(prompts.find('ru', 'melody:hold' as ClipId)).not.toBeInstanceOf(Promise);
  });
});
