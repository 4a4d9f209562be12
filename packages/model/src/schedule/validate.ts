import type { Result } from '@kommutator/base';
import { accept, type Refusal, refuse } from '../refusals/index.ts';
import { coversWholeWeek, periodEnd } from './coverage.ts';
import type { Period, Schedule, Weekday } from './types.ts';

/** RTE-10 «Data». */
export const MAX_PERIODS = 20;

/** A period as a form sends it: nothing about it is certain yet. */
export interface PeriodInput {
  readonly days: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** Checks periods and tidies their days; a whole week stays as it is written (routing rules, RTE-10). */
export function checkPeriods(periods: readonly PeriodInput[], field = 'schedule'): Result<Schedule, Refusal> {
  if (periods.length > MAX_PERIODS) return refuse('schedule.tooManyPeriods', { max: MAX_PERIODS }, field);
  const checked: Period[] = [];
  for (const [index, period] of periods.entries()) {
    const at = `${field}.${index}`;
    const days = [...new Set(period.days)].sort((a, b) => a - b);
    if (days.length === 0 || !days.every(isWeekday)) return refuse('schedule.noDays', {}, `${at}.days`);
    if (!isMinute(period.from)) return refuse('schedule.badTime', {}, `${at}.from`);
    if (!isMinute(period.to)) return refuse('schedule.badTime', {}, `${at}.to`);
    if (period.from >= periodEnd(period.to)) return refuse('schedule.endBeforeStart', {}, `${at}.to`);
    checked.push({ days, from: period.from, to: period.to });
  }
  return accept(checked);
}

/** USR-39: checks periods; none, or a whole week, is «no schedule». */
export function validateSchedule(
  periods: readonly PeriodInput[],
  field = 'schedule',
): Result<Schedule, Refusal> {
  const checked = checkPeriods(periods, field);
  return checked.ok ? accept(normalise(checked.value)) : checked;
}

/** A schedule that covers the whole week is stored as no schedule, so that it does not count as scheduled (USR-39.8). */
export const normalise = (schedule: Schedule): Schedule => (coversWholeWeek(schedule) ? [] : schedule);

const isWeekday = (day: number): day is Weekday => Number.isInteger(day) && day >= 1 && day <= 7;
const isMinute = (minute: number): boolean => Number.isInteger(minute) && minute >= 0 && minute < 1440;
