/** Lists read piece by piece: keyset pages of the API as one growing list. */
import { type InfiniteData, infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query';
import { ask } from './request.ts';
import type { Page } from './words.ts';

/** Rows of one reading. */
const LIMIT = 100;

/** An API list by its filter. */
export function listQuery<Item>(path: string, filter: Readonly<Record<string, string | undefined>> = {}) {
  return infiniteQueryOptions({
    queryKey: [path, filter] as const,
    queryFn: ({ pageParam, signal }) =>
      ask<Page<Item>>(path, { query: { ...filter, cursor: pageParam ?? undefined, limit: LIMIT }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last: Page<Item>) => last.next,
    placeholderData: keepPreviousData,
  });
}

/** All rows read so far. */
export const rowsOf = <Item>(data: InfiniteData<Page<Item>, unknown> | undefined): readonly Item[] =>
  data?.pages.flatMap(page => page.items) ?? [];

/** How many there are, where the server counted. */
export const totalOf = <Item>(data: InfiniteData<Page<Item>, unknown> | undefined): number | null =>
  data?.pages[0]?.total ?? null;
