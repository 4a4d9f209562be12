import { useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useRef, useState } from 'react';
import { listQuery, rowsOf, totalOf } from '../../api/lists.ts';
import type { Call } from '../../api/words.ts';
import { type CallEvent, concerns, type LiveFilter, merged, withEvent } from '../../live/calls.ts';
import { useLive } from '../../live/index.ts';

export interface Calls {
  readonly rows: readonly Call[];
  readonly total: number | null;
  readonly loading: boolean;
  readonly error: Error | null;
  readonly more: () => void;
  /** How many new calls wait above what is being read. */
  readonly waiting: number;
  /** Rows that came while the top was in sight. */
  readonly fresh: ReadonlySet<string>;
  readonly atTop: (is: boolean) => void;
  /** Lets the waiting calls in. */
  readonly letIn: () => void;
  readonly retry: () => void;
}

/**
 * The call history with what happens now. A new call slides in when the top of the list is in sight and waits when
 * something older is being read; calls already shown change where they stand.
 */
export function useCalls(
  filter: Readonly<Record<string, string>>,
  judge: LiveFilter,
  mine: string | null,
): Calls {
  const query = useInfiniteQuery(listQuery<Call>('/calls', filter));
  const [told, setTold] = useState<readonly Call[]>([]);
  const [held, setHeld] = useState<ReadonlySet<string>>(new Set());
  const top = useRef(true);
  const key = JSON.stringify(filter);
  const [shownFor, setShownFor] = useState(key);
  if (shownFor !== key) {
    // Another filter, another list.
    setShownFor(key);
    setHeld(new Set());
  }
  useLive('calls', data => {
    const event = data as CallEvent;
    if (mine !== null && !concerns(event, mine)) return;
    setTold(rows => withEvent(rows, event));
    if (event.event === 'new' && !top.current) setHeld(ids => new Set(ids).add(event.call.id));
  });
  const pages = useMemo(() => rowsOf(query.data), [query.data]);
  const { rows, fresh } = useMemo(() => merged(pages, told, judge), [pages, told, judge]);
  const letInNow = fresh.filter(({ id }) => !held.has(id));
  const waiting = fresh.length - letInNow.length;
  const newest = useMemo(() => new Set(letInNow.map(({ id }) => id)), [letInNow]);
  const total = totalOf(query.data);
  const { hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = query;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  return {
    rows: letInNow.length === 0 ? rows : [...letInNow, ...rows],
    total: total === null ? null : total + letInNow.length,
    loading: query.isPending,
    error: query.error,
    more,
    waiting,
    fresh: newest,
    atTop: useCallback((is: boolean) => {
      top.current = is;
    }, []),
    letIn: () => setHeld(new Set()),
    retry: () => void refetch(),
  };
}
