import { setImmediate } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import { SystemClock, VirtualClock } from '@kommutator/base';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LocalEngine } from '../src/engine/engine.ts';
import {
  type ClipId,
  createEnginePool,
  type EnginePool,
  type Ep,
  type Event,
  type Hear,
  type Living,
  type MediaEngine,
  type Negotiated,
} from '../src/index.ts';
import { decode, detectTone, RtpPeer } from '../src/testing/index.ts';
import { Links } from '../src/worker/links.ts';
import { Census, place } from '../src/worker/placement.ts';

const clock = new SystemClock();
const codec = { codec: 'PCMA', payloadType: 8 } as const;
const remoteOf = (port: number): Negotiated => ({
  address: '127.0.0.1',
  port,
  send: codec,
  receive: [codec],
  telephoneEvent: 101,
  direction: 'sendrecv',
  ptime: 20,
});
let peers: RtpPeer[] = [];

async function phone(engine: MediaEngine, name: string, domain: string) {
  const ep = name as Ep;
  const peer = await RtpPeer.open();
  peers.push(peer);
  const answer = await engine.command({ do: 'open', ep, domain, as: 'rtp', language: 'ru' });
  if (!answer.ok || answer.port === undefined) throw new Error(JSON.stringify(answer));
  await engine.command({ do: 'remote', ep, to: remoteOf(peer.port) });
  return { ep, peer, port: answer.port };
}
/** A beat of 20 ms made of packets: a phone that listens to the dial tone. */
async function drum(engine: MediaEngine): Promise<() => Promise<unknown>> {
  const { ep, peer } = await phone(engine, 'drum', 'drum');
  await hear(engine, ep, { play: ['tone:dial' as ClipId], tag: 0, loop: true, then: { silence: true } });
  return () => peer.hears(peer.heard.length + 1);
}
const hear = (engine: MediaEngine, ep: Ep, what: Hear) => engine.command({ do: 'hear', ep, what });

/** All parts of what lives. */
async function adopted(engine: MediaEngine): Promise<Living[]> {
  const all: Living[] = [];
  for (let after: number | undefined = 0; after !== undefined; ) {
    const answer = await engine.command({ do: 'adopt', after });
    if (!answer.ok) throw new Error(answer.refused);
    all.push(...(answer.living ?? []));
    after = answer.next;
  }
  return all;
}

afterEach(async () => {
  for (const peer of peers) await peer.close();
  peers = [];
});

describe('placement', () => {
  const load = (endpoints: number, busy = 0, home = false) => ({ endpoints, busy, home });

  test('a domain stays with its thread until that is 70 % busy, a new one goes where there is most room', () => {
    expect(place([load(5), load(9, 0.6, true)])).toBe(1);
    expect(place([load(5), load(9, 0.71, true)])).toBe(0);
    expect(place([load(5), load(4), load(7)])).toBe(1);
    expect(place([load(5, 0.9), load(4, 0.8), load(9, 0.85, true)])).toBe(1);
  });

  test('the census counts endpoints by thread and domain, and forgets empty domains', () => {
    const census = new Census(2);
    census.add('a' as Ep, 'd', 1);
    census.add('b' as Ep, 'd', 1);
    census.add('b' as Ep, 'd', 1);
    expect([census.endpoints, census.isHome('d', 1), census.isHome('d', 0)]).toEqual([[0, 2], true, false]);
    for (const ep of ['a', 'b', 'b'] as Ep[]) census.remove(ep);
    expect([census.endpoints, census.isHome('d', 1), census.size]).toEqual([[0, 0], false, 0]);
  });
});

