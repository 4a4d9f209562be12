/** The filter of the call lists: address → API, address → what live rows are judged by. */
import {
  type Bounds,
  boundsOf,
  isReversed,
  type Period,
  QUICK,
  type Quick,
  readDay,
} from '../../format/index.ts';
import type { LiveFilter } from '../../live/calls.ts';

export interface CallSearch {
  readonly period?: string;
  readonly from?: string;
  readonly to?: string;
  readonly type?: string;
  readonly result?: string;
  readonly line?: string;
  readonly search?: string;
  readonly call?: string;
}

/** ADM-2: «пропущенные» are incoming calls nobody accepted. */
export const TYPES = ['in', 'out', 'internal', 'missed'] as const;
export const RESULTS = ['answered', 'unanswered'] as const;

export function periodOf({ period, from, to }: Pick<CallSearch, 'period' | 'from' | 'to'>): Period {
  if (QUICK.includes(period as Quick)) return { period: period as Quick };
  return { from: readDay(from), to: readDay(to) };
}

interface Kind {
  readonly direction?: 'in' | 'out' | 'internal';
  readonly result?: 'answered' | 'unanswered';
}

function kindOf({ type, result }: CallSearch): Kind {
  const known = RESULTS.find(each => each === result);
  if (type === 'missed') return { direction: 'in', result: 'unanswered' };
  const direction = type === 'in' || type === 'out' || type === 'internal' ? type : undefined;
  return { ...(direction && { direction }), ...(known && { result: known }) };
}

/** Query of `GET /api/calls` and filter of an export; null = the period is reversed, nothing is asked. */
export function apiFilter(
  search: CallSearch,
  zone: string,
  now: number,
): (Bounds & Kind & { readonly line?: string; readonly search?: string }) | null {
  const period = periodOf(search);
  if (isReversed(period)) return null;
  return {
    ...boundsOf(period, zone, now),
    ...kindOf(search),
    ...(search.line && { line: search.line }),
    ...(search.search && { search: search.search }),
  };
}

export const liveFilter = (search: CallSearch, zone: string, now: number): LiveFilter => {
  const { to } = boundsOf(periodOf(search), zone, now);
  const past = to !== undefined && Date.parse(to) <= now;
  return { ...kindOf(search), line: search.line, search: search.search, past };
};
