import type { Period, Schedule, Weekday } from '@kommutator/model/schedule';

const DAYS: readonly string[] = ['пн', 'вт', 'ср', 'чт', 'пт', 'сб', 'вс'];

/**
 * A schedule as the manual writes it: `hours('пн-пт 10:00-19:00', 'сб 10:00-16:00')`; days left out = every day.
 * @throws on anything else: a test is wrong then.
 */
export const hours = (...periods: readonly string[]): Schedule => periods.map(periodOf);

function periodOf(text: string): Period {
  const [, from, to, start, end] = /^(?:(\S\S)(?:-(\S\S))? )?(\d\d:\d\d)-(\d\d:\d\d)$/.exec(text) ?? [];
  if (start === undefined || end === undefined) throw new Error(`no period: ${text}`);
  return { days: daysOf(from, to), from: minutesOf(start), to: minutesOf(end) };
}

function daysOf(from: string | undefined, to: string | undefined): Weekday[] {
  const first = from === undefined ? 0 : DAYS.indexOf(from);
  const last = from === undefined ? 6 : to === undefined ? first : DAYS.indexOf(to);
  return DAYS.slice(first, last + 1).map((_, i) => (first + i + 1) as Weekday);
}

function minutesOf(time: string): number {
  const [h = '', m = ''] = time.split(':');
  return Number(h) * 60 + Number(m);
}
