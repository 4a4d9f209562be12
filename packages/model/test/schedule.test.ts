import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';
import { renderRefusal } from '../src/refusals/index.ts';
import {
  coversWholeWeek,
  includesSchedule,
  isOpen,
  isTimezone,
  minuteOfWeek,
  normalise,
  type Schedule,
  summary,
  validateSchedule,
  type Weekday,
} from '../src/schedule/index.ts';
import { moscow, schedule } from './support/domain.ts';

const open = (s: Schedule, local: string) => isOpen(s, moscow(local), 'Europe/Moscow');

describe('RTE-10 night rule 19:00–00:00 and 00:00–10:00 every day', () => {
  const night = schedule('19:00-00:00', '00:00-10:00');
  test.each([
    ['18:59:00', false],
    ['18:59:59', false],
    ['19:00:00', true],
    ['23:59:59', true],
    ['00:00:00', true],
    ['09:59:59', true],
    ['10:00:00', false],
  ])('RTE-10 at %s open is %s', (time, expected) => {
    expect(open(night, `2021-03-24T${time}`)).toBe(expected);
  });
});

describe('USR-39 пн–пт 10:00–19:00 and сб 10:00–16:00', () => {
  const hours = schedule('пн-пт 10:00-19:00', 'сб 10:00-16:00');
  test.each([
    ['2021-04-16T18:59:59', true],
    ['2021-04-16T19:00:00', false],
    ['2021-04-16T10:00:00', true],
    ['2021-04-17T15:59:59', true],
    ['2021-04-17T16:00:00', false],
    ['2021-04-18T12:00:00', false],
  ])('USR-39 at %s open is %s', (local, expected) => {
    expect(open(hours, local)).toBe(expected);
  });
});

test('RTE-10 the domain zone decides: in Yekaterinburg пн-пт 10:00–19:00 begins at 08:00 Moscow time', () => {
  const hours = schedule('пн-пт 10:00-19:00');
  expect(isOpen(hours, moscow('2021-03-24T08:00:00'), 'Asia/Yekaterinburg')).toBe(true);
  expect(isOpen(hours, moscow('2021-03-24T07:59:59'), 'Asia/Yekaterinburg')).toBe(false);
  expect(isOpen(hours, moscow('2021-03-24T08:00:00'), 'Europe/Moscow')).toBe(false);
});

test('RTE-10.2 00:00–00:00 is the whole day; an empty schedule is always', () => {
  expect(open(schedule('ср 00:00-00:00'), '2021-03-24T00:00:00')).toBe(true);
  expect(open(schedule('ср 00:00-00:00'), '2021-03-24T23:59:59')).toBe(true);
  expect(open(schedule('ср 00:00-00:00'), '2021-03-25T00:00:00')).toBe(false);
  expect(open([], '2021-03-25T00:00:00')).toBe(true);
});

test('RTE-10.5 the summary of example 5 is rendered literally', () => {
  const night = schedule('пн-пт 00:00-10:00', 'пн-пт 19:00-00:00', 'сб-вс 00:00-00:00');
  expect(summary(night)).toBe('пн-пт: 00:00-10:00, пн-пт: 19:00-00:00, сб-вс: 00:00-00:00');
  expect(summary([{ days: [1, 3, 4, 7], from: 545, to: 600 }])).toBe('пн,ср-чт,вс: 09:05-10:00');
  expect(summary(schedule('пн-пт 10:00-19:00'), 'en')).toBe('mon-fri: 10:00-19:00');
  expect(summary([])).toBe('круглосуточно');
});

describe('RTE-10 and USR-39 validation', () => {
  const refused = (days: number[], from: number, to: number) => {
    const r = validateSchedule([{ days, from, to }]);
    return r.ok ? null : `${r.error.code} ${r.error.field}`;
  };
  test.each<[string, number[], number, number, string | null]>([
    ['19:00–10:00', [1], 1140, 600, 'schedule.endBeforeStart schedule.0.to'],
    ['10:00–10:00', [1], 600, 600, 'schedule.endBeforeStart schedule.0.to'],
    ['00:00–00:00', [1], 0, 0, null],
    ['19:00–00:00', [1], 1140, 0, null],
    ['no day', [], 600, 1140, 'schedule.noDays schedule.0.days'],
    ['day 8', [8], 600, 1140, 'schedule.noDays schedule.0.days'],
    ['24:30', [1], 600, 1470, 'schedule.badTime schedule.0.to'],
    ['half a minute', [1], 600.5, 1140, 'schedule.badTime schedule.0.from'],
  ])('RTE-10 %s', (_name, days, from, to, expected) => {
    expect(refused(days, from, to)).toBe(expected);
  });

  test('RTE-10.2 the refusal of a night interval says what to do', () => {
    const r = validateSchedule([{ days: [1], from: 1140, to: 600 }]);
    expect(r.ok ? '' : renderRefusal(r.error, 'ru')).toBe(
      'Время окончания должно быть позже времени начала. Для ночного интервала добавьте два периода: 19:00–00:00 и 00:00–10:00',
    );
  });

  test('RTE-10 at most 20 periods; days are sorted and unique', () => {
    const many = Array.from({ length: 21 }, () => ({ days: [1], from: 0, to: 60 }));
    expect(validateSchedule(many)).toMatchObject({ ok: false, error: { code: 'schedule.tooManyPeriods' } });
    expect(validateSchedule([{ days: [5, 1, 5], from: 0, to: 60 }])).toEqual({
      ok: true,
      value: [{ days: [1, 5], from: 0, to: 60 }],
    });
  });
});

