import { once } from 'node:events';
import { VirtualClock } from '@kommutator/base';
import type { CallId, DomainId, UserId } from '@kommutator/model/ids';
import type { LiveCall } from '@kommutator/model/live';
import { type Role, rightsOf } from '@kommutator/model/rights';
import { LIVE_TOPICS, LiveHub, LiveState, type Session, tellLive } from '@kommutator/use-cases';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { liveDoor } from '../src/index.ts';
import { LiveReader, type Wire } from '../src/live/reader.ts';
import { type Served, serve } from './support/server.ts';

const OURS = 'ours' as DomainId;
const THEIRS = 'theirs' as DomainId;

const call = (id: string, domain: DomainId, users: readonly string[] = []): LiveCall => ({
  call: id as CallId,
  domain,
  startedAt: 0,
  direction: 'in',
  kind: 'in_missed',
  line: null,
  from: { kind: 'pstn', number: '79160000000', name: '' },
  to: { kind: 'user', number: '101', name: '' },
  answeredAt: null,
  users: users.map(user => ({ user: user as UserId, state: 'ringing', peer: '79160000000' })),
  outside: 0,
});

interface Word {
  hello?: { epoch: string; seq: number };
  lost?: boolean;
  seq?: number;
  topic?: string;
  data?: { event?: string; call?: { id: string }; user?: string };
}

/** A page on a wire of its own. */
function page(hub: LiveHub, domain: DomainId, person: string, role: Role) {
  const words: Word[] = [];
  const closed: number[] = [];
  const wire: Wire & { backlog: number } = {
    backlog: 0,
    send: text => {
      const word: Word | Word[] = JSON.parse(text);
      words.push(...(Array.isArray(word) ? word : [word]));
    },
    close: code => closed.push(code),
  };
  const viewer = { person, rights: rightsOf([role]) };
  const reader = new LiveReader({ hub, wire, domain, viewer, due: () => {} });
  const say = (word: object) => reader.said(JSON.stringify(word));
  const hears = (): Word[] => {
    reader.flush(new Map());
    return words.filter(word => word.topic !== undefined);
  };
  return { reader, wire, words, closed, say, hears, hello: words[0]?.hello };
}

