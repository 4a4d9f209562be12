import { expect, describe as suite, test } from 'vitest';
import { CHECK_TEXTS, type CheckKey, type CheckQuestion, describe, explain } from '../src/check/index.ts';
import type { DomainSnapshot, RoutingRule, RoutingTarget } from '../src/config/index.ts';
import type { UserId } from '../src/ids/index.ts';
import { contact, domain, group, moscow, number, schedule, user } from './support/domain.ts';

const WORK = schedule('пн-пт 10:00-19:00');
const anna = user('anna', '101', {
  forwarding: [
    contact('sip', 10, { target: 'anna@demo.kommutator.test' }),
    contact('mobile', 5, { schedule: WORK, ringTime: 20 }),
    contact('landline', 20, { enabled: false }),
  ],
});
const boris = user('boris', '102');
const sales = group('Продажи', '500', {
  members: [
    { user: anna.id, priority: 1 },
    { user: boris.id, priority: 1 },
  ],
});
const rule = (target: RoutingTarget, more: Partial<RoutingRule> = {}) => ({
  active: true,
  schedule: null,
  prefixes: null,
  target,
  ...more,
});
const config = domain({
  users: [anna, boris],
  groups: [sales, group('Склад', null, { algorithm: 'none' })],
  numbers: [
    number('74951230001', [
      rule({ kind: 'end' }, { schedule: schedule('сб-вс 00:00-00:00') }),
      rule({ kind: 'end' }, { prefixes: ['812', '813'] }),
      rule({ kind: 'group', group: sales.id }),
      rule({ kind: 'end' }),
    ]),
    number('74951230003', [rule({ kind: 'user', user: anna.id })]),
    number('74951230004'),
    number('74951230005', [rule({ kind: 'ivr', scenario: 's' as never })]),
  ],
});
const WED = moscow('2021-03-24T11:30:00');

/** The explanation as indented text, marks as + − and ·. */
function text(q: Partial<CheckQuestion>, language: 'ru' | 'en' = 'ru'): string[] {
  const steps = explain({
    directory: { domainOfNumber: () => null },
    config,
    from: { kind: 'pstn', number: '74959204455' },
    to: '74951230003',
    wall: WED,
    ...q,
  });
  const marks = { yes: '+', no: '−', info: '·' };
  return describe(steps, language).map(l => `${'  '.repeat(l.depth)}${marks[l.mark]} ${l.text}`);
}

