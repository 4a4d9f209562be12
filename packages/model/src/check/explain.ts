import { CAUSES } from '../cause/index.ts';
import type { GroupConfig, NumberConfig, RoutingTarget, UserConfig } from '../config/index.ts';
import { type DialDecision, dialPlan, type NumberDirectory } from '../dialplan/index.ts';
import { findGroup, findNumber, findUser } from '../lookup/index.ts';
import { callerNumber, formatDisplay, normalise } from '../numbers/index.ts';
import { type RuleVerdict, route } from '../routing/index.ts';
import { type CheckStep, endsWith, step } from './steps.ts';
import { type Circumstances, ringing, toUser } from './user.ts';

export interface CheckQuestion extends Circumstances {
  readonly directory: NumberDirectory;
  readonly from:
    | { readonly kind: 'pstn'; readonly number: string | null }
    | { readonly kind: 'user'; readonly user: UserConfig };
  /** Our number as the public network calls it, or what the user dials. */
  readonly to: string;
}

/** What would happen to an imagined call: the very functions of the line, asked without a line. */
export function explain(question: CheckQuestion): readonly CheckStep[] {
  const { from, to } = question;
  if (from.kind === 'user') {
    const plan = dialPlan(question.config, from.user, to, question.directory);
    return [step('call.dialled', { from: from.user.displayName, to }), ...dialled(question, plan)];
  }
  const caller = callerNumber(from.number);
  const number = normalise(to);
  const own = number.kind === 'e164' ? findNumber(question.config, number.digits) : undefined;
  const shownTo = number.kind === 'e164' ? formatDisplay(number.digits) : to;
  const first =
    caller === null
      ? step('call.incomingHidden', { to: shownTo })
      : step('call.incoming', { from: formatDisplay(caller), to: shownTo });
  if (own) return [first, ...byRules(question, own, caller)];
  return [first, step('number.notConnected', { number: shownTo }), endsWith(CAUSES.unknownNumber)];
}

function dialled(at: CheckQuestion, plan: DialDecision): CheckStep[] {
  switch (plan.kind) {
    case 'user':
      return [toUser(at, plan.user)];
    case 'group':
      return [toGroup(at, plan.group)];
    case 'service':
      return [step('target.service', { number: plan.extension })];
    case 'ownNumber':
      // A colleague has no public number: prefix rules do not fit him.
      return [
        step('number.own', { number: formatDisplay(plan.number.digits) }),
        ...byRules(at, plan.number, null),
      ];
    case 'pickup':
      return [
        plan.extension === null ? step('dial.pickup') : step('dial.pickupOf', { number: plan.extension }),
      ];
    case 'emergency':
      return [step('dial.emergency', { number: plan.number })];
    case 'pstn':
      return [publicCall(plan)];
    case 'refused':
      return [step(REFUSED[plan.announcement]), endsWith(plan.cause)];
  }
}

const REFUSED = {
  'announcement:forbidden': 'dial.forbidden',
  'announcement:no-number': 'dial.noNumber',
  'announcement:not-exist': 'dial.unknown',
} as const;

function publicCall({
  number,
  outgoingNumber,
  direction,
}: Extract<DialDecision, { kind: 'pstn' }>): CheckStep {
  const steps = direction === 'internal' || direction === 'emergency' ? [] : [step(`direction.${direction}`)];
  const params = { number: formatDisplay(number), outgoingNumber: formatDisplay(outgoingNumber) };
  return step('dial.pstn', params, steps);
}

function byRules(at: CheckQuestion, number: NumberConfig, caller: string | null): CheckStep[] {
  const decision = route({ config: at.config, number, caller, wall: at.wall });
  const rules = decision.reasons.map(ruleStep);
  if (decision.kind === 'none') return [...rules, step('rule.none'), endsWith(CAUSES.busy)];
  return [...rules, ...toTarget(at, decision.target)];
}

function ruleStep({ rule, reason }: RuleVerdict): CheckStep {
  const prefixes = rule.prefixes?.join(', ') ?? '';
  return step(`rule.${reason}`, { priority: rule.priority, prefixes }, [], rule.schedule);
}

function toTarget(at: CheckQuestion, target: RoutingTarget): CheckStep[] {
  if (target.kind === 'end') return [step('target.end'), endsWith(CAUSES.busy)];
  const user = target.kind === 'user' ? findUser(at.config, target.user) : undefined;
  if (user) return [toUser(at, user)];
  const group = target.kind === 'group' ? findGroup(at.config, target.group) : undefined;
  if (group) return [toGroup(at, group)];
  return [step('target.unsupported', { target: target.kind }), endsWith(CAUSES.notAvailable)];
}

function toGroup(at: CheckQuestion, group: GroupConfig): CheckStep {
  return step('target.group', { name: group.name }, groupSteps(at, group));
}

function groupSteps(at: CheckQuestion, group: GroupConfig): CheckStep[] {
  if (group.algorithm === 'none') return [step('group.noAlgorithm'), endsWith(CAUSES.busy)];
  if (group.algorithm !== 'all') {
    return [step('target.unsupported', { target: group.algorithm }), endsWith(CAUSES.notAvailable)];
  }
  const members = group.members.flatMap(({ user }) => findUser(at.config, user) ?? []);
  if (members.length === 0) return [step('group.noMembers'), endsWith(CAUSES.busy)];
  const branches = members.map(user => ({ user, ...ringing(at, user) }));
  const seconds = Math.max(...branches.map(branch => branch.seconds));
  const { sip, q850 } = CAUSES.busy;
  return [
    step(
      'group.all',
      { count: members.length },
      branches.map(({ user, steps }) =>
        step('group.member', { name: user.displayName, number: user.extension }, steps),
      ),
    ),
    step('end.unanswered', { sip, q850, seconds }),
  ];
}
