import { SystemClock } from '@kommutator/base';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type ClipId,
  createEngine,
  type Ep,
  type Event,
  type Hear,
  type LocalEngine,
  type Negotiated,
} from '../src/index.ts';
import { ntpMiddle, readRtcp, writeRtcp } from '../src/rtp/rtcp.ts';
import { decode, detectTone, RtpPeer, ToneDetector, toneShare } from '../src/testing/index.ts';

/** Real packets over 127.0.0.1. Every wait is for a packet or an event. */
const clock = new SystemClock();
let engine: LocalEngine;
let peers: RtpPeer[];
let events: Event[];
let onEvent: () => void;

const start = () =>
  createEngine({ clock, host: '127.0.0.1', ports: [42_000, 42_199], prompts: { dir: '/nonexistent' } });
const event = async <Is extends Event['is']>(is: Is, ep: Ep): Promise<Extract<Event, { is: Is }>> => {
  for (;;) {
    const found = events.find(e => e.is === is && e.ep === ep);
    if (found) return found as Extract<Event, { is: Is }>;
    await new Promise<void>(done => {
      onEvent = done;
    });
  }
};

beforeEach(() => {
  engine = start();
  peers = [];
  events = [];
  onEvent = () => {};
  engine.onEvent = e => {
    events.push(e);
    onEvent();
  };
});
afterEach(async () => {
  await engine.close();
  for (const peer of peers) await peer.close();
  expect(engine.counters()).toEqual({ endpoints: 0, ports: 0, playing: 0, sources: 0 });
});

/** A phone and its endpoint. */
async function phone(
  name: string,
  o: Partial<Negotiated> = {},
): Promise<{ ep: Ep; peer: RtpPeer; port: number }> {
  const ep = name as Ep;
  const peer = await RtpPeer.open();
  peers.push(peer);
  const answer = await engine.command({ do: 'open', ep, domain: 'd', as: 'rtp', language: 'ru' });
  if (!answer.ok || answer.port === undefined) throw new Error('no endpoint');
  const codec = { codec: 'PCMA', payloadType: 8 } as const;
  const to: Negotiated = {
    address: '127.0.0.1',
    port: peer.port,
    send: codec,
    receive: [codec],
    telephoneEvent: 101,
    direction: 'sendrecv',
    ptime: 20,
    ...o,
  };
  expect(await engine.command({ do: 'remote', ep, to })).toEqual({ ok: true });
  return { ep, peer, port: answer.port };
}
const hear = (ep: Ep, what: Hear) => engine.command({ do: 'hear', ep, what });
const tone = (name: string, tag: number): Hear => {
  return { play: [`tone:${name}` as ClipId], tag, loop: true, then: { silence: true } };
};

