/** The thread that makes an .xls. */
import { writeFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import * as XLSX from '@e965/xlsx';
import type { Cell } from '@kommutator/use-cases';

export type ToXlsThread = { readonly rows: readonly (readonly Cell[])[] } | { readonly end: true };
export type FromXlsThread = 'more' | 'done';

/** BIFF8 has 65 536 rows a sheet; one is the heading. */
const SHEET_ROWS = 65_535;

const { path, heads } = workerData as { readonly path: string; readonly heads: readonly string[] };
const book = XLSX.utils.book_new();
let sheet: Cell[][] = [];

/** Cells are given their type: text stays text whatever it begins with. */
function closeSheet(): void {
  const cells = [heads, ...sheet].map(row =>
    row.map(cell => (typeof cell === 'number' ? { t: 'n', v: cell } : { t: 's', v: cell })),
  );
  const made = XLSX.utils.aoa_to_sheet(cells, { dense: true });
  XLSX.utils.book_append_sheet(book, made, String(book.SheetNames.length + 1));
  sheet = [];
}

parentPort?.on('message', (message: ToXlsThread) => {
  if ('rows' in message) {
    for (const row of message.rows) {
      if (sheet.length === SHEET_ROWS) closeSheet();
      sheet.push([...row]);
    }
    parentPort?.postMessage('more' satisfies FromXlsThread);
    return;
  }
  if (sheet.length > 0 || book.SheetNames.length === 0) closeSheet();
  writeFileSync(path, XLSX.write(book, { type: 'buffer', bookType: 'biff8' }), { mode: 0o600 });
  parentPort?.postMessage('done' satisfies FromXlsThread);
});
