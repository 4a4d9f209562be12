import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dateTime, dayIn, midnight, momentOf, shiftDay } from '../src/format/dates.ts';
import {
  boundsOf,
  bytes,
  clock,
  count,
  duration,
  isReversed,
  money,
  percent,
  phone,
  phoneInMenu,
  readDay,
} from '../src/format/index.ts';

/** No-break spaces made visible. */
const plain = (text: string) => text.replaceAll('\u00a0', '_');

describe('figures', () => {
  test.each([
    [102_175_400, 'ru', '1_021_754,00_₽'],
    [123_456, 'ru', '1_234,56_₽'],
    [-226, 'ru', '−2,26_₽'],
    [5, 'ru', '0,05_₽'],
    [123_456, 'en', '₽1,234.56'],
  ])('ACC-12 money %i %s', (kopecks, language, text) => expect(plain(money(kopecks, language))).toBe(text));

  test.each([
    [0, 'ru', '0_с'],
    [17, 'ru', '17_с'],
    [89, 'ru', '1_мин 29_с'],
    [3600, 'ru', '1_ч'],
    [3723, 'ru', '1_ч 2_мин 3_с'],
    [89, 'en', '1_min 29_s'],
  ])('durations in tables: %i s', (seconds, language, text) =>
    expect(plain(duration(seconds, language))).toBe(text),
  );

  test('durations in reports: 00:01:29', () => expect(clock(89.7)).toBe('00:01:29'));

  test.each([
    [12_340, 'ru', '12_340'],
    [12_340, 'en', '12,340'],
    [999, 'ru', '999'],
  ])('counts %i', (n, language, text) => expect(plain(count(n, language))).toBe(text));

  test.each([
    ['74951234567', '+7 495 123-45-67'],
    ['101', '101'],
    ['anna', 'anna'],
    ['375291234567', '+375291234567'],
  ])('numbers in tables: %s', (digits, text) => expect(phone(digits)).toBe(text));

  test('RTE-1 the number in the menu', () => expect(phoneInMenu('74959204455')).toBe('+7 (495) 920-44-55'));

  test.each([
    [512, '512_Б'],
    [1_234_000, '1,2_МБ'],
    [88_000, '88_кБ'],
  ])('sizes %i', (size, text) => expect(plain(bytes(size, 'ru'))).toBe(text));

  test('shares', () => expect(plain(percent(0.0123, 'ru'))).toBe('1,2_%'));
});

describe('moments in the zone of the domain', () => {
  test('24.03.2021 16:14, whatever the zone of the machine', () => {
    expect(dateTime('2021-03-24T13:14:05.000Z', 'Europe/Moscow')).toBe('24.03.2021 16:14');
    expect(dateTime('2021-03-24T13:14:05.000Z', 'Asia/Vladivostok', true)).toBe('24.03.2021 23:14:05');
  });

  test('what is no moment is shown as it is', () => expect(dateTime('soon', 'Europe/Moscow')).toBe('soon'));

  test('midnight of a zone, over a change of its clock', () => {
    expect(new Date(midnight('2021-03-24', 'Europe/Moscow')).toISOString()).toBe('2021-03-23T21:00:00.000Z');
    expect(new Date(midnight('2021-03-28', 'Europe/Berlin')).toISOString()).toBe('2021-03-27T23:00:00.000Z');
    expect(new Date(midnight('2021-03-29', 'Europe/Berlin')).toISOString()).toBe('2021-03-28T22:00:00.000Z');
  });

  test('midnight is the first moment of its day, in every zone', () => {
    const zones = ['Europe/Moscow', 'Europe/Berlin', 'Asia/Vladivostok', 'America/New_York', 'Asia/Kolkata'];
    const days = fc.integer({ min: 0, max: 9_000 }).map(n => shiftDay('2010-01-01', n));
    fc.assert(
      fc.property(days, fc.constantFrom(...zones), (day, zone) => {
        const at = midnight(day, zone);
        expect(dayIn(zone, at)).toBe(day);
        expect(dayIn(zone, at - 1)).toBe(shiftDay(day, -1));
      }),
    );
  });

  test('a wall-clock time of a form as a moment', () => {
    expect(momentOf('2026-03-24T16:14', 'Europe/Moscow')).toBe('2026-03-24T13:14:00.000Z');
    expect(momentOf('', 'Europe/Moscow')).toBeNull();
    expect(momentOf('yesterday', 'Europe/Moscow')).toBeNull();
  });
});

describe('ACC-33 periods', () => {
  const zone = 'Europe/Moscow';
  const now = Date.parse('2026-11-23T09:00:00Z');

  test.each([
    ['today', '2026-11-22T21:00:00.000Z'],
    ['7', '2026-11-16T21:00:00.000Z'],
    ['45', '2026-10-09T21:00:00.000Z'],
  ] as const)('ACC-33.5 «%s» counts today and the days before in the domain’s zone', (period, from) =>
    expect(boundsOf({ period }, zone, now)).toEqual({ from }),
  );

  test('days of one’s own are inclusive', () => {
    expect(boundsOf({ from: '2026-11-01', to: '2026-11-02' }, zone, now)).toEqual({
      from: '2026-10-31T21:00:00.000Z',
      to: '2026-11-02T21:00:00.000Z',
    });
  });

  test('what is typed into the address and is no day does not count', () => {
    expect(readDay('2026-13-40')).toBeUndefined();
    expect(boundsOf({ from: 'DROP TABLE' }, zone, now)).toEqual({});
  });

  test('«с» later than «до»', () => {
    expect(isReversed({ from: '2026-11-02', to: '2026-11-01' })).toBe(true);
    expect(isReversed({ from: '2026-11-01', to: '2026-11-01' })).toBe(false);
  });
});