describe('a call', () => {
  test('the even port is RTP, and both ways every byte arrives', async () => {
    const [a, b] = [await phone('a'), await phone('b')];
    expect([a.port % 2, b.port % 2]).toEqual([0, 0]);
    await hear(a.ep, { relay: b.ep });
    await hear(b.ep, { relay: a.ep });
    const bytes = (n: number) => Buffer.from(Array.from({ length: 160 }, (_, i) => (i * 7 + n) & 0xff));
    for (let n = 0; n < 20; n++) {
      a.peer.send(a.port, 'PCMA', bytes(n));
      b.peer.send(b.port, 'PCMA', bytes(n + 100));
      await Promise.all([a.peer.hears(n + 1), b.peer.hears(n + 1)]);
    }
    expect(b.peer.heard.map(p => p.payload)).toEqual(Array.from({ length: 20 }, (_, n) => bytes(n)));
    expect(a.peer.heard.map(p => p.payload)).toEqual(Array.from({ length: 20 }, (_, n) => bytes(n + 100)));
    expect(new Set(a.peer.heard.map(p => p.fromPort))).toEqual(new Set([a.port]));
    expect(a.peer.heard.map(p => p.ssrc)).not.toContain(b.peer.ssrc);
    expect((await event('flow', a.ep)).state).toBe('first');
  });

  test('an A-law and a µ-law phone hear each other’s tone', async () => {
    const ulaw = { codec: 'PCMU', payloadType: 0 } as const;
    const [a, b] = [await phone('a'), await phone('b', { send: ulaw, receive: [ulaw] })];
    await hear(a.ep, { relay: b.ep });
    await hear(b.ep, { relay: a.ep });
    a.peer.sing(a.port, 'PCMA', 600, 10);
    b.peer.sing(b.port, 'PCMU', 900, 10);
    const [atA, atB] = await Promise.all([a.peer.hears(10), b.peer.hears(10)]);
    expect(new Set(atB.map(p => p.payloadType))).toEqual(new Set([0]));
    expect(detectTone(decode('PCMU', Buffer.concat(atB.map(p => p.payload))), 600)).toBe(true);
    expect(detectTone(decode('PCMA', Buffer.concat(atA.map(p => p.payload))), 900)).toBe(true);
  });

  test('ringback, then the voice, then echo: one stream at the phone', async () => {
    const [a, b] = [await phone('a'), await phone('b')];
    await hear(a.ep, tone('ringback', 1));
    await a.peer.hears(10);
    const ear = new ToneDetector('PCMA');
    for (const packet of a.peer.heard) ear.push(packet.payload);
    expect(ear.hears(425)).toBe(true);
    await hear(a.ep, { relay: b.ep });
    const rung = a.peer.heard.length;
    b.peer.sing(b.port, 'PCMA', 1_000, 20);
    await a.peer.until(() => a.peer.heard.length >= rung + 20);
    for (const packet of a.peer.heard.slice(-6)) ear.push(packet.payload);
    expect(ear.hears(1_000)).toBe(true);
    await hear(a.ep, { relay: a.ep });
    a.peer.sing(a.port, 'PCMA', 700, 10);
    await a.peer.until(() => a.peer.heard.length >= rung + 30);
    for (const packet of a.peer.heard.slice(-6)) ear.push(packet.payload);
    expect(ear.hears(700)).toBe(true);
    const { heard } = a.peer;
    expect(new Set(heard.map(p => p.ssrc)).size).toBe(1);
    heard.slice(1).forEach((packet, i) => {
      const before = heard[i];
      expect((packet.sequence - (before?.sequence ?? 0)) & 0xffff).toBe(1);
      expect((packet.timestamp - (before?.timestamp ?? 0)) | 0).toBeGreaterThanOrEqual(160);
    });
    expect(heard.filter(p => p.marker).length).toBe(3);
    expect(await event('played', a.ep)).toEqual({ is: 'played', ep: a.ep, tag: 1, end: 'replaced' });
  });

  test('RFC 4733 a key crosses with each side’s payload type, and is told once', async () => {
    const [a, b] = [await phone('a'), await phone('b', { telephoneEvent: 96 })];
    await hear(b.ep, { relay: a.ep });
    a.peer.press(a.port, 101, '7');
    const at = await b.peer.hears(6);
    expect(at.map(p => p.payloadType)).toEqual(Array(6).fill(96));
    expect(at.map(p => p.payload[0])).toEqual(Array(6).fill(7));
    expect(new Set(at.map(p => p.timestamp)).size).toBe(1);
    await event('heard', a.ep);
    expect(events.filter(e => e.is === 'heard')).toEqual([
      { is: 'heard', ep: a.ep, what: { key: '7', via: '4733' } },
    ]);
  });

  test('RTP from another socket is refused while the phone speaks, and counted', async () => {
    const [a, b] = [await phone('a', { answered: true }), await phone('b')];
    const attacker = await RtpPeer.open();
    peers.push(attacker);
    await hear(b.ep, { relay: a.ep });
    const voice = Buffer.alloc(160, 0x11);
    const noise = Buffer.alloc(160, 0x22);
    for (let i = 0; i < 10; i++) {
      a.peer.send(a.port, 'PCMA', voice);
      await b.peer.hears(i + 1);
      attacker.ssrc = a.peer.ssrc;
      attacker.sequence = a.peer.sequence;
      attacker.send(a.port, 'PCMA', noise);
    }
    a.peer.send(a.port, 'PCMA', voice);
    await b.peer.hears(11);
    expect(b.peer.heard.every(p => p.payload[0] === 0x11)).toBe(true);
    await engine.command({ do: 'close', ep: a.ep });
    expect(await event('stats', a.ep)).toMatchObject({ packetsIn: 11, refused: 10, last: true });
    await engine.command({ do: 'close', ep: b.ep });
  });

  test('RTCP comes from the odd port, says BYE at the end, and the peer’s report gives the round trip', async () => {
    const rtcp = await RtpPeer.open();
    peers.push(rtcp);
    const a = await phone('a', { rtcpPort: rtcp.port });
    await hear(a.ep, { relay: a.ep });
    a.peer.send(a.port, 'PCMA', Buffer.alloc(160, 1));
    const ssrc = (await a.peer.hears(1))[0]?.ssrc ?? 0;
    const lsr = ntpMiddle(clock.wall() - 500);
    const block = { ssrc, fractionLost: 0, lost: 0, highest: 1, jitter: 0, lsr, dlsr: 0 };
    const report = writeRtcp({
      ssrc: 1,
      cname: 'p',
      wall: clock.wall(),
      sent: undefined,
      received: block,
      bye: false,
    });
    rtcp.raw(a.port + 1, report);
    a.peer.send(a.port, 'PCMA', Buffer.alloc(160, 1));
    await a.peer.hears(2);
    await engine.command({ do: 'close', ep: a.ep });
    const stats = await event('stats', a.ep);
    expect(stats.rttMs).toBeGreaterThanOrEqual(490);
    await rtcp.until(() => rtcp.rtcp.length > 0);
    expect(readRtcp(rtcp.rtcp[0] as Buffer, 1)).toMatchObject({ bye: true });
  });
});

