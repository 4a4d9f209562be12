/** The door to the database for everybody above. */
import type { Clock, Result } from '@kommutator/base';
import type { DirectorySnapshot, DomainSnapshot } from '@kommutator/model/config';
import type { RegistrationRecord } from '@kommutator/model/events';
import type { CallId, DomainId } from '@kommutator/model/ids';
import type { CallRecord } from '@kommutator/model/record';
import { sql, type Transaction } from 'kysely';
import { type AccessStore, accessStore } from './access/access.ts';
import { type ActionPage, type ActionQuery, readActions } from './actions.ts';
import type { Actor } from './actor.ts';
import { type CallPage, countCalls, type PageQuery, readCall, readPage } from './calls/history.ts';
import { type Checkpoint, readCheckpoint, saveCallRecords } from './calls/save.ts';
import type { CallFilter } from './calls/walk.ts';
import { type ConfigChange, type ConfigWatch, watchConfig } from './change-feed.ts';
import { assertAppRoleIsBound } from './database/bound.ts';
import type { StoreRefusal } from './database/errors.ts';
import { connect } from './database/pool.ts';
import { APP, SYSTEM, urlFor } from './database/roles.ts';
import type { Tables } from './database/tables.ts';
import { type JobStore, jobStore } from './jobs.ts';
import type { StoreLog } from './log.ts';
import { loadRegistrations, type RegistrationKey, saveRegistrations } from './registrations.ts';
import { readDirectory } from './snapshot/directory.ts';
import { readDomain } from './snapshot/domain.ts';
import {
  available,
  type Changed,
  type ChangeOptions,
  changeDomain,
  changeSystem,
  type DomainTx,
  type SystemTx,
} from './transaction.ts';

export interface StoreOptions {
  /** Address of the database; the roles' addresses are derived from it. */
  readonly ownerUrl: string;
  /** The master key the roles' passwords are derived from; null on the embedded server's private socket. */
  readonly roleKey: Buffer | null;
  readonly clock: Clock;
  readonly log: StoreLog;
  /** Connections of the application and of the system role. Default 10 and 5. */
  readonly connections?: { readonly app: number; readonly system: number };
  /** Told right after each change that was committed here; null = any domain, or the provider's own. */
  readonly committed?: (domain: DomainId | null) => void;
}

/** Every method rejects with StoreUnavailable while the database is away, within seconds, and works again after. */
export interface Store {
  /** One change of one domain: all of it with its actions and a new version, or nothing. */
  inDomain<T>(
    actor: Actor,
    domain: DomainId,
    fn: (tx: DomainTx) => Promise<T>,
    options?: ChangeOptions,
  ): Promise<Result<Changed<T>, StoreRefusal>>;
  /** A change by the provider, a pool or a job. */
  asSystem<T>(actor: Actor, fn: (tx: SystemTx) => Promise<T>): Promise<Result<T, StoreRefusal>>;
  /** Reads one domain's rows as the application role. */
  readIn<T>(domain: DomainId, fn: (db: Transaction<Tables>) => Promise<T>): Promise<T>;
  loadDirectory(): Promise<DirectorySnapshot>;
  /** Null = no such domain. */
  loadDomain(domain: DomainId): Promise<DomainSnapshot | null>;
  watchConfig(onChange: (change: ConfigChange) => void): ConfigWatch;
  /** Exactly once per call id, with the checkpoint in the same transaction. */
  saveCallRecords(records: readonly CallRecord[], checkpoint: Checkpoint): Promise<void>;
  /** Where the projection of this node's journal goes on; null = from its beginning. */
  checkpoint(node: string): Promise<Checkpoint | null>;
  saveRegistrations(
    upserts: readonly RegistrationRecord[],
    removals: readonly RegistrationKey[],
  ): Promise<void>;
  /** Those that have not expired. */
  loadRegistrations(): Promise<readonly RegistrationRecord[]>;
  readonly callHistory: {
    /** Newest first. */
    page(domain: DomainId, query: PageQuery): Promise<CallPage>;
    /** Null = more than are counted. */
    count(domain: DomainId, filter: CallFilter, atMost?: number): Promise<number | null>;
    /** Null = absent or another domain's. */
    byId(domain: DomainId, call: CallId): Promise<CallRecord | null>;
  };
  readonly access: AccessStore;
  /** Every method rejects with StoreUnavailable while the database is away. */
  readonly jobs: JobStore;
  /** The action history of a domain, newest first (ADM-8). */
  actions(domain: DomainId, query: ActionQuery): Promise<ActionPage>;
  /** First broken row of a domain's hash chain (null domain = the provider's own), null = unbroken. */
  actionChainBreak(domain: DomainId | null): Promise<number | null>;
  /** @throws TenancyFailure when the application role could see past its tenant. Done by itself before first use. */
  assertAppRoleIsBound(): Promise<void>;
  close(): Promise<void>;
}

