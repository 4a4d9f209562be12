import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OutStream } from '../src/rtp/out-stream.ts';
import {
  markerOf,
  payloadEnd,
  payloadStart,
  payloadTypeOf,
  sequenceAhead,
  sequenceOf,
  ssrcOf,
  timestampAhead,
  timestampOf,
  writeHeader,
} from '../src/rtp/packet.ts';
import { KeyEar, writeEvent } from '../src/rtp/telephone-event.ts';

const rtp = (
  sequence: number,
  timestamp: number,
  o: { ssrc?: number; pt?: number; payload?: number[] } = {},
) => {
  const packet = Buffer.from([0x80, ...Array(11).fill(0), ...(o.payload ?? Array(160).fill(1))]);
  writeHeader(packet, o.pt ?? 8, false, sequence & 0xffff, timestamp >>> 0, o.ssrc ?? 0xabcd_ef01);
  return packet;
};

describe('RFC 3550 §5.1 packets', () => {
  test('what is written is read', () => {
    fc.assert(
      fc.property(
        fc.nat(127),
        fc.boolean(),
        fc.nat(65_535),
        fc.nat(0xffff_ffff),
        fc.nat(0xffff_ffff),
        (pt, marker, seq, ts, ssrc) => {
          const p = Buffer.alloc(12);
          p[0] = 0x80;
          writeHeader(p, pt, marker, seq, ts, ssrc);
          expect([payloadTypeOf(p), markerOf(p), sequenceOf(p), timestampOf(p), ssrcOf(p)]).toEqual([
            pt,
            marker,
            seq,
            ts,
            ssrc,
          ]);
          expect(payloadStart(p)).toBe(12);
        },
      ),
    );
  });

  test('CSRCs, an extension and padding are not payload', () => {
    const p = Buffer.concat([
      Buffer.from([0xb2, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2]),
      Buffer.alloc(8, 9),
      Buffer.from([0xbe, 0xde, 0, 1, 1, 2, 3, 4]),
      Buffer.from([7, 7, 7, 0, 2]),
    ]);
    const start = payloadStart(p);
    expect([...p.subarray(start, payloadEnd(p, start))]).toEqual([7, 7, 7]);
  });

  test('any bytes: a payload inside the packet, or none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        const p = Buffer.from(bytes);
        const start = payloadStart(p);
        if (start === 0) return;
        const end = payloadEnd(p, start);
        expect(start).toBeGreaterThanOrEqual(12);
        expect(end === 0 || (end >= start && end <= p.length)).toBe(true);
        new KeyEar().hear(p, start);
      }),
      { numRuns: 2_000 },
    );
  });

  test('numbers wrap', () => {
    expect([sequenceAhead(2, 65_534), sequenceAhead(65_534, 2)]).toEqual([4, -4]);
    expect([timestampAhead(100, 4_294_967_196), timestampAhead(4_294_967_196, 100)]).toEqual([200, -200]);
  });
});

