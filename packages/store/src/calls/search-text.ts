/** What the search of the history compares (ADM-2.3, USR-4). */

/** Fewer characters find nothing in particular (USR-4.1). */
const SHORTEST = 3;

/** Characters of a row's text that are kept: an index holds them, and names come from strangers. */
export const LONGEST_SEARCH = 600;

/** The text of a row that searches look in: lower case whatever the locale of the database. */
export const searchText = (parts: readonly string[]): string => parts.join('\n').toLowerCase();

/**
 * What is looked for: one of these substrings. A number is compared by its digits, with 8 and 7 alike at its beginning.
 * @returns null when the text is too short to search by: everything fits.
 */
export function searchWords(text: string): readonly string[] | null {
  const trimmed = text.trim().toLowerCase();
  const digits = /^[\d\s()+.\-–]+$/.test(trimmed) ? trimmed.replace(/\D/g, '') : null;
  const word = digits ?? trimmed;
  if (word.length < SHORTEST) return null;
  if (digits === null || !/^[78]/.test(digits) || digits.length < SHORTEST + 1) return [word];
  return [`7${digits.slice(1)}`, `8${digits.slice(1)}`];
}
