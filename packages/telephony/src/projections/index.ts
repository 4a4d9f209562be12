/** Projections of the journal: pure, so that doing them twice is doing them once. */
import type { JournalRecord } from '@kommutator/model/events';
import type { CallRecord } from '@kommutator/model/record';
import { callRow } from './call-row.ts';
import { gather } from './facts.ts';
import { legRows } from './leg-rows.ts';
import { partyRows } from './party-rows.ts';

export { type CallTrace, followCall, newTrace, unwrittenEnd } from './ending.ts';
export { followLeft, type LeftLeg, type LeftTrace, newLeft } from './left.ts';
export { LiveFold } from './live.ts';

/** Whether the call is over: its journal gets no more lines. */
export const isEnded = (events: readonly JournalRecord[]): boolean =>
  events.some(record => record.event.type === 'call.ended');

/**
 * All rows of one call. A journal without an end is closed at its last event: as its legs ended where they ended
 * normally, else by the system.
 * @param events of one call, in any order, duplicates by `seq` allowed
 * @returns null when `call.started` is missing
 */
export function projectCall(events: readonly JournalRecord[]): CallRecord | null {
  const facts = gather(events);
  if (!facts) return null;
  const call = callRow(facts);
  return { call, legs: legRows(facts), parties: partyRows(facts, call) };
}
