/** Schedules as sets of minutes: inclusion and whole-week tests. */
import type { Schedule } from './types.ts';

const MINUTES_OF_DAY = 1440;

interface Span {
  readonly from: number;
  readonly to: number;
}

/** End of a period in minutes of its day: 00:00 is midnight at its end (RTE-10.2). */
export const periodEnd = (to: number): number => (to === 0 ? MINUTES_OF_DAY : to);

/** Disjoint ascending spans of the local week, in minutes from Monday 00:00. An empty schedule is the whole week. */
function spans(schedule: Schedule): readonly Span[] {
  if (schedule.length === 0) return [{ from: 0, to: 7 * MINUTES_OF_DAY }];
  const all: Span[] = [];
  for (const period of schedule) {
    for (const day of period.days) {
      const start = (day - 1) * MINUTES_OF_DAY;
      all.push({ from: start + period.from, to: start + periodEnd(period.to) });
    }
  }
  all.sort((a, b) => a.from - b.from);
  const merged: Span[] = [];
  for (const span of all) {
    const last = merged.at(-1);
    if (last && span.from <= last.to) {
      merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    } else merged.push(span);
  }
  return merged;
}

/** Whether every minute of `inner` is in `outer`. */
export function includesSchedule(outer: Schedule, inner: Schedule): boolean {
  const wide = spans(outer);
  return spans(inner).every(span => wide.some(w => w.from <= span.from && span.to <= w.to));
}

/** Whether the schedule is open at every minute of the week (USR-39.8, RTE-12.3). */
export const coversWholeWeek = (schedule: Schedule): boolean => includesSchedule(schedule, []);
