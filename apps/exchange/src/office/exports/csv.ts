import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { Cell } from '@kommutator/use-cases';
import type { TableWriter } from './writer.ts';

/** Spreadsheets take a cell that begins so for a formula; an apostrophe makes it text (OWASP «CSV Injection»). */
const FORMULA = /^[=+\-@\t\r]/;

/** RFC 4180 with the separator of Russian spreadsheets. */
export const csvCell = (cell: Cell): string => {
  if (typeof cell === 'number') return String(cell);
  const safe = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[";\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** UTF-8 with a byte order mark, which makes spreadsheets read it as such. */
export function csvWriter(path: string, heads: readonly string[]): TableWriter {
  const file = createWriteStream(path, { mode: 0o600 });
  const failed = once(file, 'error').then(([error]) => Promise.reject(error));
  failed.catch(() => {});
  const write = async (text: string) => {
    if (!file.write(text)) await Promise.race([once(file, 'drain'), failed]);
  };
  const lineOf = (cells: readonly Cell[]) => `${cells.map(csvCell).join(';')}\r\n`;
  file.write(`\uFEFF${lineOf(heads)}`);
  return {
    rows: rows => write(rows.map(lineOf).join('')),
    async end() {
      file.end();
      await finished(file);
    },
    async abort() {
      file.destroy();
      await finished(file).catch(() => {});
    },
  };
}
