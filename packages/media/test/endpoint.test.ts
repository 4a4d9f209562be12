import { Settled, VirtualClock } from '@kommutator/base';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Clip, clipOf } from '../src/codec/wav.ts';
import { Endpoint, type Shared } from '../src/engine/endpoint.ts';
import { Lease } from '../src/engine/lease.ts';
import { Pacer } from '../src/engine/pacer.ts';
import { Ports } from '../src/engine/ports.ts';
import { ALONE, Sources } from '../src/engine/sources.ts';
import type { ClipId, Ep, Event, Hear, Negotiated } from '../src/index.ts';
import { markerOf, payloadTypeOf, sequenceOf, ssrcOf, timestampOf, writeHeader } from '../src/rtp/packet.ts';
import { eventCode, writeEvent } from '../src/rtp/telephone-event.ts';
import { decode, detectKey, detectTone, sines } from '../src/testing/index.ts';
import { PromptLibrary } from '../src/tones/prompts.ts';

/** Endpoints without sockets: what they send is a list, time is virtual. */
let clock: VirtualClock;
let shared: Shared;
let events: Event[];

const negotiated = (port: number, o: Partial<Negotiated> = {}): Negotiated => ({
  address: '10.0.0.1',
  port,
  send: { codec: 'PCMA', payloadType: 8 },
  receive: [{ codec: 'PCMA', payloadType: 8 }],
  telephoneEvent: 101,
  direction: 'sendrecv',
  ptime: 20,
  rtcpMux: true,
  ...o,
});

class Leg {
  readonly sent: Buffer[] = [];
  readonly rtcp: Buffer[] = [];
  readonly to: string[] = [];
  readonly endpoint: Endpoint;
  sequence = 100;
  timestamp = 0;
  readonly port: number;
  constructor(name: string, port: number, o: Partial<Negotiated> = {}) {
    this.port = port;
    this.endpoint = new Endpoint(
      { do: 'open', ep: name as Ep, domain: 'd', as: 'rtp', language: 'ru' },
      shared,
    );
    const rtp = (packet: Buffer, port: number, address: string) => {
      const rtcp = ((packet[1] ?? 0) & 0x7f) >= 72 && ((packet[1] ?? 0) & 0x7f) <= 76;
      (rtcp ? this.rtcp : this.sent).push(Buffer.from(packet));
      this.to.push(`${address}:${port}`);
    };
    this.endpoint.connect({ rtp, rtcp: rtp, openRtcp() {}, close() {} }, 20_000);
    this.remote(o);
  }
  remote(o: Partial<Negotiated>) {
    this.endpoint.obey({ do: 'remote', ep: this.endpoint.ep, to: negotiated(this.port, o) });
  }
  hears(what: Hear) {
    this.endpoint.obey({ do: 'hear', ep: this.endpoint.ep, what });
  }
  watch(keys: 'relay' | 'withhold' | 'off', lostAfter = 0) {
    this.endpoint.obey({ do: 'watch', ep: this.endpoint.ep, keys, lostAfter });
  }
  says(payload: number[] = Array(160).fill(0x2a), pt = 8, o: { port?: number; ssrc?: number } = {}) {
    const packet = Buffer.from([0x80, ...Array(11).fill(0), ...payload]);
    writeHeader(packet, pt, false, this.sequence++, this.timestamp, o.ssrc ?? this.port);
    this.timestamp += 160;
    this.endpoint.rtp(packet, '10.0.0.1', o.port ?? this.port);
  }
  presses(key: '1' | '5' | '#', pt = 101) {
    const held = this.timestamp;
    for (const [duration, end] of [
      [160, false],
      [320, false],
      [480, true],
      [480, true],
    ] as const) {
      const payload = [0, 0, 0, 0];
      const bytes = Buffer.from(payload);
      writeEvent(bytes, 0, eventCode(key), end, duration);
      this.timestamp = held;
      this.says([...bytes], pt);
    }
    this.timestamp = held + 480;
  }
}
const play = (names: string[], o: { tag: number; loop?: boolean; stopOn?: string; next?: Hear }): Hear => {
  const { next = { silence: true }, ...rest } = o;
  // biome-ignore lint/suspicious/noThenProperty: the protocol's word; it is never a function
  return { play: names as ClipId[], ...rest, then: next };
};
const relay = (leg: Leg): Hear => ({ relay: leg.endpoint.ep });
const steps = (packets: readonly Buffer[], of: (p: Buffer) => number) =>
  packets.slice(1).map((p, i) => (of(p) - of(packets[i] as Buffer)) | 0);
