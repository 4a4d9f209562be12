import { beforeEach, describe, expect, test } from 'vitest';
import type { Ep } from '../src/index.ts';
import { markerOf, payloadTypeOf, sequenceOf, ssrcOf, timestampOf } from '../src/rtp/packet.ts';
import { writeRtcp } from '../src/rtp/rtcp.ts';
import { decode } from '../src/testing/index.ts';
import { Leg, play, relay, Stage, steps } from './support/leg.ts';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});

describe('relay', () => {
  test('passes the payload unchanged, with the payload type of the hearer', () => {
    const [a, b] = [
      new Leg(stage, 'a', 4_000),
      new Leg(stage, 'b', 5_000, { send: { codec: 'PCMA', payloadType: 96 } }),
    ];
    b.hears(relay(a));
    const payload = Array.from({ length: 240 }, (_, i) => i & 0xff);
    a.says(payload);
    a.says(payload);
    expect(b.sent.map(p => [...p.subarray(12)])).toEqual([payload, payload]);
    expect(b.sent.map(payloadTypeOf)).toEqual([96, 96]);
    expect(b.sent.map(markerOf)).toEqual([true, false]);
    expect(b.to).toEqual(['10.0.0.1:5000', '10.0.0.1:5000']);
  });

  test('many may hear one, and one that has gone is silence', () => {
    const [a, b, c] = [new Leg(stage, 'a', 4_000), new Leg(stage, 'b', 5_000), new Leg(stage, 'c', 6_000)];
    for (const leg of [a, b, c]) leg.hears(relay(a));
    a.says(Array(160).fill(7));
    for (const leg of [a, b, c]) expect([...(leg.sent[0] ?? []).slice(12)]).toEqual(Array(160).fill(7));
    expect(new Set([a, b, c].map(leg => ssrcOf(leg.sent[0] as Buffer))).size).toBe(3);
    a.endpoint.close();
    a.says();
    expect(b.sent.length).toBe(1);
  });

  test('USR-42 an endpoint may hear another that is opened later', () => {
    const b = new Leg(stage, 'b', 5_000);
    b.hears({ relay: 'a' as Ep });
    new Leg(stage, 'a', 4_000).says();
    expect(b.sent.length).toBe(1);
  });

  test('turns A-law into µ-law where the hearer sends µ-law', () => {
    const [a, b] = [
      new Leg(stage, 'a', 4_000),
      new Leg(stage, 'b', 5_000, { send: { codec: 'PCMU', payloadType: 0 } }),
    ];
    b.hears(relay(a));
    a.says([0xd5, 0x2a, 0xaa]);
    expect([...decode('PCMU', (b.sent[0] as Buffer).subarray(12))]).toEqual([8, -32_124, 32_124]);
  });

  test('RFC 3264 §8.4 who is on hold is not sent anything, and is not heard when he only listens', () => {
    const [a, b] = [new Leg(stage, 'a', 4_000), new Leg(stage, 'b', 5_000)];
    a.hears(relay(b));
    b.hears(relay(a));
    b.remote({ direction: 'recvonly' });
    a.says();
    b.says();
    expect([a.sent.length, b.sent.length]).toEqual([1, 0]);
    b.remote({ direction: 'sendonly' });
    a.says();
    b.says();
    expect([a.sent.length, b.sent.length]).toEqual([1, 1]);
    b.remote({ direction: 'sendrecv', address: '0.0.0.0' });
    a.says();
    expect(b.sent.length).toBe(1);
  });

  test('an unknown payload type (comfort noise) is not passed and is not loss', () => {
    const [a, b] = [new Leg(stage, 'a', 4_000), new Leg(stage, 'b', 5_000)];
    b.hears(relay(a));
    a.says();
    a.says([1], 13);
    a.says();
    expect(steps(b.sent, sequenceOf)).toEqual([1]);
    expect(steps(b.sent, timestampOf)).toEqual([320]);
  });

  test('RFC 3550 §8.2 our own stream that comes back is not relayed again', () => {
    const a = new Leg(stage, 'a', 4_000);
    a.hears(relay(a));
    a.says();
    for (let i = 0; i < 5; i++) a.endpoint.rtp(Buffer.from(a.sent[0] as Buffer), '10.0.0.1', 4_000);
    expect(a.sent.length).toBe(1);
  });

  test('a flood is cut and counted', () => {
    const a = new Leg(stage, 'a', 4_000);
    a.hears(relay(a));
    for (let i = 0; i < 1_000; i++) a.says();
    expect(a.sent.length).toBe(250);
    a.endpoint.close();
    expect(stage.events.at(-1)).toMatchObject({ is: 'stats', refused: 750, last: true });
  });
});