/** Opens pools without connecting: a start without database works. The database must have been migrated. */
export function openStore(options: StoreOptions): Store {
  const { ownerUrl, roleKey, clock, log, connections = { app: 10, system: 5 }, committed } = options;
  const systemUrl = urlFor(SYSTEM, ownerUrl, { key: roleKey });
  const app = connect({
    url: urlFor(APP, ownerUrl, { key: roleKey }),
    connections: connections.app,
    log,
  });
  const system = connect({ url: systemUrl, connections: connections.system, log });

  let check: Promise<void> | null = null;
  const bound = (): Promise<void> => {
    check ??= available(() => assertAppRoleIsBound(app.db)).catch(error => {
      check = null;
      throw error;
    });
    return check;
  };

  const store: Store = {
    async inDomain(actor, domain, fn, change = {}) {
      await bound();
      const done = await changeDomain(app.db, clock, actor, domain, fn, change);
      if (done.ok) committed?.(domain);
      return done;
    },
    async asSystem(actor, fn) {
      const done = await changeSystem(system.db, clock, actor, fn);
      if (done.ok) committed?.(null);
      return done;
    },
    async readIn(domain, fn) {
      await bound();
      return available(() =>
        app.db
          .transaction()
          .setAccessMode('read only')
          .execute(async db => {
            await sql`SELECT set_config('app.domain', ${domain}, true)`.execute(db);
            return fn(db);
          }),
      );
    },
    loadDirectory: () => available(() => readDirectory(system.db)),
    loadDomain: domain => available(() => readDomain(system.db, domain)),
    watchConfig: onChange => watchConfig({ url: systemUrl, system: system.db, clock, log, onChange }),
    saveCallRecords: (records, checkpoint) =>
      available(() => saveCallRecords(system.db, records, checkpoint)),
    checkpoint: node => available(() => readCheckpoint(system.db, node)),
    saveRegistrations: (upserts, removals) =>
      available(() => saveRegistrations(system.db, upserts, removals)),
    loadRegistrations: () => available(() => loadRegistrations(system.db, clock.wall())),
    callHistory: {
      async page(domain, query) {
        await bound();
        return available(() => readPage(app.db, domain, query));
      },
      async count(domain, filter, atMost) {
        await bound();
        return available(() => countCalls(app.db, domain, filter, atMost));
      },
      async byId(domain, call) {
        await bound();
        return available(() => readCall(app.db, domain, call));
      },
    },
    access: accessStore(system.db, clock),
    jobs: jobStore(system.db),
    actions: (domain, query) => store.readIn(domain, db => readActions(db, domain, query)),
    async actionChainBreak(domain) {
      const { rows } = await available(() =>
        sql<{ broken: bigint | null }>`SELECT action_chain_break(${domain}::uuid) AS broken`.execute(
          system.db,
        ),
      );
      const broken = rows[0]?.broken ?? null;
      return broken === null ? null : Number(broken);
    },
    assertAppRoleIsBound: bound,
    async close() {
      await Promise.all([app.close(), system.close()]);
    },
  };
  return store;
}