const told = () =>
  events.map(e => (e.is === 'played' ? `${e.tag} ${e.end}` : e.is === 'flow' ? e.state : e.is));

beforeEach(() => {
  clock = new VirtualClock();
  events = [];
  let n = 0;
  shared = {
    clock,
    pacer: new Pacer(clock),
    sources: new Sources(ALONE),
    library: new PromptLibrary({ dir: '/nonexistent' }),
    random: () => {
      n = (n + 0.137) % 1;
      return n;
    },
    emit: event => events.push(event),
  };
});

describe('relay', () => {
  test('passes the payload unchanged, with the payload type of the hearer', () => {
    const [a, b] = [new Leg('a', 4_000), new Leg('b', 5_000, { send: { codec: 'PCMA', payloadType: 96 } })];
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
    const [a, b, c] = [new Leg('a', 4_000), new Leg('b', 5_000), new Leg('c', 6_000)];
    for (const leg of [a, b, c]) leg.hears(relay(a));
    a.says(Array(160).fill(7));
    for (const leg of [a, b, c]) expect([...(leg.sent[0] ?? []).slice(12)]).toEqual(Array(160).fill(7));
    expect(new Set([a, b, c].map(leg => ssrcOf(leg.sent[0] as Buffer))).size).toBe(3);
    a.endpoint.close();
    a.says();
    expect(b.sent.length).toBe(1);
  });

  test('USR-42 an endpoint may hear another that is opened later', () => {
    const b = new Leg('b', 5_000);
    b.hears({ relay: 'a' as Ep });
    new Leg('a', 4_000).says();
    expect(b.sent.length).toBe(1);
  });

  test('turns A-law into µ-law where the hearer sends µ-law', () => {
    const [a, b] = [new Leg('a', 4_000), new Leg('b', 5_000, { send: { codec: 'PCMU', payloadType: 0 } })];
    b.hears(relay(a));
    a.says([0xd5, 0x2a, 0xaa]);
    expect([...decode('PCMU', (b.sent[0] as Buffer).subarray(12))]).toEqual([8, -32_124, 32_124]);
  });

  test('RFC 3264 §8.4 who is on hold is not sent anything, and is not heard when he only listens', () => {
    const [a, b] = [new Leg('a', 4_000), new Leg('b', 5_000)];
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
    const [a, b] = [new Leg('a', 4_000), new Leg('b', 5_000)];
    b.hears(relay(a));
    a.says();
    a.says([1], 13);
    a.says();
    expect(steps(b.sent, sequenceOf)).toEqual([1]);
    expect(steps(b.sent, timestampOf)).toEqual([320]);
  });

  test('RFC 3550 §8.2 our own stream that comes back is not relayed again', () => {
    const a = new Leg('a', 4_000);
    a.hears(relay(a));
    a.says();
    for (let i = 0; i < 5; i++) a.endpoint.rtp(Buffer.from(a.sent[0] as Buffer), '10.0.0.1', 4_000);
    expect(a.sent.length).toBe(1);
  });

  test('a flood is cut and counted', () => {
    const a = new Leg('a', 4_000);
    a.hears(relay(a));
    for (let i = 0; i < 1_000; i++) a.says();
    expect(a.sent.length).toBe(250);
    a.endpoint.close();
    expect(events.at(-1)).toMatchObject({ is: 'stats', refused: 750, last: true });
  });
});

describe('one stream whatever feeds it', () => {
  test('ringback, relay, hold music, relay: one SSRC, no gap in sequence, time as it passed', async () => {
    const [a, b] = [new Leg('a', 4_000), new Leg('b', 5_000)];
    a.hears(play(['tone:ringback'], { tag: 1, loop: true }));
    await clock.advance(10_000);
    expect(a.sent.length).toBe(501);
    a.hears(relay(b));
    for (let i = 0; i < 50; i++) {
      await clock.advance(20);
      b.says();
    }
    a.hears({ silence: true });
    await clock.advance(2_000);
    b.says();
    a.hears(play(['tone:dial'], { tag: 2 }));
    await clock.advance(500);
    a.hears(relay(b));
    b.says();
    expect(new Set(a.sent.map(ssrcOf)).size).toBe(1);
    expect(new Set(steps(a.sent, sequenceOf).map(s => s & 0xffff))).toEqual(new Set([1]));
    const marks = a.sent.flatMap((p, i) => (markerOf(p) ? [i] : []));
    expect(marks).toEqual([0, 501, 551, 577]);
    const jumps = steps(a.sent, timestampOf).filter(step => step !== 160);
    expect(jumps).toEqual([2_000 * 8]);
    expect(told()).toEqual(['1 replaced', 'first', '2 replaced']);
  });
});

