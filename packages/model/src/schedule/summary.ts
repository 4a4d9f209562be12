import type { Language } from '../messages/index.ts';
import type { Schedule, Weekday } from './types.ts';

const DAYS = {
  ru: ['пн', 'вт', 'ср', 'чт', 'пт', 'сб', 'вс'],
  en: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
} as const;

const ALWAYS = { ru: 'круглосуточно', en: 'around the clock' } as const;

/** «пн-пт: 00:00-10:00, пн-пт: 19:00-00:00, сб-вс: 00:00-00:00» (RTE-10.5). */
export function summary(schedule: Schedule, language: Language = 'ru'): string {
  if (schedule.length === 0) return ALWAYS[language];
  return schedule
    .map(p => `${dayRanges(p.days, language)}: ${timeOfDay(p.from)}-${timeOfDay(p.to)}`)
    .join(', ');
}

/** Minutes of the day as ЧЧ:ММ. */
export function timeOfDay(minute: number): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

/** «пн-ср,пт»: neighbouring days are joined. */
function dayRanges(days: readonly Weekday[], language: Language): string {
  const sorted = [...days].sort((a, b) => a - b);
  const ranges: string[] = [];
  for (let i = 0; i < sorted.length; ) {
    let end = i;
    while (sorted[end + 1] === (sorted[end] as number) + 1) end++;
    const first = DAYS[language][(sorted[i] as number) - 1] as string;
    const last = DAYS[language][(sorted[end] as number) - 1] as string;
    ranges.push(end === i ? first : `${first}-${last}`);
    i = end + 1;
  }
  return ranges.join(',');
}
