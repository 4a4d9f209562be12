import { newId } from '@kommutator/base';
import type { GroupAlgorithm, GroupConfig } from '@kommutator/model/config';
import type { GroupId, PickupGroupId, UserId } from '@kommutator/model/ids';
import { fieldChanges } from '../actor.ts';
import { Refused } from '../database/errors.ts';
import type { DomainTx } from '../transaction.ts';
import { setExtension } from './extensions.ts';
import { insertRow, readRow, recordCreated, recordUpdated, updateRow } from './rows.ts';

export interface GroupSettings {
  readonly name: string;
  readonly extension: string | null;
  readonly algorithm: GroupAlgorithm;
  readonly voicemailOn: boolean;
}

const GROUP = { table: 'pbx_group', column: 'group_id' } as const;
const columns = (settings: Partial<GroupSettings>) => ({
  name: settings.name,
  algorithm: settings.algorithm,
  voicemail_on: settings.voicemailOn,
});

/** A call-handling group (GRP-3). */
export async function createGroup(
  tx: DomainTx,
  group: GroupSettings & { readonly members: GroupConfig['members'] },
): Promise<GroupId> {
  const id = newId<GroupId>(tx.now);
  const row = { group_id: id, ...columns(group) };
  await insertRow(tx, 'pbx_group', row);
  if (group.extension !== null)
    await insertRow(tx, 'extension', { extension: group.extension, group_id: id });
  for (const { user, priority } of group.members)
    await insertRow(tx, 'group_member', { group_id: id, user_id: user, priority });
  const subject = { objectType: 'group', objectId: id, objectName: group.name } as const;
  await recordCreated(tx, subject, { ...row, extension: group.extension, members: group.members });
  return id;
}

/** Only what is given changes. */
export async function updateGroup(
  tx: DomainTx,
  id: GroupId,
  settings: Partial<GroupSettings>,
): Promise<void> {
  const { before, changes } = await updateRow(tx, { ...GROUP, id }, columns(settings));
  const moved =
    settings.extension === undefined ? [] : await setExtension(tx, { group: id }, settings.extension);
  await recordUpdated(tx, { objectType: 'group', objectId: id, objectName: String(before.name) }, [
    ...changes,
    ...moved,
  ]);
}

/** Replaces the members of a group. */
export async function setGroupMembers(
  tx: DomainTx,
  id: GroupId,
  members: GroupConfig['members'],
): Promise<void> {
  const group = await readRow(tx, { ...GROUP, id });
  const rows = tx.db.selectFrom('group_member').where('domain_id', '=', tx.domain).where('group_id', '=', id);
  const before = await rows.select(['user_id as user', 'priority']).orderBy('user_id').execute();
  const after = [...members]
    .sort((a, b) => (a.user < b.user ? -1 : 1))
    .map(({ user, priority }) => ({ user, priority }));
  const changes = fieldChanges({ members: before }, { members: after });
  if (changes.length === 0) return;
  await tx.db
    .deleteFrom('group_member')
    .where('domain_id', '=', tx.domain)
    .where('group_id', '=', id)
    .execute();
  for (const { user, priority } of after)
    await insertRow(tx, 'group_member', { group_id: id, user_id: user, priority });
  await recordUpdated(tx, { objectType: 'group', objectId: id, objectName: String(group.name) }, changes);
}

/** A pickup group; a member of another one moves over (USR-18). */
export async function createPickupGroup(
  tx: DomainTx,
  group: { readonly name: string; readonly members: readonly UserId[] },
): Promise<PickupGroupId> {
  const id = newId<PickupGroupId>(tx.now);
  const row = { pickup_group_id: id, name: group.name };
  await insertRow(tx, 'pickup_group', row);
  await moveInto(tx, id, group.members);
  const subject = { objectType: 'pickup_group', objectId: id, objectName: group.name } as const;
  await recordCreated(tx, subject, { ...row, members: group.members });
  return id;
}

/** Replaces the members of a pickup group. */
export async function setPickupMembers(
  tx: DomainTx,
  id: PickupGroupId,
  members: readonly UserId[],
): Promise<void> {
  const group = await readRow(tx, { table: 'pickup_group', column: 'pickup_group_id', id });
  const rows = await tx.db
    .selectFrom('pbx_user')
    .select('user_id')
    .where('domain_id', '=', tx.domain)
    .where('pickup_group_id', '=', id)
    .orderBy('user_id')
    .execute();
  const changes = fieldChanges({ members: rows.map(row => row.user_id) }, { members: [...members].sort() });
  if (changes.length === 0) return;
  await tx.db
    .updateTable('pbx_user')
    .set({ pickup_group_id: null })
    .where('domain_id', '=', tx.domain)
    .where('pickup_group_id', '=', id)
    .execute();
  await moveInto(tx, id, members);
  const subject = { objectType: 'pickup_group', objectId: id, objectName: String(group.name) } as const;
  await recordUpdated(tx, subject, changes);
}

async function moveInto(tx: DomainTx, id: PickupGroupId, members: readonly UserId[]): Promise<void> {
  if (members.length === 0) return;
  const moved = await tx.db
    .updateTable('pbx_user')
    .set({ pickup_group_id: id })
    .where('domain_id', '=', tx.domain)
    .where('user_id', 'in', [...members])
    .executeTakeFirst();
  if (Number(moved.numUpdatedRows) !== new Set(members).size)
    throw new Refused({ code: 'not-found', field: 'user_id' });
}