describe('playing', () => {
  test('a tone is heard, and frame n leaves at start + n × 20 ms', async () => {
    const a = new Leg('a', 4_000);
    a.hears(play(['tone:busy'], { tag: 1 }));
    await clock.advance(199);
    expect(a.sent.length).toBe(10);
    const pcm = decode('PCMA', Buffer.concat(a.sent.map(p => p.subarray(12))));
    expect(detectTone(pcm, 425)).toBe(true);
    await clock.advance(501);
    expect(a.sent.length).toBe(35);
    expect(told()).toEqual(['1 done']);
    expect([clock.pending, shared.pacer.size]).toEqual([0, 0]);
  });

  test('pauses take their time, a missing clip is skipped and told, `then` follows without a gap', async () => {
    const a = new Leg('a', 4_000);
    a.hears(
      play(['silence:100', 'announcement:../none', 'tone:confirm'], {
        tag: 1,
        next: play(['tone:dial'], { tag: 2 }),
      }),
    );
    await clock.settle();
    await clock.advance(100 + 400 + 1_000);
    await clock.advance(20);
    expect(told()).toEqual(['1 missing', '2 done']);
    expect(a.sent.length).toBe(5 + 20 + 50);
    expect(new Set(steps(a.sent, timestampOf))).toEqual(new Set([160]));
  });

  test('a list whose clips are all missing ends, looped or not', async () => {
    const a = new Leg('a', 4_000);
    a.hears(play(['no name'], { tag: 1, loop: true }));
    await clock.advance(0);
    a.hears(play(['no name', ':', 'tone:none'], { tag: 2 }));
    await clock.advance(20);
    expect(told()).toEqual(['1 missing', '2 missing']);
    expect(shared.pacer.size).toBe(0);
  });

  test('while a file is being read nothing is sent, then it begins at its beginning', async () => {
    const file = new Settled<Clip | undefined>();
    shared = { ...shared, library: { find: () => file.promise } };
    const a = new Leg('a', 4_000);
    a.hears(play(['announcement:forbidden'], { tag: 1 }));
    await clock.advance(500);
    expect([a.sent.length, shared.pacer.size]).toEqual([0, 1]);
    file.settle(clipOf(sines([500], 100)));
    await clock.advance(100);
    expect(a.sent.length).toBe(5);
    await clock.advance(20);
    expect(told()).toEqual(['1 done']);
  });

  test('a key of `stopOn` ends it, another key does not', async () => {
    const [a, b] = [new Leg('a', 4_000), new Leg('b', 5_000)];
    a.hears(play(['tone:dial'], { tag: 1, loop: true, stopOn: '#', next: relay(b) }));
    await clock.advance(100);
    a.presses('5');
    expect(told()).toEqual(['first', 'heard']);
    a.presses('#');
    expect(told()).toEqual(['first', 'heard', 'heard', '1 key']);
    const before = a.sent.length;
    b.says();
    expect(a.sent.length).toBe(before + 1);
  });

  test('a blocked loop is caught up with five frames at most', async () => {
    const beats: number[] = [];
    shared.pacer.add({ tick: now => beats.push(now) < 8 });
    await clock.advance(0);
    let blocked = 0;
    const stuck = {
      now: () => clock.now() + blocked,
      wall: () => clock.wall(),
      after: clock.after.bind(clock),
    };
    const late = new Pacer(Object.assign(Object.create(clock), stuck));
    let ticks = 0;
    late.add({ tick: () => ++ticks < 1_000 });
    await clock.advance(40);
    expect(ticks).toBe(3);
    blocked = 60;
    await clock.advance(20);
    expect(ticks).toBe(7);
    blocked = 10_060;
    await clock.advance(20);
    expect(ticks).toBe(8);
  });
});

