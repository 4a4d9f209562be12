import type { DirectorySnapshot } from '@kommutator/model/config';
import type { RegistrationRecord } from '@kommutator/model/events';
import type { DomainId } from '@kommutator/model/ids';
import type { LiveNews } from '@kommutator/model/live';
import type { Ban } from '@kommutator/telephony';
import type { ProcessMetrics } from '../process/metrics.ts';

/** How signalling is, told every second and at every change. */
export interface SignallingStatus {
  /** SIP sockets are open and the directory is known. */
  readonly ready: boolean;
  readonly media: boolean;
  readonly draining: boolean;
  readonly overload: boolean;
  readonly calls: number;
}

/** What signalling holds, for the office to bring what is newer. */
export interface HeldVersions {
  readonly directory: number;
  readonly domains: readonly (readonly [id: DomainId, version: number])[];
  /** There were no registration files: registrations of a lost machine may be read back from the database. */
  readonly noRegistrations: boolean;
}

type NoRequests = Readonly<Record<never, { readonly ask: unknown; readonly answer: unknown }>>;

/** Signalling → office. */
export type FromSignalling = {
  readonly events: {
    readonly status: SignallingStatus;
    /** For live screens; may be lost. `begin`: everything is told anew, in parts; `complete`: that was all of it. */
    readonly live: LiveNews & { readonly part?: 'begin' | 'complete' };
  };
  readonly requests: NoRequests;
};

/** Office and command line → signalling. */
export type ToSignalling = {
  readonly events: {
    readonly registrations: readonly RegistrationRecord[];
    /** The snapshot as JSON: it is kept so, and read when the domain's first call comes. */
    readonly domain: { readonly id: DomainId; readonly version: number; readonly json: string };
    readonly domainGone: DomainId;
    readonly directory: DirectorySnapshot;
  };
  readonly requests: {
    readonly versions: { readonly ask: null; readonly answer: HeldVersions };
    readonly bans: { readonly ask: null; readonly answer: readonly Ban[] };
    /** An address or a network as `bans` tells it; answers whether it was banned. */
    readonly liftBan: { readonly ask: string; readonly answer: boolean };
    readonly metrics: { readonly ask: null; readonly answer: ProcessMetrics };
    /** All registrations, or null when nothing has changed since the revision asked with. */
    readonly registrations: {
      readonly ask: { readonly since: number };
      readonly answer: {
        readonly revision: number;
        readonly records: readonly RegistrationRecord[];
      } | null;
    };
  };
};