describe('lines between threads', () => {
  let engines: LocalEngine[];
  let links: Links[];

  const join = (a: Links, b: Links) => {
    const { port1, port2 } = new MessageChannel();
    a.add(port1);
    b.add(port2);
    return port1;
  };
  beforeEach(() => {
    links = [new Links(clock), new Links(clock)];
    engines = links.map((link, i) => {
      const ports = [42_300 + 40 * i, 42_339 + 40 * i] as const;
      const engine = new LocalEngine({ clock, host: '127.0.0.1', ports, prompts: { dir: '' } }, link);
      link.attach(engine.sources);
      return engine;
    });
  });

  test('who is heard elsewhere is sent there, asked for before or after he and the line were there', async () => {
    const [one, two] = engines as [LocalEngine, LocalEngine];
    const [here, there] = links as [Links, Links];
    const a = await phone(one, 'a', 'x');
    await hear(one, a.ep, { relay: 'b' as Ep });
    const line = join(here, there);
    const b = await phone(two, 'b', 'y');
    await hear(two, b.ep, { relay: a.ep });
    const beat = await drum(one);
    // A packet says that the other end has heard what was wanted.
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      while (to.peer.heard.length === 0) {
        from.peer.sing(from.port, 'PCMA', 600, 1);
        await beat();
      }
    }
    const heard = a.peer.heard.length;
    b.peer.press(b.port, 101, '3');
    await a.peer.until(() => a.peer.heard.slice(heard).filter(p => p.payloadType === 101).length === 6);
    await hear(one, a.ep, { mix: [b.ep] });
    const before = a.peer.heard.length;
    b.peer.sing(b.port, 'PCMA', 900, 8);
    await a.peer.hears(before + 6);
    expect(
      detectTone(decode('PCMA', Buffer.concat(a.peer.heard.slice(before).map(p => p.payload))), 900),
    ).toBe(true);
    await Promise.all(engines.map(engine => engine.close()));
    line.close();
    for (const engine of engines) {
      while (engine.counters().sources > 0) await setImmediate();
      expect(engine.counters().sources).toBe(0);
    }
  });
});

describe('a pool of threads', () => {
  let pool: EnginePool;
  let events: Event[];
  let onEvent: () => void;
  const until = async (holds: () => boolean) => {
    while (!holds()) {
      await new Promise<void>(done => {
        onEvent = done;
      });
    }
  };

  beforeEach(() => {
    events = [];
    onEvent = () => {};
    pool = createEnginePool({
      // Stands still: where endpoints go does not depend on how busy this machine is.
      clock: new VirtualClock(),
      threads: 2,
      host: '127.0.0.1',
      ports: [42_400, 42_479],
      prompts: { dir: '/nonexistent' },
    });
    pool.onEvent = event => {
      events.push(event);
      onEvent();
    };
  });
  afterEach(() => pool.close());

  test('two domains in two threads talk to each other; closing tells the figures', async () => {
    const [a, b] = [await phone(pool, 'a', 'x'), await phone(pool, 'b', 'y')];
    const c = await phone(pool, 'c', 'x');
    expect(pool.counters().endpoints).toEqual([2, 1]);
    expect([a.port < 42_440, c.port < 42_440, b.port < 42_440]).toEqual([true, true, false]);
    await hear(pool, a.ep, { relay: b.ep });
    await hear(pool, b.ep, { relay: a.ep });
    const beat = await drum(pool);
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      while (to.peer.heard.length < 10) {
        from.peer.sing(from.port, 'PCMA', 700, 1);
        await beat();
      }
      const pcm = decode('PCMA', Buffer.concat(to.peer.heard.map(p => p.payload)));
      expect(detectTone(pcm, 700)).toBe(true);
    }
    expect((await adopted(pool)).map(({ ep }) => ep).sort()).toEqual([a.ep, b.ep, c.ep, 'drum']);
    expect(await pool.command({ do: 'close', ep: a.ep })).toEqual({ ok: true });
    expect(await pool.command({ do: 'close', ep: a.ep })).toEqual({ ok: false, refused: 'unknown-endpoint' });
    await until(() => events.some(e => e.is === 'stats' && e.ep === a.ep && e.last));
    expect(pool.counters().endpoints).toEqual([1, 2]);
  });

  test('the 257th command without an answer is refused as overload, a close never', async () => {
    const a = await phone(pool, 'a', 'x');
    const watch = () => pool.command({ do: 'watch', ep: a.ep, keys: 'relay', lostAfter: 0 });
    const answers = Promise.all(Array.from({ length: 300 }, watch));
    const closed = pool.command({ do: 'close', ep: a.ep });
    const refused = (await answers).filter(answer => !answer.ok && answer.refused === 'overload');
    expect(refused.length).toBe(44);
    expect(await closed).toEqual({ ok: true });
  });

  test('a thread that dies loses its endpoints, not the others’, and is replaced', async () => {
    const [a, b] = [await phone(pool, 'a', 'x'), await phone(pool, 'b', 'y')];
    await hear(pool, b.ep, { relay: a.ep });
    const waiting = pool.command({ do: 'watch', ep: a.ep, keys: 'off', lostAfter: 0 });
    await pool.terminate(0);
    await until(() => events.some(e => e.is === 'stats'));
    expect(events.filter(e => e.ep === a.ep).map(e => (e.is === 'stats' ? `last ${e.last}` : e.is))).toEqual([
      'flow',
      'last true',
    ]);
    expect(events.some(e => e.ep === b.ep)).toBe(false);
    await waiting;
    expect(await hear(pool, a.ep, { silence: true })).toEqual({ ok: false, refused: 'unknown-endpoint' });
    const again = await phone(pool, 'a', 'x');
    expect(pool.counters().endpoints).toEqual([1, 1]);
    const beat = await drum(pool);
    while (b.peer.heard.length === 0) {
      again.peer.sing(again.port, 'PCMA', 700, 1);
      await beat();
    }
    expect(b.peer.heard.length).toBeGreaterThan(0);
  });
});

