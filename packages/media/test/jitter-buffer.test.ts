/** The jitter buffer where sound is worked on: order, loss, delay, clocks that differ, comfort noise. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JitterBuffer } from '../src/engine/jitter-buffer.ts';
import { markerOf, payloadTypeOf, sequenceOf, ssrcOf, timestampOf, writeHeader } from '../src/rtp/packet.ts';
import { decode, encode, sines, toneShare } from '../src/testing/index.ts';
import { Leg, Stage, steps } from './support/leg.ts';

const FRAME = 160;
const SSRC = 7;

interface Sent {
  /** Place in the stream: its sequence number and, times 160, its timestamp. */
  readonly n: number;
  /** ms */
  readonly at: number;
}

/** Numbers 0…1, the same in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return state / 0x7fff_ffff;
  };
}

/** The level that marks frame n: 100 A-law values far apart. */
const mark = (n: number): number => 0x80 | ((n % 100) + 20);
const frameOf = (n: number): number => (decodeMark.get(n) ?? -1) % 100;
const decodeMark = new Map(
  Array.from({ length: 100 }, (_, n) => [decode('PCMA', Uint8Array.of(mark(n)))[0] ?? 0, n]),
);

function packet(n: number, bytes: Uint8Array, ssrc = SSRC, size = FRAME): Uint8Array {
  const out = new Uint8Array(12 + bytes.length);
  out[0] = 0x80;
  writeHeader(out, 8, false, n & 0xffff, (4_294_960_000 + n * size) >>> 0, ssrc);
  out.set(bytes, 12);
  return out;
}

/** Packets come when they come, 20 ms are taken every 20 ms × `clock`; what was heard by its mark, and the delay. */
function run(
  sent: readonly Sent[],
  o: { readonly ms: number; readonly clock?: number; readonly bytes?: (n: number) => Uint8Array },
) {
  const { ms, clock = 1, bytes = n => new Uint8Array(FRAME).fill(mark(n)) } = o;
  const buffer = new JitterBuffer();
  const into = new Int16Array(FRAME);
  const arriving = sent.toSorted((a, b) => a.at - b.at);
  const frames: (Int16Array | null)[] = [];
  const marks: number[] = [];
  const delays: number[] = [];
  let next = 0;
  for (let now = 10; now < ms; now += 20 * clock) {
    for (; next < arriving.length; next++) {
      const one = arriving[next] as Sent;
      if (one.at > now) break;
      buffer.push('PCMA', packet(one.n, bytes(one.n)), 12, 12 + FRAME, one.at);
    }
    const before = buffer.counters.concealed;
    const heard = buffer.pull(into);
    frames.push(heard ? into.slice() : null);
    marks.push(heard && buffer.counters.concealed === before ? frameOf(into[80] ?? 0) : -1);
    delays.push(buffer.delay);
  }
  return { buffer, frames, delays, marks };
}

const stream = (count: number, late: (n: number) => number = () => 0): Sent[] =>
  Array.from({ length: count }, (_, n) => ({ n, at: n * 20 + late(n) }));

/** Each mark once, rising: nothing twice, nothing in the wrong order. */
function expectOrder(marks: readonly number[]): void {
  const real = marks.filter(m => m >= 0);
  for (let i = 1; i < real.length; i++) {
    const step = ((real[i] as number) - (real[i - 1] as number) + 100) % 100;
    expect(step, `frame ${i}: ${real[i - 1]} → ${real[i]}`).toBeGreaterThan(0);
    expect(step).toBeLessThan(50);
  }
}

