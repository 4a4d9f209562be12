import { newId } from '@kommutator/base';
import type { ForwardingRule } from '@kommutator/model/config';
import type { ForwardingRuleId, UserId } from '@kommutator/model/ids';
import type { DomainTx } from '../transaction.ts';
import {
  deleteRow,
  insertRow,
  json,
  recordCreated,
  recordDeleted,
  recordUpdated,
  updateRow,
} from './rows.ts';

export type NewForwardingRule = Omit<ForwardingRule, 'id'>;

const TABLE = { table: 'forwarding_rule', column: 'forwarding_rule_id' } as const;
const subject = (id: ForwardingRuleId, target: unknown) =>
  ({ objectType: 'forwarding_rule', objectId: id, objectName: String(target) }) as const;

const columns = (rule: Partial<NewForwardingRule>) => ({
  type: rule.type,
  target: rule.target,
  priority: rule.priority,
  ring_time_s: rule.ringTime,
  schedule: rule.schedule === undefined ? undefined : json(rule.schedule),
  enabled: rule.enabled,
});

/** «+ Еще номер» (USR-38): a second rule to the same target of a user is refused as taken. */
export async function addForwardingRule(
  tx: DomainTx,
  user: UserId,
  rule: NewForwardingRule,
): Promise<ForwardingRuleId> {
  const id = newId<ForwardingRuleId>(tx.now);
  const row = { forwarding_rule_id: id, user_id: user, ...columns(rule) };
  await insertRow(tx, 'forwarding_rule', row);
  await recordCreated(tx, subject(id, rule.target), row);
  return id;
}

/** Only what is given changes. */
export async function updateForwardingRule(
  tx: DomainTx,
  id: ForwardingRuleId,
  rule: Partial<NewForwardingRule>,
): Promise<void> {
  const { before, changes } = await updateRow(tx, { ...TABLE, id }, columns(rule));
  await recordUpdated(tx, subject(id, before.target), changes);
}

export async function removeForwardingRule(tx: DomainTx, id: ForwardingRuleId): Promise<void> {
  const before = await deleteRow(tx, { ...TABLE, id });
  await recordDeleted(tx, subject(id, before.target), before);
}