describe('RFC 4733 keys', () => {
  test('a key is reported once and passed on with the hearer’s payload type and a held timestamp', () => {
    const [a, b] = [new Leg('a', 4_000), new Leg('b', 5_000, { telephoneEvent: 110 })];
    b.hears(relay(a));
    a.says();
    a.presses('5');
    a.says();
    expect(events.filter(e => e.is === 'heard')).toEqual([
      { is: 'heard', ep: 'a', what: { key: '5', via: '4733' } },
    ]);
    expect(b.sent.map(payloadTypeOf)).toEqual([8, 110, 110, 110, 110, 8]);
    expect(steps(b.sent, timestampOf)).toEqual([160, 0, 0, 0, 480]);
    expect(steps(b.sent, sequenceOf)).toEqual([1, 1, 1, 1, 1]);
    expect(b.sent.slice(1, 5).map(p => [...p.subarray(12)])).toEqual([
      [5, 10, 0, 160],
      [5, 10, 1, 64],
      [5, 138, 1, 224],
      [5, 138, 1, 224],
    ]);
  });

  test('a withheld key is reported, not passed, and not missed; an ignored one is not even reported', () => {
    const [a, b] = [new Leg('a', 4_000), new Leg('b', 5_000)];
    b.hears(relay(a));
    a.watch('withhold');
    a.says();
    a.presses('#');
    a.says();
    a.watch('off');
    a.presses('1');
    a.says();
    expect(told()).toEqual(['first', 'heard']);
    expect(steps(b.sent, sequenceOf)).toEqual([1, 1]);
  });

  test('§2.5.1 keys are sent 100 ms long with three ends and one timestamp each, sound rests meanwhile', async () => {
    const [a, b] = [new Leg('a', 4_000), new Leg('b', 5_000)];
    a.hears(relay(b));
    b.says();
    a.endpoint.obey({ do: 'keys', ep: a.endpoint.ep, keys: '4#' });
    for (let i = 0; i < 17; i++) {
      await clock.advance(20);
      b.says();
    }
    const kinds = a.sent.map(payloadTypeOf).join(' ');
    expect(kinds).toBe(`8 ${Array(16).fill(101).join(' ')} 8 8 8`);
    const [four, hash] = [a.sent.slice(1, 9), a.sent.slice(9, 17)];
    expect(four.map(p => [p[12], (p[13] ?? 0) >> 7, p.readUInt16BE(14), markerOf(p)])).toEqual([
      [4, 0, 160, true],
      [4, 0, 320, false],
      [4, 0, 480, false],
      [4, 0, 640, false],
      [4, 0, 800, false],
      [4, 1, 800, false],
      [4, 1, 800, false],
      [4, 1, 800, false],
    ]);
    expect(new Set(four.map(timestampOf)).size).toBe(1);
    expect(new Set(hash.map(timestampOf)).size).toBe(1);
    expect(timestampOf(hash[0] as Buffer) - timestampOf(four[0] as Buffer)).toBe(8 * 160);
    expect(new Set(steps(a.sent, sequenceOf))).toEqual(new Set([1]));
    expect(steps(a.sent, timestampOf).every(step => step >= 0)).toBe(true);
  });

  test('a peer without telephone-event is sent tones, its own or those of who it hears', async () => {
    const [a, b] = [new Leg('a', 4_000, { telephoneEvent: undefined }), new Leg('b', 5_000)];
    a.hears(relay(b));
    a.endpoint.obey({ do: 'keys', ep: a.endpoint.ep, keys: '9' });
    await clock.advance(150);
    expect(a.sent.length).toBe(8);
    expect(detectKey(decode('PCMA', Buffer.concat(a.sent.slice(0, 5).map(p => p.subarray(12)))))).toBe('9');
    b.presses('1');
    await clock.advance(150);
    expect(detectKey(decode('PCMA', Buffer.concat(a.sent.slice(8, 13).map(p => p.subarray(12)))))).toBe('1');
  });
});

