import type { StoreRefusal } from '@kommutator/store';
import { asRefusal } from '@kommutator/use-cases';
import type { Refused } from './route.ts';

/** `display_name` → `displayName`: one thing has one name, in the style of its place. */
const camel = (column: string): string =>
  column.replaceAll(/_(\w)/g, (_all, letter: string) => letter.toUpperCase());

/** A refusal of the store; a stale one says what somebody else changed meanwhile. */
export function refusedByStore(refused: StoreRefusal): Refused {
  const refusal = asRefusal(refused);
  if (refused.code !== 'stale')
    return { refused: { ...refusal, ...(refusal.field ? { field: camel(refusal.field) } : {}) } };
  const changed = (refused.changed ?? []).map(each => ({
    ...each,
    field: camel(each.field),
    at: new Date(each.at).toISOString(),
  }));
  return { refused: refusal, details: { changed } };
}
