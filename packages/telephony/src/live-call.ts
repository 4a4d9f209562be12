import { type Clock, newId } from '@kommutator/base';
import { CAUSES, type Cause } from '@kommutator/model/cause';
import type { DomainSnapshot } from '@kommutator/model/config';
import type { CallEvent, EndedBy } from '@kommutator/model/events';
import type { CallId } from '@kommutator/model/ids';
import type { Arrival, Call, Leg } from './call.ts';
import type { House } from './house.ts';

/** How a leg came into the call, for the journal. */
export type Via = 'user' | 'forwarding' | 'trunk';

/** Where the journal of a call stands that another process began. */
export interface EarlierLife {
  readonly call: CallId;
  readonly startedAt: number;
  /** Of its last event. */
  readonly seq: number;
}

/** A call in progress: its legs, its journal, and what it will say about its end. */
export class LiveCall implements Call {
  readonly id: CallId;
  readonly house: House;
  readonly config: DomainSnapshot;
  readonly arrival: Arrival;
  /** Who called. */
  readonly caller: Leg;
  /** Our public number that was called: by a trunk, or in full by a colleague. */
  readonly called: string | null;
  readonly startedAt: number;
  readonly #legs = new Set<Leg>();
  #seq: number;
  #end: { readonly by: EndedBy; readonly cause: Cause } | null = null;
  #closed = false;

  /** @param earlier the call goes on from an earlier process: its journal is continued. */
  constructor(house: House, arrival: Arrival, called: string | null, earlier?: EarlierLife) {
    this.startedAt = earlier?.startedAt ?? house.clock.wall();
    this.id = earlier?.call ?? newId<CallId>(this.startedAt);
    this.#seq = earlier ? earlier.seq + 1 : 0;
    this.house = house;
    this.config = arrival.config;
    this.arrival = arrival;
    this.caller = arrival.leg;
    this.called = called;
  }

  get clock(): Clock {
    return this.house.clock;
  }

  get legs(): ReadonlySet<Leg> {
    return this.#legs;
  }

  /** Nothing can be noted behind `call.ended`: what comes later belongs to no call. */
  note(event: CallEvent): void {
    if (this.#closed) return;
    this.#closed = event.type === 'call.ended';
    const at = this.clock.wall();
    this.house.journal.append({ v: 1, call: this.id, domain: this.config.id, seq: this.#seq++, at, event });
    this.house.watchers?.event(this.id, this.config.id, at, event);
  }

  /**
   * A call that is over takes no leg any more: it is hung up.
   * @param via how the leg came; it is not asked of the caller's own leg.
   */
  adopt(leg: Leg, via: Via = 'user'): void {
    if (leg.call === this) return;
    if (this.#closed) {
      leg.hangup(CAUSES.cancelled);
      return;
    }
    if (leg.call instanceof LiveCall) leg.call.#legs.delete(leg);
    leg.call = this;
    this.#legs.add(leg);
    const role = leg === this.caller ? 'caller' : 'target';
    this.note({
      type: 'leg.started',
      leg: leg.id,
      role,
      party: leg.party,
      sipCallId: leg.sipCallId,
      ...(role === 'target' && { via }),
    });
    void leg.ended.then(() => this.#legs.delete(leg));
  }

  /** A leg the journal knows already. */
  takeOver(leg: Leg): void {
    leg.call = this;
    this.#legs.add(leg);
    void leg.ended.then(() => this.#legs.delete(leg));
  }

  /** Settles who ended the call and why; the first word counts. */
  conclude(by: EndedBy, cause: Cause): void {
    this.#end ??= { by, cause };
  }

  /** The call ends as this leg has: by its party's will, unless lost media or another fault of ours took it away. */
  concludeWith(leg: Leg, cause: Cause): void {
    this.conclude(cause.sip >= 500 ? 'system' : leg === this.caller ? 'caller' : 'callee', cause);
  }

  /** Hangs up whatever is left and writes the end, once and last. */
  async [Symbol.asyncDispose](): Promise<void> {
    const cause = this.caller.endCause;
    if (cause) this.concludeWith(this.caller, cause);
    const end = this.#end ?? { by: 'system', cause: CAUSES.normal };
    // What a broken flow has left running may still bring legs while others end.
    while (this.#legs.size > 0) {
      const left = [...this.#legs];
      for (const leg of left) leg.hangup(end.cause);
      await Promise.all(left.map(leg => leg.ended));
    }
    this.note({ type: 'call.ended', by: end.by, cause: end.cause });
    this.house.journal.flush();
    this.house.calls.delete(this);
  }
}