describe('mix', () => {
  test('two voices are added up, and cut where they are too loud', async () => {
    const [a, b, c] = [new Leg('a', 4_000), new Leg('b', 5_000), new Leg('c', 6_000)];
    c.hears({ mix: [a.endpoint.ep, b.endpoint.ep] });
    for (let i = 0; i < 10; i++) {
      a.says(Array(160).fill(0xaa));
      b.says(Array(160).fill(i < 5 ? 0xaa : 0x2a));
      await clock.advance(20);
    }
    const sums = c.sent.map(p => decode('PCMA', p.subarray(12))[0] ?? 0);
    expect(sums.slice(0, 4)).toEqual([32_256, 32_256, 32_256, 32_256]);
    expect(sums.slice(5)).toEqual([8, 8, 8, 8]);
    expect(new Set(steps(c.sent, timestampOf))).toEqual(new Set([160]));
    a.presses('5');
    await clock.advance(200);
    expect(c.sent.filter(p => payloadTypeOf(p) === 101).length).toBe(8);
  });
});

describe('flow', () => {
  test('first, lost after the time asked for, back', async () => {
    const a = new Leg('a', 4_000);
    a.watch('relay', 3_000);
    a.says();
    await clock.advance(2_999);
    a.endpoint.sweep(clock.now());
    expect(told()).toEqual(['first']);
    await clock.advance(1);
    a.endpoint.sweep(clock.now());
    a.endpoint.sweep(clock.now());
    a.says();
    expect(told()).toEqual(['first', 'lost', 'back']);
  });

  test('a stream that never began is lost too, one on hold is not missed', async () => {
    const [a, b] = [new Leg('a', 4_000), new Leg('b', 5_000, { direction: 'inactive' })];
    a.watch('relay', 1_000);
    b.watch('relay', 1_000);
    await clock.advance(5_000);
    a.endpoint.sweep(clock.now());
    b.endpoint.sweep(clock.now());
    expect(events).toEqual([{ is: 'flow', ep: 'a', state: 'lost' }]);
  });

  test('we send where SDP says, then to the learned source; a sprayed port stays with its phone', () => {
    const a = new Leg('a', 4_000);
    const b = new Leg('b', 5_000);
    a.hears(relay(b));
    b.says();
    a.says(undefined, 8, { port: 4_444 });
    b.says();
    a.says(undefined, 8, { port: 9_999, ssrc: 666 });
    b.says();
    expect(a.to).toEqual(['10.0.0.1:4000', '10.0.0.1:4444', '10.0.0.1:4444']);
    a.endpoint.close();
    expect(events.at(-1)).toMatchObject({ is: 'stats', refused: 1, packetsIn: 1 });
  });
});

describe('reports', () => {
  test('RTCP every five seconds, round trip from the peer’s report, figures every ten and at the end', async () => {
    const [a, b] = [new Leg('a', 4_000), new Leg('b', 5_000)];
    a.hears(relay(b));
    b.hears(relay(a));
    for (let i = 0; i < 625; i++) {
      if (i !== 100) a.says();
      else a.sequence++;
      b.says();
      await clock.advance(20);
      if (i % 25 === 24) for (const leg of [a, b]) leg.endpoint.sweep(clock.now());
    }
    expect(a.rtcp.length).toBe(2);
    const report = a.rtcp[1] as Buffer;
    expect([report[1], report.readUInt32BE(4)]).toEqual([200, ssrcOf(a.sent[0] as Buffer)]);
    const stats = events.filter(e => e.is === 'stats');
    expect(stats.map(e => [e.ep, e.packetsIn, e.loss, e.last])).toEqual([
      ['a', 499, 0.002, false],
      ['b', 500, 0, false],
    ]);
    expect(stats[0]?.mos).toBeLessThan(stats[1]?.mos ?? 0);
    a.endpoint.close();
    expect(events.at(-1)).toMatchObject({
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

describe('ports and lease', () => {
  test('ports are even, taken once, and rest five seconds', async () => {
    const ports = new Ports(clock, [20_001, 20_007], () => 0.5);
    const taken = [ports.take(), ports.take(), ports.take(), ports.take()];
    expect(taken).toEqual([20_004, 20_006, 20_002, undefined]);
    ports.release(20_006);
    expect(ports.take()).toBeUndefined();
    await clock.advance(5_000);
    expect(ports.take()).toBe(20_006);
  });

  test('a lease runs out thirty seconds after the last renewal', async () => {
    let over = 0;
    const lease = new Lease(clock, 30_000, () => over++);
    lease.renew();
    await clock.advance(29_000);
    lease.renew();
    await clock.advance(29_999);
    expect(over).toBe(0);
    await clock.advance(1);
    expect([over, clock.pending]).toEqual([1, 0]);
  });
});