suite('«Проверить маршрут»', () => {
  test('USR-42 a call to a user names levels, ring times, what is left out and every end', () => {
    expect(text({})).toEqual([
      '· Вызов с номера +7 (495) 920-44-55 на номер +7 (495) 123-00-03',
      '+ Правило 1: подходит',
      '+ Переадресация на пользователя Anna (101)',
      '  + Звонят с 0 по 20 с',
      '    + +7 (903) 776-52-22: звонит 20 с',
      '  + Звонят с 20 по 60 с',
      '    + anna@demo.kommutator.test: звонит 40 с',
      '  − +7 (495) 765-00-00: выключен',
      '  · Занято на первом уровне: вызывающий сразу получит 486/17',
      '  · Никто не ответит: вызывающий получит 480/19 через 60 с',
    ]);
  });

  test('RTE-15 every rule says why it did not fit', () => {
    expect(text({ to: '8 (495) 123-00-01' }).slice(0, 8)).toEqual([
      '· Вызов с номера +7 (495) 920-44-55 на номер +7 (495) 123-00-01',
      '− Правило 1: не действует в это время (сб-вс: 00:00-00:00)',
      '− Правило 2: номер вызывающего не начинается с 812, 813',
      '+ Правило 3: подходит',
      '· Правило 4: не проверялось, вызов принят правилом выше',
      '+ Переадресация на группу Продажи',
      '  + Звонят участники одновременно: 2',
      '    · Anna (101)',
    ]);
    expect(text({ to: '74951230001' }).at(-1)).toBe(
      '  · Никто не ответит: вызывающий получит 486/17 через 60 с',
    );
    expect(text({ to: '74951230001', from: { kind: 'pstn', number: 'anonymous' } })[2]).toBe(
      '− Правило 2: номер вызывающего не определён',
    );
  });

  test('RTE-4 no rule, RTE-15 an unknown number and an object not served', () => {
    expect(text({ to: '74951230004' }).slice(1)).toEqual([
      '− Нет подходящего правила маршрутизации',
      '− Вызывающий получит 486/17',
    ]);
    expect(text({ to: '74950000000' }).at(-1)).toBe('− Вызывающий получит 404/1');
    expect(text({ to: '74951230005' }).slice(-2)).toEqual([
      '− Объект правила не обслуживается: ivr',
      '− Вызывающий получит 480/31',
    ]);
    const weekend = text({ to: '74951230001', wall: moscow('2021-03-27T11:30:00') });
    expect(weekend.slice(-2)).toEqual(['+ Завершение вызова', '− Вызывающий получит 486/17']);
  });

  test('A3 a phone that is not connected is skipped at once, and nobody is left', () => {
    expect(text({ registered: () => false, wall: moscow('2021-03-27T11:30:00') }).slice(2)).toEqual([
      '+ Переадресация на пользователя Anna (101)',
      '  − Звонить некому',
      '    − anna@demo.kommutator.test: телефон не подключён, пропускается',
      '  − +7 (903) 776-52-22: не по расписанию (пн-пт: 10:00-19:00)',
      '  − +7 (495) 765-00-00: выключен',
      '  · Никто не ответит: вызывающий получит 480/20 через 0 с',
    ]);
  });

  test.each<[string, Partial<DomainSnapshot>, string]>([
    ['USR-35.4 restricted', { restriction: 'internal_only' }, 'направление запрещено, пропускается'],
    [
      'USR-27 no number',
      { numbers: [], defaultOutgoingNumber: null },
      'не задан номер для исходящих вызовов',
    ],
  ])('a forwarding leg is left out: %s', (_name, more, expected) => {
    const lines = text({ config: { ...config, ...more }, from: { kind: 'user', user: boris }, to: '101' });
    expect(lines.join('\n')).toContain(`+7 (903) 776-52-22: ${expected}`);
  });

  test('USR-38.4 foreign and malformed SIP targets are skipped', () => {
    const lost = user('lost', '103', {
      forwarding: [
        contact('sip', 1, { target: 'x@elsewhere.test' }),
        contact('sip', 2, { target: 'nobody@demo.kommutator.test' }),
        contact('mobile', 3, { target: '12' }),
      ],
    });
    const lines = text({
      config: { ...config, users: [anna, lost] },
      from: { kind: 'user', user: anna },
      to: '103',
    }).join('\n');
    expect(lines).toContain('x@elsewhere.test: адрес вне домена');
    expect(lines).toContain('nobody@demo.kommutator.test: неверный адрес');
    expect(lines).toContain('12: неверный адрес');
  });

  test.each([
    ['112', '+ Экстренный вызов 112: без ограничений'],
    ['*8', '+ Перехват вызова своей группы'],
    ['*8102', '+ Перехват вызова номера 102'],
    ['999', '+ Служебный номер 999'],
    ['777', '− Набранный номер не существует'],
    ['500', '+ Переадресация на группу Продажи'],
    ['84951230004', '+ Собственный номер +7 (495) 123-00-04: внутренний вызов по его правилам'],
    [
      '88121112233',
      '+ Вызов в сеть общего пользования: +7 (812) 111-22-33, показывается номер +7 (495) 123-00-01',
    ],
  ])('a user dials %s', (to, expected) => {
    const lines = text({ from: { kind: 'user', user: boris }, to });
    expect(lines[0]).toBe(`· Boris набирает ${to}`);
    expect(lines[1]).toBe(expected);
  });

  test('USR-42.11 the levels together ring 300 s at most', () => {
    const many = user('many', '104', {
      forwarding: [1, 2, 3, 4].map(p => contact('mobile', p, { ringTime: 120 })),
    });
    const lines = text({
      config: { ...config, users: [many] },
      from: { kind: 'user', user: many },
      to: '104',
    });
    expect(lines.filter(l => l.includes('Звонят с'))).toEqual([
      '  + Звонят с 0 по 120 с',
      '  + Звонят с 120 по 240 с',
      '  + Звонят с 240 по 300 с',
    ]);
  });

  test('GRP-7 a group without algorithm, GRP-8.7 without members and a queue', () => {
    const call = (more: Partial<typeof sales>) =>
      text({
        config: { ...config, groups: [{ ...sales, ...more }] },
        from: { kind: 'user', user: boris },
        to: '500',
      }).slice(2);
    expect(call({ algorithm: 'none' })).toEqual([
      '  − Алгоритм распределения не задан',
      '  − Вызывающий получит 486/17',
    ]);
    expect(call({ members: [{ user: 'gone' as UserId, priority: 1 }] })).toEqual([
      '  − В группе нет пользователей',
      '  − Вызывающий получит 486/17',
    ]);
    expect(call({ algorithm: 'acd_idle' })[1]).toBe('  − Вызывающий получит 480/31');
  });

  test('in English', () => {
    expect(text({}, 'en')[3]).toBe('  + Ring from 0 to 20 s');
    expect(text({ to: '74951230001' }, 'en')[1]).toBe(
      '− Rule 1: not in force at this time (sat-sun: 00:00-00:00)',
    );
  });

  test.each(Object.keys(CHECK_TEXTS) as CheckKey[])('the step %s has both languages', key => {
    const { ru, en } = CHECK_TEXTS[key];
    const places = (t: string) => (t.match(/\{\w+\}/g) ?? []).sort();
    expect(en).not.toMatch(/[а-яё]/i);
    expect(ru.length).toBeGreaterThan(0);
    expect(places(en)).toEqual(places(ru));
  });
});
