/** What the provider owns: trunks, pools, his own people. All need a system transaction. */
import { newId, type SecretBox } from '@kommutator/base';
import type { TrunkConfig } from '@kommutator/model/config';
import type { TrunkId } from '@kommutator/model/ids';
import { type FieldChange, fieldChanges, secretChanged } from '../actor.ts';
import { Refused } from '../database/errors.ts';
import type { DomainTx, SystemTx } from '../transaction.ts';
import { insertRow, readRow } from './rows.ts';

/** A trunk as the provider gives it; a registration's secret in the clear, sealed before it is written. */
export interface TrunkSettings extends Omit<TrunkConfig, 'id' | 'registration'> {
  readonly registration: NonNullable<TrunkConfig['registration']> | null;
}

/** A new connection to the public network. */
export async function createTrunk(tx: SystemTx, box: SecretBox, trunk: TrunkSettings): Promise<TrunkId> {
  const id = newId<TrunkId>(tx.now);
  await tx.db
    .insertInto('trunk')
    .values({ trunk_id: id, ...trunkRow(trunk, box) })
    .execute();
  await tx.record({
    objectType: 'trunk',
    objectId: id,
    objectName: trunk.name,
    action: 'create',
    changes: [...fieldChanges({}, shown(trunk)), ...secretOf(trunk)],
  });
  return id;
}

/** Replaces the settings of a trunk. */
export async function updateTrunk(
  tx: SystemTx,
  box: SecretBox,
  id: TrunkId,
  trunk: TrunkSettings,
): Promise<void> {
  const before = await tx.db
    .selectFrom('trunk')
    .selectAll()
    .where('trunk_id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!before) throw new Refused({ code: 'not-found', field: 'trunk_id' });
  await tx.db.updateTable('trunk').set(trunkRow(trunk, box)).where('trunk_id', '=', id).execute();
  const old: Record<string, unknown> = {
    name: before.name,
    enabled: before.enabled,
    trusts: before.trusts,
    destinations: before.destinations,
    registration: before.registration,
    number_format: before.number_format,
    called_in: before.called_in,
    prefixes: before.prefixes,
    priority: before.priority,
    max_calls: before.max_calls,
  };
  await tx.record({
    objectType: 'trunk',
    objectId: id,
    objectName: before.name,
    action: 'update',
    changes: [...fieldChanges(old, shown(trunk)), ...secretOf(trunk)],
  });
}

const registrationOf = (trunk: TrunkSettings) => {
  if (trunk.registration === null) return null;
  const { aor, username, realm, expires } = trunk.registration;
  return { aor, expires, realm, username };
};

const trunkRow = (trunk: TrunkSettings, box: SecretBox) => {
  const registration = registrationOf(trunk);
  return {
    name: trunk.name,
    enabled: trunk.enabled,
    trusts: [...trunk.trusts],
    destinations: JSON.stringify(trunk.destinations),
    registration: registration === null ? null : JSON.stringify(registration),
    registration_secret: trunk.registration === null ? null : box.seal(trunk.registration.secret),
    number_format: trunk.numberFormat,
    called_in: trunk.calledIn,
    prefixes: [...trunk.prefixes],
    priority: trunk.priority,
    max_calls: trunk.maxCalls,
  };
};

const shown = (trunk: TrunkSettings): Record<string, unknown> => ({
  name: trunk.name,
  enabled: trunk.enabled,
  trusts: trunk.trusts,
  destinations: trunk.destinations,
  registration: registrationOf(trunk),
  number_format: trunk.numberFormat,
  called_in: trunk.calledIn,
  prefixes: trunk.prefixes,
  priority: trunk.priority,
  max_calls: trunk.maxCalls,
});

const secretOf = (trunk: TrunkSettings): readonly FieldChange[] =>
  trunk.registration === null ? [] : [secretChanged('registration_secret')];

/** Companies' domains seen together (POOL-2). */
export async function createPool(
  tx: SystemTx,
  pool: { readonly name: string; readonly routingNumberLength: number },
): Promise<string> {
  const id = newId(tx.now);
  const row = { name: pool.name, routing_number_length: pool.routingNumberLength };
  await tx.db
    .insertInto('pool')
    .values({ pool_id: id, ...row })
    .execute();
  await tx.record({
    objectType: 'pool',
    objectId: id,
    objectName: pool.name,
    action: 'create',
    changes: fieldChanges({}, row),
  });
  return id;
}

/** Puts a domain into a pool; a routing number in use there is refused as taken. */
export async function joinPool(tx: DomainTx, pool: string, routingNumber: string): Promise<void> {
  await insertRow(tx, 'pool_domain', { pool_id: pool, routing_number: routingNumber });
  const { name } = await readRow(tx, { table: 'domain', column: 'domain_id', id: tx.domain });
  await tx.record({
    objectType: 'domain',
    objectId: tx.domain,
    objectName: String(name),
    action: 'update',
    changes: fieldChanges({}, { pool_id: pool, routing_number: routingNumber }),
  });
}

export interface Person {
  readonly login: string;
  readonly displayName: string;
}

/** A pool's administrator; a supervisor may all domains of the pool. */
export async function createPoolAdmin(
  tx: SystemTx,
  pool: string,
  admin: Person & { readonly isSupervisor: boolean },
): Promise<string> {
  const id = newId(tx.now);
  const row = { login: admin.login, display_name: admin.displayName, is_supervisor: admin.isSupervisor };
  await tx.db
    .insertInto('pool_admin')
    .values({ pool_admin_id: id, pool_id: pool, ...row })
    .execute();
  await tx.record({
    objectType: 'pool_admin',
    objectId: id,
    objectName: admin.displayName,
    action: 'create',
    changes: fieldChanges({}, row),
  });
  return id;
}

/** The provider's own system administrator. */
export async function createProviderUser(tx: SystemTx, user: Person): Promise<string> {
  const id = newId(tx.now);
  const row = { login: user.login, display_name: user.displayName };
  await tx.db
    .insertInto('provider_user')
    .values({ provider_user_id: id, ...row })
    .execute();
  await tx.record({
    objectType: 'provider_user',
    objectId: id,
    objectName: user.displayName,
    action: 'create',
    changes: fieldChanges({}, row),
  });
  return id;
}
