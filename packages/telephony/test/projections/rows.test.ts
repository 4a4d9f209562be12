import { CAUSES } from '@kommutator/model/cause';
import type { CallRecord } from '@kommutator/model/record';
import { describe, expect, test } from 'vitest';
import { isEnded, projectCall } from '../../src/projections/index.ts';
import {
  anna,
  boris,
  conversation,
  DID,
  dialled,
  incoming,
  journal,
  leg,
  mobile,
  outside,
  over,
  person,
  result,
  rings,
  SALES,
  START,
  started,
  type Timed,
  talk,
  toUser,
  vera,
  wanted,
} from './journal.ts';

function project(timed: readonly Timed[]): CallRecord {
  const record = projectCall(journal(timed));
  if (!record) throw new Error('no record');
  return record;
}

/** «user-Анна in_answered 79161234567 50 {…}» */
const parties = (timed: readonly Timed[]): string[] =>
  project(timed).parties.map(p =>
    [
      p.subject,
      p.kind,
      p.peerNumber || 'hidden',
      p.talkMs / 1000,
      ...(p.note ? [JSON.stringify(p.note)] : []),
    ].join(' '),
  );

const toAnna = [...incoming(), wanted(0, toUser(anna)), ...rings(0, 'a', anna)];

describe('ACC-32 types in the journals', () => {
  test('ACC-32 A→U answered, 50 s', () => {
    expect(parties([...toAnna, ...talk(5, 55, 'a', anna)])).toEqual([
      'number-1 in_answered 79161234567 50',
      'user-Анна in_answered 79161234567 50',
    ]);
  });

  test.each(['noAnswer', 'busy', 'rejected', 'unavailable'] as const)(
    'ACC-32 A→U %s is missed, 0 s',
    what => {
      expect(parties([...toAnna, result(40, anna, what), over(40, 'system', CAUSES.noAnswer)])).toEqual([
        'number-1 in_missed 79161234567 0',
        'user-Анна in_missed 79161234567 0',
      ]);
    },
  );

  test('ACC-32 U→B answered, 24 s: each has his row', () => {
    const call = [...dialled('int', anna, '102'), wanted(0, toUser(boris)), ...rings(0, 'b', boris)];
    expect(parties([...call, ...talk(3, 27, 'b', boris)])).toEqual([
      'user-Анна internal_answered 102 24',
      'user-Борис in_answered 101 24',
    ]);
    expect(parties([...call, result(40, boris, 'noAnswer'), over(40, 'system', CAUSES.noAnswer)])).toEqual([
      'user-Анна internal_failed 102 0',
      'user-Борис in_missed 101 0',
    ]);
  });

  test('ACC-32 U→ a public number: answered, refused 404, forbidden 403', () => {
    const out = [
      ...dialled('out', anna, '8 903 776-52-22'),
      wanted(0, { kind: 'number', number: '79037765222' }),
      started(0, 'm', mobile, 'target', 'trunk'),
    ];
    expect(parties([...out, ...talk(6, 30, 'm', mobile, anna)])).toEqual([
      'user-Анна out_answered 79037765222 24',
    ]);
    expect(parties([...out, over(1, 'callee', CAUSES.unknownNumber)])).toEqual([
      'user-Анна out_failed 79037765222 0',
    ]);
    const forbidden: Timed[] = [
      ...dialled('out', anna, '810375291234567'),
      [0, { type: 'direction.forbidden', number: '375291234567' }],
      over(3, 'system', CAUSES.forbidden),
    ];
    expect(parties(forbidden)).toEqual(['user-Анна out_failed 375291234567 0']);
  });

  test('ACC-32 A→U answered on the mobile of U, 30 s: an incoming row and a forwarded one', () => {
    const call = [
      ...incoming(),
      wanted(0, toUser(anna)),
      ...rings(0, 'm', mobile, anna, 'forwarding'),
      ...talk(9, 39, 'm', mobile, anna),
    ];
    expect(parties(call)).toEqual([
      'number-1 in_answered 79161234567 30',
      'user-Анна in_answered 79161234567 30',
      'user-Анна out_forwarded 79037765222 30',
    ]);
    expect(project(call).call).toMatchObject({ kind: 'in_answered', bName: 'Анна', talkMs: 30_000 });
  });

  test('ACC-32 a SIP contact of U that is a colleague: both have had the call', () => {
    const call = [
      ...incoming(),
      wanted(0, toUser(anna)),
      ...rings(0, 'b', boris),
      ...talk(2, 12, 'b', boris),
    ];
    expect(parties(call)).toEqual([
      'number-1 in_answered 79161234567 10',
      'user-Анна in_answered 79161234567 10',
      'user-Борис in_answered 79161234567 10',
    ]);
  });

  test('GRP-8.8 group call: the group and who answered have rows, the others none', () => {
    const call = [
      ...incoming(),
      wanted(0, SALES),
      ...rings(0, 'a', anna),
      ...rings(0, 'b', boris),
      result(5, anna, 'cancelled'),
    ];
    expect(parties([...call, ...talk(5, 22, 'b', boris)])).toEqual([
      'number-1 group_answered 79161234567 17',
      'group-sales group_answered 79161234567 17 {"answeredBy":"Борис"}',
      'user-Борис in_answered 79161234567 17',
    ]);
    expect(parties([...call, over(40, 'system', CAUSES.busy)])).toEqual([
      'number-1 group_missed 79161234567 0',
      'group-sales group_missed 79161234567 0',
    ]);
  });

  test('GRP-8.9 a member’s mobile answers the group call', () => {
    const call = [
      ...incoming(),
      wanted(0, SALES),
      ...rings(0, 'm', mobile, boris, 'forwarding'),
      ...talk(5, 22, 'm', mobile, boris),
    ];
    expect(parties(call).slice(1)).toEqual([
      'group-sales group_answered 79161234567 17 {"answeredBy":"79037765222"}',
      'user-Борис in_answered 79161234567 17',
      'user-Борис out_forwarded 79037765222 17',
    ]);
  });

  test('USR-20.6 a picked-up call is not missed by its user and is answered by the picker', () => {
    const picked: Timed[] = [
      started(5, 'v', vera),
      [5, { type: 'pickup', by: vera, user: anna.user ?? null }],
      result(5, anna, 'pickedUp'),
      [5, { type: 'leg.answered', leg: leg('v') }],
      ...conversation(5, 15, 'v', vera),
    ];
    expect(parties([...toAnna, ...picked])).toEqual([
      'number-1 in_answered 79161234567 10',
      'user-Анна transferred 79161234567 0 {"pickedUpBy":"Вера"}',
      'user-Вера in_answered 79161234567 10 {"pickedUpFrom":"Анна"}',
    ]);
    const group = [...incoming(), wanted(0, SALES), ...rings(0, 'a', anna), ...picked];
    expect(parties(group).slice(1)).toEqual([
      'group-sales group_answered 79161234567 10 {"answeredBy":"Вера"}',
      'user-Вера in_answered 79161234567 10 {"pickedUpFrom":"Анна"}',
    ]);
  });
});

