/** Public numbers with their routing schemes (RTE-2, RTE-3), and why a rule cannot fire (RTE-12.3). */
import type { DomainSnapshot, NumberConfig, RoutingRule, RoutingTarget } from '@kommutator/model/config';
import { findGroup, findUser } from '@kommutator/model/lookup';
import type { Language } from '@kommutator/model/messages';
import { unreachableRules } from '@kommutator/model/routing';
import { summary } from '@kommutator/model/schedule';
import type { LiveView } from '../live/view.ts';
import type { DomainSession } from '../session.ts';
import type { Snapshots } from '../snapshots.ts';

/** `covered`: an earlier rule takes all its calls. */
type DeadReason = 'covered';
/** The object would not take the call: no algorithm, nobody in the group, not served yet. */
type TargetProblem = 'noAlgorithm' | 'noMembers' | 'unsupported';

export interface RuleItem {
  readonly id: string;
  readonly priority: number;
  readonly active: boolean;
  /** In words of the reader's language; null = the switch is off. */
  readonly schedule: string | null;
  readonly prefixes: readonly string[] | null;
  readonly target: { readonly type: string; readonly id: string | null; readonly name: string | null };
  readonly dead: DeadReason | null;
  readonly problem: TargetProblem | null;
}

export interface NumberItem {
  readonly id: string;
  readonly digits: string;
  readonly kind: NumberConfig['kind'];
  readonly class: NumberConfig['class'];
  readonly state: 'active';
  readonly filter: 'none';
  /** «Номер для исходящих». */
  readonly isDefaultOutgoing: boolean;
  readonly rules: readonly RuleItem[];
  /** Users who show it when they call. */
  readonly usedBy: readonly { readonly id: string; readonly name: string }[];
}

export interface NumbersAnswer {
  readonly items: readonly NumberItem[];
  readonly total: number;
  readonly channels: Readonly<
    Record<'incoming' | 'outgoing', { readonly used: number; readonly limit: number }>
  > & {
    readonly used: number;
    readonly limit: number;
  };
}

export async function listNumbers(
  { snapshots, live }: { readonly snapshots: Snapshots; readonly live: LiveView },
  session: DomainSession,
  language: Language,
): Promise<NumbersAnswer | null> {
  const config = await snapshots.of(session.domain.id);
  if (!config) return null;
  const items = config.numbers.map(number => numberItem(config, number, language)).sort(byPlace);
  return { items, total: items.length, channels: channelsOf(config, live) };
}

/** The default outgoing number first, then by number (RTE-3.7). */
const byPlace = (a: NumberItem, b: NumberItem): number =>
  Number(b.isDefaultOutgoing) - Number(a.isDefaultOutgoing) || (a.digits < b.digits ? -1 : 1);

function channelsOf(config: DomainSnapshot, live: LiveView): NumbersAnswer['channels'] {
  const calls = live.calls(config.id).map(({ call }) => call);
  const incoming = {
    used: calls.filter(call => call.direction === 'in').length,
    limit: config.channels.incoming,
  };
  const outgoing = {
    used: calls.reduce((sum, call) => sum + call.outside, 0),
    limit: config.channels.outgoing,
  };
  return {
    incoming,
    outgoing,
    used: incoming.used + outgoing.used,
    limit: incoming.limit + outgoing.limit,
  };
}

export function numberItem(config: DomainSnapshot, number: NumberConfig, language: Language): NumberItem {
  const dead = unreachableRules(number.rules);
  return {
    id: number.id,
    digits: number.digits,
    kind: number.kind,
    class: number.class,
    state: 'active',
    filter: 'none',
    isDefaultOutgoing: config.defaultOutgoingNumber === number.digits,
    rules: number.rules
      .toSorted((a, b) => a.priority - b.priority)
      .map(rule => ruleItem(config, rule, dead.has(rule.id), language)),
    usedBy: config.users
      .filter(user => user.outgoingNumber === number.digits)
      .map(user => ({ id: user.id, name: user.displayName })),
  };
}

const ruleItem = (
  config: DomainSnapshot,
  rule: RoutingRule,
  dead: boolean,
  language: Language,
): RuleItem => ({
  id: rule.id,
  priority: rule.priority,
  active: rule.active,
  schedule: rule.schedule === null ? null : summary(rule.schedule, language),
  prefixes: rule.prefixes,
  target: targetOf(config, rule.target),
  dead: dead ? 'covered' : null,
  problem: problemOf(config, rule.target),
});

function targetOf(config: DomainSnapshot, target: RoutingTarget): RuleItem['target'] {
  switch (target.kind) {
    case 'user':
      return { type: 'user', id: target.user, name: findUser(config, target.user)?.displayName ?? null };
    case 'group':
      return { type: 'group', id: target.group, name: findGroup(config, target.group)?.name ?? null };
    case 'ivr': {
      const scenario = config.scenarios.find(({ id }) => id === target.scenario);
      return { type: 'ivr', id: target.scenario, name: scenario?.name ?? null };
    }
    case 'voicemail':
    case 'fax':
      return { ...targetOf(config, target.of), type: target.kind };
    case 'privateRoute':
      return { type: target.kind, id: null, name: target.number };
    case 'end':
      return { type: 'end', id: null, name: null };
  }
}

function problemOf(config: DomainSnapshot, target: RoutingTarget): TargetProblem | null {
  if (target.kind === 'user' || target.kind === 'end') return null;
  const group = target.kind === 'group' ? findGroup(config, target.group) : undefined;
  if (!group) return 'unsupported';
  if (group.algorithm === 'none') return 'noAlgorithm';
  if (group.algorithm !== 'all') return 'unsupported';
  return group.members.length === 0 ? 'noMembers' : null;
}
