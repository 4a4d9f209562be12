import { newId } from '@kommutator/base';
import type { NumberConfig, RoutingRule } from '@kommutator/model/config';
import type { NumberId, RoutingRuleId, ScenarioId } from '@kommutator/model/ids';
import { sql } from 'kysely';
import { fieldChanges } from '../actor.ts';
import { targetColumns } from '../snapshot/numbers.ts';
import type { DomainTx } from '../transaction.ts';
import {
  type Columns,
  deleteRow,
  insertRow,
  json,
  readRow,
  recordCreated,
  recordDeleted,
  recordUpdated,
  updateRow,
} from './rows.ts';

/** Connects a public number to the domain. The provider's act: needs a system transaction. */
export async function connectNumber(
  tx: DomainTx,
  number: Pick<NumberConfig, 'digits' | 'kind' | 'class'>,
): Promise<NumberId> {
  const id = newId<NumberId>(tx.now);
  const row = { number_id: id, digits: number.digits, kind: number.kind, class: number.class };
  await insertRow(tx, 'number', row);
  tx.touchDirectory();
  await recordCreated(tx, { objectType: 'number', objectId: id, objectName: number.digits }, row);
  return id;
}

export type NewRoutingRule = Pick<RoutingRule, 'active' | 'schedule' | 'prefixes' | 'target'>;

const RULE = { table: 'routing_rule', column: 'routing_rule_id' } as const;
const subject = (id: RoutingRuleId, digits: string) =>
  ({ objectType: 'routing_rule', objectId: id, objectName: digits }) as const;

const columns = (rule: Partial<NewRoutingRule>): Columns => ({
  active: rule.active,
  schedule: rule.schedule === undefined ? undefined : json(rule.schedule),
  prefixes: rule.prefixes,
  ...(rule.target ? targetColumns(rule.target) : {}),
});

/** «+Новое правило» (RTE-8): takes the last place, so it never changes calls that are covered already. */
export async function addRoutingRule(
  tx: DomainTx,
  number: NumberId,
  rule: NewRoutingRule,
): Promise<RoutingRuleId> {
  const { digits } = await readRow(tx, { table: 'number', column: 'number_id', id: number });
  const id = newId<RoutingRuleId>(tx.now);
  const { last } = await tx.db
    .selectFrom('routing_rule')
    .select(sql<number>`coalesce(max(priority), 0)::int`.as('last'))
    .where('domain_id', '=', tx.domain)
    .where('number_id', '=', number)
    .executeTakeFirstOrThrow();
  const row = { routing_rule_id: id, number_id: number, priority: last + 1, ...columns(rule) };
  await insertRow(tx, 'routing_rule', row);
  await recordCreated(tx, subject(id, String(digits)), row);
  return id;
}

/** Only what is given changes. */
export async function updateRoutingRule(
  tx: DomainTx,
  id: RoutingRuleId,
  rule: Partial<NewRoutingRule>,
): Promise<void> {
  const { before, changes } = await updateRow(tx, { ...RULE, id }, columns(rule));
  await recordUpdated(tx, subject(id, await digitsOf(tx, before.number_id as NumberId)), changes);
}

/** Puts a rule in another place; the others close up (RTE-12). */
export async function moveRoutingRule(tx: DomainTx, id: RoutingRuleId, priority: number): Promise<void> {
  const before = await readRow(tx, { ...RULE, id });
  const number = before.number_id as NumberId;
  const order = await rulesOf(tx, number);
  const rest = order.filter(rule => rule !== id);
  rest.splice(Math.max(1, Math.min(priority, order.length)) - 1, 0, id);
  await renumber(tx, rest);
  const now = rest.indexOf(id) + 1;
  await recordUpdated(
    tx,
    subject(id, await digitsOf(tx, number)),
    fieldChanges({ priority: before.priority }, { priority: now }),
  );
}

export async function removeRoutingRule(tx: DomainTx, id: RoutingRuleId): Promise<void> {
  const before = await deleteRow(tx, { ...RULE, id });
  const number = before.number_id as NumberId;
  await renumber(tx, await rulesOf(tx, number));
  await recordDeleted(tx, subject(id, await digitsOf(tx, number)), before);
}

/** A voice scenario; its menus come with the IVR editor. */
export async function createScenario(tx: DomainTx, name: string): Promise<ScenarioId> {
  const id = newId<ScenarioId>(tx.now);
  const row = { ivr_scenario_id: id, name };
  await insertRow(tx, 'ivr_scenario', row);
  await recordCreated(tx, { objectType: 'ivr_scenario', objectId: id, objectName: name }, row);
  return id;
}

async function rulesOf(tx: DomainTx, number: NumberId): Promise<RoutingRuleId[]> {
  const rows = await tx.db
    .selectFrom('routing_rule')
    .select('routing_rule_id')
    .where('domain_id', '=', tx.domain)
    .where('number_id', '=', number)
    .orderBy('priority')
    .execute();
  return rows.map(row => row.routing_rule_id);
}

/** Uniqueness of priorities is checked at commit: they may pass through each other. */
async function renumber(tx: DomainTx, order: readonly RoutingRuleId[]): Promise<void> {
  if (order.length === 0) return;
  await sql`UPDATE routing_rule r SET priority = o.place
    FROM unnest(${[...order]}::uuid[]) WITH ORDINALITY AS o(id, place)
    WHERE r.domain_id = ${tx.domain} AND r.routing_rule_id = o.id AND r.priority <> o.place`.execute(tx.db);
}

async function digitsOf(tx: DomainTx, number: NumberId): Promise<string> {
  const row = await tx.db
    .selectFrom('number')
    .select('digits')
    .where('domain_id', '=', tx.domain)
    .where('number_id', '=', number)
    .executeTakeFirst();
  return row?.digits ?? '';
}