describe('the lease', () => {
  test('endpoints live thirty seconds after the last word from signalling; `renew` is a word', async () => {
    const virtual = new VirtualClock();
    const engine = new LocalEngine({
      clock: virtual,
      host: '127.0.0.1',
      ports: [42_480, 42_489],
      prompts: { dir: '' },
    });
    const events: Event[] = [];
    engine.onEvent = event => events.push(event);
    await engine.command({ do: 'open', ep: 'a' as Ep, domain: 'd', as: 'rtp', language: 'ru' });
    for (let i = 0; i < 6; i++) {
      await virtual.advance(20_000);
      expect(await engine.command({ do: 'renew' })).toEqual({ ok: true });
      expect(engine.counters().endpoints).toBe(1);
    }
    expect(events.filter(e => e.is === 'stats').every(e => !e.last)).toBe(true);
    await virtual.advance(30_000);
    expect(events.at(-1)).toMatchObject({ is: 'stats', ep: 'a', last: true });
    expect(engine.counters()).toEqual({ endpoints: 0, ports: 0, playing: 0, sources: 0 });
    expect(virtual.pending).toBe(0);
    await engine.close();
  });
});

describe('adopt', () => {
  const options = { clock, host: '127.0.0.1', advertise: '192.0.2.7', prompts: { dir: '' } } as const;

  test('DESIGN §2 tells of each endpoint what signalling said of it, and what it hears now', async () => {
    const engine = new LocalEngine({ ...options, ports: [42_500, 42_509] });
    const [a, b] = ['a', 'b'] as [Ep, Ep];
    await engine.command({ do: 'open', ep: a, domain: 'd', as: 'rtp', language: 'en' });
    await engine.command({ do: 'open', ep: b, domain: 'd', as: 'rtp', language: 'ru' });
    const to = { ...remoteOf(4_000), answered: true };
    await engine.command({ do: 'remote', ep: a, to });
    await engine.command({ do: 'watch', ep: a, keys: 'withhold', lostAfter: 60_000 });
    const played = new Promise<void>(done => {
      engine.onEvent = e => {
        if (e.is === 'played') done();
      };
    });
    const play = ['silence:20' as ClipId];
    await engine.command({ do: 'hear', ep: a, what: { play, tag: 1, then: { relay: b } } });
    await played;
    const [one, two] = await adopted(engine);
    const common = { domain: 'd', address: '192.0.2.7', port: expect.any(Number) };
    expect(one).toEqual({
      ...common,
      ep: 'a',
      language: 'en',
      remote: to,
      hear: { relay: 'b' },
      keys: 'withhold',
      lostAfter: 60_000,
    });
    expect(two).toEqual({
      ...common,
      ep: 'b',
      language: 'ru',
      hear: { silence: true },
      keys: 'relay',
      lostAfter: 0,
    });
    await engine.close();
  });

  test('a full house is told part by part, of one thread or several, each endpoint once', async () => {
    const names = Array.from({ length: 230 }, (_, i) => `e${i}`);
    const one = new LocalEngine({ ...options, ports: [42_600, 43_099] });
    const many = createEnginePool({ ...options, ports: [42_600, 43_599], threads: 3 });
    for (const engine of [one, many]) {
      for (const [i, name] of names.entries())
        await engine.command({ do: 'open', ep: name as Ep, domain: `d${i % 5}`, as: 'rtp', language: 'ru' });
      const first = await engine.command({ do: 'adopt' });
      expect(first.ok && first.living && first.living.length <= 100 && first.next).toBeTruthy();
      const all = (await adopted(engine)).map(({ ep }) => ep);
      expect([all.length, new Set(all).size]).toEqual([230, 230]);
      await engine.close();
    }
  });
});
