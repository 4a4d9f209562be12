/** The file an old workbook stands in: [MS-CFB] version 3 with one stream, whose sectors are chained as one likes. */

export const SECTOR = 512;
const END_OF_CHAIN = 0xfffffffe;
const FREE = 0xffffffff;
const FAT = 0xfffffffd;
const DIFAT = 0xfffffffc;
const IN_HEADER = 109;
const IN_SECTOR = SECTOR / 4;
const DIRECTORY_SECTORS = 1;

/** What stands behind the header: the body of the stream first, then its beginning. */
export interface Stream {
  /** Sectors from the start of the file. */
  readonly body: number;
  /** Bytes of the body; the last sector need not be full. */
  readonly bodyBytes: number;
  /** Sectors after them. */
  readonly beginning: number;
}

/** @returns the header of the file, and what follows the stream. */
export function container({ body, bodyBytes, beginning }: Stream): {
  readonly header: Buffer;
  readonly tail: Buffer;
} {
  const stream = body + beginning;
  const { fat, difat } = tables(stream + DIRECTORY_SECTORS);
  const firstFat = stream + DIRECTORY_SECTORS;
  const firstDifat = firstFat + fat;
  const chain = Buffer.alloc(fat * SECTOR, 0xff);
  const link = (sector: number, next: number) => chain.writeUInt32LE(next, sector * 4);
  for (let n = 0; n < body; n++) link(n, n + 1 < body ? n + 1 : END_OF_CHAIN);
  for (let n = body; n < stream; n++) link(n, n + 1 < stream ? n + 1 : 0);
  link(stream, END_OF_CHAIN);
  for (let n = 0; n < fat; n++) link(firstFat + n, FAT);
  for (let n = 0; n < difat; n++) link(firstDifat + n, DIFAT);
  const places = Array.from({ length: fat }, (_, n) => firstFat + n);
  const header = headerOf({ fat, difat, directory: stream, firstDifat, places: places.slice(0, IN_HEADER) });
  const size = beginning * SECTOR + bodyBytes;
  return {
    header,
    tail: Buffer.concat([directory(body, size), chain, difatOf(places.slice(IN_HEADER), firstDifat)]),
  };
}

/** Sectors of the two tables: they chain themselves too. */
function tables(others: number): { readonly fat: number; readonly difat: number } {
  let fat = 1;
  for (;;) {
    const difat = Math.ceil(Math.max(0, fat - IN_HEADER) / (IN_SECTOR - 1));
    if ((others + fat + difat) * 4 <= fat * SECTOR) return { fat, difat };
    fat++;
  }
}

function headerOf(o: {
  readonly fat: number;
  readonly difat: number;
  readonly directory: number;
  readonly firstDifat: number;
  readonly places: readonly number[];
}): Buffer {
  const header = Buffer.alloc(SECTOR);
  header.write('d0cf11e0a1b11ae1', 0, 'hex');
  header.writeUInt16LE(0x003e, 24);
  header.writeUInt16LE(3, 26);
  header.writeUInt16LE(0xfffe, 28);
  header.writeUInt16LE(9, 30);
  header.writeUInt16LE(6, 32);
  header.writeUInt32LE(o.fat, 44);
  header.writeUInt32LE(o.directory, 48);
  header.writeUInt32LE(4096, 56);
  header.writeUInt32LE(END_OF_CHAIN, 60);
  header.writeUInt32LE(o.difat > 0 ? o.firstDifat : END_OF_CHAIN, 68);
  header.writeUInt32LE(o.difat, 72);
  for (let n = 0; n < IN_HEADER; n++) header.writeUInt32LE(o.places[n] ?? FREE, 76 + n * 4);
  return header;
}

function difatOf(places: readonly number[], first: number): Buffer {
  const room = IN_SECTOR - 1;
  const sectors = Math.ceil(places.length / room);
  const table = Buffer.alloc(sectors * SECTOR, 0xff);
  for (const [n, place] of places.entries())
    table.writeUInt32LE(place, Math.floor(n / room) * SECTOR + (n % room) * 4);
  for (let n = 0; n < sectors; n++)
    table.writeUInt32LE(n + 1 < sectors ? first + n + 1 : END_OF_CHAIN, n * SECTOR + room * 4);
  return table;
}

/** Root and the one stream ([MS-CFB] 2.6.1). */
function directory(start: number, size: number): Buffer {
  const sector = Buffer.alloc(SECTOR);
  const entry = (
    n: number,
    name: string,
    o: { type: number; child: number; start: number; size: number },
  ) => {
    const at = n * 128;
    sector.write(name, at, 'utf16le');
    sector.writeUInt16LE(name === '' ? 0 : (name.length + 1) * 2, at + 64);
    sector.writeUInt8(o.type, at + 66);
    sector.writeUInt8(1, at + 67);
    sector.writeUInt32LE(FREE, at + 68);
    sector.writeUInt32LE(FREE, at + 72);
    sector.writeUInt32LE(o.child, at + 76);
    sector.writeUInt32LE(o.start, at + 116);
    sector.writeUInt32LE(o.size, at + 120);
  };
  entry(0, 'Root Entry', { type: 5, child: 1, start: END_OF_CHAIN, size: 0 });
  entry(1, 'Workbook', { type: 2, child: FREE, start, size });
  for (const n of [2, 3]) entry(n, '', { type: 0, child: FREE, start: 0, size: 0 });
  return sector;
}
