/** Records of the old Excel format, BIFF8 ([MS-XLS]): as much of it as a table of text and numbers needs. */
import type { Cell } from '@kommutator/use-cases';

const record = (type: number, data: Buffer): Buffer => {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(type, 0);
  head.writeUInt16LE(data.length, 2);
  return Buffer.concat([head, data]);
};
const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

/** [MS-XLS] 2.4.21; `type` 5 = workbook, 16 = sheet. */
const bof = (type: number): Buffer => {
  const data = bytes('0006 0000 bb0d cc07 c1000000 06060000');
  data.writeUInt16LE(type, 2);
  return record(0x0809, data);
};
export const EOF: Buffer = record(0x000a, Buffer.alloc(0));

/** A font, the fifteen built-in style formats and the one of all cells (2.4.122, 2.4.353), a style. */
function styles(): Buffer[] {
  const name = Buffer.from('Arial', 'latin1');
  const font = record(
    0x0031,
    Buffer.concat([bytes('c800 0000 ff7f 9001 0000 00 00 00 00'), Buffer.from([name.length, 0]), name]),
  );
  const xf = (kind: string) => record(0x00e0, bytes(`0000 0000 ${kind} 20 00 00 00 00000000 00000000 c020`));
  return [
    ...Array.from({ length: 4 }, () => font),
    ...Array.from({ length: 15 }, () => xf('f5ff')),
    xf('0100'),
    record(0x0293, bytes('0080 00 ff')),
  ];
}

const boundSheet = (name: string, position: number): Buffer => {
  const data = Buffer.alloc(8 + name.length);
  data.writeUInt32LE(position, 0);
  data.writeUInt8(name.length, 6);
  data.write(name, 8, 'latin1');
  return record(0x0085, data);
};

/** Number formats nobody uses fill the globals up to a whole number of sectors: a reader takes every byte for a record. */
function filling(room: number): Buffer[] {
  const formats: Buffer[] = [];
  for (let id = 200; room > 0; id++) {
    // Nine bytes of a record, two quotation marks; what is left must have room for another, or be nothing.
    const length = room <= 200 ? room : Math.min(200, room - 20);
    const text = `"${'x'.repeat(length - 11)}"`;
    const data = Buffer.alloc(5 + text.length);
    data.writeUInt16LE(id, 0);
    data.writeUInt16LE(text.length, 2);
    data.write(text, 5, 'latin1');
    formats.push(record(0x041e, data));
    room -= length;
  }
  return formats;
}

/** Smallest piece {@link filling} can make. */
const SMALLEST = 11;

/**
 * The beginning of the workbook.
 * @param sheets where each sheet begins, in bytes behind the globals
 * @param unit the length is a multiple of this
 */
export function globals(sheets: readonly number[], unit: number): Buffer {
  const window = record(0x003d, bytes('0000 0000 0040 0020 3800 0000 0000 0100 5802'));
  const made = (length: number, filled: readonly Buffer[]) =>
    Buffer.concat([
      bof(5),
      record(0x0042, bytes('b004')),
      window,
      ...styles(),
      ...filled,
      ...sheets.map((at, index) => boundSheet(String(index + 1), length + at)),
      EOF,
    ]);
  const bare = made(0, []).length;
  const length = Math.ceil((bare + SMALLEST) / unit) * unit;
  return made(length, filling(length - bare));
}

/** Rows of a sheet, its heading among them. */
export const SHEET_ROWS = 65_536;

/** Where in a sheet its number of rows stands (2.4.90), 32 bits: it is known when the sheet is over. */
export const ROWS_AT = 28;

export function sheetHead(columns: number): Buffer {
  const dimensions = bytes('00000000 00000000 0000 0000 0000');
  dimensions.writeUInt16LE(columns, 10);
  return Buffer.concat([
    bof(16),
    record(0x0200, dimensions),
    record(0x023e, bytes('b606 0000 0000 4000 0000 0000 0000 00000000')),
  ]);
}

/** 2.4.148 LABEL and 2.4.180 NUMBER: text is text whatever it begins with. */
const LONGEST_TEXT = 255;
const CELL_FORMAT = 15;

export function rowCells(row: number, cells: readonly Cell[]): Buffer {
  return Buffer.concat(
    cells.map((cell, column) =>
      typeof cell === 'number' ? number(row, column, cell) : label(row, column, cell),
    ),
  );
}

function number(row: number, column: number, value: number): Buffer {
  const data = place(row, column, 8);
  data.writeDoubleLE(value, 6);
  return record(0x0203, data);
}

function label(row: number, column: number, cell: string): Buffer {
  const text = cell.toWellFormed().slice(0, LONGEST_TEXT);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all that fits into one byte
  const narrow = /^[\u0000-\u00ff]*$/.test(text);
  const data = place(row, column, 3 + text.length * (narrow ? 1 : 2));
  data.writeUInt16LE(text.length, 6);
  data.writeUInt8(narrow ? 0 : 1, 8);
  data.write(text, 9, narrow ? 'latin1' : 'utf16le');
  return record(0x0204, data);
}

function place(row: number, column: number, more: number): Buffer {
  const data = Buffer.alloc(6 + more);
  data.writeUInt16LE(row, 0);
  data.writeUInt16LE(column, 2);
  data.writeUInt16LE(CELL_FORMAT, 4);
  return data;
}
