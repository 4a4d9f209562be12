import { describe, expect, test } from 'vitest';
import type { RoutingRule, RoutingTarget } from '../src/config/index.ts';
import type { GroupId, RoutingRuleId } from '../src/ids/index.ts';
import { callerNumber } from '../src/numbers/index.ts';
import {
  nextPriority,
  type RuleReason,
  reorderRules,
  route,
  unreachableRules,
  validateConditions,
} from '../src/routing/index.ts';
import { domain, moscow, number, schedule } from './support/domain.ts';

type Draft = Omit<RoutingRule, 'id' | 'priority'>;

const toGroup = (name: string): RoutingTarget => ({ kind: 'group', group: name as GroupId });
const toMail = (name: string): RoutingTarget => ({
  kind: 'voicemail',
  of: { kind: 'group', group: name as GroupId },
});
const end: RoutingTarget = { kind: 'end' };
const rule = (target: RoutingTarget, more: Partial<Draft> = {}): Draft => ({
  active: true,
  schedule: null,
  prefixes: null,
  target,
  ...more,
});

const work = schedule('пн-пт 10:00-19:00');
const rest = schedule('пн-пт 00:00-10:00', 'пн-пт 19:00-00:00', 'сб-вс 00:00-00:00');
const moscowCodes = ['495', '499'];
const petersburg = ['812'];

const EXAMPLES = {
  '0ab': [rule(toGroup('КС'), { schedule: work }), rule(end)],
  '0c': [rule(end), rule(toGroup('КС'), { schedule: work })],
  '0d': [
    rule(toGroup('КС'), { schedule: schedule('10:00-19:00') }),
    rule(toMail('КС'), { schedule: schedule('19:00-00:00', '00:00-10:00') }),
  ],
  '1': [rule(toGroup('Analitika'))],
  '2': [rule(toGroup('КС'), { schedule: work }), rule(toMail('КС'))],
  '3': [rule(toMail('КС')), rule(toGroup('КС'), { schedule: work })],
  '4': [rule(toGroup('МСК'), { prefixes: moscowCodes }), rule(toGroup('СПБ'), { prefixes: petersburg })],
  '5': [
    rule(toGroup('МСК'), { prefixes: moscowCodes, schedule: work }),
    rule(toMail('МСК'), { prefixes: moscowCodes, schedule: rest }),
    rule(toGroup('СПБ'), { prefixes: petersburg, schedule: work }),
    rule(toMail('СПБ'), { prefixes: petersburg, schedule: rest }),
  ],
} as const;
const fiveWithoutA = EXAMPLES['5'].map((r, i) => (i === 0 ? { ...r, active: false } : r));

const WED = '2021-03-24T';
const SAT = '2021-03-27T';
const SUN = '2021-03-28T';
const ANY = '79161234567';

const treated = (rules: readonly Draft[], caller: string, local: string) => {
  const decision = route({
    config: domain(),
    number: number('74951230001', rules),
    caller: callerNumber(caller),
    wall: moscow(local),
  });
  return decision.kind === 'none' ? 'none' : decision.target;
};

