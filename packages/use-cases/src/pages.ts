/** Lists that are read page by page from memory, and the cursors of all lists. */
import type { Result } from '@kommutator/base';
import { accept, type Refusal, refuse } from '@kommutator/model/refusals';

/** A page of a list; `next` is the cursor of the following one. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
  readonly total: number | null;
}

export interface PageAsk {
  readonly cursor?: string | undefined;
  /** 1–200. */
  readonly limit: number;
}

/** Cursors are opaque to clients; what is in them is checked like any other input. */
export const writeCursor = (parts: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(parts)).toString('base64url');

/** @returns null for what is no cursor of ours. */
export function readCursor(cursor: string): readonly unknown[] | null {
  if (cursor.length > 500) return null;
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) ? parts : null;
  } catch {
    return null;
  }
}

export const badCursor = () => refuse('field.invalid', {}, 'cursor');

/** The page of a list held in memory: it goes on behind the item the cursor names, or where that stood. */
export function pageOf<Item extends { readonly id: string }>(
  all: readonly Item[],
  { cursor, limit }: PageAsk,
): Result<Page<Item>, Refusal> {
  let from = 0;
  if (cursor !== undefined) {
    const [id, place] = readCursor(cursor) ?? [];
    if (typeof id !== 'string' || typeof place !== 'number' || !Number.isSafeInteger(place) || place < 0)
      return badCursor();
    const at = all.findIndex(item => item.id === id);
    from = at < 0 ? place : at + 1;
  }
  const items = all.slice(from, from + limit);
  const last = items.at(-1);
  const more = last !== undefined && from + items.length < all.length;
  return accept({
    items,
    next: more ? writeCursor([last.id, from + items.length]) : null,
    total: all.length,
  });
}
