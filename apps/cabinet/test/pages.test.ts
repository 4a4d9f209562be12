import { describe, expect, test } from 'vitest';
import type { Job, Me, NumberLine, NumberRule } from '../src/api/words.ts';
import { only, parseSearch, safePath, stringifySearch } from '../src/app/address.ts';
import { homeOf, menuOf } from '../src/app/menu.ts';
import { brandShades } from '../src/design/brand.ts';
import { nextRow } from '../src/design/table-keys.ts';
import { withJob } from '../src/frame/job-list.ts';
import { placeOf } from '../src/frame/place.ts';
import { agentOf } from '../src/pages/account/agent.ts';
import { whyNot } from '../src/pages/account/password-rule.ts';
import { apiFilter, liveFilter } from '../src/pages/calls/filter.ts';
import { pathScheme, schemeOf } from '../src/pages/numbers/scheme-model.ts';
import { splitLogin } from '../src/pages/sign-in/split-login.ts';

describe('the address', () => {
  test('is readable both ways', () => {
    const search = { search: 'анна 74951230001', period: '7' };
    expect(parseSearch(stringifySearch(search))).toEqual(search);
    expect(stringifySearch({ search: '', period: undefined })).toBe('');
  });

  test('what a page does not know is dropped', () => {
    expect(only('search')({ search: 'a', other: 'b', n: 1 })).toEqual({ search: 'a' });
  });

  test.each([
    ['/calls?search=1', '/calls?search=1'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['https://evil.example', '/'],
    ['javascript:alert(1)', '/'],
    ['/sign-in?to=/x', '/'],
    [undefined, '/'],
  ])('ACC-4.2 after sign-in only paths of our own are returned to: %s', (to, path) =>
    expect(safePath(to)).toBe(path),
  );
});

const me = (change: Partial<Me>): Me => ({
  user: {
    id: 'u',
    login: 'anna',
    displayName: 'Анна',
    extension: '101',
    position: null,
    email: null,
    language: 'ru',
    totp: false,
  },
  domain: null,
  area: 'personal',
  roles: [],
  rights: [],
  csrf: '',
  balance: null,
  blocks: [],
  counters: null,
  outgoingNumber: null,
  brand: { name: 'Коммутатор', accent: '#4c6ef5', logoUrl: null },
  features: [],
  ...change,
});

describe('the menu', () => {
  test('ACC-8 a plain user has only the personal section', () => {
    expect(menuOf(me({ rights: ['calls.own'] })).map(({ id }) => id)).toEqual([
      'my-calls',
      'security',
      'appearance',
    ]);
  });

  test('ACC-9, RTE-1 counters and the outgoing number stand in it', () => {
    const admin = me({
      area: 'domain',
      rights: ['users.read', 'groups.read', 'numbers.read', 'calls.all'],
      counters: { users: 105, groups: 31, numbers: 4 },
      outgoingNumber: '74959204455',
    });
    const values = menuOf(admin).flatMap(item => item.value?.(admin, 'ru', 'Не указан') ?? []);
    expect(values).toEqual(['105', '31', '+7 (495) 920-44-55']);
    expect(homeOf(admin)).toBe('/calls');
    const none = { ...admin, outgoingNumber: null };
    expect(
      menuOf(none)
        .find(({ id }) => id === 'numbers')
        ?.value?.(none, 'ru', 'Не указан'),
    ).toBe('Не указан');
  });

  test('ACC-4.1 everybody arrives at a page he may open', () => {
    expect(homeOf(me({ rights: ['calls.own'] }))).toBe('/my/calls');
    expect(homeOf(me({ area: 'provider', rights: ['provider.read'] }))).toBe('/my/security');
  });
});

describe('ADM-2 the filter of the call history', () => {
  const zone = 'Europe/Moscow';
  const now = Date.parse('2026-11-23T09:00:00Z');

  test.each([
    [{}, {}],
    [{ type: 'missed' }, { direction: 'in', result: 'unanswered' }],
    [
      { type: 'out', result: 'answered' },
      { direction: 'out', result: 'answered' },
    ],
    [{ type: 'sideways', result: 'maybe' }, {}],
    [
      { search: 'анна', line: '74951230001' },
      { search: 'анна', line: '74951230001' },
    ],
    [{ period: 'today' }, { from: '2026-11-22T21:00:00.000Z' }],
  ])('%o', (search, filter) => expect(apiFilter(search, zone, now)).toEqual(filter));

  test('a reversed period asks nothing', () =>
    expect(apiFilter({ from: '2026-11-02', to: '2026-11-01' }, zone, now)).toBeNull());

  test('nothing new belongs to a period that is over', () => {
    expect(liveFilter({ from: '2026-11-01', to: '2026-11-22' }, zone, now).past).toBe(true);
    expect(liveFilter({ from: '2026-11-01', to: '2026-11-23' }, zone, now).past).toBe(false);
    expect(liveFilter({ period: '7' }, zone, now).past).toBe(false);
  });
});

const rule = (priority: number, change: Partial<NumberRule> = {}): NumberRule => ({
  id: `r${priority}`,
  priority,
  active: true,
  schedule: null,
  prefixes: null,
  target: { type: 'group', id: 'g', name: 'Продажи' },
  dead: null,
  problem: null,
  ...change,
});
const line = (...rules: NumberRule[]): NumberLine => ({
  id: 'n',
  digits: '74951230001',
  kind: 'main',
  class: 'city',
  state: 'active',
  filter: 'none',
  isDefaultOutgoing: true,
  usedBy: [],
  rules,
});
const words = {
  everything: 'Все вызовы',
  end: 'Завершение вызова',
  byDefault: 'По умолчанию',
  prefix: (prefixes: string) => `Префикс: ${prefixes}`,
  covered: 'Выше есть правило для всех вызовов',
  problem: (problem: string) => problem,
  objectGone: 'Объект удалён',
  unnamed: () => 'Объект не найден',
};

describe('RTE-3 schemes', () => {
  test('RTE-3.1 rules stand in the order of their priority', () => {
    const { nodes } = schemeOf(line(rule(2), rule(1)), 'n', words);
    expect(nodes.filter(({ shape }) => shape === 'condition').map(({ note }) => note)).toEqual(['1', '2']);
  });

  test.each([
    [rule(1), 'Все вызовы'],
    [rule(1, { schedule: 'пн-пт: 10:00-19:00' }), 'пн-пт: 10:00-19:00'],
    [rule(1, { prefixes: ['495', '499'] }), 'Префикс: 495, 499'],
    [rule(1, { schedule: 'сб', prefixes: ['495'] }), 'сб · Префикс: 495'],
  ])('RTE-3.2 conditions in words %#', (given, title) =>
    expect(schemeOf(line(given), 'n', words).nodes.find(({ shape }) => shape === 'condition')?.title).toBe(
      title,
    ),
  );

  test('RTE-3.4 grey cannot fire and says why, dashed is switched off', () => {
    const { nodes, edges } = schemeOf(
      line(rule(1), rule(2, { dead: 'covered' }), rule(3, { active: false })),
      'n',
      words,
    );
    const of = (id: string) => nodes.find(node => node.id === id);
    expect(of('r1:if')).not.toHaveProperty('dead');
    expect(of('r2:if')).toMatchObject({ dead: true, wrong: words.covered, off: false });
    expect(of('r3:to')).toMatchObject({ off: true, dead: false });
    expect(edges.filter(({ dead }) => dead).map(({ to }) => to)).toEqual([
      'r2:if',
      'r2:to',
      'r3:if',
      'r3:to',
    ]);
  });

  test('RTE-3.5, RTE-4 a number without rules ends every call', () => {
    const { nodes, edges } = schemeOf(line(), 'n', words);
    expect(nodes.at(-1)).toMatchObject({ shape: 'end', title: 'Завершение вызова' });
    expect(edges).toHaveLength(1);
  });

  test('an object that is gone is marked', () => {
    const gone = rule(1, { target: { type: 'user', id: 'x', name: null } });
    expect(schemeOf(line(gone), 'n', words).nodes.at(-1)).toMatchObject({ wrong: 'Объект удалён' });
  });

  test('the way of an imagined call leaves out what was passed over', () => {
    const node = (id: string, verdict: 'taken' | 'skipped' | 'end') =>
      ({ id, depth: id.includes('.') ? 1 : 0, kind: 'rule', label: id, verdict, reasons: [] }) as const;
    const path = [node('a', 'taken'), node('a.1', 'taken'), node('b', 'skipped'), node('c', 'end')];
    const { nodes, edges } = pathScheme(path, () => 'condition');
    expect(nodes.map(({ id, shape }) => [id, shape])).toEqual([
      ['a', 'condition'],
      ['c', 'end'],
    ]);
    expect(edges).toEqual([{ from: 'a', to: 'c', step: 1 }]);
  });
});

describe('small rules', () => {
  test.each([
    ['anna@demo.kommutator.test', { login: 'anna', domain: 'demo.kommutator.test' }],
    ['anna', { login: 'anna', domain: null }],
    ['anna@', { login: 'anna@', domain: null }],
    ['anna@demo', { login: 'anna@demo', domain: null }],
  ])('ACC-4.4 %s', (text, parts) => expect(splitLogin(text)).toEqual(parts));

  test.each([
    ['abc12', 'weak'],
    ['abcdef', 'weak'],
    ['пароль1', 'weak'],
    ['abc123', null],
  ])('ACC-16 %s', (password, why) => expect(whyNot(password, password)).toBe(why));

  test('ACC-16 the repetition differs', () => expect(whyNot('abc123', 'abc124')).toBe('differs'));

  test.each([
    ['ArrowDown', -1, 0],
    ['ArrowDown', 9, 9],
    ['ArrowUp', 0, 0],
    ['PageDown', 3, 8],
    ['Home', 7, 0],
    ['End', 0, 9],
    ['a', 0, null],
  ])('the key %s leads from row %i to %s', (key, active, to) =>
    expect(nextRow(key, { count: 10, active, page: 5 })).toBe(to),
  );

  test('a key leads nowhere in an empty table', () =>
    expect(nextRow('End', { count: 0, active: -1, page: 5 })).toBeNull());

  test('a job that is over stays over, though the answer to its order comes late', () => {
    const job = (state: Job['state']) => ({ id: 'a', state }) as Job;
    expect(withJob([job('done')], job('queued'))).toEqual([job('done')]);
    expect(withJob([job('queued')], job('done'))).toEqual([job('done')]);
  });

  test('a job changes in its place, a new one comes first', () => {
    const job = (id: string, progress: number) => ({ id, progress, state: 'running' }) as Job;
    const jobs = withJob(withJob([job('a', 0)], job('b', 0)), job('a', 1));
    expect(jobs.map(({ id, progress }) => [id, progress])).toEqual([
      ['b', 0],
      ['a', 1],
    ]);
  });

  test.each([
    ['user', false, '/users?user=x'],
    ['call', false, '/calls?call=x'],
    ['call', true, '/my/calls?call=x'],
    ['number', false, '/numbers?number=x'],
  ] as const)('what is found leads to its page: %s', (kind, own, path) =>
    expect(placeOf({ kind, id: 'x' }, own)).toBe(path),
  );

  test.each([
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36',
      'Chrome 156, Linux',
      false,
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit/605 Version/18.0 Mobile Safari/604',
      'Safari 18, iOS',
      true,
    ],
    ['curl/8.5', 'curl/8.5', false],
  ])('a session is named by its browser %#', (header, name, phone) =>
    expect(agentOf(header)).toEqual({ name, phone }),
  );

  test('a brand has ten shades, its own colour the seventh', () => {
    expect(brandShades('#c2255c')).toHaveLength(10);
    expect(brandShades('#c2255c')[6]).toBe('#c2255c');
  });
});