describe('one stream whatever feeds it', () => {
  test('ringback, relay, hold music, relay: one SSRC, no gap in sequence, time as it passed', async () => {
    const [a, b] = [new Leg(stage, 'a', 4_000), new Leg(stage, 'b', 5_000)];
    a.hears(play(['tone:ringback'], { tag: 1, loop: true }));
    await stage.clock.advance(10_000);
    expect(a.sent.length).toBe(501);
    a.hears(relay(b));
    for (let i = 0; i < 50; i++) {
      await stage.clock.advance(20);
      b.says();
    }
    a.hears({ silence: true });
    await stage.clock.advance(2_000);
    b.says();
    a.hears(play(['tone:dial'], { tag: 2 }));
    await stage.clock.advance(500);
    a.hears(relay(b));
    b.says();
    expect(new Set(a.sent.map(ssrcOf)).size).toBe(1);
    expect(new Set(steps(a.sent, sequenceOf).map(s => s & 0xffff))).toEqual(new Set([1]));
    const marks = a.sent.flatMap((p, i) => (markerOf(p) ? [i] : []));
    expect(marks).toEqual([0, 501, 551, 577]);
    const jumps = steps(a.sent, timestampOf).filter(step => step !== 160);
    expect(jumps).toEqual([2_000 * 8]);
    expect(stage.told()).toEqual(['1 replaced', 'first', '2 replaced']);
  });
});

describe('flow', () => {
  test('first, lost after the time asked for, back', async () => {
    const a = new Leg(stage, 'a', 4_000);
    a.watch('relay', 3_000);
    a.says();
    await stage.clock.advance(2_999);
    a.endpoint.sweep(stage.clock.now());
    expect(stage.told()).toEqual(['first']);
    await stage.clock.advance(1);
    a.endpoint.sweep(stage.clock.now());
    a.endpoint.sweep(stage.clock.now());
    a.says();
    expect(stage.told()).toEqual(['first', 'lost', 'back']);
  });

  test('a stream that never began is lost too, one on hold is not missed', async () => {
    const [a, b] = [new Leg(stage, 'a', 4_000), new Leg(stage, 'b', 5_000, { direction: 'inactive' })];
    a.watch('relay', 1_000);
    b.watch('relay', 1_000);
    await stage.clock.advance(5_000);
    a.endpoint.sweep(stage.clock.now());
    b.endpoint.sweep(stage.clock.now());
    expect(stage.events).toEqual([{ is: 'flow', ep: 'a', state: 'lost' }]);
  });

  test('we send where SDP says, then to the learned source; a sprayed port stays with its phone', () => {
    const a = new Leg(stage, 'a', 4_000);
    const b = new Leg(stage, 'b', 5_000);
    a.hears(relay(b));
    b.says();
    a.says(undefined, 8, { port: 4_444 });
    b.says();
    a.says(undefined, 8, { port: 9_999, ssrc: 666 });
    b.says();
    expect(a.to).toEqual(['10.0.0.1:4000', '10.0.0.1:4444', '10.0.0.1:4444']);
    a.endpoint.close();
    expect(stage.events.at(-1)).toMatchObject({ is: 'stats', refused: 1, packetsIn: 1 });
  });
});