describe('the live channel', () => {
  it('tells only what was subscribed to, numbered, and resumes without a gap or a repeat', () => {
    const hub = new LiveHub(new VirtualClock());
    const state = new LiveState((domain, change) => tellLive(hub, domain, change, 0));
    const first = page(hub, OURS, 'admin', 'admin');
    first.say({ subscribe: ['calls'] });
    state.apply({ calls: [call('a', OURS, ['anna'])], ended: [], devices: [] });
    expect(first.hears().map(word => [word.topic, word.data?.event, word.data?.call?.id])).toEqual([
      ['calls', 'new', 'a'],
    ]);
    const at = { epoch: first.hello?.epoch ?? '', seq: first.hears().at(-1)?.seq ?? 0 };
    first.reader.gone();
    state.apply({ calls: [call('a', OURS)], ended: [], devices: [] });
    state.apply({
      calls: [call('b', OURS)],
      ended: [{ domain: OURS, call: 'a' as CallId, at: 5 }],
      devices: [],
    });
    const again = page(hub, OURS, 'admin', 'admin');
    expect(again.hello?.epoch).toBe(at.epoch);
    again.say({ subscribe: ['calls'], resume: at });
    state.apply({ calls: [call('c', OURS)], ended: [], devices: [] });
    expect(again.hears().map(word => `${word.data?.event} ${word.data?.call?.id}`)).toEqual([
      'changed a',
      'new b',
      'ended a',
      'new c',
    ]);
  });

  it('says lost when it cannot go on: another epoch, too long ago, forgotten', async () => {
    const clock = new VirtualClock();
    const hub = new LiveHub(clock);
    const first = page(hub, OURS, 'admin', 'admin');
    const epoch = first.hello?.epoch ?? '';
    const lost = (resume: object) => {
      const back = page(hub, OURS, 'admin', 'admin');
      back.say({ subscribe: ['calls'], resume });
      back.reader.gone();
      return back.words.some(word => word.lost);
    };
    expect(lost({ epoch: 'another', seq: 0 })).toBe(true);
    expect(lost({ epoch, seq: 0 })).toBe(false);
    expect(lost({ epoch, seq: 1 })).toBe(true);
    for (let n = 0; n < 1_001; n++) hub.publish(OURS, 'calls', `${n}`, {}, { right: 'calls.all' });
    expect(lost({ epoch, seq: 0 })).toBe(true);
    expect(lost({ epoch, seq: 1 })).toBe(false);
    first.reader.gone();
    await clock.advance(61_000);
    expect(hub.watched(OURS)).toBe(false);
    expect(lost({ epoch, seq: 1_001 })).toBe(true);
    hub.close();
    expect(clock.pending).toBe(0);
  });

  it('ACC-8 a plain user hears of his own calls and presence alone', () => {
    const hub = new LiveHub(new VirtualClock());
    const state = new LiveState((domain, change) => tellLive(hub, domain, change, 0));
    const anna = page(hub, OURS, 'anna', 'user');
    anna.say({ subscribe: [...LIVE_TOPICS] });
    state.apply({
      calls: [call('hers', OURS, ['anna', 'boris']), call('his', OURS, ['boris'])],
      ended: [],
      devices: [],
    });
    state.apply({ calls: [call('hers', OURS, ['boris'])], ended: [], devices: [] });
    state.apply({ calls: [], ended: [{ domain: OURS, call: 'hers' as CallId, at: 1 }], devices: [] });
    hub.publish(OURS, 'actions', 'x', {}, { right: 'actions.read' });
    hub.publish(OURS, 'jobs', 'j', { id: 'j' }, { right: null, people: new Set(['boris']) });
    const heard = anna.hears().map(word => word.data?.user ?? `${word.data?.event} ${word.data?.call?.id}`);
    expect(heard).toEqual(['new hers', 'anna', 'changed hers', 'anna', 'ended hers']);
  });

  it('another domain never hears a word, whatever is subscribed, resumed and said (property)', () => {
    const word = fc.oneof(
      fc.record({
        subscribe: fc.subarray([...LIVE_TOPICS]),
        resume: fc.constantFrom('own', 'foreign', null),
      }),
      fc.record({ unsubscribe: fc.subarray([...LIVE_TOPICS]) }),
      fc.record({
        event: fc.constantFrom('ours', 'theirs'),
        id: fc.constantFrom('a', 'b', 'c'),
        user: fc.constantFrom('anna', 'boris'),
      }),
    );
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 40 }),
        fc.constantFrom<Role>('admin', 'user'),
        (words, role) => {
          const hub = new LiveHub(new VirtualClock());
          const state = new LiveState((domain, change) => tellLive(hub, domain, change, 0));
          const spy = page(hub, THEIRS, 'anna', role);
          const epoch = page(hub, OURS, 'anna', role).hello?.epoch ?? '';
          for (const each of words) {
            if ('event' in each) {
              const domain = each.event === 'ours' ? OURS : THEIRS;
              state.apply({
                calls: [call(`${domain} ${each.id}`, domain, [each.user])],
                ended: [],
                devices: [],
              });
            } else if ('subscribe' in each) {
              const own = each.resume === 'own' ? (spy.hello ?? null) : null;
              spy.say({ ...each, resume: each.resume === 'foreign' ? { epoch, seq: 0 } : own });
            } else spy.say(each);
          }
          for (const heard of spy.hears())
            if (heard.data?.call) expect(heard.data.call.id).toMatch(/^theirs /);
          expect(JSON.stringify(spy.words)).not.toContain('ours ');
        },
      ),
    );
  });

  it('a page that is behind gets the latest of each thing when it has caught up; one that never does is closed with 4008', () => {
    const hub = new LiveHub(new VirtualClock());
    const slow = page(hub, OURS, 'admin', 'admin');
    slow.say({ subscribe: ['calls'] });
    slow.wire.backlog = 1_000_000;
    for (let n = 0; n < 1_000; n++) hub.publish(OURS, 'calls', `${n % 5}`, { n }, { right: 'calls.all' });
    expect(slow.hears()).toEqual([]);
    slow.wire.backlog = 0;
    const heard = slow.hears();
    expect(heard.length).toBeLessThanOrEqual(205);
    expect(heard.at(-1)?.seq).toBe(1_000);
    const seqs = heard.map(word => word.seq ?? 0);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    slow.wire.backlog = 1_000_000;
    for (let n = 0; n < 1_100; n++) hub.publish(OURS, 'calls', `${n}`, { n }, { right: 'calls.all' });
    expect(slow.closed).toEqual([4008]);
  });

  it.each([
    '',
    '[]',
    '{"subscribe":["everything"]}',
    '{"subscribe":"calls"}',
    '{"resume":null}',
    'x'.repeat(100),
  ])('nonsense ends the connection and nothing else: %s', text => {
    const hub = new LiveHub(new VirtualClock());
    const { reader, closed } = page(hub, OURS, 'admin', 'admin');
    reader.said(text);
    expect(closed).toEqual([1008]);
  });
});