test('USR-39.8 «Круглосуточно» on all seven days, also in pieces, reads back as no schedule', () => {
  expect(normalise(schedule('00:00-00:00'))).toEqual([]);
  expect(normalise(schedule('пн-пт 00:00-00:00', 'сб-вс 12:00-00:00', 'сб-вс 00:00-12:00'))).toEqual([]);
  const almost = schedule('пн-сб 00:00-00:00', 'вс 00:00-23:59');
  expect(normalise(almost)).toBe(almost);
  expect(validateSchedule([{ days: [1, 2, 3, 4, 5, 6, 7], from: 0, to: 0 }])).toEqual({
    ok: true,
    value: [],
  });
});

test('a schedule includes another only when every minute of it is inside, across midnight too', () => {
  expect(includesSchedule(schedule('пн-вт 00:00-00:00'), schedule('пн 22:00-00:00', 'вт 00:00-02:00'))).toBe(
    true,
  );
  expect(includesSchedule(schedule('пн 10:00-19:00'), schedule('пн 10:00-19:01'))).toBe(false);
  expect(includesSchedule(schedule('пн 10:00-14:00', 'пн 14:00-19:00'), schedule('пн 11:00-18:00'))).toBe(
    true,
  );
});

const periods = fc.array(
  fc.record({
    days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }) as fc.Arbitrary<Weekday[]>,
    from: fc.integer({ min: 0, max: 1439 }),
    to: fc.integer({ min: 0, max: 1439 }),
  }),
  { maxLength: 4 },
);
const wall = fc.integer({ min: Date.parse('1995-01-01'), max: Date.parse('2036-01-01') });
const zones = [
  'Europe/Moscow',
  'Asia/Kamchatka',
  'Europe/Berlin',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'UTC',
];

test.each(zones)('RTE-10.7 an instant is judged as a calendar in %s would', zone => {
  fc.assert(
    fc.property(periods, wall, (s, at) => {
      const local = DateTime.fromMillis(at, { zone });
      const minute = local.hour * 60 + local.minute;
      const naive =
        s.length === 0 ||
        s.some(p => p.days.includes(local.weekday as Weekday) && p.from <= minute && minute < (p.to || 1440));
      expect(isOpen(s, at, zone)).toBe(naive);
      expect(minuteOfWeek(at, zone)).toBe((local.weekday - 1) * 1440 + minute);
    }),
    { numRuns: 300 },
  );
});

test('USR-39.1 the hour that summer time skips or repeats follows the wall clock', () => {
  const night = schedule('вс 02:00-03:00');
  // Berlin, 28.03.2021: 02:00 becomes 03:00 at 01:00 UTC; 31.10.2021: 03:00 becomes 02:00 at 01:00 UTC.
  expect(isOpen(night, Date.parse('2021-03-28T00:59:59Z'), 'Europe/Berlin')).toBe(false);
  expect(isOpen(night, Date.parse('2021-03-28T01:00:00Z'), 'Europe/Berlin')).toBe(false);
  expect(isOpen(night, Date.parse('2021-10-31T00:30:00Z'), 'Europe/Berlin')).toBe(true);
  expect(isOpen(night, Date.parse('2021-10-31T01:30:00Z'), 'Europe/Berlin')).toBe(true);
  expect(isOpen(night, Date.parse('2021-10-31T02:00:00Z'), 'Europe/Berlin')).toBe(false);
});

test('coverage agrees with looking at every minute of the week', () => {
  const monday = Date.parse('2021-03-22T00:00:00Z');
  fc.assert(
    fc.property(periods, s => {
      const valid = s.filter(p => p.from < (p.to || 1440));
      let all = true;
      for (let minute = 0; minute < 10_080 && all; minute++) {
        all = isOpen(valid, monday + minute * 60_000, 'UTC');
      }
      expect(coversWholeWeek(valid)).toBe(all);
    }),
    { numRuns: 60 },
  );
});

test('an unknown zone is told from a known one', () => {
  expect(isTimezone('Asia/Yekaterinburg')).toBe(true);
  expect(isTimezone('Mars/Olympus')).toBe(false);
});