describe('one stream for the whole life', () => {
  const stream = () => new OutStream(() => 0.999_999);
  const relayed = (out: OutStream, packet: Buffer, feed: unknown, now: number) => {
    expect(out.relay(packet, feed, 8, false, now)).toBe(true);
    return packet;
  };
  const shape = (p: Buffer) => [sequenceOf(p), timestampOf(p), markerOf(p)];

  test('a feed that begins goes on with the next sequence, the time passed, and the marker', () => {
    const out = stream();
    const first = relayed(out, rtp(100, 5_000), 'a', 1_000);
    const [sequence = 0, timestamp = 0] = [sequenceOf(first), timestampOf(first)];
    const at = (n: number, t: number) => [(sequence + n) & 0xffff, (timestamp + t) >>> 0];
    expect(markerOf(first)).toBe(true);
    expect(shape(relayed(out, rtp(101, 5_160), 'a', 1_020))).toEqual([...at(1, 160), false]);
    expect(shape(relayed(out, rtp(60_000, 77), 'b', 1_520))).toEqual([...at(2, 160 + 4_000), true]);
    const frame = out.frame(new Uint8Array(160), 0, 'tone', 8, 1_540);
    expect(shape(frame)).toEqual([...at(3, 160 + 4_000 + 160), true]);
    expect(shape(out.frame(new Uint8Array(160), 0, 'tone', 8, 1_575))).toEqual([...at(4, 4_480), false]);
    expect(shape(relayed(out, rtp(102, 9_999), 'a', 1_580))).toEqual([...at(5, 4_640), true]);
    expect(new Set([first, frame].map(ssrcOf))).toEqual(new Set([out.ssrc]));
  });

  test("the source's loss and reordering are passed on, a packet from before the change is not", () => {
    const out = stream();
    const zero = sequenceOf(relayed(out, rtp(10, 0), 'a', 0));
    const step = (seq: number, ts: number) =>
      (sequenceOf(relayed(out, rtp(seq, ts), 'a', 20)) - zero) & 0xffff;
    expect([step(13, 480), step(12, 320), step(11, 160), step(14, 640)]).toEqual([3, 2, 1, 4]);
    relayed(out, rtp(500, 0), 'b', 40);
    expect(out.relay(rtp(499, 0), 'b', 8, false, 40)).toBe(false);
  });

  test('a packet that is skipped leaves no gap', () => {
    const out = stream();
    const zero = sequenceOf(relayed(out, rtp(10, 0), 'a', 0));
    out.skip('a');
    out.skip('other');
    expect((sequenceOf(relayed(out, rtp(12, 320), 'a', 40)) - zero) & 0xffff).toBe(1);
  });

  test('a source that starts anew on its SSRC does not break the sequence', () => {
    const out = stream();
    const zero = sequenceOf(relayed(out, rtp(10, 0), 'a', 0));
    const restarted = relayed(out, rtp(30_000, 2_000_000_000), 'a', 20);
    expect([(sequenceOf(restarted) - zero) & 0xffff, markerOf(restarted)]).toEqual([1, true]);
  });

  test('whatever feeds it, sequence rises by one per packet and time never goes back', () => {
    const feeds = fc.array(
      fc.record({
        feed: fc.constantFrom('a', 'b', 'tone'),
        pause: fc.integer({ min: 0, max: 5_000 }),
        seq: fc.nat(65_535),
        ts: fc.nat(0xffff_ffff),
        length: fc.integer({ min: 1, max: 5 }),
      }),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(feeds, talk => {
        const out = new OutStream(() => 0.999_99);
        const sent: Buffer[] = [];
        let now = 0;
        for (const { feed, pause, seq, ts, length } of talk) {
          now += pause;
          out.break();
          for (let i = 0; i < length; i++, now += 20) {
            if (feed === 'tone') sent.push(out.frame(new Uint8Array(160), 0, feed, 8, now));
            else sent.push(relayed(out, rtp(seq + i, ts + 160 * i), feed, now));
          }
        }
        sent.slice(1).forEach((p, i) => {
          const before = sent[i] as Buffer;
          expect(sequenceAhead(sequenceOf(p), sequenceOf(before))).toBe(1);
          expect(timestampAhead(timestampOf(p), timestampOf(before))).toBeGreaterThanOrEqual(160);
        });
      }),
    );
  });
});

describe('RFC 4733 keys', () => {
  const event = (seq: number, ts: number, code: number, duration: number, end = false, ssrc = 1) => {
    const packet = rtp(seq, ts, { pt: 101, ssrc, payload: [0, 0, 0, 0] });
    writeEvent(packet, 12, code, end, duration);
    return packet;
  };

  test('§2.5.1.4 a key is heard once, whichever of its packets arrive', () => {
    const ear = new KeyEar();
    const packets = [
      event(1, 800, 5, 160),
      event(2, 800, 5, 320),
      event(3, 800, 5, 480, true),
      event(3, 800, 5, 480, true),
    ];
    expect(packets.map(p => ear.hear(p, 12))).toEqual(['5', undefined, undefined, undefined]);
    expect(ear.hear(event(9, 2_400, 5, 480, true), 12)).toBe('5');
    expect(ear.hear(event(2, 800, 5, 320), 12)).toBeUndefined();
    expect(ear.hear(event(10, 2_400, 5, 640, true, 2), 12)).toBe('5');
  });

  test('all sixteen keys, and no flash or silence', () => {
    const ear = new KeyEar();
    const heard = Array.from({ length: 18 }, (_, code) => ear.hear(event(code, code * 1_000, code, 800), 12));
    expect(heard.join('')).toBe('0123456789*#ABCD');
  });

  test('§2.5.1.3 a key held for nine seconds is one key', () => {
    const ear = new KeyEar();
    expect(ear.hear(event(1, 0, 3, 160), 12)).toBe('3');
    expect(ear.hear(event(2, 0, 3, 0xffff), 12)).toBeUndefined();
    expect(ear.hear(event(3, 0xffff, 3, 160), 12)).toBeUndefined();
    expect(ear.hear(event(4, 0x2_0000, 3, 160), 12)).toBe('3');
  });
});