describe('GET /api/live', () => {
  let served: Served;
  let sessions: Map<string, Session>;
  let doubt: () => void;
  let count = 0;
  let away = false;
  let hub: LiveHub;
  let clock: VirtualClock;
  let door: ReturnType<typeof liveDoor>;

  async function open() {
    clock = new VirtualClock();
    hub = new LiveHub(clock);
    sessions = new Map();
    away = false;
    const find = async (token: string) => {
      if (away) throw new Error('the database is away');
      return sessions.get(token) ?? null;
    };
    served = await serve({ sessions: { find } });
    doubt = () => {};
    door = liveDoor({
      hub,
      clock,
      sessions: { find },
      doubts: listener => {
        doubt = listener;
        return () => {};
      },
    });
    served.web.upgrades.set('/api/live', door.take);
  }
  const signIn = (role: Role): string => {
    const token = `token${++count}`;
    sessions.set(token, {
      id: token,
      kind: 'user',
      person: { id: 'p', login: 'p', name: 'p' },
      domain: { id: OURS, name: 'ours' },
      pool: null,
      roles: [role],
      rights: rightsOf([role]),
      area: 'domain',
      language: 'ru',
      csrf: '',
    });
    return token;
  };
  const connect = (token: string | null, headers: Record<string, string> = {}) =>
    new WebSocket(`ws://127.0.0.1:${served.port}/api/live`, {
      headers: { ...(token ? { cookie: `kommutator_session=${token}` } : {}), ...headers },
    });
  const refused = async (socket: WebSocket): Promise<number> => {
    const [, response] = await once(socket, 'unexpected-response');
    return response.statusCode;
  };
  /** The socket, greeted. */
  const greeted = async (socket: WebSocket): Promise<WebSocket> => {
    await once(socket, 'message');
    return socket;
  };

  afterEach(async () => {
    door.close();
    await served.close();
  });

  it('lets in who is signed in and comes from our own page', async () => {
    await open();
    expect(await refused(connect(null))).toBe(401);
    expect(await refused(connect('stranger'))).toBe(401);
    expect(await refused(connect(signIn('pool.admin')))).toBe(403);
    const token = signIn('admin');
    expect(await refused(connect(token, { origin: 'https://evil.example' }))).toBe(403);
    expect(
      await refused(
        connect(token, { origin: `http://127.0.0.1:${served.port}`, 'sec-fetch-site': 'cross-site' }),
      ),
    ).toBe(403);
    const socket = connect(token, { origin: `http://127.0.0.1:${served.port}` });
    const [hello] = await once(socket, 'message');
    expect(JSON.parse(String(hello))).toEqual({ hello: { epoch: expect.any(String), seq: 0 } });
    socket.send(JSON.stringify({ subscribe: ['calls'], resume: null }));
    socket.ping();
    await once(socket, 'pong');
    hub.publish(OURS, 'calls', 'a', { event: 'new' }, { right: 'calls.all' });
    const [message] = await once(socket, 'message');
    expect(JSON.parse(String(message))).toEqual({ seq: 1, topic: 'calls', data: { event: 'new' } });
    socket.terminate();
  });

  it('ACC-5 signing out ends it with 4401, other rights with 4403; a database that is away ends nothing', async () => {
    await open();
    const [gone, changed, stays] = [signIn('admin'), signIn('admin'), signIn('admin')];
    const sockets = await Promise.all([gone, changed, stays].map(token => greeted(connect(token))));
    const closing = sockets.slice(0, 2).map(async socket => (await once(socket, 'close'))[0]);
    sessions.delete(gone);
    away = true;
    doubt();
    await clock.advance(200);
    expect(door.readers).toBe(3);
    away = false;
    const lesser = sessions.get(signIn('user'));
    if (lesser) sessions.set(changed, lesser);
    doubt();
    await clock.advance(200);
    expect(await Promise.all(closing)).toEqual([4401, 4403]);
    expect(sockets[2]?.readyState).toBe(WebSocket.OPEN);
    for (const socket of sockets) socket.terminate();
  });

  it('a page that does not answer to pings is hung up on; no more than 20 pages a session', async () => {
    await open();
    const token = signIn('admin');
    const sockets = await Promise.all(Array.from({ length: 20 }, () => greeted(connect(token))));
    expect(door.readers).toBe(20);
    expect(await refused(connect(token))).toBe(429);
    const [mute, ...others] = sockets;
    if (!mute) throw new Error('no socket');
    mute.pause();
    const pongs = others.map(socket => once(socket, 'ping'));
    await clock.advance(25_000);
    await Promise.all(pongs);
    for (const socket of others) {
      socket.ping();
      await once(socket, 'pong');
    }
    await clock.advance(25_000);
    expect(door.readers).toBeLessThanOrEqual(20);
    for (const socket of others) expect(socket.readyState).toBe(WebSocket.OPEN);
    mute.resume();
    if (mute.readyState !== WebSocket.CLOSED) await once(mute, 'close');
    for (const socket of sockets) socket.terminate();
  });

  it('SECURITY: a page that floods us with words is hung up on', async () => {
    await open();
    const socket = await greeted(connect(signIn('admin')));
    const closed = once(socket, 'close');
    for (let n = 0; n < 200; n++) socket.send('{"unsubscribe":[]}');
    expect((await closed)[0]).toBe(1008);
  });
});
