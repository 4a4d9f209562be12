/** The interfaces of call control (see docs/call-control.md). Results are values; the only thing a flow throws is LegEnded. */
import type { Clock, Deadline, Ms } from '@kommutator/base';
import type { ClipId, Ep, Key } from '@kommutator/media';
import type { Cause } from '@kommutator/model/cause';
import type { DomainSnapshot, TrunkConfig, UserConfig } from '@kommutator/model/config';
import type { CallEvent, Party, SkipReason } from '@kommutator/model/events';
import type { CallId, ForwardingRuleId, LegId, UserId } from '@kommutator/model/ids';

/** One customer-visible call: one id, one history row, one protocol. Its legs may change; its id does not. */
export interface Call extends AsyncDisposable {
  readonly id: CallId;
  /** Pinned when the call starts. */
  readonly config: DomainSnapshot;
  readonly clock: Clock;
  readonly legs: ReadonlySet<Leg>;
  /** Appends to the call's journal: synchronous, never fails. */
  note(event: CallEvent): void;
  /** The only way a leg changes its Call (pickup, transfer, Replaces). */
  adopt(leg: Leg): void;
}

export type Sound = 'silence' | 'ringback' | 'busy' | 'dialTone' | { readonly loop: ClipId };

/**
 * One SIP dialog with one media endpoint; belongs to exactly one Call.
 * The journal: `Call.adopt` notes `leg.started`; the line notes `leg.ringing` (of a leg we dialled), `leg.answered`,
 * `leg.quality` and last `leg.ended` on {@link Leg.call}, in the tick in which they happen and before `ended` resolves.
 */
export interface Leg {
  readonly id: LegId;
  /** Call-ID of its dialog: what a capture shows. */
  readonly sipCallId: string;
  readonly party: Party;
  readonly ep: Ep;
  readonly answered: boolean;
  /** Its phone keeps the other side waiting (RFC 3264 §8.4). */
  readonly holds: boolean;
  /** `holds` has changed. Set by who joins the leg with another. */
  onHold: () => void;
  /** Set by `Call.adopt` alone. */
  call: Call | null;
  /** Resolves once, never rejects. */
  readonly ended: Promise<Cause>;
  /** The cause once ended. */
  readonly endCause: Cause | null;
  /** 200 and two-way media; no effect when already answered. Rejects with LegEnded when the leg ends first. */
  answer(): Promise<void>;
  /** Before the answer: 180 for ringback, or 183 with the sound; after it: media only. */
  hear(sound: Sound): void;
  /** Hears the other leg (its own `ep` = echo). Before the answer this is early media: 183. */
  hearLeg(other: Leg): void;
  /** Plays clips once. Resolves when over, with the key that stopped it. Before the answer: 183 with the sound. */
  play(
    clips: readonly ClipId[],
    o?: { readonly stopOn?: string; readonly signal?: AbortSignal },
  ): Promise<{ readonly key: Key | null }>;
  /** Keys pressed from now on; the iterator ends when the leg ends. */
  keys(signal?: AbortSignal): AsyncIterable<Key>;
  /** Connected identity: UPDATE with P-Asserted-Identity where the phone allows it. */
  show(party: Party): void;
  /** CANCEL, refusal or BYE, whichever the state asks for. */
  hangup(cause: Cause): void;
}

/** Thrown by every wait on a leg when that leg ends; unwinds the flow. */
export class LegEnded extends Error {
  override readonly name = 'LegEnded';
  readonly leg: Leg;
  readonly cause_: Cause;
  constructor(leg: Leg, cause: Cause) {
    // Every call ends by one and nobody reads its stack, which would cost more than the rest of it.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(`leg ${leg.id} ended: ${cause.sip} ${cause.text}`);
    Error.stackTraceLimit = limit;
    this.leg = leg;
    this.cause_ = cause;
  }
}

/** Where one ring goes. `devices` forks to every registered contact of a login; one target, whatever the number of phones. */
export type RingTarget =
  | {
      readonly kind: 'devices';
      readonly user: UserConfig;
      readonly rule?: ForwardingRuleId;
      readonly ringFor: Ms;
    }
  | {
      readonly kind: 'number';
      /** E.164 digits, or an emergency number. */
      readonly number: string;
      readonly rule?: ForwardingRuleId;
      readonly ringFor: Ms;
      readonly emergency?: boolean;
      /** The user whose number, restriction and money it is; null = the domain's. */
      readonly onBehalfOf: UserConfig | null;
    }
  | { readonly kind: 'uri'; readonly uri: string; readonly rule?: ForwardingRuleId; readonly ringFor: Ms };

