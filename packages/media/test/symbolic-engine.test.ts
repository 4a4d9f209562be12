import { VirtualClock } from '@kommutator/base';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ClipId, Ep, Event, Hear, Negotiated } from '../src/index.ts';
import { SymbolicEngine } from '../src/testing/index.ts';

const anna = 'leg-anna' as Ep;
const boris = 'leg-boris' as Ep;
const ANNA = '10.0.0.5:4000';
const BORIS = '10.0.0.9:4002';
const play = (names: string[], o: { tag: number; loop?: boolean; stopOn?: string; next?: Hear }): Hear => {
  const { next = silence, ...rest } = o;
  return { play: names as ClipId[], ...rest, then: next };
};
const silence: Hear = { silence: true };

let clock: VirtualClock;
let engine: SymbolicEngine;
let events: Event[];

const talksTo = (far: string, direction: Negotiated['direction'] = 'sendrecv'): Negotiated => ({
  address: far.split(':')[0] ?? '',
  port: Number(far.split(':')[1]),
  send: { codec: 'PCMA', payloadType: 8 },
  receive: [{ codec: 'PCMA', payloadType: 8 }],
  telephoneEvent: 101,
  direction,
  ptime: 20,
});
const open = async (ep: Ep, far: string) => {
  const answer = await engine.command({ do: 'open', ep, domain: 'd', as: 'rtp', language: 'ru' });
  await engine.command({ do: 'remote', ep, to: talksTo(far) });
  return answer;
};
const hear = (ep: Ep, what: Hear) => engine.command({ do: 'hear', ep, what });
const played = () => events.flatMap(e => (e.is === 'played' ? [`${e.tag} ${e.end}`] : []));

beforeEach(async () => {
  clock = new VirtualClock();
  engine = new SymbolicEngine({
    clock,
    durations: { 'announcement:long': 3_000 },
    missing: ['announcement:none'],
  });
  events = [];
  engine.onEvent = event => events.push(event);
  await open(anna, ANNA);
  await open(boris, BORIS);
});

describe('who hears what', () => {
  test('every endpoint has its own port, and opening it again changes nothing', async () => {
    const again = await open(anna, ANNA);
    expect(again).toEqual({ ok: true, address: '192.0.2.1', port: 20_000 });
    const adopted = await engine.command({ do: 'adopt' });
    expect(adopted.ok && adopted.living?.map(({ ep }) => ep)).toEqual([boris, anna]);
  });

  test('a new endpoint hears silence, an unknown phone has no media', () => {
    expect(engine.hears(ANNA)).toBe('silence');
    expect(engine.hears('10.9.9.9:1')).toBe('no media');
  });

  test('relay is the voice of the other phone, relay of itself an echo, mix both', async () => {
    await hear(anna, { relay: boris });
    expect(engine.hears(ANNA)).toBe(`voice of ${BORIS}`);
    expect(engine.hears(BORIS)).toBe('silence');
    await hear(boris, { relay: boris });
    expect(engine.hears(BORIS)).toBe('echo');
    await hear(anna, { mix: [anna, boris] });
    expect(engine.hears(ANNA)).toBe(`mix of ${ANNA} + ${BORIS}`);
  });

  test('a phone on hold is not heard and hears nothing', async () => {
    await hear(anna, { relay: boris });
    await hear(boris, { relay: anna });
    await engine.command({ do: 'remote', ep: boris, to: talksTo(BORIS, 'recvonly') });
    expect(engine.hears(BORIS)).toBe('silence');
    expect(engine.hears(ANNA)).toBe(`voice of ${BORIS}`);
    await engine.command({ do: 'remote', ep: boris, to: talksTo(BORIS, 'sendonly') });
    expect(engine.hears(BORIS)).toBe(`voice of ${ANNA}`);
    expect(engine.hears(ANNA)).toBe('silence');
  });

  test('when the other side closes, what is left is silence', async () => {
    await hear(anna, { relay: boris });
    await engine.command({ do: 'close', ep: boris });
    expect(engine.hears(ANNA)).toBe('silence');
    expect(engine.hears(BORIS)).toBe('no media');
  });
});

