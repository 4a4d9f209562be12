/** The journal of a call: everything that happens to it, in order (DESIGN rule 3). Projections are made from these alone. */
import type { Cause } from '../cause/index.ts';
import type {
  CallId,
  DomainId,
  ForwardingRuleId,
  GroupId,
  LegId,
  NumberId,
  RoutingRuleId,
  TrunkId,
  UserId,
} from '../ids/index.ts';

export type CallDirection = 'in' | 'out' | 'int';

/** Who is at the far end of a leg. */
export interface Party {
  readonly kind: 'user' | 'pstn' | 'service';
  /** Internal number, E.164 digits, or '' when hidden. */
  readonly number: string;
  readonly name: string;
  readonly user?: UserId;
  readonly trunk?: TrunkId;
}

/** What was asked for: whom the caller or a rule wanted to reach. */
export type Wanted =
  | { readonly kind: 'user'; readonly user: UserId; readonly number: string; readonly name: string }
  | { readonly kind: 'group'; readonly group: GroupId; readonly number: string; readonly name: string }
  | { readonly kind: 'number'; readonly number: string }
  | { readonly kind: 'service'; readonly service: string; readonly number: string };

export type TargetResult =
  | 'answered'
  | 'busy'
  | 'rejected'
  | 'noAnswer'
  | 'unavailable'
  | 'failed'
  | 'cancelled'
  | 'pickedUp';

/** Why a target was not even tried. */
export type SkipReason =
  | 'notRegistered'
  | 'restricted'
  | 'noChannel'
  | 'noMoney'
  | 'noNumber'
  | 'noTrunk'
  | 'loop'
  | 'malformed'
  | 'foreign';

/** Plain data whose meaning only who wrote it knows. */
export type KeptState = Readonly<Record<string, unknown>>;

/** Who ended the call, for the protocol's last line. */
export type EndedBy = 'caller' | 'callee' | 'system';

export type CallEvent =
  | {
      readonly type: 'call.started';
      readonly direction: CallDirection;
      readonly from: Party;
      /** As dialled or as the trunk called it. */
      readonly dialled: string;
      /** Our number of an incoming call, dialled in full by a user (RTE-15.12), or shown to the public network. */
      readonly number?: { readonly id: NumberId; readonly digits: string };
      readonly sipCallId: string;
    }
  | {
      readonly type: 'leg.started';
      readonly leg: LegId;
      readonly role: 'caller' | 'target';
      readonly party: Party;
      readonly sipCallId: string;
      readonly via?: 'user' | 'forwarding' | 'trunk';
    }
  | { readonly type: 'leg.ringing'; readonly leg: LegId }
  | { readonly type: 'leg.answered'; readonly leg: LegId }
  | { readonly type: 'leg.ended'; readonly leg: LegId; readonly cause: Cause; readonly by: 'remote' | 'us' }
  | {
      readonly type: 'leg.quality';
      readonly leg: LegId;
      readonly packetsIn: number;
      readonly packetsOut: number;
      readonly loss: number;
      readonly jitterMs: number;
      readonly mos: number;
      /** Round trip, where the phone sent RTCP. */
      readonly rttMs?: number;
      /** How the phone received us, where it sent RTCP. */
      readonly far?: { readonly loss: number; readonly jitterMs: number; readonly mos: number };
    }
  /** What another process needs to go on with an answered leg; the last one counts. No part of the history. */
  | { readonly type: 'leg.kept'; readonly leg: LegId; readonly state: KeptState }
  /** Our media engine had no place for the leg, or was lost with it; `silent`: its phone sent neither RTP nor RTCP and is gone. */
  | { readonly type: 'media.failed'; readonly leg: LegId; readonly why: 'refused' | 'lost' | 'silent' }
  | { readonly type: 'route.rule'; readonly rule: RoutingRuleId; readonly priority: number }
  | { readonly type: 'route.none' }
  | { readonly type: 'route.end' }
  | { readonly type: 'route.unsupported'; readonly target: string }
  | { readonly type: 'channel.none'; readonly way: 'incoming' | 'outgoing' }
  | { readonly type: 'direction.forbidden'; readonly number: string }
  | { readonly type: 'number.unknown'; readonly number: string }
  /** No number to show to the public network (USR-27.2). */
  | { readonly type: 'outgoingNumber.none' }
  | { readonly type: 'wanted'; readonly what: Wanted }
  | { readonly type: 'group.noAlgorithm'; readonly group: GroupId }
  | { readonly type: 'level.started'; readonly user: UserId; readonly level: number }
  | {
      readonly type: 'target.rang';
      readonly user?: UserId;
      readonly rule?: ForwardingRuleId;
      readonly number: string;
    }
  | {
      readonly type: 'target.skipped';
      readonly user?: UserId;
      readonly number: string;
      readonly why: SkipReason;
    }
  | {
      readonly type: 'target.result';
      readonly user?: UserId;
      readonly number: string;
      readonly result: TargetResult;
      readonly cause?: Cause;
    }
  | { readonly type: 'pickup'; readonly by: Party; readonly user: UserId | null }
  | { readonly type: 'talk.started'; readonly a: LegId; readonly b: LegId; readonly answeredBy: Party }
  | { readonly type: 'talk.ended'; readonly a: LegId; readonly b: LegId }
  /** Within a talk: that leg's phone holds, the other side hears music (ADM-28.3). The end of the talk ends it too. */
  | { readonly type: 'hold.started'; readonly leg: LegId }
  | { readonly type: 'hold.ended'; readonly leg: LegId }
  | { readonly type: 'service.started'; readonly service: string }
  | { readonly type: 'call.ended'; readonly by: EndedBy; readonly cause: Cause };

/** One line of the journal. `seq` is dense from 0 per call; `at` is Unix ms. */
export interface JournalRecord {
  readonly v: 1;
  readonly call: CallId;
  readonly domain: DomainId;
  readonly seq: number;
  readonly at: number;
  readonly event: CallEvent;
}

/** Rows of the registrar, kept beside the calls so that they outlive a restart. */
export interface RegistrationRecord {
  readonly domain: DomainId;
  readonly user: UserId;
  readonly login: string;
  /** Contact URI as the phone gave it. */
  readonly contact: string;
  readonly instance: string | null;
  readonly protocol: 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';
  readonly sourceAddress: string;
  readonly sourcePort: number;
  readonly callId: string;
  readonly cseq: number;
  readonly path: readonly string[];
  readonly userAgent: string;
  /** q value 0…1000. */
  readonly q: number;
  /** Unix ms. */
  readonly registeredAt: number;
  readonly expiresAt: number;
}
