import { readFileSync } from 'node:fs';
import { type OpenCall, OpenCalls } from '../files/open-calls.ts';
import { listSegments, parseLine, SEGMENTS_PER_MS, segmentPath, wholeLines } from '../files/segments.ts';

export interface Recovered {
  /** Calls without an end. */
  readonly open: readonly OpenCall[];
  /** The earliest `start` whose segments come behind all that are there. */
  readonly nextStart: number;
}

/**
 * Finds the calls a crash left open. Only the newest segment with a head has to be read, with what follows it: the
 * head names the calls that were up when it began.
 */
export function recoverJournal(folder: string, node: string): Recovered {
  const segments = listSegments(folder, node);
  const calls = new OpenCalls();
  const read = segments.map(segment => ({ segment, lines: null as readonly string[] | null }));
  let first = read.length;
  while (first > 0) {
    const entry = read[--first];
    if (!entry) break;
    entry.lines = wholeLines(readFileSync(segmentPath(folder, entry.segment))).lines;
    if (parseLine(entry.lines[0] ?? '')?.kind === 'head') break;
  }
  for (const { lines } of read.slice(first))
    for (const line of lines ?? []) {
      const said = parseLine(line);
      if (said?.kind === 'head') calls.restore(said.head.open);
      else if (said) calls.note(said.record);
    }
  return { open: calls.all, nextStart: Math.floor((segments.at(-1)?.number ?? -1) / SEGMENTS_PER_MS) + 1 };
}
