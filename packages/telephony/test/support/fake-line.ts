import { newId, Settled } from '@kommutator/base';
import type { ClipId, Ep } from '@kommutator/media';
import { CAUSES, type Cause } from '@kommutator/model/cause';
import type { Party } from '@kommutator/model/events';
import type { LegId } from '@kommutator/model/ids';
import {
  type Call,
  type InviteOrder,
  type Leg,
  LegEnded,
  type Lines,
  type OutgoingLeg,
  type RegisteredContact,
  type Sound,
} from '../../src/call.ts';

let count = 0;

/** A leg without SIP: it writes down what it is told and lets the test play the far end. */
export class FakeLeg implements Leg {
  readonly id = newId<LegId>(0);
  readonly sipCallId = `call-${++count}`;
  readonly ep = `ep-${count}` as Ep;
  readonly party: Party;
  answered = false;
  readonly holds = false;
  onHold: () => void = () => undefined;
  call: Call | null = null;
  endCause: Cause | null = null;
  /** What it heard, in order: `ringback`, `clip announcement:forbidden`, `leg 74951112233`. */
  readonly heard: string[] = [];
  shown: Party | null = null;
  /** How we ended it, null when the far end did. */
  hungUp: Cause | null = null;
  readonly #ended = new Settled<Cause>();

  constructor(party: Party) {
    this.party = party;
  }

  get ended(): Promise<Cause> {
    return this.#ended.promise;
  }

  async answer(): Promise<void> {
    if (this.endCause) throw new LegEnded(this, this.endCause);
    if (this.answered) return;
    this.answered = true;
    this.call?.note({ type: 'leg.answered', leg: this.id });
  }

  hear(sound: Sound): void {
    this.heard.push(typeof sound === 'string' ? sound : `loop ${sound.loop}`);
  }

  hearLeg(other: Leg): void {
    this.heard.push(`leg ${other.party.number}`);
  }

  async play(clips: readonly ClipId[]): Promise<{ readonly key: null }> {
    if (this.endCause) throw new LegEnded(this, this.endCause);
    this.heard.push(`clip ${clips.join(' ')}`);
    return { key: null };
  }

  async *keys(): AsyncIterable<never> {}

  show(party: Party): void {
    this.shown = party;
  }

  hangup(cause: Cause): void {
    if (this.endCause) return;
    this.hungUp = cause;
    this.end(cause, 'us');
  }

  /** The far end goes. */
  end(cause: Cause = CAUSES.normal, by: 'remote' | 'us' = 'remote'): void {
    if (this.endCause) return;
    this.endCause = cause;
    this.call?.note({ type: 'leg.ended', leg: this.id, cause, by });
    this.#ended.settle(cause);
  }
}

type Result = Awaited<OutgoingLeg['result']>;

/** One INVITE that left, with the far end in the test's hands. */
export class FakeInvite implements OutgoingLeg {
  readonly leg: FakeLeg;
  readonly order: InviteOrder;
  onEarlyMedia: () => void = () => undefined;
  readonly #alerting = new Settled<void>();
  readonly #result = new Settled<Result>();

  constructor(order: InviteOrder, party: Party) {
    this.order = order;
    this.leg = new FakeLeg(party);
    void this.leg.ended.then(cause => this.#result.settle({ kind: 'failed', cause, why: 'cancelled' }));
  }

  get alerting(): Promise<void> {
    return this.#alerting.promise;
  }

  get result(): Promise<Result> {
    return this.#result.promise;
  }

  rings(): void {
    this.#alerting.settle();
  }

  answers(): void {
    this.leg.answered = true;
    this.leg.call?.note({ type: 'leg.answered', leg: this.leg.id });
    this.#result.settle({ kind: 'answered' });
  }

  refuses(cause: Cause, redirectedTo?: readonly string[]): void {
    this.#result.settle({ kind: 'refused', cause, ...(redirectedTo && { redirectedTo }) });
    this.leg.end(cause);
  }

  fails(why: 'transport' | 'timeout' | 'media'): void {
    this.#result.settle({ kind: 'failed', cause: CAUSES.trunkDown, why });
    this.leg.end(CAUSES.trunkDown);
  }
}

/** Lines without a network: logins with any number of phones, and every INVITE in the order in which it left. */
export class FakeLines implements Lines {
  readonly invites: FakeInvite[] = [];
  readonly phones = new Map<string, number>();
  readonly down = new Set<string>();
  readonly busyTrunks = new Map<string, number>();

  contacts(domain: string, login: string): readonly RegisteredContact[] {
    return Array.from({ length: this.phones.get(login) ?? 0 }, (_, i) => ({
      domain,
      login,
      user: `user-${login}` as RegisteredContact['user'],
      contact: `sip:${login}@10.0.0.${i + 1}`,
      q: 1000,
    }));
  }

  trunkUp(trunk: { readonly name: string }, destination: number): boolean {
    return !this.down.has(`${trunk.name}/${destination}`);
  }

  trunkCalls(trunk: { readonly name: string }): number {
    return this.busyTrunks.get(trunk.name) ?? 0;
  }

  invite(order: InviteOrder): FakeInvite {
    const invite = new FakeInvite(order, partyOf(order.to));
    this.invites.push(invite);
    return invite;
  }

  /** Those that ring or wait now. */
  get open(): readonly FakeInvite[] {
    return this.invites.filter(({ leg }) => !leg.answered && !leg.endCause);
  }

  /** The nth INVITE of the test. */
  nth(index: number): FakeInvite {
    const invite = this.invites[index];
    if (!invite) throw new Error(`only ${this.invites.length} INVITEs left`);
    return invite;
  }
}

function partyOf(to: InviteOrder['to']): Party {
  if (to.kind === 'contact') {
    return { kind: 'user', number: to.user.extension, name: to.user.displayName, user: to.user.id };
  }
  if (to.kind === 'trunk') return { kind: 'pstn', number: to.number, name: '', trunk: to.trunk.id };
  return { kind: 'pstn', number: to.uri, name: '' };
}
