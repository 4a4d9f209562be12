import { expect, test } from 'vitest';
import { formatOffset, PROTOCOL_TEXTS, type ProtocolKey, renderProtocol } from '../src/protocol/index.ts';
import type { ProtocolLine } from '../src/record/index.ts';

const line = (key: string, object = '', params: ProtocolLine['params'] = {}, offset = 0): ProtocolLine => ({
  offset,
  key,
  params,
  object,
  level: 'main',
});

test('ADM-4 the sample of the manual is rendered literally', () => {
  const lines = [
    line('call.incoming', '74991234567'),
    line('to.groupAcd', 'Группа2'),
    line('group.noOperators'),
  ];
  expect(renderProtocol(lines, 'ru')).toEqual([
    '0:00:00 Вызов на входящую линию 74991234567',
    '0:00:00 Переадресация на группу ACD Группа2',
    '0:00:00 Нет активных операторов',
  ]);
  expect(renderProtocol(lines, 'en')[0]).toBe('0:00:00 Call to incoming line 74991234567');
});

test('ADM-4 parameters and offsets; a key nobody knows is shown as it is', () => {
  expect(renderProtocol([line('route.rule', '', { priority: 2 }, 61_999), line('new.key')], 'ru')).toEqual([
    '0:01:01 Правило маршрутизации 2',
    '0:00:00 new.key',
  ]);
  expect(formatOffset(3_600_000)).toBe('1:00:00');
  expect(formatOffset(36_061_000)).toBe('10:01:01');
});

test.each(Object.keys(PROTOCOL_TEXTS) as ProtocolKey[])('ADM-4 the line %s has both languages', key => {
  const { ru, en } = PROTOCOL_TEXTS[key];
  const places = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
  expect(ru).toMatch(/[а-яё]/i);
  expect(en).not.toMatch(/[а-яё]/i);
  expect(places(en)).toEqual(places(ru));
});
