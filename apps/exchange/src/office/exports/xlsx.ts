import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { PassThrough, type Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Cell } from '@kommutator/use-cases';
import { ZipFile } from 'yazl';
import type { TableWriter } from './writer.ts';

/** ECMA-376: rows of a sheet. */
const SHEET_ROWS = 1_048_576;
const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006';
const SHEET = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

const PARTS: Readonly<Record<string, string>> = {
  '[Content_Types].xml': `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${TYPE}.worksheet+xml"/></Types>`,
  '_rels/.rels': `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  'xl/workbook.xml': `${XML}<workbook xmlns="${SHEET}" xmlns:r="${OFFICE}/relationships"><sheets><sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  'xl/_rels/workbook.xml.rels': `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
};

/** What XML 1.0 cannot hold is left out. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these are meant
const UNWRITABLE = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const xml = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(UNWRITABLE, '')
    .replaceAll(/[&<>"]/g, char => ENTITIES[char] ?? char);

/** An inline string is text whatever it begins with: no formula can come of it. */
const cellOf = (cell: Cell): string =>
  typeof cell === 'number'
    ? `<c><v>${cell}</v></c>`
    : `<c t="inlineStr"><is><t xml:space="preserve">${xml(cell)}</t></is></c>`;
const rowOf = (cells: readonly Cell[]): string => `<row>${cells.map(cellOf).join('')}</row>`;

/** One sheet, compressed as it is written (ECMA-376, transitional). */
export function xlsxWriter(path: string, heads: readonly string[]): TableWriter {
  const zip = new ZipFile();
  const file = createWriteStream(path, { mode: 0o600 });
  const whole = finished((zip.outputStream as unknown as Readable).pipe(file));
  whole.catch(() => {});
  for (const [name, text] of Object.entries(PARTS)) zip.addBuffer(Buffer.from(text), name);
  const sheet = new PassThrough({ highWaterMark: 256 * 1024 });
  zip.addReadStream(sheet, 'xl/worksheets/sheet1.xml');
  zip.end();
  sheet.write(`${XML}<worksheet xmlns="${SHEET}"><sheetData>${rowOf(heads)}`);
  let count = 1;
  const gone = whole.then(() => Promise.reject(new Error('the file ended early')));
  gone.catch(() => {});
  return {
    async rows(rows) {
      count += rows.length;
      if (count > SHEET_ROWS) throw new Error('a sheet has no room for more rows');
      if (!sheet.write(rows.map(rowOf).join(''))) await Promise.race([once(sheet, 'drain'), gone]);
    },
    async end() {
      sheet.end('</sheetData></worksheet>');
      await whole;
    },
    async abort() {
      sheet.destroy();
      file.destroy();
      await finished(file).catch(() => {});
    },
  };
}
