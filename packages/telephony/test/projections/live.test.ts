/** Calls as live screens see them, while the real flows lead them. */
import type { LiveCall } from '@kommutator/model/live';
import { expect, test } from 'vitest';
import { LiveFold, projectCall } from '../../src/projections/index.ts';
import { type VirtualExchange, virtualExchange } from '../../src/testing/index.ts';

const LINE = '74951230001';
const MOBILE = '79037765222';

const company = () =>
  virtualExchange({
    users: {
      anna: { extension: '101', name: 'Анна' },
      boris: {
        extension: '102',
        name: 'Борис',
        forwarding: [{ type: 'mobile', target: MOBILE, priority: 5, ringTime: 20 }],
      },
      vera: { extension: '103', name: 'Вера' },
    },
    groups: { Продажи: { extension: '500', members: ['anna', 'vera'] } },
    numbers: { [LINE]: [{ to: { group: 'Продажи' } }], '74951230003': [{ to: { user: 'boris' } }] },
  });

/** The only call of the exchange, as its events so far tell it. */
function now(x: VirtualExchange): LiveCall {
  const [first, ...rest] = x.journal.records;
  if (first?.event.type !== 'call.started') throw new Error('no call');
  const fold = new LiveFold(first, first.event);
  for (const { at, event } of rest) fold.follow(at, event);
  return fold.now;
}
const states = (call: LiveCall) => call.users.map(({ user, state }) => `${user} ${state}`).sort();

test('ADM-49 a group call rings at its members, is in use with the one who answers, and leaves nobody', async () => {
  const x = company();
  const [anna, vera] = await x.registered('anna', 'vera');
  x.begins();
  const call = await x.pstn.calls(LINE, { from: '79161234567' });
  await anna?.rings();
  await vera?.rings();
  expect(now(x)).toMatchObject({
    direction: 'in',
    kind: 'group_missed',
    line: LINE,
    from: { kind: 'pstn', number: '79161234567' },
    to: { kind: 'group', number: '500', name: 'Продажи' },
    answeredAt: null,
    outside: 0,
  });
  expect(states(now(x))).toEqual(['user-anna ringing', 'user-vera ringing']);
  await x.at(5);
  vera?.answers();
  await x.at(8);
  expect(states(now(x))).toEqual(['user-vera busy']);
  expect(now(x)).toMatchObject({ kind: 'group_answered' });
  await x.at(22);
  call.hangsUp();
  await x.expectNothingLeft();
  expect(now(x)).toMatchObject({ kind: projectCall(x.journal.records)?.call.kind, users: [] });
});

test('ADM-49 a talk on the forwarding mobile is his line in use, and takes an outgoing channel', async () => {
  const x = company();
  x.begins();
  const call = await x.pstn.calls('74951230003', { from: '79161234567' });
  const mobile = await x.pstn.rings(MOBILE);
  expect(states(now(x))).toEqual(['user-boris ringing']);
  expect(now(x).outside).toBe(1);
  mobile.answers();
  await x.at(8);
  expect(states(now(x))).toEqual(['user-boris busy']);
  call.hangsUp();
  await x.expectNothingLeft();
  expect(now(x)).toMatchObject({ users: [], outside: 0 });
});

test('ADM-49 who dials is in use at once', async () => {
  const x = company();
  const [anna, vera] = await x.registered('anna', 'vera');
  x.begins();
  const call = await anna?.calls('103');
  await vera?.rings();
  expect(states(now(x))).toEqual(['user-anna busy', 'user-vera ringing']);
  expect(
    now(x)
      .users.map(user => user.peer)
      .sort(),
  ).toEqual(['101', '103']);
  expect(now(x)).toMatchObject({ direction: 'int', to: { kind: 'user', number: '103', name: 'Вера' } });
  call?.hangsUp();
  await x.expectNothingLeft();
});
