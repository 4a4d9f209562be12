import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { SystemClock } from '@kommutator/base';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeCertificate } from '../src/dtls/certificate.ts';
import { bindingRequest } from '../src/ice/stun.ts';
import {
  type Answer,
  createEngine,
  createEnginePool,
  type Ep,
  type Event,
  type Hear,
  type LocalEngine,
  type Negotiated,
} from '../src/index.ts';
import { writeHeader } from '../src/rtp/packet.ts';
import { EVENT, writeEvent } from '../src/rtp/telephone-event.ts';
import { RtpPeer } from '../src/testing/index.ts';
import { Browser, Changes } from './support/browser.ts';

/** Browsers on 127.0.0.1: every wait is for a packet, a state or an event. */
const clock = new SystemClock();
let engine: LocalEngine;
let events: Event[];
let changes: Changes;
let cleanUp: (() => Promise<void>)[];

beforeEach(() => {
  engine = createEngine({
    clock,
    host: '127.0.0.1',
    ports: [42_200, 42_399],
    prompts: { dir: '/nonexistent' },
  });
  events = [];
  changes = new Changes();
  cleanUp = [];
  engine.onEvent = event => {
    events.push(event);
    changes.happened();
  };
});
afterEach(async () => {
  await engine.close();
  for (const each of cleanUp) await each();
  expect(engine.counters()).toEqual({ endpoints: 0, ports: 0, playing: 0, sources: 0 });
});

const open = (ep: Ep, as: 'rtp' | 'webrtc' = 'webrtc'): Promise<Answer> =>
  engine.command({ do: 'open', ep, domain: 'd', as, language: 'ru' });
const remote = (ep: Ep, to: Negotiated): Promise<Answer> => engine.command({ do: 'remote', ep, to });
const hear = (ep: Ep, what: Hear): Promise<Answer> => engine.command({ do: 'hear', ep, what });
const portOf = (answer: Answer): number => (answer.ok ? (answer.port ?? 0) : 0);

async function browser(): Promise<Browser> {
  const made = await Browser.open();
  cleanUp.push(() => made.close());
  return made;
}

/** A browser that offered, and its endpoint; connected unless something is changed about it. */
async function caller(name: string, change: (to: Negotiated) => Negotiated = to => to) {
  const ep = name as Ep;
  const peer = await browser();
  const answer = await open(ep);
  const told = change(await peer.offers());
  expect(await remote(ep, told)).toEqual({ ok: true });
  await peer.takes(answer);
  return { ep, peer, port: portOf(answer), told };
}

let sequence = 1_000;
function packet(payload: Uint8Array, payloadType = 8, marker = false, timestamp = sequence * 160): Buffer {
  const bytes = Buffer.alloc(12 + payload.length);
  bytes[0] = 0x80;
  writeHeader(bytes, payloadType, marker, sequence++ & 0xffff, timestamp >>> 0, 0x0bad_cafe);
  bytes.set(payload, 12);
  return bytes;
}
const sound = (byte: number): Uint8Array => new Uint8Array(160).fill(byte);

describe('a browser (RFC 8829), by another implementation', () => {
  test('offers: what it says comes back to it, and its keys are heard', async () => {
    const { ep, peer } = await caller('a');
    await hear(ep, { relay: ep });
    await peer.connected;
    for (let i = 0; i < 20; i++) peer.says(packet(sound(i)));
    await peer.changes.until(() => peer.heard.length >= 20);
    expect(peer.heard.slice(0, 20).map(({ payload }) => payload[159])).toEqual(
      Array.from({ length: 20 }, (_, i) => i),
    );
    const key = Buffer.alloc(EVENT);
    for (let i = 0; i < 6; i++) {
      writeEvent(key, 0, 5, i >= 3, 160 * Math.min(i + 1, 4));
      await peer.sends(packet(key, 126, i === 0, 77_000_000));
    }
    await changes.until(() => events.some(({ is }) => is === 'heard'));
    expect(events.find(({ is }) => is === 'heard')).toMatchObject({ what: { key: '5', via: '4733' } });
    expect(events.filter(({ is }) => is === 'flow')).toMatchObject([{ state: 'first' }]);
  });

  test.each(['actpass', 'passive'] as const)('answers our offer with a=setup:%s', async setup => {
    const ep = 'b' as Ep;
    const peer = await browser();
    const told = await peer.answers(await open(ep), setup);
    expect(told.secure).toMatchObject({ role: 'server' });
    await remote(ep, told);
    await hear(ep, { relay: ep });
    await peer.connected;
    peer.says(packet(sound(9)));
    await peer.changes.until(() => peer.heard.length > 0);
    expect(peer.heard[0]?.payload.equals(sound(9))).toBe(true);
  });

  test('is passive itself: we say hello, and it works the other way round', async () => {
    const ep = 'c' as Ep;
    const peer = await browser();
    const answer = await open(ep);
    const told = await peer.offers();
    if (told.secure?.by !== 'dtls') throw new Error('no DTLS');
    await remote(ep, { ...told, secure: { ...told.secure, role: 'client' } });
    await hear(ep, { relay: ep });
    await peer.takes(answer, 'active');
    await peer.connected;
    peer.says(packet(sound(3)));
    await peer.changes.until(() => peer.heard.length > 0);
    expect(peer.heard[0]?.payload.equals(sound(3))).toBe(true);
  });

  test('and a desk phone hear each other, each in its own protection', async () => {
    const { ep, peer } = await caller('d');
    const desk = 'e' as Ep;
    const phone = await RtpPeer.open();
    cleanUp.push(() => phone.close());
    const codec = { codec: 'PCMA', payloadType: 8 } as const;
    const answer = await open(desk, 'rtp');
    expect(answer).not.toHaveProperty('shown');
    await remote(desk, {
      address: '127.0.0.1',
      port: phone.port,
      send: codec,
      receive: [codec],
      direction: 'sendrecv',
      ptime: 20,
    });
    await hear(ep, { relay: desk });
    await hear(desk, { relay: ep });
    await peer.connected;
    peer.says(packet(sound(1)));
    const [first] = await phone.hears(1);
    expect(first?.payload.equals(sound(1))).toBe(true);
    phone.send(portOf(answer), 'PCMA', sound(2));
    await peer.changes.until(() => peer.heard.length > 0);
    expect(peer.heard[0]?.payload.equals(sound(2))).toBe(true);
  });

  test('a new description with the same keys goes on without another handshake', async () => {
    const { ep, peer, told } = await caller('f');
    await hear(ep, { relay: ep });
    await peer.connected;
    await remote(ep, { ...told, direction: 'recvonly' });
    await remote(ep, { ...told, answered: true });
    peer.says(packet(sound(4)));
    await peer.changes.until(() => peer.heard.length > 0);
    expect(peer.heard[0]?.payload.equals(sound(4))).toBe(true);
  });
});

