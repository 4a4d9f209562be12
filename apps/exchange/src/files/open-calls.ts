import type { JournalRecord } from '@kommutator/model/events';
import type { CallId, DomainId } from '@kommutator/model/ids';
import {
  type CallTrace,
  followCall,
  followLeft,
  type LeftTrace,
  newLeft,
  newTrace,
  unwrittenEnd,
} from '@kommutator/telephony/projections';

/** A call that has begun and not ended, as far as its end could have to be written for it. */
export interface OpenCall {
  readonly call: CallId;
  readonly domain: DomainId;
  /** Sequence number and time of its last event. */
  seq: number;
  at: number;
  /** What its end would be if nothing more came. */
  readonly trace: CallTrace;
  /** What a later process needs to go on with it. */
  readonly left: LeftTrace;
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
    // A head of an earlier version says nothing of the legs: such a call was ended by the system.
    for (const call of open)
      this.#calls.set(call.call, {
        ...call,
        trace: { ...newTrace(), ...structuredClone(call.trace) },
        left: { ...newLeft(), ...structuredClone(call.left) },
      });
  }

  note({ call, domain, seq, at, event }: JournalRecord): void {
    if (event.type === 'call.ended') {
      this.#calls.delete(call);
      return;
    }
    let open = this.#calls.get(call);
    if (!open) {
      // The middle of a call that is over, or whose beginning is lost: not ours to end.
      if (seq !== 0) return;
      open = { call, domain, seq, at, trace: newTrace(), left: newLeft() };
      this.#calls.set(call, open);
    }
    open.seq = seq;
    open.at = at;
    followCall(open.trace, event);
    followLeft(open.left, at, event);
  }
}

/** The end of a call that a crash left open, at its last event, as the projection would have it (DESIGN rule 3). */
export const closeOpenCall = (open: OpenCall): JournalRecord => ({
  v: 1,
  call: open.call,
  domain: open.domain,
  seq: open.seq + 1,
  at: open.at,
  event: { type: 'call.ended', ...unwrittenEnd(open.trace) },
});
