import type { Result } from '@kommutator/base';
import type { RoutingRule } from '../config/index.ts';
import { parsePrefixes } from '../numbers/index.ts';
import { accept, type Refusal, refuse } from '../refusals/index.ts';
import { checkPeriods, type PeriodInput } from '../schedule/index.ts';

/** RTE-8.5. */
export const MAX_RULES = 100;

export interface ConditionsInput {
  /** Null = switch «Расписание» off. */
  readonly schedule: readonly PeriodInput[] | null;
  /** As typed; null = switch «По префиксам» off. */
  readonly prefixes: string | null;
}

/** Both conditions of a rule as the dialog sends them (RTE-10, RTE-11). */
export function validateConditions(
  input: ConditionsInput,
): Result<Pick<RoutingRule, 'schedule' | 'prefixes'>, Refusal> {
  const prefixes = input.prefixes === null ? accept(null) : parsePrefixes(input.prefixes);
  if (!prefixes.ok) return prefixes;
  if (input.schedule === null) return accept({ schedule: null, prefixes: prefixes.value });
  if (input.schedule.length === 0) return refuse('schedule.empty', {}, 'schedule');
  const schedule = checkPeriods(input.schedule);
  return schedule.ok ? accept({ schedule: schedule.value, prefixes: prefixes.value }) : schedule;
}

/** Priority of a rule to be added: the last place (RTE-8.1). */
export function nextPriority(rules: readonly RoutingRule[]): Result<number, Refusal> {
  return rules.length >= MAX_RULES ? refuse('rule.tooMany', { max: MAX_RULES }) : accept(rules.length + 1);
}
