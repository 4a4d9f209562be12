/** Many rows as one JSON parameter: one statement, one plan, any number of rows. */

/** Unix ms → what timestamptz reads; null stays null. */
export function stamp(ms: number): string;
export function stamp(ms: number | null): string | null;
export function stamp(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

/** A NUL or half a surrogate pair, as JSON.stringify writes them (with any backslashes before). */
const UNSTORABLE = /\\u0000|\\ud[89a-f]/i;

/**
 * JSON that PostgreSQL takes whatever the network sent: NUL is dropped, broken UTF-16 replaced. One odd name must not
 * keep a batch of records out of the database.
 */
export function jsonRows(rows: readonly unknown[]): string {
  const text = JSON.stringify(rows);
  if (!UNSTORABLE.test(text)) return text;
  return JSON.stringify(rows, (_key, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '') : value,
  );
}
