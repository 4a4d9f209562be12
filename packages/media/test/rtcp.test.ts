import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mos } from '../src/rtp/quality.ts';
import { Reception } from '../src/rtp/reception.ts';
import { ntpMiddle, readRtcp, roundTrip, writeRtcp } from '../src/rtp/rtcp.ts';

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
      from: 42,
      sr: ntpMiddle(wall),
      about: { fractionLost: 64, lost: -3, highest: 70_000, jitter: 12, lsr: 0x1234_5678, dlsr: 65_536 },
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
    expect(readRtcp(packet, 1)).toEqual({ from: 42, sr: 0, about: undefined, bye: false });
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
