import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CallEvent, JournalRecord } from '@kommutator/model/events';
import type { OpenCall } from './open-calls.ts';

/** A journal file `<node>-<start>-<n>.ndjson`: `start` is the wall time of the writer's start, `n` counts its files. */
export interface SegmentName {
  readonly file: string;
  readonly node: string;
  readonly start: number;
  readonly n: number;
  /** One number for both, growing from segment to segment: how the store names the segment. */
  readonly number: number;
}

/** Segments a writer may begin before its numbers run into those of a writer started 1 ms later. */
export const SEGMENTS_PER_MS = 1_000;

/** First line of every segment: the calls that were up when it began, so that older segments need not be read. */
export interface SegmentHead {
  readonly head: 1;
  readonly open: readonly OpenCall[];
}

export const segmentFile = (node: string, start: number, n: number): string => `${node}-${start}-${n}.ndjson`;

const NAME = /^([a-z0-9]+)-(\d{1,15})-(\d{1,9})\.ndjson$/;

function parseSegmentName(file: string): SegmentName | null {
  const [, node, start, n] = NAME.exec(file) ?? [];
  if (node === undefined) return null;
  const number = Number(start) * SEGMENTS_PER_MS + Number(n);
  return { file, node, start: Number(start), n: Number(n), number };
}

/** The segments of a node in a folder, oldest first. A folder that is not there is empty. */
export function listSegments(folder: string, node: string): readonly SegmentName[] {
  let files: readonly string[];
  try {
    files = readdirSync(folder);
  } catch {
    return [];
  }
  return files
    .map(parseSegmentName)
    .filter(name => name !== null)
    .filter(name => name.node === node)
    .sort((a, b) => a.number - b.number);
}

export const segmentPath = (folder: string, name: SegmentName): string => join(folder, name.file);

/** What a whole line of a segment says; null when it is damaged (a line torn by a crash, then overwritten by nobody). */
export type SegmentLine =
  | { readonly kind: 'head'; readonly head: SegmentHead }
  | { readonly kind: 'record'; readonly record: JournalRecord };

export function parseLine(line: string): SegmentLine | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  if ('head' in value && 'open' in value && Array.isArray(value.open) && value.open.every(isPlace))
    return { kind: 'head', head: { head: 1, open: value.open as OpenCall[] } };
  if (!('v' in value) || value.v !== 1 || !('event' in value) || !isEvent(value.event)) return null;
  return isPlace(value) ? { kind: 'record', record: value as unknown as JournalRecord } : null;
}

/** Whether it says which call it is about, and where in its journal: what a record and an open call have in common. */
const isPlace = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  'call' in value &&
  typeof value.call === 'string' &&
  'domain' in value &&
  typeof value.domain === 'string' &&
  'seq' in value &&
  Number.isSafeInteger(value.seq) &&
  Number(value.seq) >= 0 &&
  'at' in value &&
  Number.isFinite(value.at);

const isEvent = (value: unknown): value is CallEvent =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

const NEWLINE = 10;

/**
 * The whole lines in `bytes`. A last line without its newline is torn or still being written: it is left out.
 * @returns the lines and how many bytes they take.
 */
export function wholeLines(bytes: Buffer): { readonly lines: readonly string[]; readonly length: number } {
  const end = bytes.lastIndexOf(NEWLINE) + 1;
  if (end === 0) return { lines: [], length: 0 };
  return { lines: bytes.toString('utf8', 0, end - 1).split('\n'), length: end };
}
