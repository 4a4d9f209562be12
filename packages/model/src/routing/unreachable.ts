import type { RoutingRule } from '../config/index.ts';
import type { RoutingRuleId } from '../ids/index.ts';
import { prefixInE164 } from '../numbers/index.ts';
import { includesSchedule } from '../schedule/index.ts';
import { inOrder } from './order.ts';

/**
 * Rules that can get no call because one earlier active rule takes everything they would take: drawn grey (RTE-12.3).
 * Rules shadowed only by several earlier ones together are not found.
 */
export function unreachableRules(rules: readonly RoutingRule[]): ReadonlySet<RoutingRuleId> {
  const grey = new Set<RoutingRuleId>();
  const earlier: RoutingRule[] = [];
  for (const rule of inOrder(rules)) {
    if (earlier.some(wide => takesAllOf(wide, rule))) grey.add(rule.id);
    if (rule.active) earlier.push(rule);
  }
  return grey;
}

function takesAllOf(wide: RoutingRule, narrow: RoutingRule): boolean {
  if (wide.schedule !== null && !includesSchedule(wide.schedule, narrow.schedule ?? [])) return false;
  if (wide.prefixes === null) return true;
  const wider = wide.prefixes.map(prefixInE164);
  return narrow.prefixes?.every(p => wider.some(w => prefixInE164(p).startsWith(w))) ?? false;
}
