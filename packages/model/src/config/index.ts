/** What a decision reads of a domain, as one immutable value (DESIGN rule 8), and the directory of the whole exchange. */
import type {
  CredentialId,
  DomainId,
  E164,
  ForwardingRuleId,
  GroupId,
  NumberId,
  PickupGroupId,
  RoutingRuleId,
  ScenarioId,
  TrunkId,
  UserId,
} from '../ids/index.ts';
import type { Schedule } from '../schedule/types.ts';

/** Outgoing restriction (ACC-30, USR-35). */
export type Restriction = 'none' | 'international' | 'intercity' | 'internal_only';

export interface DomainSnapshot {
  readonly id: DomainId;
  /** Grows with every change of the domain; the ETag of its pages. */
  readonly version: number;
  /** SIP domain and digest realm, lower case. */
  readonly name: string;
  readonly company: string;
  /** IANA zone in which schedules are judged. */
  readonly timezone: string;
  readonly language: 'ru' | 'en';
  /** Area codes of the home region, e.g. 495, 499: local calls are judged by them. First one completes 7-digit numbers. */
  readonly homeCodes: readonly string[];
  /** Null = «Не указан». */
  readonly defaultOutgoingNumber: E164 | null;
  readonly restriction: Restriction;
  /** e.g. `*8`; null = pick-up is off. */
  readonly pickupCode: string | null;
  readonly channels: { readonly incoming: number; readonly outgoing: number };
  readonly forwardingPolicy: 'simultaneous' | 'scheduled-wins';
  readonly users: readonly UserConfig[];
  readonly groups: readonly GroupConfig[];
  readonly pickupGroups: readonly {
    readonly id: PickupGroupId;
    readonly name: string;
    readonly members: readonly UserId[];
  }[];
  readonly numbers: readonly NumberConfig[];
  /** Internal numbers that are neither user nor group. */
  readonly serviceExtensions: readonly { readonly extension: string; readonly service: 'echo' }[];
  readonly scenarios: readonly { readonly id: ScenarioId; readonly name: string }[];
}

export interface UserConfig {
  readonly id: UserId;
  readonly login: string;
  readonly displayName: string;
  readonly extension: string;
  /** Null = «Не выбран»: the domain's number. */
  readonly outgoingNumber: E164 | null;
  /** Null = inherited from the domain. */
  readonly restriction: Restriction | null;
  readonly isOperator: boolean;
  readonly voicemailOn: boolean;
  readonly forwarding: readonly ForwardingRule[];
}

/** One contact number of a user (USR-38). */
export interface ForwardingRule {
  readonly id: ForwardingRuleId;
  readonly type: 'sip' | 'mobile' | 'landline';
  /** `login@domain` for sip, E.164 digits otherwise. */
  readonly target: string;
  /** 1–99, lower rings first. */
  readonly priority: number;
  /** Seconds, 5–120. */
  readonly ringTime: number;
  /** Empty = always. */
  readonly schedule: Schedule;
  readonly enabled: boolean;
}

export type GroupAlgorithm = 'none' | 'all' | 'acd_random' | 'acd_idle' | 'acd_load';

export interface GroupConfig {
  readonly id: GroupId;
  readonly name: string;
  /** Null = a group may have none. */
  readonly extension: string | null;
  readonly algorithm: GroupAlgorithm;
  readonly voicemailOn: boolean;
  readonly members: readonly { readonly user: UserId; readonly priority: number }[];
}

export interface NumberConfig {
  readonly id: NumberId;
  readonly digits: E164;
  readonly kind: 'main' | 'additional';
  readonly class: 'city' | 'tollfree';
  readonly rules: readonly RoutingRule[];
}

/** Condition → where the call goes (RTE-8). */
export interface RoutingRule {
  readonly id: RoutingRuleId;
  /** 1…n, dense, tried in ascending order. */
  readonly priority: number;
  readonly active: boolean;
  /** Null = switch «Расписание» off. */
  readonly schedule: Schedule | null;
  /** Null = switch «По префиксам» off. */
  readonly prefixes: readonly string[] | null;
  readonly target: RoutingTarget;
}

/** The seven objects of RTE-9. */
export type RoutingTarget =
  | { readonly kind: 'user'; readonly user: UserId }
  | { readonly kind: 'group'; readonly group: GroupId }
  | { readonly kind: 'ivr'; readonly scenario: ScenarioId }
  | { readonly kind: 'voicemail'; readonly of: VoicemailOwner }
  | { readonly kind: 'fax'; readonly of: VoicemailOwner }
  | { readonly kind: 'end' }
  | { readonly kind: 'privateRoute'; readonly number: string };

export type VoicemailOwner =
  | { readonly kind: 'user'; readonly user: UserId }
  | { readonly kind: 'group'; readonly group: GroupId };

/** The provider's SIP connection to the public network. */
export interface TrunkConfig {
  readonly id: TrunkId;
  readonly name: string;
  readonly enabled: boolean;
  /** Source addresses (IPv4, IPv6 or CIDR) whose INVITEs are trusted. Empty = none are. */
  readonly trusts: readonly string[];
  /** Where calls are sent, tried in order (failover). Empty = the built-in simulator of the demo. */
  readonly destinations: readonly {
    /** An address, or a name for DNS (RFC 3263). */
    readonly host: string;
    /** 0 = SRV tells it. */
    readonly port: number;
    readonly protocol: 'udp' | 'tcp' | 'tls';
  }[];
  /** Registers with the carrier (RFC 3261 §10) when set. */
  readonly registration: {
    readonly aor: string;
    readonly username: string;
    readonly realm: string | null;
    /** Encrypted with the master key; signalling opens it. */
    readonly secret: string;
    readonly expires: number;
  } | null;
  /** In which form numbers are sent: `e164` 7495…, `plus` +7495…, `national8` 8495… (RTE-7). */
  readonly numberFormat: 'e164' | 'plus' | 'national8';
  /** Where the called number of an incoming call stands. */
  readonly calledIn: 'requestUri' | 'to';
  /** Longest-prefix choice among trunks; '' takes every number. */
  readonly prefixes: readonly string[];
  /** Lower is tried first. */
  readonly priority: number;
  /** Parallel calls; null = no limit. */
  readonly maxCalls: number | null;
}

/** One row per secret a phone may register with (DESIGN §2 «Trust and credentials»). */
export interface SipCredential {
  readonly id: CredentialId;
  readonly kind: 'password' | 'device' | 'browser';
  readonly login: string;
  readonly domain: DomainId;
  readonly user: UserId;
  /** HA1 hex by algorithm, encrypted with the master key (`v1:<base64>`). */
  readonly ha1: { readonly md5: string; readonly sha256: string };
  /** Accepted from loopback and private sources only. */
  readonly privateOnly: boolean;
}

/** What every node knows of the whole exchange. */
export interface DirectorySnapshot {
  readonly version: number;
  readonly domains: readonly { readonly id: DomainId; readonly name: string; readonly version: number }[];
  readonly numbers: readonly { readonly digits: E164; readonly domain: DomainId }[];
  readonly trunks: readonly TrunkConfig[];
  readonly credentials: readonly SipCredential[];
}
