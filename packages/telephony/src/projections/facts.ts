import type { Cause } from '@kommutator/model/cause';
import type { CallEvent, EndedBy, JournalRecord, Party, Wanted } from '@kommutator/model/events';
import type { LegId } from '@kommutator/model/ids';
import { followCall, newTrace, unwrittenEnd } from './ending.ts';

type Event<Type extends CallEvent['type']> = Extract<CallEvent, { type: Type }>;

/** A leg as the journal tells it. */
export interface LegFacts {
  readonly started: Event<'leg.started'>;
  readonly startedAt: number;
  answeredAt: number | null;
  ended: { readonly at: number; readonly cause: Cause; readonly by: 'remote' | 'us' } | null;
  quality: Event<'leg.quality'> | null;
}

/** The first moment a person or a service talked with the caller. */
interface Answer {
  readonly at: number;
  /** Null for a service. */
  readonly by: Party | null;
  readonly leg: LegId | null;
  /** The target that answered, as the ring saw it: its user is the owner of a forwarding number. */
  readonly target: Event<'target.result'> | null;
}

/** Everything the rows of a call are made from: one pass over its journal. */
export interface CallFacts {
  readonly opening: JournalRecord;
  readonly started: Event<'call.started'>;
  readonly records: readonly JournalRecord[];
  readonly legs: ReadonlyMap<LegId, LegFacts>;
  readonly wanted: readonly Wanted[];
  readonly forbidden: string | null;
  readonly answer: Answer | null;
  readonly pickup: Event<'pickup'> | null;
  readonly end: { readonly at: number; readonly by: EndedBy; readonly cause: Cause };
}

/** @returns null when the journal does not say how the call began. */
export function gather(events: readonly JournalRecord[]): CallFacts | null {
  const records = untilEnd(inOrder(events));
  const opening = records.find(record => record.event.type === 'call.started');
  if (opening?.event.type !== 'call.started') return null;
  const legs = new Map<LegId, LegFacts>();
  const wanted: Wanted[] = [];
  let forbidden: string | null = null;
  let answer: Answer | null = null;
  let target: Event<'target.result'> | null = null;
  let pickup: Event<'pickup'> | null = null;
  for (const { at, event } of records) {
    switch (event.type) {
      case 'leg.started':
        if (!legs.has(event.leg)) legs.set(event.leg, newLeg(event, at));
        break;
      case 'leg.answered':
      case 'leg.ended':
      case 'leg.quality':
        noteLeg(legs.get(event.leg), event, at);
        break;
      case 'wanted':
        wanted.push(event.what);
        break;
      case 'direction.forbidden':
        forbidden = event.number;
        break;
      case 'target.result':
        if (event.result === 'answered') target = event;
        break;
      case 'pickup':
        pickup = event;
        break;
      case 'talk.started':
        answer ??= { at, by: event.answeredBy, leg: event.b, target: pickup ? null : target };
        break;
      case 'service.started':
        answer ??= { at, by: null, leg: null, target: null };
        break;
    }
  }
  const last = records.at(-1) ?? opening;
  const { by, cause } = last.event.type === 'call.ended' ? last.event : endOf(records);
  return {
    opening,
    started: opening.event,
    records,
    legs,
    wanted,
    forbidden,
    answer,
    pickup,
    end: { at: Math.max(last.at, opening.at), by, cause },
  };
}

/** Records by `seq`, each once: a journal read twice projects the same. */
function inOrder(events: readonly JournalRecord[]): readonly JournalRecord[] {
  let sorted = true;
  for (let i = 1; i < events.length && sorted; i++) {
    sorted = (events[i - 1] as JournalRecord).seq < (events[i] as JournalRecord).seq;
  }
  if (sorted) return events;
  const bySeq = new Map(events.map(record => [record.seq, record]));
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

/** Nothing belongs to a call behind its end. */
function untilEnd(records: readonly JournalRecord[]): readonly JournalRecord[] {
  const end = records.findIndex(record => record.event.type === 'call.ended');
  return end < 0 ? records : records.slice(0, end + 1);
}

const newLeg = (started: Event<'leg.started'>, startedAt: number): LegFacts => ({
  started,
  startedAt,
  answeredAt: null,
  ended: null,
  quality: null,
});

function noteLeg(
  leg: LegFacts | undefined,
  event: Event<'leg.answered' | 'leg.ended' | 'leg.quality'>,
  at: number,
): void {
  if (!leg) return;
  if (event.type === 'leg.answered') leg.answeredAt ??= at;
  else if (event.type === 'leg.ended') leg.ended ??= { at, cause: event.cause, by: event.by };
  else leg.quality = event;
}

function endOf(records: readonly JournalRecord[]): ReturnType<typeof unwrittenEnd> {
  const trace = newTrace();
  for (const { event } of records) followCall(trace, event);
  return unwrittenEnd(trace);
}
