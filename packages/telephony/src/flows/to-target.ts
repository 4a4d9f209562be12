import { CAUSES } from '@kommutator/model/cause';
import type { NumberConfig, RoutingTarget } from '@kommutator/model/config';
import { findGroup, findUser } from '@kommutator/model/lookup';
import { route } from '@kommutator/model/routing';
import type { Leg } from '../call.ts';
import type { LiveCall } from '../live-call.ts';
import { refuse } from '../refuse.ts';
import { toGroup } from './to-group.ts';
import { toUser } from './to-user.ts';

/**
 * Step 7 and 8 of RTE-15: the first rule of the number that fits, and its object. No rule is busy (RTE-4).
 * @param callerNumber E.164 digits; null = hidden, or a colleague
 */
export async function byRules(
  call: LiveCall,
  caller: Leg,
  number: NumberConfig,
  callerNumber: string | null,
): Promise<void> {
  const decision = route({ config: call.config, number, caller: callerNumber, wall: call.startedAt });
  if (decision.kind === 'none') {
    call.note({ type: 'route.none' });
    return refuse(call, caller, CAUSES.busy);
  }
  const { id, priority } = decision.rule;
  call.note({ type: 'route.rule', rule: id, priority });
  return toTarget(call, caller, decision.target);
}

/** The object of a rule; its outcome is final (RTE-9.3). */
async function toTarget(call: LiveCall, caller: Leg, target: RoutingTarget): Promise<void> {
  switch (target.kind) {
    case 'user': {
      const user = findUser(call.config, target.user);
      return user ? toUser(call, caller, user) : unsupported(call, caller, target.kind);
    }
    case 'group': {
      const group = findGroup(call.config, target.group);
      return group ? toGroup(call, caller, group) : unsupported(call, caller, target.kind);
    }
    case 'end':
      call.note({ type: 'route.end' });
      return refuse(call, caller, CAUSES.busy);
    default:
      return unsupported(call, caller, target.kind);
  }
}

/** An object this exchange cannot serve: the protocol names it, the caller gets 480. */
function unsupported(call: LiveCall, caller: Leg, target: string): Promise<void> {
  call.note({ type: 'route.unsupported', target });
  return refuse(call, caller, CAUSES.notAvailable);
}
