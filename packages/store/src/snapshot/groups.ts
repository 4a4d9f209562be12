import type { DomainSnapshot, GroupConfig } from '@kommutator/model/config';
import { byOwner } from './by-owner.ts';
import type { Reading } from './domain.ts';

/** Call-handling groups with their members, those who ring first first. */
export async function readGroups({ db, domain }: Reading): Promise<readonly GroupConfig[]> {
  const groups = await db
    .selectFrom('pbx_group as g')
    .leftJoin('extension as e', join =>
      join.onRef('e.domain_id', '=', 'g.domain_id').onRef('e.group_id', '=', 'g.group_id'),
    )
    .select(['g.group_id', 'g.name', 'g.algorithm', 'g.voicemail_on', 'e.extension'])
    .where('g.domain_id', '=', domain)
    .orderBy('g.name')
    .execute();
  const rows = await db
    .selectFrom('group_member')
    .select(['group_id', 'user_id as user', 'priority'])
    .where('domain_id', '=', domain)
    .orderBy('group_id')
    .orderBy('priority')
    .orderBy('user_id')
    .execute();
  const members = byOwner(rows, row => row.group_id);
  return groups.map(group => ({
    id: group.group_id,
    name: group.name,
    extension: group.extension,
    algorithm: group.algorithm,
    voicemailOn: group.voicemail_on,
    members: (members.get(group.group_id) ?? []).map(({ user, priority }) => ({ user, priority })),
  }));
}

/** Pickup groups; a user is in at most one (USR-18). */
export async function readPickupGroups({ db, domain }: Reading): Promise<DomainSnapshot['pickupGroups']> {
  const groups = await db
    .selectFrom('pickup_group')
    .select(['pickup_group_id as id', 'name'])
    .where('domain_id', '=', domain)
    .orderBy('name')
    .execute();
  const users = await db
    .selectFrom('pbx_user')
    .select(['user_id', 'pickup_group_id'])
    .where('domain_id', '=', domain)
    .where('pickup_group_id', 'is not', null)
    .orderBy('user_id')
    .execute();
  const members = byOwner(users, user => user.pickup_group_id);
  return groups.map(group => ({
    ...group,
    members: (members.get(group.id) ?? []).map(member => member.user_id),
  }));
}

/** Internal numbers that are neither user nor group. */
export async function readServices({ db, domain }: Reading): Promise<DomainSnapshot['serviceExtensions']> {
  const rows = await db
    .selectFrom('extension')
    .select(['extension', 'service'])
    .where('domain_id', '=', domain)
    .where('service', 'is not', null)
    .orderBy('extension')
    .execute();
  return rows.flatMap(({ extension, service }) => (service === null ? [] : [{ extension, service }]));
}
