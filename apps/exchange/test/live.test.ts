import { VirtualClock } from '@kommutator/base';
import type { CallEvent, RegistrationRecord } from '@kommutator/model/events';
import type { CallId, DomainId, LegId, UserId } from '@kommutator/model/ids';
import type { LiveNews } from '@kommutator/model/live';
import { expect, test } from 'vitest';
import { LiveBoard } from '../src/signalling/live-board.ts';
import { LiveSender } from '../src/signalling/live-sender.ts';

const DOMAIN = 'domain' as DomainId;
const CALL = 'call' as CallId;
const ANNA = 'anna' as UserId;

const started: CallEvent = {
  type: 'call.started',
  direction: 'int',
  from: { kind: 'user', number: '102', name: 'Борис' },
  dialled: '101',
  sipCallId: 'x',
};
const leg: CallEvent = {
  type: 'leg.started',
  leg: 'leg' as LegId,
  role: 'target',
  party: { kind: 'user', number: '101', name: 'Анна', user: ANNA },
  sipCallId: 'y',
};
const ended: CallEvent = {
  type: 'call.ended',
  by: 'caller',
  cause: { sip: 200, q850: 16, text: '' },
};
const contact = (name: string) =>
  ({ domain: DOMAIN, user: ANNA, login: 'anna', contact: name }) as unknown as RegistrationRecord;

function board() {
  const clock = new VirtualClock();
  const told: LiveNews[] = [];
  return { clock, told, board: new LiveBoard({ clock, tell: news => told.push(news) }) };
}

test('all that happens to a call within 40 ms is one state; its end is told once', async () => {
  const { clock, told, board: live } = board();
  live.event(CALL, DOMAIN, 0, started);
  live.event(CALL, DOMAIN, 1, leg);
  live.event(CALL, DOMAIN, 2, { type: 'leg.answered', leg: 'leg' as LegId });
  expect(told).toEqual([]);
  await clock.advance(40);
  expect(told).toMatchObject([
    { calls: [{ call: CALL, users: [{ user: ANNA, state: 'busy' }] }], ended: [] },
  ]);
  live.event(CALL, DOMAIN, 3, ended);
  live.event(CALL, DOMAIN, 4, leg);
  await clock.advance(40);
  expect(told[1]).toEqual({ calls: [], ended: [{ domain: DOMAIN, call: CALL, at: 3 }], devices: [] });
  expect(live.all).toEqual({ calls: [], ended: [], devices: [] });
  await clock.advance(1_000);
  expect(told).toHaveLength(2);
});

test('USR-3 two phones, one leaves: still one; the last one leaves: none, and since when', async () => {
  const { clock, told, board: live } = board();
  const kept = new Map<string, RegistrationRecord>();
  const store = live.watch({
    load: () => [...kept.values()],
    save: record => void kept.set(record.contact, record),
    remove: ({ contact: name }) => void kept.delete(name),
  });
  store.save(contact('a'));
  store.save(contact('b'));
  store.save(contact('a'));
  const since = clock.wall();
  await clock.advance(40);
  expect(told[0]?.devices).toEqual([{ domain: DOMAIN, user: ANNA, devices: 2, since }]);
  store.remove(contact('a'));
  await clock.advance(40);
  expect(told[1]?.devices).toEqual([{ domain: DOMAIN, user: ANNA, devices: 1, since }]);
  store.remove(contact('b'));
  store.remove(contact('b'));
  const gone = clock.wall();
  await clock.advance(40);
  expect(told[2]?.devices).toEqual([{ domain: DOMAIN, user: ANNA, devices: 0, since: gone }]);
  expect(kept.size).toBe(0);
});

test('a listener that is behind gets nothing until it has caught up, and then everything anew', () => {
  const sent: { part?: string; calls: readonly unknown[] }[] = [];
  const channel = {
    backlog: 0,
    send: (_: string, news: unknown) => sent.push(news as (typeof sent)[0]) > 0,
  };
  const all: LiveNews = {
    calls: Array.from({ length: 1_200 }, () => ({}) as LiveNews['calls'][0]),
    ended: [],
    devices: [],
  };
  const sender = new LiveSender(() => all);
  sender.listen(channel);
  const whole = ['begin', undefined, undefined, undefined, 'complete'];
  expect(sent.map(({ part }) => part)).toEqual(whole);
  expect(sent.flatMap(({ calls }) => calls)).toHaveLength(1_200);
  channel.backlog = 5_000_000;
  sender.tell({ calls: [], ended: [], devices: [] });
  expect(sent).toHaveLength(5);
  channel.backlog = 0;
  sender.tell({ calls: [], ended: [], devices: [] });
  expect(sent.slice(5).map(({ part }) => part)).toEqual(whole);
  sender.gone(channel);
  sender.tell({ calls: [], ended: [], devices: [] });
  expect(sent).toHaveLength(10);
});