describe('RTE-17 worked examples', () => {
  test.each<[string, readonly Draft[], string, string, RoutingTarget | 'none']>([
    ['0a', EXAMPLES['0ab'], ANY, `${WED}11:30:00`, toGroup('КС')],
    ['0b', EXAMPLES['0ab'], ANY, `${WED}19:00:00`, end],
    ['0c', EXAMPLES['0c'], ANY, `${WED}11:30:00`, end],
    ['0d', EXAMPLES['0d'], ANY, `${WED}02:00:00`, toMail('КС')],
    ['1a', EXAMPLES['1'], '74951234567', `${WED}11:30:00`, toGroup('Analitika')],
    ['1b', EXAMPLES['1'], 'anonymous', `${SUN}03:00:00`, toGroup('Analitika')],
    ['2a', EXAMPLES['2'], ANY, `${WED}10:00:00`, toGroup('КС')],
    ['2b before opening', EXAMPLES['2'], ANY, `${WED}09:59:59`, toMail('КС')],
    ['2b at closing', EXAMPLES['2'], ANY, `${WED}19:00:00`, toMail('КС')],
    ['2c', EXAMPLES['2'], ANY, `${SAT}12:00:00`, toMail('КС')],
    ['3', EXAMPLES['3'], ANY, `${WED}11:30:00`, toMail('КС')],
    ['4a', EXAMPLES['4'], '74951234567', `${SUN}03:00:00`, toGroup('МСК')],
    ['4b', EXAMPLES['4'], '74991234567', `${WED}11:30:00`, toGroup('МСК')],
    ['4c', EXAMPLES['4'], '78121234567', `${WED}11:30:00`, toGroup('СПБ')],
    ['4d Yekaterinburg', EXAMPLES['4'], '73431234567', `${WED}11:30:00`, 'none'],
    ['4d anonymous', EXAMPLES['4'], 'anonymous', `${WED}11:30:00`, 'none'],
    ['4d Germany', EXAMPLES['4'], '+495301234567', `${WED}11:30:00`, 'none'],
    ['5a', EXAMPLES['5'], '74951234567', `${WED}11:30:00`, toGroup('МСК')],
    ['5b', EXAMPLES['5'], '74991234567', `${WED}19:00:00`, toMail('МСК')],
    ['5c Saturday midnight', EXAMPLES['5'], '74951234567', `${SAT}00:00:00`, toMail('МСК')],
    ['5c last second of Sunday', EXAMPLES['5'], '74951234567', `${SUN}23:59:59`, toMail('МСК')],
    ['5d', EXAMPLES['5'], '78121234567', `${WED}18:59:59`, toGroup('СПБ')],
    ['5e before opening', EXAMPLES['5'], '78121234567', `${WED}09:59:59`, toMail('СПБ')],
    ['5e Saturday', EXAMPLES['5'], '78121234567', `${SAT}12:00:00`, toMail('СПБ')],
    ['5f', EXAMPLES['5'], '79161234567', `${WED}11:30:00`, 'none'],
    ['5g', fiveWithoutA, '74951234567', `${WED}11:30:00`, 'none'],
  ])('RTE-17 %s', (_row, rules, caller, local, expected) => {
    expect(treated(rules, caller, local)).toEqual(expected);
  });

  test('RTE-17 permuting the four rules of example 5 changes nothing', () => {
    const instants = [`${WED}11:30:00`, `${WED}19:00:00`, `${SAT}00:00:00`, `${WED}09:59:59`];
    const callers = ['74951234567', '78121234567', '79161234567', 'anonymous'];
    const asWritten = callers.flatMap(c => instants.map(t => treated(EXAMPLES['5'], c, t)));
    for (const order of permutations(EXAMPLES['5'])) {
      expect(callers.flatMap(c => instants.map(t => treated(order, c, t)))).toEqual(asWritten);
    }
  });
});

test('RTE-15 every rule says why it fitted or not', () => {
  const rules = [
    rule(end, { active: false }),
    rule(end, { schedule: schedule('сб 00:00-00:00') }),
    rule(end, { prefixes: ['812'] }),
    rule(toGroup('A')),
    rule(toGroup('B')),
  ];
  const reasons = (caller: string | null): RuleReason[] =>
    route({
      config: domain(),
      number: number('74951230001', rules),
      caller,
      wall: moscow(`${WED}11:30:00`),
    }).reasons.map(verdict => verdict.reason);
  expect(reasons('74951234567')).toEqual([
    'inactive',
    'outsideSchedule',
    'prefixMismatch',
    'fits',
    'covered',
  ]);
  expect(reasons(null)).toEqual(['inactive', 'outsideSchedule', 'noCallerNumber', 'fits', 'covered']);
});

test('RTE-4 a number without rules, or with an inactive one alone, has the default treatment', () => {
  expect(treated([], ANY, `${WED}11:30:00`)).toBe('none');
  expect(treated([rule(toGroup('A'), { active: false })], ANY, `${WED}11:30:00`)).toBe('none');
});

test('RTE-12 priority decides, whatever the order of the list', () => {
  const stored = number('74951230001', [rule(toGroup('A')), rule(toGroup('B'))]);
  const shuffled = { ...stored, rules: stored.rules.toReversed() };
  const question = { config: domain(), caller: null, wall: moscow(`${WED}11:30:00`) };
  expect(route({ ...question, number: shuffled })).toEqual(route({ ...question, number: stored }));
});

