import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as XLSX from '@e965/xlsx';
import type { Cell } from '@kommutator/use-cases';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvCell } from '../src/office/exports/csv.ts';
import { openWriter } from '../src/office/exports/writer.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'exports-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HEADS = ['Абонент А', 'Секунды'];
const NASTY: readonly (readonly Cell[])[] = [
  ['=1+1', 5],
  ['@SUM(A1)', 0],
  ['0100', 29],
  ['«Ёлка» <b>&"x"</b>', 1],
  [' края ', 2],
  ['79161234567', 3],
];

async function written(format: 'xls' | 'xlsx' | 'csv', rows: readonly (readonly Cell[])[]): Promise<string> {
  const path = join(folder, `${format}-${rows.length}`);
  const writer = openWriter(format, path, HEADS);
  for (let at = 0; at < rows.length; at += 500) await writer.rows(rows.slice(at, at + 500));
  await writer.end();
  return path;
}

describe('ADM-5 files of an export', () => {
  it.each(['xls', 'xlsx'] as const)(
    '%s: text stays text whatever it begins with, numbers are numbers',
    async format => {
      const book = XLSX.read(readFileSync(await written(format, NASTY)));
      const sheet = book.Sheets[book.SheetNames[0] ?? ''];
      if (!sheet) throw new Error('no sheet');
      expect(XLSX.utils.sheet_to_json(sheet, { header: 1 })).toEqual([HEADS, ...NASTY]);
      expect(sheet.A2).toMatchObject({ t: 's', v: '=1+1' });
      expect(sheet.A2.f).toBeUndefined();
      expect(sheet.A7).toMatchObject({ t: 's', v: '79161234567' });
      expect(sheet.B2).toMatchObject({ t: 'n', v: 5 });
    },
  );

  it.each(['xls', 'xlsx', 'csv'] as const)('%s: no rows leave the heading alone', async format => {
    const bytes = readFileSync(await written(format, []));
    const book = format === 'csv' ? null : XLSX.read(bytes);
    const sheet = book?.Sheets[book.SheetNames[0] ?? ''];
    if (sheet) expect(XLSX.utils.sheet_to_json(sheet, { header: 1 })).toEqual([HEADS]);
    else expect(bytes.toString()).toBe('\uFEFFАбонент А;Секунды\r\n');
  });

  it('csv: a mark of its encoding, CRLF, quotes doubled, formulas made text', async () => {
    const text = readFileSync(await written('csv', NASTY), 'utf8');
    expect(text.startsWith('\uFEFFАбонент А;Секунды\r\n')).toBe(true);
    expect(text).toContain("'=1+1;5\r\n'@SUM(A1);0\r\n0100;29\r\n");
    expect(text).toContain('"«Ёлка» <b>&""x""</b>";1\r\n');
    for (const cell of ['+7', '-1', '\t=1', '\r=1']) expect(csvCell(cell)).toMatch(/^"?'/);
    expect(csvCell('a;b\n')).toBe('"a;b\n"');
  });

  it('xls: a sheet holds 65 535 rows below its heading, the next takes the rest', async () => {
    const rows = Array.from({ length: 65_537 }, (_, n) => [`r${n}`, n] as const);
    const book = XLSX.read(readFileSync(await written('xls', rows)), { dense: true });
    expect(book.SheetNames).toEqual(['1', '2']);
    const second = XLSX.utils.sheet_to_json(book.Sheets['2'] ?? {}, { header: 1 });
    expect(second).toEqual([HEADS, ['r65535', 65_535], ['r65536', 65_536]]);
  });

  it.each(['xls', 'xlsx', 'csv'] as const)('%s: can be stopped in the middle, and again', async format => {
    const writer = openWriter(format, join(folder, `stopped-${format}`), HEADS);
    await writer.rows(NASTY);
    await writer.abort();
    await writer.abort();
  });

  it.each(['xlsx', 'csv'] as const)(
    '%s: a folder that is not there is an error, not a hang',
    async format => {
      const writer = openWriter(format, join(folder, 'nowhere', 'file'), HEADS);
      await expect(
        (async () => {
          for (let n = 0; n < 5_000; n++) await writer.rows(NASTY);
          await writer.end();
        })(),
      ).rejects.toThrow();
      await writer.abort();
    },
  );
});
