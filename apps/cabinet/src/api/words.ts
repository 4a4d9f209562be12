/** What the cabinet's API says (OpenAPI is its source): one type per thing shown. */
import type { CallKind } from '@kommutator/model/record';

export type Language = 'ru' | 'en';
type Area = 'personal' | 'domain' | 'pool' | 'provider';

interface Block {
  readonly kind: string;
  readonly since: string;
}

/** Who is signed in, where, and what he may do. */
export interface Me {
  readonly user: {
    readonly id: string;
    readonly login: string;
    readonly displayName: string;
    readonly extension: string | null;
    readonly position: string | null;
    readonly email: string | null;
    readonly language: Language;
    readonly totp: boolean;
  };
  readonly domain: {
    readonly id: string;
    readonly name: string;
    readonly visibleName: string;
    readonly company: string;
    readonly timezone: string;
  } | null;
  readonly area: Area;
  readonly roles: readonly string[];
  readonly rights: readonly string[];
  readonly csrf: string;
  /** Kopecks. */
  readonly balance: number | null;
  readonly blocks: readonly Block[];
  readonly counters: { readonly users: number; readonly groups: number; readonly numbers: number } | null;
  readonly outgoingNumber: string | null;
  readonly brand: { readonly name: string; readonly accent: string; readonly logoUrl: string | null };
  readonly features: readonly string[];
}

export interface SecondStep {
  readonly second: 'totp';
  readonly ticket: string;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
  readonly total: number | null;
}

export interface Session {
  readonly id: string;
  readonly current: boolean;
  readonly createdAt: string;
  readonly seenAt: string;
  readonly address: string;
  readonly agent: string;
}

interface Named {
  readonly id: string;
  readonly name: string;
}

export interface Presence {
  readonly state: 'offline' | 'online' | 'ringing' | 'busy';
  readonly devices: number;
  readonly since: string | null;
  readonly peer?: string | null;
}

export interface User {
  readonly id: string;
  readonly extension: string;
  readonly login: string;
  readonly displayName: string;
  readonly position: string | null;
  readonly isAdmin: boolean;
  readonly isOperator: boolean;
  readonly recording: boolean;
  readonly voicemailOn: boolean;
  readonly outgoingNumber: string | null;
  readonly pickupGroup: Named | null;
  readonly groups: readonly Named[];
  readonly numbers: readonly string[];
  readonly contacts: readonly { readonly type: string; readonly target: string }[];
  readonly presence: Presence;
}

export interface Group {
  readonly id: string;
  readonly name: string;
  readonly extension: string;
  readonly algorithm: string;
  readonly members: number;
}

export interface NumberRule {
  readonly id: string;
  readonly priority: number;
  readonly active: boolean;
  /** Summary in words of the reader's language; null = always. */
  readonly schedule: string | null;
  readonly prefixes: readonly string[] | null;
  readonly target: { readonly type: string; readonly id: string | null; readonly name: string | null };
  /** Cannot fire: an earlier rule takes all its calls. */
  readonly dead: 'covered' | null;
  /** The object would not take the call. */
  readonly problem: 'noAlgorithm' | 'noMembers' | 'unsupported' | null;
}

export interface NumberLine {
  readonly id: string;
  readonly digits: string;
  readonly kind: string;
  readonly state: string;
  readonly filter: string;
  readonly rules: readonly NumberRule[];
}

interface Channels {
  readonly used: number;
  readonly limit: number;
}

export interface Numbers extends Page<NumberLine> {
  readonly channels: { readonly incoming: Channels; readonly outgoing: Channels };
}

export interface Party {
  readonly number: string;
  readonly name: string | null;
  readonly kind: string;
}

export interface Call {
  readonly id: string;
  readonly startedAt: string;
  readonly answeredAt: string | null;
  readonly endedAt: string | null;
  readonly durationS: number;
  readonly waitS: number;
  readonly type: CallKind;
  readonly direction: 'in' | 'out' | 'internal';
  readonly from: Party;
  readonly to: Party;
  readonly line: string | null;
  readonly live: boolean;
  readonly mos: number | null;
  readonly recordings: number;
}

interface ProtocolEntry {
  /** ms from the first INVITE. */
  readonly at: number;
  readonly level: 'main' | 'detail';
  readonly key: string;
  readonly text: string;
  readonly object: string;
}

export interface JourneyStep {
  readonly kind: string;
  readonly label: string;
  /** ms from the first INVITE. */
  readonly from: number;
  readonly to: number | null;
  /** Key of the protocol line that says how the step ended. */
  readonly result: string | null;
}

interface LegQuality {
  readonly id: string;
  readonly number: string;
  readonly name: string | null;
  readonly kind: string;
  readonly mos: number | null;
  /** Share, 0…1. */
  readonly loss: number | null;
  readonly jitterMs: number | null;
  readonly sipStatus: number | null;
}

export interface CallDetails extends Call {
  readonly protocol: readonly ProtocolEntry[];
  readonly journey: readonly JourneyStep[];
  readonly legs: readonly LegQuality[];
}

export interface Job {
  readonly id: string;
  readonly kind: string;
  readonly state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
  readonly progress: number;
  readonly rows: number;
  readonly createdAt: string;
  readonly finishedAt: string | null;
  readonly fileName: string | null;
  readonly size: number | null;
  readonly failure: string | null;
  readonly expiresAt: string | null;
}

export interface Action {
  readonly id: string;
  readonly at: string;
  readonly actor: {
    readonly id: string | null;
    readonly name: string;
    readonly login: string | null;
    readonly role: string | null;
    readonly address: string | null;
  };
  readonly action: string;
  readonly object: { readonly type: string; readonly id: string | null; readonly name: string };
  readonly changes: readonly {
    readonly field: string;
    readonly before: unknown;
    readonly after: unknown;
    /** The value is never kept, only that it changed. */
    readonly secret?: boolean;
  }[];
}

export interface CheckNode {
  readonly id: string;
  /** 0 = what happens to the call itself, 1 = inside of that … */
  readonly depth: number;
  readonly kind: string;
  readonly label: string;
  readonly verdict: 'taken' | 'skipped' | 'end';
  readonly reasons: readonly { readonly key: string; readonly text: string }[];
}

export interface RouteCheck {
  readonly path: readonly CheckNode[];
  readonly end: { readonly kind: string; readonly text: string } | null;
}

export interface Found {
  readonly kind: 'page' | 'user' | 'group' | 'number' | 'call';
  readonly id: string;
  readonly title: string;
  readonly subtitle: string | null;
}
