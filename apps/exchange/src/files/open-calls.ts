import { CAUSES, type Cause } from '@kommutator/model/cause';
import type { JournalRecord } from '@kommutator/model/events';
import type { CallId, DomainId, LegId } from '@kommutator/model/ids';

/** A call that has begun and not ended, as far as its end could have to be written for it. */
export interface OpenCall {
  readonly call: CallId;
  readonly domain: DomainId;
  /** Sequence number and time of its last event. */
  seq: number;
  at: number;
  callerLeg: LegId | null;
  /** How the caller's leg ended, when it did: the call ended so too. */
  callerEnd: { readonly cause: Cause; readonly by: 'remote' | 'us' } | null;
}

/** Follows the calls that are up while records pass by. */
export class OpenCalls {
  readonly #calls = new Map<CallId, OpenCall>();

  get all(): readonly OpenCall[] {
    return [...this.#calls.values()];
  }

  get size(): number {
    return this.#calls.size;
  }

  /** Continues from what a segment's head says. */
  restore(open: readonly OpenCall[]): void {
    this.#calls.clear();
    for (const call of open) this.#calls.set(call.call, { ...call });
  }

  note(record: JournalRecord): void {
    const { event } = record;
    if (event.type === 'call.ended') {
      this.#calls.delete(record.call);
      return;
    }
    const open = this.#calls.get(record.call);
    if (open) {
      open.seq = record.seq;
      open.at = record.at;
      if (event.type === 'leg.started' && event.role === 'caller') open.callerLeg = event.leg;
      if (event.type === 'leg.ended' && event.leg === open.callerLeg)
        open.callerEnd = { cause: event.cause, by: event.by };
    } else if (record.seq === 0) {
      this.#calls.set(record.call, {
        call: record.call,
        domain: record.domain,
        seq: 0,
        at: record.at,
        callerLeg: event.type === 'leg.started' && event.role === 'caller' ? event.leg : null,
        callerEnd: null,
      });
    }
  }
}

/**
 * The end of a call that a crash left open, at its last event. A call whose caller had left is over in the caller's
 * way; any other was ended by the system (DESIGN rule 3).
 */
export function closeOpenCall(open: OpenCall): JournalRecord {
  const { callerEnd } = open;
  return {
    v: 1,
    call: open.call,
    domain: open.domain,
    seq: open.seq + 1,
    at: open.at,
    event: callerEnd
      ? { type: 'call.ended', by: callerEnd.by === 'remote' ? 'caller' : 'system', cause: callerEnd.cause }
      : { type: 'call.ended', by: 'system', cause: CAUSES.systemEnd },
  };
}
