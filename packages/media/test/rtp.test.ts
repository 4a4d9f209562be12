import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Latch } from '../src/rtp/latch.ts';
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
import { mos } from '../src/rtp/quality.ts';
import { Reception } from '../src/rtp/reception.ts';
import { ntpMiddle, readRtcp, roundTrip, writeRtcp } from '../src/rtp/rtcp.ts';
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

describe('RFC 3550 A.1, A.3, A.8 reception', () => {
  test('loss counts gaps across the wrap, not reordering', () => {
    const r = new Reception();
    for (const seq of [65_534, 65_535, 1, 0, 2, 4]) r.packet(1, seq, 160 * seq, 0, false);
    expect(r.loss).toBeCloseTo(1 / 7);
    expect(r.report()).toMatchObject({
      ssrc: 1,
      lost: 1,
      fractionLost: Math.floor(256 / 7),
      highest: 65_536 + 4,
    });
    r.packet(1, 5, 0, 0, false);
    expect(r.report()).toMatchObject({ lost: 1, fractionLost: 0 });
  });

  test('a new SSRC or a restart is not loss', () => {
    const r = new Reception();
    for (const [ssrc, seq] of [
      [1, 10],
      [1, 11],
      [2, 40_000],
      [2, 40_001],
      [2, 5],
    ] as const) {
      r.packet(ssrc, seq, 0, 0, false);
    }
    expect([r.loss, r.packets]).toEqual([0, 5]);
  });

  test('jitter is the smoothed difference of spacing', () => {
    const r = new Reception();
    for (let i = 0; i < 400; i++) r.packet(1, i, 160 * i, 20 * i + (i % 2 ? 10 : 0), true);
    expect(r.jitterMs).toBeCloseTo(10, 1);
    const even = new Reception();
    for (let i = 0; i < 400; i++) even.packet(1, i, 160 * i, 20 * i, true);
    expect(even.jitterMs).toBe(0);
  });
});

describe('RTCP', () => {
  const wall = Date.parse('2021-04-12T08:00:00.250Z');

  test('RFC 3550 §6.4.1 a report is read by its peer, byte by byte as the RFC draws it', () => {
    const sent = { timestamp: 7, packets: 50, octets: 8_000 };
    const received = {
      ssrc: 99,
      fractionLost: 64,
      lost: -3,
      highest: 70_000,
      jitter: 12,
      lsr: 0x1234_5678,
      dlsr: 65_536,
    };
    const packet = writeRtcp({ ssrc: 42, cname: 'abc', wall, sent, received, bye: true });
    expect(packet.length % 4).toBe(0);
    expect([packet[0], packet[1], packet.readUInt16BE(2)]).toEqual([0x81, 200, 12]);
    expect(packet.readUInt32BE(8)).toBe(wall / 1_000 - 0.25 + 2_208_988_800);
    expect(packet.readUInt32BE(12)).toBe(2 ** 30);
    expect(packet.readIntBE(33, 3)).toBe(-3);
    expect(packet.toString('latin1', 62, 65)).toBe('abc');
    const heard = readRtcp(packet, 99);
    expect(heard).toEqual({
      sr: ntpMiddle(wall),
      about: { fractionLost: 64, lsr: 0x1234_5678, dlsr: 65_536 },
      bye: true,
    });
    expect(readRtcp(packet, 98)?.about).toBeUndefined();
  });

  test('who sent nothing writes a receiver report', () => {
    const packet = writeRtcp({
      ssrc: 42,
      cname: 'x',
      wall,
      sent: undefined,
      received: undefined,
      bye: false,
    });
    expect([packet[0], packet[1], packet.readUInt16BE(2)]).toEqual([0x80, 201, 1]);
    expect(readRtcp(packet, 1)).toEqual({ sr: 0, about: undefined, bye: false });
  });

  test('§6.4.1 round trip: now − LSR − DLSR', () => {
    const lsr = ntpMiddle(wall);
    expect(roundTrip(wall + 1_080, lsr, 65_536)).toBeCloseTo(80, 0);
    expect(roundTrip(wall + 1_000, lsr, 65_536)).toBeCloseTo(0, 0);
    expect(roundTrip(wall, 0, 0)).toBeUndefined();
    expect(roundTrip(wall, lsr, 20 * 65_536)).toBeUndefined();
  });

  test('no bytes make the reader throw, cut reports are not believed', () => {
    const bytes = fc.uint8Array({ maxLength: 120 }).map(tail => Buffer.from([0x81, 200, 0, 12, ...tail]));
    fc.assert(
      fc.property(
        fc.oneof(
          bytes,
          fc.uint8Array({ maxLength: 64 }).map(b => Buffer.from(b)),
        ),
        p => void readRtcp(p, 1),
      ),
      {
        numRuns: 2_000,
      },
    );
    const whole = writeRtcp({
      ssrc: 1,
      cname: 'x',
      wall,
      sent: { timestamp: 1, packets: 1, octets: 1 },
      received: undefined,
      bye: false,
    });
    expect(readRtcp(whole.subarray(0, 20), 1)).toBeUndefined();
  });
});