describe('RFC 3550 life and quality by RTCP', () => {
  /** A compound packet of the phone behind `leg`, about the stream it is sent. */
  const report = (leg: Leg, o: { lost: number; jitter: number; received: number; bye?: boolean }) =>
    writeRtcp({
      ssrc: leg.port,
      cname: 'phone',
      wall: stage.clock.wall(),
      sent: { timestamp: 0, packets: 1, octets: 160 },
      received: {
        ssrc: ssrcOf(leg.sent[0] as Buffer),
        fractionLost: 0,
        lost: o.lost,
        highest: sequenceOf(leg.sent[0] as Buffer) + o.received - 1,
        jitter: o.jitter,
        lsr: 0,
        dlsr: 0,
      },
      bye: o.bye ?? false,
    });

  test('a phone with nothing to say but RTCP is not lost; `watch` asks anew', async () => {
    const [a, b] = [new Leg(stage, 'a', 4_000), new Leg(stage, 'b', 5_000)];
    a.hears(relay(b));
    b.says();
    a.says();
    a.watch('relay', 10_000);
    for (let i = 0; i < 6; i++) {
      await stage.clock.advance(5_000);
      a.endpoint.rtp(report(a, { lost: 0, jitter: 0, received: 1 }), '10.0.0.1', 4_000);
      a.endpoint.sweep(stage.clock.now());
    }
    expect(stage.told()).not.toContain('lost');
    for (let i = 0; i < 3; i++) {
      await stage.clock.advance(10_000);
      a.endpoint.sweep(stage.clock.now());
    }
    expect(stage.told().filter(what => what === 'lost')).toHaveLength(1);
    a.watch('relay', 10_000);
    await stage.clock.advance(10_000);
    a.endpoint.sweep(stage.clock.now());
    expect(stage.told().filter(what => what === 'lost')).toHaveLength(2);
  });

  test('RTCP from elsewhere is no sign of life', async () => {
    const [a, b] = [new Leg(stage, 'a', 4_000), new Leg(stage, 'b', 5_000)];
    a.hears(relay(b));
    b.says();
    a.says();
    a.watch('relay', 10_000);
    await stage.clock.advance(9_000);
    a.endpoint.rtp(report(a, { lost: 0, jitter: 0, received: 1 }), '203.0.113.66', 4_000);
    await stage.clock.advance(1_000);
    a.endpoint.sweep(stage.clock.now());
    expect(stage.told()).toContain('lost');
  });

  test('what the phone reports of our stream: loss of all it expected, jitter, its MOS', async () => {
    const [a, b] = [new Leg(stage, 'a', 4_000), new Leg(stage, 'b', 5_000)];
    a.hears(relay(b));
    a.says();
    for (let i = 0; i < 100; i++) b.says();
    a.endpoint.rtp(report(a, { lost: 5, jitter: 160, received: 100 }), '10.0.0.1', 4_000);
    a.endpoint.rtp(report(a, { lost: 10, jitter: 80, received: 100 }), '10.0.0.1', 4_000);
    a.endpoint.close();
    const last = stage.events.at(-1);
    expect(last).toMatchObject({ is: 'stats', loss: 0, far: { loss: 0.1, jitterMs: 10 }, last: true });
    if (last?.is !== 'stats' || !last.far) throw new Error('no figures');
    expect(last.far.mos).toBeLessThan(3.5);
    expect(last.mos).toBeGreaterThan(4.3);
  });

  test.each([
    ['more lost than there ever was', { lost: 0x7f_ffff, jitter: 0xffff_ffff, received: 1 }, { loss: 1 }],
    ['less than nothing lost', { lost: -100, jitter: 0, received: 1 }, { loss: 0 }],
  ])('a phone that reports %s spoils no figures', (_, told, want) => {
    const [a, b] = [new Leg(stage, 'a', 4_000), new Leg(stage, 'b', 5_000)];
    a.hears(relay(b));
    a.says();
    b.says();
    a.endpoint.rtp(report(a, told), '10.0.0.1', 4_000);
    a.endpoint.close();
    expect(stage.events.at(-1)).toMatchObject({ is: 'stats', far: want });
    const { far } = stage.events.at(-1) as { far?: { mos: number; jitterMs: number } };
    expect(far?.mos).toBeGreaterThanOrEqual(1);
    expect(far?.jitterMs).toBeLessThanOrEqual(60_000);
  });

  test('RFC 7022 the CNAME stays for the whole life and is nobody else’s; BYE ends the last report', async () => {
    const [a, b] = [new Leg(stage, 'a', 4_000), new Leg(stage, 'b', 5_000)];
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const)
      one.hears(relay(other));
    const cname = (packet: Buffer) => {
      const sdes = packet.indexOf(Buffer.from([0x81, 202]));
      return packet.subarray(sdes + 10, sdes + 10 + (packet[sdes + 9] ?? 0)).toString();
    };
    for (let i = 0; i < 4; i++) {
      for (const leg of [a, b]) leg.says();
      await stage.clock.advance(5_000);
      for (const leg of [a, b]) leg.endpoint.sweep(stage.clock.now());
      if (i === 1) a.remote({ port: 4_000, direction: 'sendonly' });
    }
    for (const leg of [a, b]) leg.endpoint.close();
    const [names, others] = [a, b].map(leg => new Set(leg.rtcp.map(cname)));
    expect([names?.size, others?.size]).toEqual([1, 1]);
    expect([...(names ?? [])][0]).not.toBe([...(others ?? [])][0]);
    expect([...(names ?? [])][0]?.length).toBeGreaterThan(4);
    expect(a.rtcp.map(packet => packet.subarray(-8)[1] === 203)).toEqual([
      ...Array<boolean>(a.rtcp.length - 1).fill(false),
      true,
    ]);
  });
});

describe('reports', () => {
  test('RTCP every five seconds, round trip from the peer’s report, figures every ten and at the end', async () => {
    const [a, b] = [new Leg(stage, 'a', 4_000), new Leg(stage, 'b', 5_000)];
    a.hears(relay(b));
    b.hears(relay(a));
    for (let i = 0; i < 625; i++) {
      if (i !== 100) a.says();
      else a.sequence++;
      b.says();
      await stage.clock.advance(20);
      if (i % 25 === 24) for (const leg of [a, b]) leg.endpoint.sweep(stage.clock.now());
    }
    expect(a.rtcp.length).toBe(2);
    const report = a.rtcp[1] as Buffer;
    expect([report[1], report.readUInt32BE(4)]).toEqual([200, ssrcOf(a.sent[0] as Buffer)]);
    const stats = stage.events.filter(e => e.is === 'stats');
    expect(stats.map(e => [e.ep, e.packetsIn, e.loss, e.last])).toEqual([
      ['a', 499, 0.002, false],
      ['b', 500, 0, false],
    ]);
    expect(stats[0]?.mos).toBeLessThan(stats[1]?.mos ?? 0);
    a.endpoint.close();
    expect(stage.events.at(-1)).toMatchObject({
      is: 'stats',
      ep: 'a',
      packetsIn: 624,
      packetsOut: 625,
      jitterMs: 0,
      last: true,
    });
    expect(a.rtcp.at(-1)?.subarray(-8)[1]).toBe(203);
  });
});