describe('the jitter buffer', () => {
  test('a steady stream is heard whole, one frame late at most', () => {
    const { marks, delays, buffer } = run(stream(90), { ms: 1_800 });
    expect(marks.filter(m => m >= 0)).toEqual(Array.from({ length: 90 }, (_, n) => n));
    expect(Math.max(...delays)).toBeLessThanOrEqual(20);
    expect(buffer.counters).toEqual({ late: 0, twice: 0, concealed: 0, cut: 0 });
  });

  test.each([
    ['every second one of two comes first', (n: number) => (n % 2 === 0 ? 30 : 0)],
    ['every tenth comes 50 ms late', (n: number) => (n % 10 === 5 ? 50 : 0)],
    ['a wave of 60 ms', (n: number) => 30 + 30 * Math.sin(n / 3)],
    ['by chance up to 80 ms', (n: number) => 80 * numbers(n + 1)()],
  ])('reordering and jitter: %s; after the first second every frame is heard, in order', (_, late) => {
    const { marks, delays } = run(stream(1_000, late), { ms: 20_000 });
    expectOrder(marks);
    const settled = marks.slice(50, 950);
    expect(settled.filter(m => m < 0).length).toBeLessThanOrEqual(9);
    expect(Math.max(...delays)).toBeLessThanOrEqual(140);
  });

  test('what comes twice is heard once', () => {
    const twice = stream(200).flatMap(one => [one, { n: one.n, at: one.at + 5 }]);
    const { marks, buffer } = run(twice, { ms: 4_200 });
    expectOrder(marks);
    expect(marks.filter(m => m >= 0)).toHaveLength(200);
    expect(buffer.counters.twice + buffer.counters.late).toBe(200);
  });

  test.each([
    [1, 50],
    [2, 50],
    [4, 50],
  ])(
    '%i packets in a row lost of every %i: all others are heard, the gaps are filled, the delay stays',
    (lost, of) => {
      const { marks, delays, buffer } = run(
        stream(1_000).filter(({ n }) => n % of >= lost || n < of),
        { ms: 20_000 },
      );
      expectOrder(marks);
      expect(new Set(marks.slice(0, 60)).size).toBeGreaterThan(50);
      expect(marks.filter(m => m >= 0).length).toBeGreaterThanOrEqual(1_000 - (lost * 950) / of - 3);
      expect(buffer.counters.concealed).toBeGreaterThanOrEqual((lost * 19 * 3) / 4);
      expect(Math.max(...delays.slice(100))).toBeLessThanOrEqual(60);
    },
  );

  test('a voice that does not go on fades within 80 ms, and nothing is made up after that', () => {
    const { frames } = run(stream(50), { ms: 3_000, bytes: () => encode('PCMA', sines([400], 20)) });
    const loud = (f: Int16Array | null | undefined) => (f ? Math.max(...f.map(Math.abs)) : 0);
    const end = frames.findLastIndex(f => loud(f) > 100);
    const [before, ...fading] = frames.slice(end - 4, end + 1).map(loud) as [number, ...number[]];
    expect(fading.every((x, i) => x <= (i === 0 ? before : (fading[i - 1] as number)))).toBe(true);
    expect(end).toBeLessThanOrEqual(50 + 5);
    expect(frames.slice(end + 1).every(f => loud(f) < 100)).toBe(true);
  });

  test.each([300, -300, 1_000, -1_000])(
    'a clock that is off by %i ppm for ten minutes: no frame piles up, few are made up',
    ppm => {
      const { marks, delays, buffer } = run(stream(30_000), { ms: 600_000, clock: 1 + ppm / 1e6 });
      expectOrder(marks);
      expect(Math.max(...delays)).toBeLessThanOrEqual(80);
      const { concealed, cut } = buffer.counters;
      // A slower ear must leave out, a faster one fill in, what the clocks differ by: 0.18 s at 300 ppm; and little more.
      const frames = (Math.abs(ppm) * 600) / 20_000;
      expect(concealed + cut).toBeLessThanOrEqual(6 * frames + 10);
      expect(marks.filter(m => m >= 0).length).toBeGreaterThan(29_000 * 0.98);
    },
  );

  test('a spike of delay is waited for, and the delay comes down again', () => {
    const spike = (n: number) => (n >= 500 && n < 510 ? 150 - 10 * (n - 500) : 0);
    const { delays, marks } = run(stream(2_500, spike), { ms: 50_000 });
    expectOrder(marks);
    expect(Math.max(...delays.slice(500, 560))).toBeGreaterThan(60);
    expect(Math.max(...delays.slice(2_000))).toBeLessThanOrEqual(40);
  });

  test('never more than 200 ms are held, whatever comes at once', () => {
    const burst = stream(300, n => (n >= 100 && n < 200 ? (200 - n) * 20 : 0));
    const { delays, marks } = run(burst, { ms: 6_400 });
    expect(Math.max(...delays)).toBeLessThanOrEqual(200);
    // What was dropped of the burst is its beginning; from there on all is heard, but for what shortens the delay again.
    const after = marks.filter(m => m >= 0).slice(100);
    expectOrder(after);
    expect(after.length).toBeGreaterThanOrEqual(105);
  });

  test('another SSRC, or a leap of the timestamp, begins anew', () => {
    const buffer = new JitterBuffer();
    const into = new Int16Array(FRAME);
    const heard: number[] = [];
    for (let i = 0; i < 30; i++) {
      const [n, ssrc] = i < 10 ? [i, 1] : i < 20 ? [i + 40_000, 2] : [i + 90_000, 2];
      buffer.push('PCMA', packet(n, new Uint8Array(FRAME).fill(mark(i)), ssrc), 12, 12 + FRAME, i * 20);
      if (buffer.pull(into)) heard.push(frameOf(into[80] ?? 0));
    }
    expect(heard.filter(m => m >= 0)).toEqual(Array.from({ length: 30 }, (_, n) => n));
  });

  test.each([10, 30, 40, 60])('packets of %i ms are taken 20 ms at a time', ptime => {
    const buffer = new JitterBuffer();
    const into = new Int16Array(FRAME);
    const voice = encode('PCMA', sines([500], ptime));
    const heard: number[] = [];
    let sent = 0;
    for (let now = 0; now < 6_000; now += 20) {
      for (; sent * ptime <= now; sent++)
        buffer.push('PCMA', packet(sent, voice, SSRC, 8 * ptime), 12, 12 + 8 * ptime, now);
      if (buffer.pull(into)) heard.push(...into);
    }
    expect(heard.length).toBeGreaterThan(8 * 5_800);
    expect(toneShare(Int16Array.from(heard), 500)).toBeGreaterThan(0.9);
    expect(buffer.counters.concealed).toBeLessThanOrEqual(8);
  });

  test('sound: a tone through 5 % loss, jitter and reordering is that tone, and hardly weaker', () => {
    const random = numbers(4);
    const tone = encode('PCMA', sines([400], 20_000));
    const bytes = (n: number) => tone.subarray(n * FRAME, (n + 1) * FRAME);
    const lossy = stream(1_000, () => 40 * random()).filter(() => random() > 0.05);
    const heard = run(lossy, { ms: 20_000, bytes }).frames.slice(50, 950);
    const pcm = Int16Array.from(heard.flatMap(f => [...(f ?? new Int16Array(FRAME))]));
    expect(toneShare(pcm, 400)).toBeGreaterThan(0.8);
    const power = (x: Int16Array) => x.reduce((sum, s) => sum + s * s, 0) / x.length;
    expect(power(pcm) / power(decode('PCMA', tone))).toBeGreaterThan(0.85);
  });

  test('any packets in any order at any time: nothing throws, nothing is heard twice, at most 200 ms are held', () => {
    const one = fc.record({ n: fc.nat(40), at: fc.nat(1_600) });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 120 }), sent => {
        const { marks, delays } = run(sent, { ms: 2_400 });
        const real = marks.filter(m => m >= 0);
        expect(real).toEqual([...new Set(real)].sort((a, b) => a - b));
        expect(Math.max(...delays)).toBeLessThanOrEqual(200);
      }),
      { numRuns: 300 },
    );
  });

  test('any bytes as packets: nothing throws', () => {
    const buffer = new JitterBuffer();
    const into = new Int16Array(FRAME);
    const bytes = fc.uint8Array({ minLength: 12, maxLength: 1_500 });
    fc.assert(
      fc.property(bytes, fc.nat(100_000), (raw, now) => {
        buffer.push('PCMU', raw, 12, raw.length, now);
        buffer.pull(into);
        expect(buffer.delay).toBeLessThanOrEqual(200);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('RFC 3389 comfort noise', () => {
  test('in a mix it is the noise of that level until the voice comes back; it is never taken for sound', async () => {
    const stage = new Stage();
    const [a, b] = [new Leg(stage, 'a', 4_000), new Leg(stage, 'b', 5_000)];
    b.hears({ mix: [a.endpoint.ep] });
    const level = () => {
      const pcm = decode('PCMA', Buffer.concat(b.sent.slice(-10).map(p => p.subarray(12))));
      const rms = Math.sqrt(pcm.reduce((sum, x) => sum + x * x, 0) / pcm.length);
      return 20 * Math.log10(rms / 32_256);
    };
    const voice = [...encode('PCMA', sines([400], 20))];
    for (let i = 0; i < 20; i++) {
      a.says(voice);
      await stage.clock.advance(20);
    }
    expect(level()).toBeGreaterThan(-25);
    a.says([50], 13);
    await stage.clock.advance(400);
    expect(level()).toBeCloseTo(-50, -0.5);
    a.timestamp += 8 * 400;
    for (let i = 0; i < 20; i++) {
      a.says(voice);
      await stage.clock.advance(20);
    }
    expect(level()).toBeGreaterThan(-25);
  });

  test.each([
    ['with a level', [60]],
    ['with a spectrum', [60, 1, 2, 3, 4, 5]],
    ['empty', []],
  ])('%s it is life, no loss, no sound, and not passed on', async (_, payload) => {
    const stage = new Stage();
    const [a, b] = [new Leg(stage, 'a', 4_000), new Leg(stage, 'b', 5_000)];
    b.hears({ relay: a.endpoint.ep });
    a.watch('relay', 1_000);
    a.says();
    for (let i = 0; i < 5; i++) {
      await stage.clock.advance(500);
      a.timestamp += 8 * 480;
      a.says(payload, 13);
      a.endpoint.sweep(stage.clock.now());
    }
    a.says();
    expect(stage.told()).not.toContain('lost');
    expect(b.sent.map(payloadTypeOf)).toEqual([8, 8]);
    expect(steps(b.sent, sequenceOf)).toEqual([1]);
    a.endpoint.close();
    expect(stage.events.at(-1)).toMatchObject({ is: 'stats', loss: 0 });
  });

  test('a payload type 13 that was negotiated as a codec is that codec', () => {
    const stage = new Stage();
    const [a, b] = [
      new Leg(stage, 'a', 4_000, { receive: [{ codec: 'PCMA', payloadType: 13 }] }),
      new Leg(stage, 'b', 5_000),
    ];
    b.hears({ relay: a.endpoint.ep });
    a.says(undefined, 13);
    expect(b.sent).toHaveLength(1);
  });
});

describe('RFC 6263 a stream with nothing in it', () => {
  test('silence is one quiet frame every 15 s: same SSRC, next number, the time that passed; then the voice goes on', async () => {
    const stage = new Stage();
    const [a, b] = [new Leg(stage, 'a', 4_000), new Leg(stage, 'b', 5_000)];
    const sweepFor = async (ms: number) => {
      for (let t = 0; t < ms; t += 500) {
        await stage.clock.advance(500);
        b.endpoint.sweep(stage.clock.now());
      }
    };
    await sweepFor(14_500);
    expect(b.sent).toHaveLength(0);
    await sweepFor(31_000);
    b.hears({ relay: a.endpoint.ep });
    a.says();
    expect(b.sent).toHaveLength(4);
    expect(new Set(b.sent.map(ssrcOf)).size).toBe(1);
    expect(steps(b.sent, sequenceOf)).toEqual([1, 1, 1]);
    expect(steps(b.sent, timestampOf)).toEqual([120_000, 120_000, 4_000]);
    expect(b.sent.slice(0, 3).every(p => p.subarray(12).every(x => x === 0xd5))).toBe(true);
    expect(markerOf(b.sent[3] as Buffer)).toBe(true);
    // Who is on hold is sent nothing at all.
    b.remote({ direction: 'recvonly' });
    await sweepFor(40_000);
    expect(b.sent).toHaveLength(4);
  });
});
