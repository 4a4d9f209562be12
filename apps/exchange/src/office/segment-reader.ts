import { closeSync, openSync, readSync } from 'node:fs';
import type { JournalRecord } from '@kommutator/model/events';
import { listSegments, parseLine, type SegmentName, segmentPath, wholeLines } from '../files/segments.ts';

/** A place in the journal: everything before it has been dealt with. */
export interface Position {
  /** Number of the segment, see `SegmentName`. */
  readonly segment: number;
  readonly offset: number;
}

interface ReadRecord {
  readonly record: JournalRecord;
  /** Where its line begins. */
  readonly at: Position;
}

export interface Piece {
  readonly records: readonly ReadRecord[];
  /** Where to read on. */
  readonly next: Position;
  /** There is something behind it already. */
  readonly more: boolean;
}

const PIECE_BYTES = 2 * 1024 * 1024;

/** Reads a node's journal from a place on, segment after segment, while it is being written. */
export class SegmentReader {
  readonly #folder: string;
  readonly #node: string;
  /** One for all pieces: a fresh one for each would keep the garbage collector busy. */
  #buffer: Buffer;

  constructor(folder: string, node: string, pieceBytes = PIECE_BYTES) {
    this.#folder = folder;
    this.#node = node;
    this.#buffer = Buffer.allocUnsafeSlow(pieceBytes);
  }

  get segments(): readonly SegmentName[] {
    return listSegments(this.#folder, this.#node);
  }

  /**
   * @param from null = from the oldest segment there is; a segment that has gone is followed by the next one.
   * @returns null when there is no journal yet.
   */
  read(from: Position | null): Piece | null {
    // Listed before reading: a segment with a successor grows no more, so its end is the end.
    const { segments } = this;
    const index = from ? segments.findIndex(each => each.number >= from.segment) : 0;
    const segment = segments[index];
    if (!segment) return null;
    const offset = segment.number === from?.segment ? from.offset : 0;
    const bytes = this.#bytes(segment, offset);
    const { lines, length } = wholeLines(bytes);
    const successor = segments[index + 1];
    if (length === 0 && successor)
      return { records: [], next: { segment: successor.number, offset: 0 }, more: true };
    return {
      records: recordsOf(lines, segment.number, offset),
      next: { segment: segment.number, offset: offset + length },
      more: successor !== undefined || bytes.length === this.#buffer.length,
    };
  }

  #bytes(segment: SegmentName, offset: number): Buffer {
    const fd = openSync(segmentPath(this.#folder, segment), 'r');
    try {
      for (;;) {
        const buffer = this.#buffer;
        const bytes = buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, offset));
        // A line longer than the piece: read more, unless the file ends here.
        if (bytes.length < buffer.length || bytes.includes(10)) return bytes;
        this.#buffer = Buffer.allocUnsafeSlow(2 * buffer.length);
      }
    } finally {
      closeSync(fd);
    }
  }
}

function recordsOf(lines: readonly string[], segment: number, from: number): readonly ReadRecord[] {
  const records: ReadRecord[] = [];
  let offset = from;
  for (const line of lines) {
    const said = parseLine(line);
    if (said?.kind === 'record') records.push({ record: said.record, at: { segment, offset } });
    offset += Buffer.byteLength(line) + 1;
  }
  return records;
}
