import { CAUSES } from '@kommutator/model/cause';
import type { RoutingRuleId } from '@kommutator/model/ids';
import { renderProtocol } from '@kommutator/model/protocol';
import { expect, test } from 'vitest';
import { projectCall } from '../../src/projections/index.ts';
import {
  anna,
  boris,
  dialled,
  incoming,
  journal,
  mobile,
  over,
  result,
  rings,
  SALES,
  started,
  type Timed,
  talk,
  toUser,
  vera,
  wanted,
} from './journal.ts';

const lines = (timed: readonly Timed[]) => projectCall(journal(timed))?.call.protocol ?? [];
const all = (timed: readonly Timed[]) => renderProtocol(lines(timed), 'ru');
const main = (timed: readonly Timed[]) =>
  renderProtocol(
    lines(timed).filter(line => line.level === 'main'),
    'ru',
  );

const rule: Timed = [0, { type: 'route.rule', rule: 'rule-2' as RoutingRuleId, priority: 2 }];

test('ADM-4 a call through rule, levels and answer, with its details', () => {
  const call: Timed[] = [
    ...incoming(),
    rule,
    wanted(0, toUser(anna)),
    [0, { type: 'level.started', user: anna.user as never, level: 0 }],
    ...rings(0, 'a', anna),
    result(40, anna, 'noAnswer'),
    [40, { type: 'level.started', user: anna.user as never, level: 1 }],
    ...rings(40, 'm', mobile, anna, 'forwarding'),
    ...talk(52, 82, 'm', mobile, anna),
  ];
  expect(all(call)).toEqual([
    '0:00:00 Вызов на входящую линию 74951230001',
    '0:00:00 Правило маршрутизации 2',
    '0:00:00 Переадресация на пользователя Анна',
    '0:00:00 Приоритет дозвона 1',
    '0:00:00 Вызов контактного номера 101',
    '0:00:00 Вызывается 101',
    '0:00:40 Нет ответа 101',
    '0:00:40 Приоритет дозвона 2',
    '0:00:40 Вызов контактного номера 79037765222',
    '0:00:40 Вызывается 79037765222',
    '0:00:52 Ответ 79037765222',
    '0:01:22 Окончание разговора',
    '0:01:22 Завершение вызова: вызывающий',
  ]);
  expect(main(call)).toEqual([
    '0:00:00 Вызов на входящую линию 74951230001',
    '0:00:00 Переадресация на пользователя Анна',
    '0:00:00 Вызов контактного номера 101',
    '0:00:40 Нет ответа 101',
    '0:00:40 Вызов контактного номера 79037765222',
    '0:00:52 Ответ 79037765222',
  ]);
});

test('RTE-4.3 no rule', () => {
  expect(all([...incoming(), [0, { type: 'route.none' }], over(0, 'system', CAUSES.busy)])).toEqual([
    '0:00:00 Вызов на входящую линию 74951230001',
    '0:00:00 Нет подходящего правила маршрутизации',
    '0:00:00 Завершение вызова: система',
  ]);
});

test('RTE-9 «Завершение вызова» of a rule', () => {
  expect(all([...incoming(), rule, [0, { type: 'route.end' }], over(0, 'system', CAUSES.busy)])).toEqual([
    '0:00:00 Вызов на входящую линию 74951230001',
    '0:00:00 Правило маршрутизации 2',
    '0:00:00 Завершение вызова',
    '0:00:00 Завершение вызова: система',
  ]);
});

test('GRP-7 a group without algorithm; BIL-36 no channel', () => {
  const group = [
    ...dialled('int', anna, '500'),
    wanted(0, SALES),
    [0, { type: 'group.noAlgorithm', group: 'group-sales' as never }] as Timed,
  ];
  expect(main([...group, over(0, 'system', CAUSES.busy)])).toEqual([
    '0:00:00 Внутренний вызов 500',
    '0:00:00 Переадресация на группу Продажи',
    '0:00:00 Алгоритм распределения не задан',
  ]);
  expect(
    main([...incoming(), [0, { type: 'channel.none', way: 'incoming' }], over(0, 'system', CAUSES.busy)])[1],
  ).toBe('0:00:00 Нет свободных входящих каналов');
});

test.each([
  ['busy', '0:00:02 Занято 101'],
  ['rejected', '0:00:02 Занято: вызов отклонён 101'],
  ['unavailable', '0:00:02 Недоступен 101'],
  ['failed', '0:00:02 Недоступен: сбой соединения 101'],
] as const)('USR-42.13 a target’s result %s has its line', (what, text) => {
  const call = [...incoming(), wanted(0, toUser(anna)), ...rings(0, 'a', anna), result(2, anna, what)];
  expect(main(call).at(-1)).toBe(text);
});

test.each([
  ['notRegistered', 'Недоступен: телефон не подключён 101'],
  ['restricted', 'Направление запрещено 101'],
  ['noMoney', 'Недостаточно средств 101'],
  ['noChannel', 'Недоступен: нет свободных исходящих каналов 101'],
  ['loop', 'Недоступен: слишком много переадресаций 101'],
] as const)('USR-42.13 a target skipped for %s has its line', (why, text) => {
  const call: Timed[] = [
    ...incoming(),
    wanted(0, toUser(anna)),
    [0, { type: 'target.skipped', number: '101', why }],
  ];
  expect(main(call).at(-1)).toBe(`0:00:00 ${text}`);
});

test('USR-20 a pickup; the ring that stopped is a detail', () => {
  const call: Timed[] = [
    ...incoming(),
    wanted(0, toUser(anna)),
    ...rings(0, 'a', anna),
    started(5, 'v', vera),
    [5, { type: 'pickup', by: vera, user: anna.user ?? null }],
    result(5, anna, 'pickedUp'),
    result(5, boris, 'cancelled'),
    [5, { type: 'talk.started', a: 'caller' as never, b: 'v' as never, answeredBy: vera }],
  ];
  expect(main(call).slice(-2)).toEqual(['0:00:05 Перехват вызова Вера', '0:00:05 Ответ Вера']);
  expect(all(call)).toContain('0:00:05 Вызов номера прекращён 102');
});

test('BIL-36 an own call without a free line says it once, and no contact number is named', () => {
  const call: Timed[] = [
    ...dialled('out', anna, '89037765222'),
    wanted(0, { kind: 'number', number: '79037765222' }),
    [0, { type: 'target.skipped', user: anna.user as never, number: '79037765222', why: 'noChannel' }],
    [0, { type: 'channel.none', way: 'outgoing' }],
    over(3, 'system', CAUSES.noOutgoingChannel),
  ];
  expect(main(call)).toEqual([
    '0:00:00 Исходящий вызов 89037765222',
    '0:00:00 Нет свободных исходящих каналов',
  ]);
});

test('ADM-4 offsets never go back, even where the wall clock was set back', () => {
  const call = [...incoming(), wanted(7, toUser(anna)), ...rings(3, 'a', anna), over(-5, 'caller')];
  const offsets = lines(call).map(line => line.offset);
  expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
  expect(offsets.at(-1)).toBe(7_000);
});
