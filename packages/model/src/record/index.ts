/** What stays of a call: rows of the history (ADM-1), made from the journal, written once. */
import type { CallDirection, EndedBy } from '../events/index.ts';
import type { CallId, DomainId, GroupId, LegId, NumberId, TrunkId, UserId } from '../ids/index.ts';
import type { Message } from '../messages/index.ts';

/** The twelve call kinds of the journals (spec 00 §3.2). */
export type CallKind =
  | 'in_answered'
  | 'in_missed'
  | 'out_answered'
  | 'out_failed'
  | 'internal_answered'
  | 'internal_failed'
  | 'out_forwarded'
  | 'transferred'
  | 'group_answered'
  | 'group_missed'
  | 'conference'
  | 'voicemail';

/** All twelve, in the order of the legend. */
export const CALL_KINDS = [
  'in_answered',
  'in_missed',
  'out_answered',
  'out_failed',
  'internal_answered',
  'internal_failed',
  'out_forwarded',
  'transferred',
  'group_answered',
  'group_missed',
  'conference',
  'voicemail',
] as const satisfies readonly CallKind[];

/** As the journals print them (ACC-32, GRP-24); «неудачный» of the personal page is the same code. */
export const CALL_KIND_TEXTS: Readonly<Record<CallKind, Message>> = {
  in_answered: { ru: 'Входящий успешный', en: 'Incoming, answered' },
  in_missed: { ru: 'Входящий пропущенный', en: 'Incoming, missed' },
  out_answered: { ru: 'Исходящий успешный', en: 'Outgoing, answered' },
  out_failed: { ru: 'Исходящий неуспешный', en: 'Outgoing, failed' },
  internal_answered: { ru: 'Исходящий внутренний успешный', en: 'Internal, answered' },
  internal_failed: { ru: 'Исходящий внутренний неуспешный', en: 'Internal, failed' },
  out_forwarded: { ru: 'Исходящий, перенаправленный', en: 'Outgoing, forwarded' },
  transferred: { ru: 'Переведённый', en: 'Transferred' },
  group_answered: { ru: 'Групповой', en: 'Group' },
  group_missed: { ru: 'Групповой пропущенный', en: 'Group, missed' },
  conference: { ru: 'Конференция', en: 'Conference' },
  voicemail: { ru: 'Голосовая почта', en: 'Voicemail' },
};

/** Calls nobody took: «не принятые» (ADM-2.1). */
const UNANSWERED: readonly CallKind[] = ['in_missed', 'out_failed', 'internal_failed', 'group_missed'];

/** «принятые» or «не принятые» (ADM-2). */
export const isAnswered = (kind: CallKind): boolean => !UNANSWERED.includes(kind);

/** What decides the kind of a call as its initiator sees it (ADM-1). */
interface KindFacts {
  readonly direction: CallDirection;
  /** An own number was dialled in full: that is internal (ADM-1.4). */
  readonly ownNumber: boolean;
  /** A group was to be reached last. */
  readonly toGroup: boolean;
  readonly answered: boolean;
}

/** A call to a group is a group call (GRP-8.8), unless an own number dialled in full led there. */
export function callKind({ direction, ownNumber, toGroup, answered }: KindFacts): CallKind {
  if (direction === 'out') return answered ? 'out_answered' : 'out_failed';
  if (toGroup && !(direction === 'int' && ownNumber)) return answered ? 'group_answered' : 'group_missed';
  if (direction === 'int') return answered ? 'internal_answered' : 'internal_failed';
  return answered ? 'in_answered' : 'in_missed';
}

/** One line of «Протокол вызова» (ADM-4): key and parameters, never text. */
export interface ProtocolLine {
  /** ms from the first INVITE. */
  readonly offset: number;
  readonly key: string;
  readonly params: Readonly<Record<string, string | number>>;
  /** What the object column shows: number or name at that time. */
  readonly object: string;
  /** `detail` lines stand behind a switch (spec 00 §3.2, ADM-4). */
  readonly level: 'main' | 'detail';
}

export interface CallRow {
  readonly callId: CallId;
  readonly domain: DomainId;
  readonly direction: CallDirection;
  readonly kind: CallKind;
  readonly aNumber: string;
  readonly aName: string;
  readonly bNumber: string;
  readonly bName: string;
  readonly numberId: NumberId | null;
  /** Our public number of the call: the line called, or the number shown outside (ADM-2.2); null = none. */
  readonly line: string | null;
  readonly startedAt: number;
  readonly answeredAt: number | null;
  readonly endedAt: number;
  /** ms of talk, from the first answer to the end. */
  readonly talkMs: number;
  readonly sipStatus: number;
  readonly q850: number;
  readonly endedBy: EndedBy;
  readonly protocol: readonly ProtocolLine[];
}

export interface CallLegRow {
  readonly callId: CallId;
  readonly legId: LegId;
  readonly domain: DomainId;
  readonly role: 'caller' | 'target';
  readonly kind: 'user' | 'pstn' | 'service';
  readonly number: string;
  readonly user: UserId | null;
  readonly trunk: TrunkId | null;
  readonly sipCallId: string;
  readonly startedAt: number;
  readonly answeredAt: number | null;
  readonly endedAt: number;
  readonly sipStatus: number;
  readonly q850: number;
  readonly packetsIn: number | null;
  readonly packetsOut: number | null;
  readonly loss: number | null;
  readonly jitterMs: number | null;
  readonly mos: number | null;
  /** Round trip by RTCP. */
  readonly rttMs: number | null;
  /** How the phone received us, by its RTCP. */
  readonly farLoss: number | null;
  readonly farJitterMs: number | null;
  readonly farMos: number | null;
}

/** user / group / number → call: personal and group journals are queries over it (ACC-32). */
export interface CallPartyRow {
  readonly callId: CallId;
  readonly domain: DomainId;
  readonly role: 'user' | 'group' | 'number';
  readonly subject: UserId | GroupId | NumberId;
  readonly kind: CallKind;
  readonly peerNumber: string;
  readonly peerName: string;
  readonly startedAt: number;
  readonly talkMs: number;
  /** e.g. `pickedUpBy: Вера`. */
  readonly note: Readonly<Record<string, string>> | null;
}

/** All rows of one finished call: inserted in one transaction, idempotent by callId. */
export interface CallRecord {
  readonly call: CallRow;
  readonly legs: readonly CallLegRow[];
  readonly parties: readonly CallPartyRow[];
}
