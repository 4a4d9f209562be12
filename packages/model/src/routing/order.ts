import type { Result } from '@kommutator/base';
import type { RoutingRule } from '../config/index.ts';
import type { RoutingRuleId } from '../ids/index.ts';
import { accept, type Refusal, refuse } from '../refusals/index.ts';

/** Rules by ascending priority; a list already in order, as snapshots hold it, is not copied. */
export function inOrder(rules: readonly RoutingRule[]): readonly RoutingRule[] {
  for (let i = 1; i < rules.length; i++) {
    const before = rules[i - 1] as RoutingRule;
    if (before.priority > (rules[i] as RoutingRule).priority) {
      return [...rules].sort((a, b) => a.priority - b.priority);
    }
  }
  return rules;
}

/** The rules in a new order with dense priorities; an order that misses a rule or names a foreign one is stale (RTE-12). */
export function reorderRules(
  rules: readonly RoutingRule[],
  order: readonly RoutingRuleId[],
): Result<readonly RoutingRule[], Refusal> {
  const byId = new Map(rules.map(rule => [rule.id, rule]));
  const moved: RoutingRule[] = [];
  for (const id of order) {
    const rule = byId.get(id);
    if (!rule) return refuse('rule.staleOrder', {}, 'order');
    byId.delete(id);
    moved.push({ ...rule, priority: moved.length + 1 });
  }
  return byId.size > 0 ? refuse('rule.staleOrder', {}, 'order') : accept(moved);
}