describe('RTE-12.3 rules that get no call are grey', () => {
  const grey = (...rules: Draft[]) => [...unreachableRules(number('74951230001', rules).rules)];
  test.each<[string, Draft[], string[]]>([
    ['below an unconditional rule', EXAMPLES['0c'].slice(), ['rule-2']],
    ['above an unconditional rule', EXAMPLES['0ab'].slice(), []],
    ['below an inactive rule', [rule(end, { active: false }), rule(toGroup('A'))], []],
    ['inactive below an unconditional rule', [rule(end), rule(toGroup('A'), { active: false })], ['rule-2']],
    [
      'below a schedule that covers the whole week',
      [rule(end, { schedule: [...work, ...rest] }), rule(toGroup('A'))],
      ['rule-2'],
    ],
    [
      'a narrower prefix inside the same schedule',
      [
        rule(end, { prefixes: ['49'], schedule: work }),
        rule(toGroup('A'), { prefixes: ['495', '7499'], schedule: schedule('вт 11:00-12:00') }),
      ],
      ['rule-2'],
    ],
    [
      'a narrower prefix, wider schedule',
      [
        rule(end, { prefixes: ['49'], schedule: work }),
        rule(toGroup('A'), { prefixes: ['495'], schedule: schedule('вт 11:00-19:01') }),
      ],
      [],
    ],
    [
      'a wider prefix below a narrower one',
      [rule(end, { prefixes: ['495'] }), rule(toGroup('A'), { prefixes: ['49'] })],
      [],
    ],
    ['prefixes above, everybody below', [rule(end, { prefixes: ['495'] }), rule(toGroup('A'))], []],
    ['the four of example 5', EXAMPLES['5'].slice(), []],
  ])('RTE-12.3 %s', (_name, rules, expected) => {
    expect(grey(...rules)).toEqual(expected);
  });
});

describe('RTE-12.2 a new order', () => {
  const { rules } = number('74951230001', [rule(end), rule(toGroup('A')), rule(toGroup('B'))]);
  const ids = (...n: number[]) => n.map(i => `rule-${i}` as RoutingRuleId);
  test('RTE-12.2 renumbers densely', () => {
    const moved = reorderRules(rules, ids(3, 1, 2));
    expect(moved.ok && moved.value.map(r => [r.id, r.priority])).toEqual([
      ['rule-3', 1],
      ['rule-1', 2],
      ['rule-2', 3],
    ]);
  });
  test.each([[ids(1, 2)], [ids(1, 2, 4)], [ids(1, 2, 3, 3)], [ids(1, 2, 3, 4)]])(
    'RTE-12 the stale order %j is refused',
    order => {
      expect(reorderRules(rules, order)).toMatchObject({ ok: false, error: { code: 'rule.staleOrder' } });
    },
  );
});

describe('RTE-10 and RTE-11 conditions as the dialog sends them', () => {
  test('RTE-8.2 none, one and both', () => {
    expect(validateConditions({ schedule: null, prefixes: null })).toEqual({
      ok: true,
      value: { schedule: null, prefixes: null },
    });
    expect(validateConditions({ schedule: work, prefixes: '495 499' })).toEqual({
      ok: true,
      value: { schedule: work, prefixes: ['495', '499'] },
    });
  });
  test('RTE-10.4 a schedule switched on needs a period; a whole week stays as it is written', () => {
    expect(validateConditions({ schedule: [], prefixes: null })).toMatchObject({
      error: { code: 'schedule.empty' },
    });
    const week = schedule('00:00-00:00');
    expect(validateConditions({ schedule: week, prefixes: null })).toMatchObject({
      value: { schedule: week },
    });
  });
  test('RTE-11.4 prefixes switched on need one', () => {
    expect(validateConditions({ schedule: null, prefixes: ' ' })).toMatchObject({
      error: { code: 'prefix.empty' },
    });
  });
  test('RTE-8.5 a number has at most 100 rules, a new one is the last', () => {
    expect(nextPriority(number('7', [rule(end)]).rules)).toEqual({ ok: true, value: 2 });
    const full = number(
      '7',
      Array.from({ length: 100 }, () => rule(end)),
    ).rules;
    expect(nextPriority(full)).toMatchObject({ error: { code: 'rule.tooMany' } });
  });
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map(others => [item, ...others]));
}
