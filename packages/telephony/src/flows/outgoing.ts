import { CAUSES } from '@kommutator/model/cause';
import type { DomainSnapshot, UserConfig } from '@kommutator/model/config';
import { type DialDecision, dialPlan } from '@kommutator/model/dialplan';
import { findNumber } from '@kommutator/model/lookup';
import type { Arrival } from '../call.ts';
import type { House } from '../house.ts';
import type { LiveCall } from '../live-call.ts';
import { MAX_HOPS } from '../path.ts';
import { refuse } from '../refuse.ts';
import { type Opening, runCall } from '../run-call.ts';
import { echo } from './echo.ts';
import { pickUp } from './pickup.ts';
import { toGroup } from './to-group.ts';
import { NO_MONEY, toPublic } from './to-public.ts';
import { byRules } from './to-target.ts';
import { toUser } from './to-user.ts';

/** A call of one of our users: what he dialled is read by the dial plan, emergency first. */
export async function outgoing(house: House, arrival: Arrival, user: UserConfig): Promise<void> {
  const plan = dialPlan(arrival.config, user, arrival.dialled, house.directory);
  if (plan.kind === 'emergency') {
    const to = { user, number: plan.number, emergency: true };
    return runCall(house, arrival, openingOf(plan, arrival.config), call => toPublic(call, call.caller, to));
  }
  if (house.meter.blocked(arrival.config.id)) {
    return runCall(house, arrival, openingOf(plan, arrival.config), call =>
      refuse(call, call.caller, NO_MONEY, { announcement: 'announcement:suspended' }),
    );
  }
  if (plan.kind === 'pickup') return pickUp(house, arrival, user, plan.extension);
  if (arrival.replaces) return pickUp(house, arrival, user, null);
  return runCall(house, arrival, openingOf(plan, arrival.config), call => carryOut(call, user, plan));
}

function carryOut(
  call: LiveCall,
  user: UserConfig,
  plan: Exclude<DialDecision, { kind: 'pickup' | 'emergency' }>,
): Promise<void> {
  const { caller } = call;
  if (call.arrival.hops > MAX_HOPS) return refuse(call, caller, CAUSES.tooManyHops);
  switch (plan.kind) {
    case 'user':
      return toUser(call, caller, plan.user);
    case 'group':
      return toGroup(call, caller, plan.group);
    case 'service':
      return echo(call, caller, plan.extension);
    case 'ownNumber':
      return byRules(call, caller, plan.number, null);
    case 'pstn':
      return toPublic(call, caller, { user, number: plan.number, emergency: false });
    case 'refused':
      call.note(plan.event);
      return refuse(call, caller, plan.cause, { announcement: plan.announcement });
  }
}

/**
 * Calls that leave, or were meant to leave, to the public network are outgoing; all others are internal. The number
 * shown outside is the line of the call (ADM-2.2).
 */
function openingOf(plan: DialDecision, config: DomainSnapshot): Opening {
  if (plan.kind === 'ownNumber') {
    return { direction: 'int', number: { id: plan.number.id, digits: plan.number.digits } };
  }
  const outside = plan.kind === 'pstn' || plan.kind === 'emergency' ? plan.outgoingNumber : null;
  const shown = outside === null ? undefined : findNumber(config, outside);
  const out =
    plan.kind === 'pstn' ||
    plan.kind === 'emergency' ||
    (plan.kind === 'refused' && plan.event.type !== 'number.unknown');
  return { direction: out ? 'out' : 'int', ...(shown && { number: { id: shown.id, digits: shown.digits } }) };
}