describe('clips', () => {
  test('clips follow each other for their length, then `then` is heard', async () => {
    await hear(
      anna,
      play(['announcement:long', 'digit:7', 'silence:200'], { tag: 1, next: { relay: boris } }),
    );
    expect(engine.hears(ANNA)).toBe('clip:announcement:long');
    await clock.advance(2_999);
    expect(engine.hears(ANNA)).toBe('clip:announcement:long');
    await clock.advance(1);
    expect(engine.hears(ANNA)).toBe('clip:digit:7');
    await clock.advance(500);
    expect(engine.hears(ANNA)).toBe('silence');
    expect(played()).toEqual([]);
    await clock.advance(200);
    expect(played()).toEqual(['1 done']);
    expect(engine.hears(ANNA)).toBe(`voice of ${BORIS}`);
  });

  test('a loop never ends by itself, and is replaced by the next thing to hear', async () => {
    await hear(anna, play(['tone:ringback'], { tag: 2, loop: true }));
    await clock.advance(3_600_000);
    expect(engine.hears(ANNA)).toBe('tone:ringback');
    await hear(anna, silence);
    await clock.settle();
    expect(played()).toEqual(['2 replaced']);
    expect(engine.counters().timers).toBe(0);
  });

  test('a missing clip takes no time and is told; a loop of nothing else ends', async () => {
    await hear(anna, play(['announcement:none', 'digit:1'], { tag: 3 }));
    expect(engine.hears(ANNA)).toBe('clip:digit:1');
    await clock.advance(500);
    await hear(anna, play(['announcement:none', '../x'], { tag: 4, loop: true }));
    await clock.settle();
    expect(played()).toEqual(['3 missing', '4 missing']);
  });

  test('a loop goes round past a missing clip', async () => {
    await hear(anna, play(['digit:1', 'announcement:none'], { tag: 7, loop: true }));
    await clock.advance(10_250);
    expect(engine.hears(ANNA)).toBe('clip:digit:1');
    expect(played()).toEqual([]);
  });
});

describe('keys', () => {
  test('a key is reported, passed to who hears the phone, and stops what it may stop', async () => {
    await hear(anna, play(['announcement:long'], { tag: 5, stopOn: '12', next: { relay: boris } }));
    await hear(boris, { relay: anna });
    engine.press(ANNA, '9');
    expect(engine.hears(ANNA)).toBe('clip:announcement:long');
    engine.press(ANNA, '1');
    await clock.settle();
    expect(events).toEqual([
      { is: 'heard', ep: anna, what: { key: '9', via: '4733' } },
      { is: 'heard', ep: anna, what: { key: '1', via: '4733' } },
      { is: 'played', ep: anna, tag: 5, end: 'key' },
    ]);
    expect(engine.hears(ANNA)).toBe(`voice of ${BORIS}`);
    expect(engine.keysHeardBy(BORIS)).toBe('91');
  });

  test('withheld keys are reported and not passed, ignored ones neither; `keys` sends', async () => {
    await hear(boris, { relay: anna });
    await engine.command({ do: 'watch', ep: anna, keys: 'withhold', lostAfter: 0 });
    engine.press(ANNA, '#');
    await engine.command({ do: 'watch', ep: anna, keys: 'off', lostAfter: 0 });
    engine.press(ANNA, '5');
    await clock.settle();
    expect(events).toEqual([{ is: 'heard', ep: anna, what: { key: '#', via: '4733' } }]);
    expect(engine.keysHeardBy(BORIS)).toBe('');
    await engine.command({ do: 'keys', ep: boris, keys: '42' });
    expect(engine.keysHeardBy(BORIS)).toBe('42');
  });
});

describe('the end', () => {
  test('closing answers a playing tag, gives the last figures and leaves nothing', async () => {
    await hear(anna, play(['melody:hold'], { tag: 6, loop: true }));
    await engine.command({ do: 'close', ep: anna });
    await engine.command({ do: 'close', ep: boris });
    expect(events.map(e => (e.is === 'stats' ? `${e.ep} last ${e.last}` : e.is))).toEqual([
      'played',
      'leg-anna last true',
      'leg-boris last true',
    ]);
    expect(engine.counters()).toEqual({ endpoints: 0, timers: 0 });
    expect(await hear(anna, silence)).toEqual({ ok: false, refused: 'unknown-endpoint' });
  });

  test('a dead engine says so once and refuses everything', async () => {
    let why = '';
    engine.onLost = reason => {
      why = reason;
    };
    engine.die('kill -9');
    expect(why).toBe('kill -9');
    expect(engine.counters()).toEqual({ endpoints: 0, timers: 0 });
    expect(await hear(anna, silence)).toEqual({ ok: false, refused: 'gone' });
  });
});
