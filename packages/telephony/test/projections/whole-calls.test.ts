/** What stays of calls that the real flows have led: the journal of the line against its projections. */
import { renderProtocol } from '@kommutator/model/protocol';
import type { CallRecord } from '@kommutator/model/record';
import { expect, test } from 'vitest';
import { projectCall } from '../../src/projections/index.ts';
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
    pickupGroups: [['anna', 'vera']],
    numbers: { [LINE]: [{ to: { group: 'Продажи' } }], '74951230003': [{ to: { user: 'anna' } }] },
  });

/** The only call of the exchange. */
function record(x: VirtualExchange): CallRecord {
  expect(x.journal.calls).toHaveLength(1);
  const projected = projectCall(x.journal.records);
  if (!projected) throw new Error('no record');
  return projected;
}

const journals = ({ parties }: CallRecord): string[] =>
  parties.map(p =>
    [
      p.subject,
      p.kind,
      p.peerNumber,
      `${Math.round(p.talkMs / 1000)} s`,
      ...Object.values(p.note ?? {}),
    ].join(' '),
  );

const mainLines = ({ call }: CallRecord) =>
  renderProtocol(
    call.protocol.filter(line => line.level === 'main'),
    'ru',
  );

test('GRP-8.8 a group call answered by one member', async () => {
  const x = company();
  const [anna, vera] = await x.registered('anna', 'vera');
  x.begins();
  const call = await x.pstn.calls(LINE, { from: '79161234567' });
  await vera?.rings();
  await anna?.rings();
  await x.at(5);
  vera?.answers();
  await x.at(22);
  call.hangsUp();
  await x.expectNothingLeft();
  const r = record(x);
  expect(r.call).toMatchObject({
    kind: 'group_answered',
    aNumber: '79161234567',
    bNumber: '500',
    bName: 'Продажи',
    endedBy: 'caller',
    sipStatus: 200,
  });
  expect(journals(r).slice(1)).toEqual([
    'group-Продажи group_answered 79161234567 17 s Вера',
    'user-vera in_answered 79161234567 17 s',
  ]);
  expect(mainLines(r)).toEqual([
    `0:00:00 Вызов на входящую линию ${LINE}`,
    '0:00:00 Переадресация на группу Продажи',
    '0:00:00 Вызов контактного номера 101',
    '0:00:00 Вызов контактного номера 103',
    '0:00:05 Ответ Вера',
  ]);
  expect(r.legs.map(leg => [leg.role, leg.number, leg.answeredAt !== null])).toEqual([
    ['caller', '79161234567', true],
    ['target', '101', false],
    ['target', '103', true],
  ]);
});

test('USR-20.6 a colleague picks the call up', async () => {
  const x = company();
  const [anna, vera] = await x.registered('anna', 'vera');
  x.begins();
  const call = await x.pstn.calls('74951230003', { from: '79161234567' });
  await anna?.rings();
  await x.at(5);
  await vera?.calls('*8');
  await x.at(15);
  call.hangsUp();
  await x.expectNothingLeft();
  const r = record(x);
  expect(r.call).toMatchObject({ kind: 'in_answered', bNumber: '101', bName: 'Анна' });
  expect(journals(r).slice(1)).toEqual([
    'user-anna transferred 79161234567 0 s Вера',
    'user-vera in_answered 79161234567 10 s Анна',
  ]);
  expect(mainLines(r).slice(-2)).toEqual(['0:00:05 Перехват вызова Вера', '0:00:05 Ответ Вера']);
});

test('ACC-32 a colleague’s call is answered on the mobile', async () => {
  const x = company();
  const [anna] = await x.registered('anna');
  x.begins();
  const call = await anna?.calls('102');
  await x.pstn.rings(MOBILE);
  await x.at(9);
  x.pstn.answers();
  await x.at(39);
  x.pstn.hangsUp();
  await x.expectNothingLeft();
  expect(call?.end).not.toBeNull();
  const r = record(x);
  expect(r.call).toMatchObject({ direction: 'int', kind: 'internal_answered', endedBy: 'callee' });
  expect(journals(r)).toEqual([
    'user-anna internal_answered 102 30 s',
    'user-boris in_answered 101 30 s',
    `user-boris out_forwarded ${MOBILE} 30 s`,
  ]);
});

test('ACC-32 an outgoing call of a user, 5 s', async () => {
  const x = company();
  const [anna] = await x.registered('anna');
  x.begins();
  const call = await anna?.calls('8 812 111-22-33');
  await x.pstn.rings();
  await x.at(3);
  x.pstn.answers();
  await x.at(8);
  call?.hangsUp();
  await x.expectNothingLeft();
  const r = record(x);
  expect(r.call).toMatchObject({ direction: 'out', kind: 'out_answered', bNumber: '78121112233' });
  expect(journals(r)).toEqual([
    'user-anna out_answered 78121112233 5 s',
    'number-74951230001 out_answered 78121112233 5 s',
  ]);
  expect(r.call.line).toBe('74951230001');
});

test('USR-49.3 nobody answers: missed by the user, ended by the system', async () => {
  const x = company();
  await x.registered('anna');
  x.begins();
  await x.pstn.calls('74951230003', { from: '79161234567' });
  await x.at(41);
  await x.expectNothingLeft();
  const r = record(x);
  expect(r.call).toMatchObject({ kind: 'in_missed', sipStatus: 480, q850: 19, endedBy: 'system', talkMs: 0 });
  expect(journals(r).slice(1)).toEqual(['user-anna in_missed 79161234567 0 s']);
  expect(mainLines(r).at(-1)).toBe('0:00:40 Нет ответа 101');
});