describe('ADM-1 the row of the domain', () => {
  test('ADM-1 a call answered 17 s stands with the group’s name and number', () => {
    const { call } = project([
      ...incoming(),
      wanted(0, SALES),
      ...rings(0, 'a', anna),
      ...talk(4, 21, 'a', anna),
    ]);
    expect(call).toMatchObject({
      direction: 'in',
      kind: 'group_answered',
      aNumber: '79161234567',
      bNumber: '500',
      bName: 'Продажи',
      numberId: DID.id,
      startedAt: START,
      answeredAt: START + 4_000,
      endedAt: START + 21_000,
      talkMs: 17_000,
      sipStatus: 200,
      q850: 16,
      endedBy: 'caller',
    });
  });

  test('RTE-4.3 no rule: missed, 0 s, the line itself is the called party', () => {
    const { call } = project([
      ...incoming({ ...outside, number: '' }),
      [0, { type: 'route.none' }],
      over(0, 'system', CAUSES.busy),
    ]);
    expect(call).toMatchObject({
      kind: 'in_missed',
      aNumber: '',
      bNumber: DID.digits,
      bName: '',
      answeredAt: null,
      talkMs: 0,
      sipStatus: 486,
      q850: 17,
    });
  });

  test('ADM-1.4 a user’s call to an own number is internal, whatever its rules lead to', () => {
    const own = [...dialled('int', boris, '84951230001', DID), wanted(0, SALES), ...rings(0, 'a', anna)];
    const { call } = project([...own, ...talk(1, 6, 'a', anna)]);
    expect(call).toMatchObject({ kind: 'internal_answered', bNumber: DID.digits, bName: 'Продажи' });
  });

  test('a group without a number stands with the line that was called', () => {
    const nameless = { ...SALES, number: '' };
    const { call } = project([...incoming(), wanted(0, nameless), over(0, 'system', CAUSES.busy)]);
    expect(call).toMatchObject({ bNumber: DID.digits, bName: 'Продажи', kind: 'group_missed' });
  });

  test('the echo test is an answered internal call', () => {
    const { call, parties: rows } = project([
      ...dialled('int', anna, '999'),
      wanted(0, { kind: 'service', service: 'echo', number: '999' }),
      [1, { type: 'service.started', service: 'echo' }],
      over(11, 'caller'),
    ]);
    expect(call).toMatchObject({ kind: 'internal_answered', bNumber: '999', talkMs: 10_000 });
    expect(rows).toHaveLength(1);
  });

  test('a number that does not exist is an internal call that failed', () => {
    const { call } = project([
      ...dialled('int', anna, '777'),
      [0, { type: 'number.unknown', number: '777' }],
      over(2, 'system', CAUSES.unknownNumber),
    ]);
    expect(call).toMatchObject({ kind: 'internal_failed', bNumber: '777', sipStatus: 404 });
  });
});

