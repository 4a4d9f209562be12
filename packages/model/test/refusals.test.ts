import { expect, test } from 'vitest';
import { REFUSALS, type RefusalCode, refuse, renderRefusal, statusOf } from '../src/refusals/index.ts';

test.each(Object.keys(REFUSALS) as RefusalCode[])(
  'refusal %s has both languages with the same places and a status of spec 00 §3.1',
  code => {
    const { ru, en, status } = REFUSALS[code];
    expect(ru).toMatch(/[а-яё]/i);
    expect(en).toMatch(/[a-z]/i);
    expect(en).not.toMatch(/[а-яё]/i);
    const places = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
    expect(places(en)).toEqual(places(ru));
    expect([400, 401, 402, 403, 404, 405, 409, 410, 413, 415, 422, 428, 429, 500, 503]).toContain(status);
  },
);

test('a refusal is rendered with its parameters', () => {
  const { error } = refuse('prefix.tooMany', { max: 200 }, 'prefixes');
  expect(renderRefusal(error, 'ru')).toBe('В правиле может быть не больше 200 префиксов');
  expect(renderRefusal(error, 'en')).toBe('A rule may have at most 200 prefixes');
  expect(statusOf(error)).toBe(422);
});
