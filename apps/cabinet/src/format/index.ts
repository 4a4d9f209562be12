/** Figures, moments and periods as people read them. */
export { date, dateTime, momentOf } from './dates.ts';
export { bytes, clock, count, duration, money, percent, phone, phoneInMenu } from './numbers.ts';
export { type Bounds, boundsOf, isReversed, type Period, QUICK, type Quick, readDay } from './period.ts';
