/** Working hours: periods of the local week, judged in the domain's zone (RTE-10, USR-39). */
import { periodEnd } from './coverage.ts';
import type { Schedule } from './types.ts';
import { minuteOfWeek } from './zone.ts';

export { coversWholeWeek, includesSchedule } from './coverage.ts';
export { summary, timeOfDay } from './summary.ts';
export type * from './types.ts';
export { checkPeriods, MAX_PERIODS, normalise, type PeriodInput, validateSchedule } from './validate.ts';
export { isTimezone, minuteOfWeek, zoneOffset } from './zone.ts';

/**
 * Whether an instant lies in the schedule; an empty one is always open. Periods are [from, to) (RTE-10.3).
 * @param wall Unix time in ms
 * @param timezone IANA zone of the domain; throws RangeError for an unknown one
 */
export function isOpen(schedule: Schedule, wall: number, timezone: string): boolean {
  if (schedule.length === 0) return true;
  const ofWeek = minuteOfWeek(wall, timezone);
  const weekday = Math.floor(ofWeek / 1440) + 1;
  const minute = ofWeek % 1440;
  for (const period of schedule) {
    if (minute < period.from || minute >= periodEnd(period.to)) continue;
    for (const day of period.days) if (day === weekday) return true;
  }
  return false;
}
