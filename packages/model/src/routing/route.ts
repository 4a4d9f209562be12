import type { DomainSnapshot, NumberConfig, RoutingRule, RoutingTarget } from '../config/index.ts';
import { prefixMatches } from '../numbers/index.ts';
import { isOpen } from '../schedule/index.ts';
import { inOrder } from './order.ts';

/** `covered`: not looked at, because an earlier rule has taken the call. */
export type RuleReason =
  | 'fits'
  | 'inactive'
  | 'outsideSchedule'
  | 'noCallerNumber'
  | 'prefixMismatch'
  | 'covered';

export interface RuleVerdict {
  readonly rule: RoutingRule;
  readonly reason: RuleReason;
}

export type RouteDecision = { readonly reasons: readonly RuleVerdict[] } & (
  | { readonly kind: 'rule'; readonly rule: RoutingRule; readonly target: RoutingTarget }
  | { readonly kind: 'none' }
);

export interface RouteQuestion {
  readonly config: DomainSnapshot;
  readonly number: NumberConfig;
  /** E.164 digits; null = none, which no prefix fits. */
  readonly caller: string | null;
  /** Arrival of the INVITE, Unix ms (RTE-10.6). */
  readonly wall: number;
}

/** Step 7 of RTE-15: the first active rule whose conditions fit. `none` is the default treatment, busy (RTE-4). */
export function route({ config, number, caller, wall }: RouteQuestion): RouteDecision {
  const reasons: RuleVerdict[] = [];
  let taken: RoutingRule | undefined;
  for (const rule of inOrder(number.rules)) {
    const reason = taken ? 'covered' : judge(rule, caller, wall, config.timezone);
    if (reason === 'fits') taken = rule;
    reasons.push({ rule, reason });
  }
  return taken ? { kind: 'rule', rule: taken, target: taken.target, reasons } : { kind: 'none', reasons };
}

function judge(rule: RoutingRule, caller: string | null, wall: number, timezone: string): RuleReason {
  if (!rule.active) return 'inactive';
  if (rule.schedule !== null && !isOpen(rule.schedule, wall, timezone)) return 'outsideSchedule';
  if (rule.prefixes === null) return 'fits';
  if (caller === null) return 'noCallerNumber';
  for (const prefix of rule.prefixes) if (prefixMatches(prefix, caller)) return 'fits';
  return 'prefixMismatch';
}