describe('what a browser’s endpoint refuses', () => {
  test('RFC 8827 §6.5: a certificate that SDP did not promise; the leg is told that there is no media', async () => {
    const { fingerprint } = makeCertificate(0);
    const { ep } = await caller('a', to => {
      if (to.secure?.by !== 'dtls') return to;
      return { ...to, secure: { ...to.secure, fingerprints: [{ hash: 'sha-256', value: fingerprint }] } };
    });
    await changes.until(() => events.length > 0);
    expect(events).toEqual([{ is: 'flow', ep, state: 'failed' }]);
  });

  test('to talk without DTLS, and to be opened as what there is not', async () => {
    const ep = 'a' as Ep;
    await open(ep);
    const to = await (await browser()).offers();
    const { secure, ...plain } = to;
    expect(await remote(ep, plain)).toEqual({ ok: false, refused: 'bad-command' });
    await open('p' as Ep, 'rtp');
    expect(await remote('p' as Ep, to)).toEqual({ ok: false, refused: 'bad-command' });
    const dtls = secure?.by === 'dtls' ? secure : undefined;
    if (!dtls) throw new Error('no DTLS');
    const without = { ...to, secure: { ...dtls, fingerprints: [] } };
    expect(await remote(ep, without)).toEqual({ ok: false, refused: 'bad-command' });
  });

  test('plain RTP, DTLS from an address without a check, a check without the password', async () => {
    const { ep, peer, port } = await caller('a');
    await hear(ep, { relay: ep });
    await peer.connected;
    peer.says(packet(sound(1)));
    await peer.changes.until(() => peer.heard.length > 0);
    const stranger = createSocket('udp4');
    stranger.bind(0, '127.0.0.1');
    await once(stranger, 'listening');
    cleanUp.push(async () => {
      stranger.close();
    });
    const answers: Buffer[] = [];
    stranger.on('message', answer => answers.push(answer));
    const hello = Buffer.from('16fefd0000000000000000000c010000000000000000000000', 'hex');
    const username = 'server01:whoever';
    const check = bindingRequest(
      Buffer.alloc(12, 1),
      { username, priority: 1, role: 'controlling', useCandidate: true },
      'not the password',
    );
    const rubbish = [packet(sound(7)), hello, check];
    for (const each of rubbish) stranger.send(each, port, '127.0.0.1');
    // What comes back proves that all before it was dealt with.
    const before = peer.heard.length;
    for (let i = 0; i < 5; i++) peer.says(packet(sound(20 + i)));
    await peer.changes.until(() => peer.heard.length >= before + 5);
    expect(answers).toEqual([]);
    expect(peer.heard.every(({ payload }) => payload[0] !== 7)).toBe(true);
    await engine.command({ do: 'close', ep });
    await changes.until(() => events.some(event => event.is === 'stats' && event.last));
    expect(events.find(event => event.is === 'stats')).toMatchObject({ refused: rubbish.length });
  });
});

test('in worker threads: one certificate and one libsrtp2 for all, a browser in each', async () => {
  const pool = createEnginePool({
    clock,
    host: '127.0.0.1',
    ports: [42_400, 42_599],
    prompts: { dir: '/nonexistent' },
    threads: 2,
  });
  cleanUp.push(() => pool.close());
  const shown = new Set<string | undefined>();
  for (const name of ['a', 'b']) {
    const ep = name as Ep;
    const peer = await browser();
    const answer = await pool.command({ do: 'open', ep, domain: name, as: 'webrtc', language: 'ru' });
    if (answer.ok) shown.add(answer.shown?.fingerprint);
    await pool.command({ do: 'remote', ep, to: await peer.offers() });
    await pool.command({ do: 'hear', ep, what: { relay: ep } });
    await peer.takes(answer);
    await peer.connected;
    peer.says(packet(sound(8)));
    await peer.changes.until(() => peer.heard.length > 0);
    expect(peer.heard[0]?.payload.equals(sound(8))).toBe(true);
  }
  expect(pool.counters().endpoints).toEqual([1, 1]);
  expect(shown.size).toBe(1);
});
