import type { NumberConfig, RoutingTarget, VoicemailOwner } from '@kommutator/model/config';
import type { Selectable } from 'kysely';
import type { Tables } from '../database/tables.ts';
import { byOwner } from './by-owner.ts';
import type { Reading } from './domain.ts';

/** Numbers with their rules in the order they are tried. */
export async function readNumbers({ db, domain }: Reading): Promise<readonly NumberConfig[]> {
  const numbers = await db
    .selectFrom('number')
    .selectAll()
    .where('domain_id', '=', domain)
    .orderBy('digits')
    .execute();
  const rows = await db
    .selectFrom('routing_rule')
    .selectAll()
    .where('domain_id', '=', domain)
    .orderBy('number_id')
    .orderBy('priority')
    .execute();
  const rules = byOwner(rows, row => row.number_id);
  return numbers.map(number => ({
    id: number.number_id,
    digits: number.digits,
    kind: number.kind,
    class: number.class,
    rules: (rules.get(number.number_id) ?? []).map(rule => ({
      id: rule.routing_rule_id,
      priority: rule.priority,
      active: rule.active,
      schedule: rule.schedule,
      prefixes: rule.prefixes,
      target: targetOf(rule),
    })),
  }));
}

type RuleRow = Selectable<Tables['routing_rule']>;

/** The columns of a rule's target, as one value; the table's CHECK promises that they fit its type. */
function targetOf(rule: RuleRow): RoutingTarget {
  const { user_id: user, group_id: group, ivr_scenario_id: scenario, private_route_number: number } = rule;
  switch (rule.target_type) {
    case 'end':
      return { kind: 'end' };
    case 'user':
      if (user) return { kind: 'user', user };
      break;
    case 'group':
      if (group) return { kind: 'group', group };
      break;
    case 'ivr':
      if (scenario) return { kind: 'ivr', scenario };
      break;
    case 'privateRoute':
      if (number !== null) return { kind: 'privateRoute', number };
      break;
    case 'voicemail':
    case 'fax': {
      const of: VoicemailOwner | null = user
        ? { kind: 'user', user }
        : group
          ? { kind: 'group', group }
          : null;
      if (of) return { kind: rule.target_type, of };
    }
  }
  throw new Error(`routing rule ${rule.routing_rule_id} has no ${rule.target_type}`);
}

/** The other way round: columns that hold a target. */
export const targetColumns = (
  target: RoutingTarget,
): Pick<RuleRow, 'target_type' | 'user_id' | 'group_id' | 'ivr_scenario_id' | 'private_route_number'> => {
  const owner = target.kind === 'voicemail' || target.kind === 'fax' ? target.of : target;
  return {
    target_type: target.kind,
    user_id: owner.kind === 'user' ? owner.user : null,
    group_id: owner.kind === 'group' ? owner.group : null,
    ivr_scenario_id: target.kind === 'ivr' ? target.scenario : null,
    private_route_number: target.kind === 'privateRoute' ? target.number : null,
  };
};
