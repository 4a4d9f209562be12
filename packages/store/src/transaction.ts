/** How anything is written: one transaction holds the change, its actions, and the new version (DESIGN rules 5 and 7). */
import { type Clock, err, newId, ok, type Result } from '@kommutator/base';
import type { DomainId } from '@kommutator/model/ids';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Action, Actor } from './actor.ts';
import { asRefusal, asUnavailable, Refused, type StoreRefusal } from './database/errors.ts';
import type { Tables } from './database/tables.ts';

/** A transaction that may change one domain. */
export interface DomainTx {
  readonly domain: DomainId;
  readonly actor: Actor;
  readonly db: Transaction<Tables>;
  /** Unix ms of the whole transaction: stamps and new ids. */
  readonly now: number;
  /** Writes the action-history row; without one the transaction is refused. */
  record(action: Action): Promise<void>;
  /** What every node knows changed too: names, numbers, credentials. */
  touchDirectory(): void;
}

/** A transaction of the provider, a pool or a job: all tenants. */
export interface SystemTx {
  readonly actor: Actor;
  readonly db: Transaction<Tables>;
  readonly now: number;
  /** An action of the provider's own; those of a domain are recorded through {@link SystemTx.in}. */
  record(action: Action): Promise<void>;
  in(domain: DomainId): DomainTx;
}

export interface ChangeOptions {
  /** ETag: refuse as stale when the domain has another version by now. */
  readonly ifVersion?: number;
}

/** The result of a change and the version it made. */
export interface Changed<T> {
  readonly value: T;
  readonly version: number;
}

/** Runs `fn` as the application role, bound to `domain`; one change of a domain at a time. */
export function changeDomain<T>(
  app: Kysely<Tables>,
  clock: Clock,
  actor: Actor,
  domain: DomainId,
  fn: (tx: DomainTx) => Promise<T>,
  { ifVersion }: ChangeOptions,
): Promise<Result<Changed<T>, StoreRefusal>> {
  return guarded(() =>
    app.transaction().execute(async db => {
      // An advisory lock, unlike a row lock, leaves a transaction that changes nothing without a trace.
      await sql`SELECT set_config('app.domain', ${domain}, true),
        pg_advisory_xact_lock(hashtextextended(${domain}, 0))`.execute(db);
      // A statement of its own: it must see what the one who held the lock before us committed.
      const rows = await db.selectFrom('domain').select('version').where('domain_id', '=', domain).execute();
      const before = rows[0];
      if (!before) throw new Refused({ code: 'not-found', field: 'domain' });
      if (ifVersion !== undefined && Number(before.version) !== ifVersion)
        throw new Refused({ code: 'stale', version: Number(before.version) });
      const touched = { directory: false };
      const value = await fn(domainTx(db, actor, domain, clock.wall(), touched));
      const version = await finish(db, domain, touched.directory);
      return { value, version: version ?? Number(before.version) };
    }),
  );
}

/** Runs `fn` as the system role, raises the version of every domain it recorded an action for. */
export function changeSystem<T>(
  system: Kysely<Tables>,
  clock: Clock,
  actor: Actor,
  fn: (tx: SystemTx) => Promise<T>,
): Promise<Result<T, StoreRefusal>> {
  return guarded(() =>
    system.transaction().execute(async db => {
      const now = clock.wall();
      const domains = new Map<DomainId, { directory: boolean }>();
      let own = false;
      const value = await fn({
        actor,
        db,
        now,
        record(action) {
          own = true;
          return writeAction(db, actor, null, now, action);
        },
        in(domain) {
          const touched = domains.get(domain) ?? { directory: false };
          domains.set(domain, touched);
          return domainTx(db, actor, domain, now, touched);
        },
      });
      for (const [domain, touched] of domains) await finish(db, domain, touched.directory);
      if (own || domains.size === 0) await finish(db, null, true);
      return value;
    }),
  );
}

/** Errors of the database become {@link StoreUnavailable}; all others stay what they are: bugs. */
export async function available<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw asUnavailable(error) ?? error;
  }
}

async function guarded<T>(run: () => Promise<T>): Promise<Result<T, StoreRefusal>> {
  try {
    return ok(await run());
  } catch (error) {
    const refusal = asRefusal(error);
    if (refusal) return err(refusal);
    throw asUnavailable(error) ?? error;
  }
}

function domainTx(
  db: Transaction<Tables>,
  actor: Actor,
  domain: DomainId,
  now: number,
  touched: { directory: boolean },
): DomainTx {
  return {
    domain,
    actor,
    db,
    now,
    record: action => writeAction(db, actor, domain, now, action),
    touchDirectory() {
      touched.directory = true;
    },
  };
}

/** One row of the action history. */
export async function writeAction(
  db: Transaction<Tables>,
  actor: Actor,
  domain: DomainId | null,
  now: number,
  action: Action,
): Promise<void> {
  await db
    .insertInto('action_history')
    .values({
      action_id: newId(now),
      domain_id: domain,
      at: new Date(now).toISOString(),
      actor_id: actor.id,
      actor_login: actor.login,
      actor_name: actor.name,
      ip: actor.ip,
      source: actor.source,
      object_type: action.objectType,
      object_id: action.objectId,
      object_name: action.objectName,
      action: action.action,
      changes: JSON.stringify(action.changes),
    })
    .execute();
}

async function finish(
  db: Transaction<Tables>,
  domain: DomainId | null,
  directory: boolean,
): Promise<number | null> {
  const { rows } = await sql<{ version: bigint | null }>`
    SELECT finish_change(${domain}::uuid, ${directory}) AS version`.execute(db);
  const version = rows[0]?.version ?? null;
  return version === null ? null : Number(version);
}
