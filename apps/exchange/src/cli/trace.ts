import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NODE } from '../files/node-name.ts';
import type { Paths } from '../files/paths.ts';
import { listSegments, parseLine, segmentPath, wholeLines } from '../files/segments.ts';
import { type TracedMessage, unpackTrace } from '../files/trace-format.ts';
import { findCall } from './calls.ts';
import { type Command, type CommandContext, parseArguments, Refusal, UsageError } from './command.ts';
import { ladder } from './ladder.ts';
import { withStore } from './with-store.ts';

interface Span {
  readonly callIds: Set<string>;
  from: number;
  to: number;
}

/** SIP Call-IDs and time of a call as the journal on disk knows them: also of calls going on. */
function fromJournal(paths: Paths, call: string): Span {
  const span: Span = { callIds: new Set(), from: Number.POSITIVE_INFINITY, to: 0 };
  const quoted = JSON.stringify(call);
  for (const folder of [paths.journalDone, paths.journal])
    for (const segment of listSegments(folder, NODE))
      for (const line of wholeLines(readFileSync(segmentPath(folder, segment))).lines) {
        if (!line.includes(quoted)) continue;
        const said = parseLine(line);
        if (said?.kind !== 'record' || said.record.call !== call) continue;
        const { at, event } = said.record;
        span.from = Math.min(span.from, at);
        span.to = Math.max(span.to, at);
        if ('sipCallId' in event) span.callIds.add(event.sipCallId);
      }
  return span;
}

async function fromHistory(context: CommandContext, call: string): Promise<Span | null> {
  const found = await withStore(context, store => findCall(store, call));
  if (!found) return null;
  const { call: row, legs } = found.record;
  return { callIds: new Set(legs.map(leg => leg.sipCallId)), from: row.startedAt, to: row.endedAt };
}

/** A message may be written into a file begun earlier; retransmissions come up to 32 s after the end. */
const AROUND_MS = 60_000;

function* messagesOf(folder: string, { from, to }: Span): Generator<TracedMessage> {
  const files = readdirSync(folder)
    .filter(file => file.endsWith('.trace'))
    .sort();
  for (const [index, file] of files.entries()) {
    const next = Number.parseInt(files[index + 1] ?? '', 10);
    if (Number.parseInt(file, 10) > to + AROUND_MS || next < from - AROUND_MS) continue;
    yield* unpackTrace(readFileSync(join(folder, file)));
  }
}

/** The SIP ladder of one call, from the ring of traces. */
export const trace: Command = {
  usage: 'trace <call-id>',
  summary: 'SIP ladder of a call',
  async run(args, context) {
    const [call, ...rest] = parseArguments(args).positional;
    if (call === undefined || rest.length > 0) throw new UsageError('which call? See kommutator calls');
    const { paths, say } = context;
    const journal = fromJournal(paths, call);
    const span = journal.callIds.size > 0 ? journal : await fromHistory(context, call);
    if (!span) throw new Refusal(`Nothing is known of call ${call}.`);
    const lines = ladder(messagesOf(paths.trace, span), span.callIds);
    if (lines.length === 0)
      throw new Refusal('Its SIP messages are no longer in the ring of traces (TRACE_MB sets its size).');
    for (const line of lines) say(line);
    return 0;
  },
};