export type Dialled =
  | { readonly kind: 'answered'; readonly leg: Leg; readonly pickedUp: boolean }
  | {
      readonly kind: 'busy' | 'rejected' | 'noAnswer' | 'unavailable' | 'failed';
      readonly cause: Cause;
      /** An INVITE really left, and the target had its chance. */
      readonly tried: boolean;
      /** Why none left. */
      readonly skipped?: SkipReason;
    };

export interface DialOptions {
  /** When that leg ends, all that rings is cancelled and the result rejects with LegEnded. */
  readonly for?: Leg;
  /** What this leg hears while the target rings; 'theirs' passes early media (calls to the PSTN only). */
  readonly alert?: readonly [Leg, Sound | 'theirs'];
  readonly limit?: Deadline;
  /** Who is shown to the target; the caller's party when left out. */
  readonly show?: Party;
  /** Called number and user of a forwarded call: Diversion and History-Info (USR-44). */
  readonly divertedBy?: { readonly user: UserConfig; readonly number: string };
  /** The caller hides his number from the public network (ACC-15.4). */
  readonly privacy?: boolean;
  /** Aborted when somebody else took the call: what rings is cancelled as answered elsewhere. */
  readonly signal?: AbortSignal;
}

/** Leaving its block cancels what still rings. An answered leg belongs to the Call. `take` is pickup. */
export interface Attempt extends AsyncDisposable {
  readonly result: Promise<Dialled>;
  take(picker: Leg): void;
}

/**
 * The seam between flows and the line: one INVITE to one contact or trunk destination.
 * Flows use `dial` and `ringFirst`, which are written on it.
 */
export interface OutgoingLeg {
  readonly leg: Leg;
  /** 180 or 183 came. */
  readonly alerting: Promise<void>;
  /** Early media is there to be heard. Set once. */
  onEarlyMedia: () => void;
  /** Never rejects. `redirected`: a 302 with its contacts (USR-42.11). */
  readonly result: Promise<
    | { readonly kind: 'answered' }
    | { readonly kind: 'refused'; readonly cause: Cause; readonly redirectedTo?: readonly string[] }
    | {
        readonly kind: 'failed';
        readonly cause: Cause;
        readonly why: 'transport' | 'timeout' | 'cancelled' | 'media';
      }
  >;
}

/** Where an INVITE is sent and what it says. */
export interface InviteOrder {
  readonly call: Call;
  readonly to:
    | { readonly kind: 'contact'; readonly contact: RegisteredContact; readonly user: UserConfig }
    | {
        readonly kind: 'trunk';
        readonly trunk: TrunkConfig;
        readonly destination: number;
        readonly number: string;
      }
    | { readonly kind: 'uri'; readonly uri: string };
  /** Shown as From and P-Asserted-Identity; the trunk's number format is applied by the line. */
  readonly from: Party;
  readonly privacy: boolean;
  readonly divertedBy?: { readonly user: UserConfig; readonly number: string };
  /** Caller whose codecs come first in the offer. */
  readonly caller?: Leg;
  readonly hops: number;
}

export interface RegisteredContact {
  readonly domain: string;
  readonly user: UserId;
  readonly login: string;
  readonly contact: string;
  readonly q: number;
}

/** The line side: SIP and media behind the two words Leg and contact. */
export interface Lines {
  contacts(domain: string, login: string): readonly RegisteredContact[];
  /** Whether the trunk answers (OPTIONS, registration); a dead one is tried last. */
  trunkUp(trunk: TrunkConfig, destination: number): boolean;
  trunkCalls(trunk: TrunkConfig): number;
  invite(order: InviteOrder): OutgoingLeg;
}

/** What the line side hands to the flows: a call that wants to be treated. */
export interface Arrival {
  readonly leg: Leg;
  readonly from:
    | { readonly kind: 'user'; readonly user: UserConfig }
    | { readonly kind: 'trunk'; readonly trunk: TrunkConfig };
  readonly config: DomainSnapshot;
  /** The number dialled, or our number called from the trunk. */
  readonly dialled: string;
  /** E.164 digits, null when hidden or unreadable. */
  readonly callerNumber: string | null;
  readonly privacy: boolean;
  /** Entries of History-Info and Diversion already there: loop protection (USR-42.11). */
  readonly hops: number;
  /** INVITE with Replaces from a lamp key: directed pick-up of that dialog (USR-20.5). */
  readonly replaces?: { readonly callId: string; readonly fromTag: string; readonly toTag: string };
}

export type Bridge = AsyncDisposable & { next(): Promise<BridgeEvent> };
export type BridgeEvent =
  | { readonly kind: 'ended'; readonly leg: Leg; readonly other: Leg; readonly cause: Cause }
  /** `leg` has kept `other` on hold for longer than anybody waits (ADM-28.4). */
  | { readonly kind: 'forgotten'; readonly leg: Leg; readonly other: Leg };