test('BIL-8 every leg has a row with its times, its end and its quality', () => {
  const { legs } = project([
    ...toAnna,
    ...talk(5, 15, 'a', anna).slice(0, -1),
    [
      15,
      {
        type: 'leg.quality',
        leg: leg('a'),
        packetsIn: 500,
        packetsOut: 501,
        loss: 0.5,
        jitterMs: 3,
        mos: 4.3,
      },
    ],
    over(15, 'caller'),
  ]);
  expect(legs).toMatchObject([
    { legId: 'caller', role: 'caller', kind: 'pstn', number: '79161234567', user: null, packetsIn: null },
    {
      legId: 'a',
      role: 'target',
      kind: 'user',
      user: 'user-Анна',
      sipCallId: 'sip-a',
      startedAt: START,
      answeredAt: START + 5_000,
      endedAt: START + 15_000,
      sipStatus: 200,
      packetsIn: 500,
      mos: 4.3,
    },
  ]);
});

describe('DESIGN rule 3 a journal without its end', () => {
  test('a call cut by a crash is closed by the system at its last event', () => {
    const timed = [...toAnna, ...talk(5, 15, 'a', anna)].slice(0, -4);
    const { call, legs } = project(timed);
    expect(isEnded(journal(timed))).toBe(false);
    expect(call).toMatchObject({
      kind: 'in_answered',
      endedBy: 'system',
      sipStatus: 500,
      endedAt: START + 5_000,
    });
    expect(legs.map(row => [row.sipStatus, row.endedAt])).toEqual([
      [500, START + 5_000],
      [500, START + 5_000],
    ]);
  });

  test('when the caller had hung up, that is the end', () => {
    const timed = [...toAnna, ...talk(5, 15, 'a', anna)].slice(0, -3);
    expect(project(timed).call).toMatchObject({ endedBy: 'caller', sipStatus: 200, talkMs: 10_000 });
  });

  test('when the other side had hung up and the caller was let go, the called party ended it', () => {
    const { call } = project([
      ...toAnna,
      [5, { type: 'talk.started', a: leg('caller'), b: leg('a'), answeredBy: anna }],
      [9, { type: 'leg.ended', leg: leg('a'), cause: CAUSES.normal, by: 'remote' }],
      [9, { type: 'leg.ended', leg: leg('caller'), cause: CAUSES.normal, by: 'us' }],
    ]);
    expect(call).toMatchObject({ endedBy: 'callee', sipStatus: 200, talkMs: 4_000 });
  });

  test('when the caller was refused, the system ended it with that code', () => {
    const { call } = project([
      ...incoming(),
      [0, { type: 'route.none' }],
      [0, { type: 'leg.ended', leg: leg('caller'), cause: CAUSES.busy, by: 'us' }],
    ]);
    expect(call).toMatchObject({ endedBy: 'system', sipStatus: 486 });
  });

  test('lost media of the caller’s leg is the system’s end', () => {
    const { call } = project([
      ...toAnna,
      [9, { type: 'leg.ended', leg: leg('caller'), cause: CAUSES.mediaLost, by: 'us' }],
    ]);
    expect(call).toMatchObject({ endedBy: 'system', sipStatus: 500, q850: CAUSES.systemEnd.q850 });
  });
});

test('a journal that does not say how it began is no call', () => {
  expect(projectCall([])).toBeNull();
  expect(projectCall(journal([over(0, 'system')]))).toBeNull();
});

test('a name is taken from the moment of the call', () => {
  const renamed = person('Анна Петровна', '101');
  expect(project([...incoming(), wanted(0, toUser(renamed)), over(1, 'caller')]).call.bName).toBe(
    'Анна Петровна',
  );
});