describe('ITU-T G.107 quality', () => {
  test('an undisturbed call is 4.4, loss and delay cost', () => {
    expect(mos(0, 0, undefined)).toBeCloseTo(4.4, 1);
    expect(mos(0.01, 0, undefined)).toBeCloseTo(4.32, 1);
    expect(mos(0.05, 5, 100)).toBeLessThan(mos(0.01, 5, 100));
    expect(mos(0, 0, 800)).toBeLessThan(3.5);
    expect(mos(1, 1_000, 10_000)).toBe(1);
  });
});

describe('DESIGN §2 the latch', () => {
  const sdp = { address: '192.168.1.5', port: 4_000, signallingAddress: '198.51.100.7' };
  const latch = (answered: boolean) => {
    const l = new Latch();
    l.expect(sdp, answered);
    let seq = 0;
    return {
      l,
      from: (address: string, port: number, now: number, o: { ssrc?: number; seq?: number } = {}) =>
        l.take(address, port, o.ssrc ?? 1, o.seq ?? seq++, now),
    };
  };

  test('a stranger is heard until the signalling address or the negotiated one speaks', () => {
    const { l, from } = latch(false);
    expect(from('203.0.113.66', 9, 0)).toBe('first');
    expect(from('203.0.113.66', 9, 10)).toBe('same');
    expect(from('198.51.100.7', 30_000, 20, { ssrc: 2 })).toBe('moved');
    expect(from('203.0.113.66', 9, 30)).toBe('refused');
    expect(from('192.168.1.5', 4_000, 40, { ssrc: 3 })).toBe('moved');
    expect(from('198.51.100.7', 30_000, 50)).toBe('refused');
    expect([l.moves, l.refused]).toEqual([2, 2]);
  });

  test('after the answer one preferred address does not take the place of another', () => {
    const { from } = latch(true);
    expect(from('198.51.100.7', 30_000, 0)).toBe('first');
    expect(from('192.168.1.5', 4_000, 20, { ssrc: 2 })).toBe('refused');
    expect(from('198.51.100.7', 30_002, 20, { ssrc: 2 })).toBe('refused');
  });

  test('a stranger who was first does not keep the phone out, answered or not', () => {
    const { from } = latch(true);
    expect(from('203.0.113.66', 9, 0)).toBe('first');
    expect(from('192.168.1.5', 4_000, 20, { ssrc: 2 })).toBe('moved');
  });

  test('spraying a live stream gains nothing, even with its SSRC and sequence', () => {
    const { l, from } = latch(true);
    expect(from('192.168.1.5', 4_000, 0)).toBe('first');
    for (let i = 1; i <= 50; i++) {
      expect(from('192.168.1.5', 4_000, i * 20)).toBe('same');
      expect(from('203.0.113.66', 9, i * 20 + 1, { seq: i + 1 })).toBe('refused');
    }
    expect(l.source).toEqual({ address: '192.168.1.5', port: 4_000 });
    expect(l.refused).toBe(50);
  });

  test('a stream that goes on elsewhere after a second of silence is followed, at most once in five seconds', () => {
    const { from } = latch(true);
    from('192.168.1.5', 4_000, 0, { seq: 100 });
    expect(from('198.51.100.7', 500, 999, { seq: 150 })).toBe('refused');
    expect(from('198.51.100.7', 500, 1_000, { seq: 150, ssrc: 9 })).toBe('refused');
    expect(from('198.51.100.7', 500, 1_000, { seq: 100 })).toBe('refused');
    expect(from('198.51.100.7', 500, 1_000, { seq: 40_000 })).toBe('refused');
    expect(from('198.51.100.7', 500, 1_000, { seq: 150 })).toBe('moved');
    expect(from('198.51.100.7', 600, 2_500, { seq: 200 })).toBe('refused');
    expect(from('198.51.100.7', 600, 6_000, { seq: 300 })).toBe('moved');
  });

  test('a new offer/answer is followed at once, and the loser of a fork is not heard again', () => {
    const { l, from } = latch(false);
    from('192.168.1.5', 4_000, 0);
    l.expect({ address: '192.168.1.9', port: 5_000, signallingAddress: undefined }, true);
    expect(l.source).toBeUndefined();
    expect(from('192.168.1.5', 4_000, 20)).toBe('refused');
    expect(from('192.168.1.9', 5_000, 40, { ssrc: 7 })).toBe('moved');
  });

  test('the same address again keeps the learned source', () => {
    const { l, from } = latch(false);
    from('198.51.100.7', 30_000, 0);
    l.expect(sdp, true);
    expect(l.source).toEqual({ address: '198.51.100.7', port: 30_000 });
    expect(from('198.51.100.7', 30_000, 20)).toBe('same');
  });
});
