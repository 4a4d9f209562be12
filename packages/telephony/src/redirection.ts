import type { Ms } from '@kommutator/base';
import type { UserConfig } from '@kommutator/model/config';
import { dialPlan } from '@kommutator/model/dialplan';
import { parseNameAddr } from '@kommutator/sip';
import type { RingTarget } from './call.ts';
import type { LiveCall } from './live-call.ts';

/**
 * Where a 302 of a user's phone leads: the first contact, read as if the user had dialled it, with his rights
 * (USR-42.11). Null when that is no user and no public number.
 * @param ringFor what is left of the ring time
 */
export function redirection(
  call: LiveCall,
  user: UserConfig,
  contacts: readonly string[],
  ringFor: Ms,
): RingTarget | null {
  const uri = contacts[0] === undefined ? undefined : parseNameAddr(contacts[0])?.uri;
  if (!uri || ringFor <= 0) return null;
  const plan = dialPlan(call.config, user, uri.user, call.house.directory);
  if (plan.kind === 'user') return { kind: 'devices', user: plan.user, ringFor };
  if (plan.kind === 'pstn') return { kind: 'number', number: plan.number, onBehalfOf: user, ringFor };
  return null;
}
