import { type FileHandle, open } from 'node:fs/promises';
import type { Cell } from '@kommutator/use-cases';
import { EOF, globals, ROWS_AT, rowCells, SHEET_ROWS, sheetHead } from './biff.ts';
import { container, SECTOR } from './compound-file.ts';
import type { TableWriter } from './writer.ts';

/** Streams shorter than this would have to stand elsewhere in the file ([MS-CFB] 2.2). */
const UNIT = 4096;

/**
 * Excel 97–2003, written as rows come: sheets first, then the beginning of the workbook, which knows where they are; the
 * chain of sectors puts it in front. (SheetJS needs 7 GB for 65 000 rows.)
 */
export function xlsWriter(path: string, heads: readonly string[]): TableWriter {
  const opened = open(path, 'w', 0o600);
  opened.catch(() => {});
  /** Where each sheet begins. */
  const sheets: number[] = [];
  let waiting: Buffer[] = [];
  let length = 0;
  let row = SHEET_ROWS;

  const put = (bytes: Buffer) => {
    waiting.push(bytes);
    length += bytes.length;
  };
  const beginSheet = () => {
    if (sheets.length > 0) put(EOF);
    sheets.push(length);
    put(sheetHead(heads.length));
    put(rowCells(0, heads));
    row = 1;
  };
  const flush = async (): Promise<FileHandle> => {
    const file = await opened;
    const bytes = Buffer.concat(waiting);
    waiting = [];
    await file.write(bytes, 0, bytes.length, SECTOR + length - bytes.length);
    return file;
  };
  const close = async () => {
    const file = await opened.catch(() => null);
    await file?.close().catch(() => {});
  };

  return {
    async rows(rows) {
      for (const cells of rows) {
        if (row === SHEET_ROWS) beginSheet();
        put(rowCells(row++, cells satisfies readonly Cell[]));
      }
      await flush();
    },
    async end() {
      if (sheets.length === 0) beginSheet();
      put(EOF);
      const bodyBytes = length;
      const body = Math.ceil(length / SECTOR);
      put(Buffer.alloc(body * SECTOR - length));
      const first = globals(sheets, UNIT);
      put(first);
      const { header, tail } = container({ body, bodyBytes, beginning: first.length / SECTOR });
      put(tail);
      const file = await flush();
      await file.write(header, 0, header.length, 0);
      for (const [index, at] of sheets.entries()) {
        const rows = Buffer.alloc(4);
        rows.writeUInt32LE(index + 1 < sheets.length ? SHEET_ROWS : row);
        await file.write(rows, 0, rows.length, SECTOR + at + ROWS_AT);
      }
      await close();
    },
    abort: close,
  };
}
