/** What call control needs of the rest of the house. Every method is synchronous: nothing on the call path waits. */

import type { Ms } from '@kommutator/base';
import type { DirectorySnapshot, DomainSnapshot, SipCredential, TrunkConfig } from '@kommutator/model/config';
import type { CallEvent, JournalRecord, Party, RegistrationRecord } from '@kommutator/model/events';
import type { CallId, DomainId, GroupId, LegId, TrunkId, UserId } from '@kommutator/model/ids';

/** Numbers, realms, trunks, credentials and the snapshots of the domains. */
export interface Directory {
  readonly current: DirectorySnapshot;
  /** The domain a public number is connected to. */
  domainOfNumber(digits: string): DomainId | null;
  /** By SIP domain name (realm), lower case. */
  domainOfRealm(realm: string): DomainId | null;
  /** Null = unknown or not yet delivered. */
  snapshot(domain: DomainId): DomainSnapshot | null;
  credentials(domain: DomainId, login: string): readonly SipCredential[];
  trunk(id: TrunkId): TrunkConfig | null;
  /** Opens a value encrypted with the master key. */
  open(sealed: string): string;
}

/** Append-only, local, written before an end is acknowledged. Never fails: a full disk degrades elsewhere. */
export interface Journal {
  append(record: JournalRecord): void;
  /** Writes what was appended to the file now (before BYE is answered). */
  flush(): void;
}

/** Registrations outlive a restart. `save` is durable against kill -9 when it returns. */
export interface RegistrationStore {
  load(): readonly RegistrationRecord[];
  save(record: RegistrationRecord): void;
  remove(record: Pick<RegistrationRecord, 'domain' | 'login' | 'contact'>): void;
}

/** DNS, asked outside the call path. Rejects when there is no answer now; times to live are in seconds. */
export interface Resolver {
  /** A and AAAA, in the order in which they are tried. */
  addresses(host: string): Promise<{ readonly addresses: readonly string[]; readonly ttl: number }>;
  /** SRV in the order in which they are tried (RFC 2782); none is no failure. */
  services(name: string): Promise<{
    readonly places: readonly { readonly host: string; readonly port: number }[];
    readonly ttl: number;
  }>;
}

/** Prepaid money. Billing implements it; without billing every call may go on. */
export interface Meter {
  /** Null = no money or no price for this direction. */
  hold(leg: {
    readonly call: CallId;
    readonly domain: DomainId;
    readonly payer: Party;
    readonly number: string;
    readonly emergency: boolean;
  }): Disposable | null;
  /** Set while the domain's calls are suspended (BIL-14). */
  blocked(domain: DomainId): boolean;
}

/** Incoming and outgoing channels of a domain (BIL-36). */
export interface Channels {
  take(
    domain: DomainId,
    way: 'incoming' | 'outgoing',
    limit: number,
    o?: { readonly emergency?: boolean },
  ): Disposable | null;
  used(domain: DomainId): { readonly incoming: number; readonly outgoing: number };
  /** All channels in use: zero when no call is up. */
  readonly total: number;
}

/** Facts from outside a decision may need (anti-fraud, CRM, portability): bounded, cached, fail-open. */
export interface Facts {
  ask(need: { readonly kind: string; readonly key: string }, within: Ms): Promise<unknown | null>;
}

/** Queues and operators (CALL-CONTROL.md). Implemented by contact-centre. */
export interface Acd {
  staffed(group: GroupId): boolean;
  busy(user: UserId, why: 'ringing' | 'talking' | 'dialling', call: CallId): Disposable;
}

/** Live observers (screens, lamps, traces). May lose events, never slow a call. */
export interface Watchers {
  event(call: CallId, domain: DomainId, at: number, event: CallEvent): void;
  /** A talk of an earlier process goes on: what of its journal still counts, in order. Nobody was told of it before. */
  resumed(call: CallId, domain: DomainId, told: readonly Told[]): void;
}

/** An event and its time, Unix ms. */
export interface Told {
  readonly at: number;
  readonly event: CallEvent;
}

export interface LogFields {
  readonly call?: CallId;
  readonly leg?: LegId;
  readonly [key: string]: unknown;
}

export interface Log {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}