describe('the engine', () => {
  test('refuses what it cannot do, each with its own word', async () => {
    const a = await phone('a');
    const missing = 'nobody' as Ep;
    expect(await hear(missing, { silence: true })).toEqual({ ok: false, refused: 'unknown-endpoint' });
    expect(await hear(a.ep, { room: 'r' as never })).toEqual({ ok: false, refused: 'bad-command' });
    expect(await engine.command({ do: 'keys', ep: a.ep, keys: '1x' })).toEqual({
      ok: false,
      refused: 'bad-command',
    });
    const small = createEngine({
      clock,
      host: '127.0.0.1',
      ports: [42_200, 42_201],
      prompts: { dir: '' },
      maxEndpoints: 2,
    });
    const open = (ep: string) =>
      small.command({ do: 'open', ep: ep as Ep, domain: 'd', as: 'rtp', language: 'ru' });
    expect((await open('x')).ok).toBe(true);
    expect(await open('x')).toEqual(await open('x'));
    expect(await open('y')).toEqual({ ok: false, refused: 'no-ports' });
    expect(small.counters()).toMatchObject({ endpoints: 1, ports: 1 });
    await small.close();
    expect(await open('z')).toEqual({ ok: false, refused: 'gone' });
  });

  test('a port that somebody else has is passed over', async () => {
    const other = await RtpPeer.open(42_204);
    peers.push(other);
    const small = createEngine({
      clock,
      host: '127.0.0.1',
      ports: [42_204, 42_207],
      prompts: { dir: '' },
      random: () => 0,
    });
    const answer = await small.command({ do: 'open', ep: 'x' as Ep, domain: 'd', as: 'rtp', language: 'ru' });
    expect(answer).toEqual({ ok: true, address: '127.0.0.1', port: 42_206 });
    await small.close();
  });

  test('commands may follow `open` without waiting for it', async () => {
    const peer = await RtpPeer.open();
    peers.push(peer);
    const ep = 'a' as Ep;
    const codec = { codec: 'PCMA', payloadType: 8 } as const;
    const rest = { direction: 'sendrecv', ptime: 20, send: codec, receive: [codec] } as const;
    void engine.command({ do: 'open', ep, domain: 'd', as: 'rtp', language: 'ru' });
    void engine.command({ do: 'remote', ep, to: { address: '127.0.0.1', port: peer.port, ...rest } });
    void hear(ep, tone('dial', 1));
    await peer.hears(3);
    const gone = 'b' as Ep;
    const opened = engine.command({ do: 'open', ep: gone, domain: 'd', as: 'rtp', language: 'ru' });
    expect(await engine.command({ do: 'close', ep: gone })).toEqual({ ok: true });
    expect(await opened).toEqual({ ok: false, refused: 'unknown-endpoint' });
  });

  test('one of three hears the mix of the other two', async () => {
    const [a, b, c] = [await phone('a'), await phone('b'), await phone('c')];
    await hear(c.ep, { mix: [a.ep, b.ep] });
    a.peer.sing(a.port, 'PCMA', 600, 8);
    b.peer.sing(b.port, 'PCMA', 1_500, 8);
    const pcm = decode('PCMA', Buffer.concat((await c.peer.hears(8)).map(p => p.payload)));
    expect(toneShare(pcm, 600)).toBeGreaterThan(0.3);
    expect(toneShare(pcm, 1_500)).toBeGreaterThan(0.3);
    expect(a.peer.heard).toEqual([]);
  });
});
