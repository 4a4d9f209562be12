/** The period of a filter bar (ACC-33, ADM-2): quick periods count calendar days of the domain's zone. */
import { dayIn, midnight, shiftDay } from './dates.ts';

export const QUICK = ['today', '7', '30', '45'] as const;
export type Quick = (typeof QUICK)[number];

/** As it stands in the address: a quick period, or days of one's own (inclusive). */
export interface Period {
  readonly period?: Quick | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** [from, to) as the API takes it. */
export interface Bounds {
  readonly from?: string;
  readonly to?: string;
}

const DAY = /^\d{4}-\d\d-\d\d$/;

/** A day that exists, or nothing: addresses are typed by people. */
export const readDay = (text: string | undefined): string | undefined =>
  text !== undefined && DAY.test(text) && !Number.isNaN(Date.parse(text)) ? text : undefined;

/**
 * «За 7 дней» = today and the six days before (ACC-33.5).
 * @param now wall time, ms
 */
export function boundsOf(period: Period, zone: string, now: number): Bounds {
  if (period.period) {
    const days = period.period === 'today' ? 1 : Number(period.period);
    const first = shiftDay(dayIn(zone, now), 1 - days);
    return { from: new Date(midnight(first, zone)).toISOString() };
  }
  const from = readDay(period.from);
  const to = readDay(period.to);
  return {
    ...(from && { from: new Date(midnight(from, zone)).toISOString() }),
    ...(to && { to: new Date(midnight(shiftDay(to, 1), zone)).toISOString() }),
  };
}

/** «с» later than «до». */
export const isReversed = ({ from, to }: Period): boolean => !!from && !!to && from > to;
