import type { UserConfig } from '@kommutator/model/config';
import type { E164, NumberId } from '@kommutator/model/ids';
import { sql } from 'kysely';
import { byOwner } from './by-owner.ts';
import type { Reading } from './domain.ts';

/** Users with their contact numbers, by internal number. */
export async function readUsers(
  { db, domain }: Reading,
  digitsOf: (id: NumberId | null) => E164 | null,
): Promise<readonly UserConfig[]> {
  const users = await db
    .selectFrom('pbx_user as u')
    .innerJoin('extension as e', join =>
      join.onRef('e.domain_id', '=', 'u.domain_id').onRef('e.user_id', '=', 'u.user_id'),
    )
    .selectAll('u')
    .select('e.extension')
    .where('u.domain_id', '=', domain)
    .orderBy(sql`e.extension::integer`)
    .execute();
  const rules = await db
    .selectFrom('forwarding_rule')
    .selectAll()
    .where('domain_id', '=', domain)
    .orderBy('user_id')
    .orderBy('priority')
    .orderBy('forwarding_rule_id')
    .execute();
  const forwarding = byOwner(rules, rule => rule.user_id);
  return users.map(user => ({
    id: user.user_id,
    login: user.login,
    displayName: user.display_name,
    extension: user.extension,
    outgoingNumber: digitsOf(user.outgoing_number_id),
    restriction: user.restriction,
    isOperator: user.is_operator,
    voicemailOn: user.voicemail_on,
    forwarding: (forwarding.get(user.user_id) ?? []).map(rule => ({
      id: rule.forwarding_rule_id,
      type: rule.type,
      target: rule.target,
      priority: rule.priority,
      ringTime: rule.ring_time_s,
      schedule: rule.schedule,
      enabled: rule.enabled,
    })),
  }));
}
