import { CAUSES, type Cause } from '@kommutator/model/cause';
import type { DomainSnapshot, UserConfig } from '@kommutator/model/config';
import type { UserId } from '@kommutator/model/ids';
import { findExtension } from '@kommutator/model/lookup';
import type { Arrival } from '../call.ts';
import type { House } from '../house.ts';
import { partyOf } from '../party.ts';
import type { RingingCall } from '../pickup-board.ts';
import { refuse } from '../refuse.ts';
import { runCall } from '../run-call.ts';

/**
 * Takes the call that rings at a colleague of a pickup group (USR-20): the longest ringing one, that of a given
 * internal number, or the dialog a lamp key names in Replaces. The picker's leg joins the caller's call and makes none
 * of its own; only a pickup that finds nothing stays as a call.
 * @param extension whose call; null = anybody's
 */
export async function pickUp(
  house: House,
  arrival: Arrival,
  user: UserConfig,
  extension: string | null,
): Promise<void> {
  const refusal = takeFirst(house, arrival, user, extension);
  if (refusal)
    await runCall(house, arrival, { direction: 'int' }, call => refuse(call, call.caller, refusal));
}

/** @returns null when the picker has a caller now, otherwise what he is told. */
function takeFirst(house: House, arrival: Arrival, user: UserConfig, extension: string | null): Cause | null {
  const colleagues = colleaguesOf(arrival.config, user.id);
  if (!colleagues) return CAUSES.forbidden;
  const whom = extension === null ? undefined : findExtension(arrival.config, extension);
  if (whom?.kind === 'user' && !colleagues.has(whom.user.id)) return CAUSES.forbidden;
  for (const ringing of house.pickups.of(arrival.config.id)) {
    if (!colleagues.has(ringing.user)) continue;
    if (whom && (whom.kind !== 'user' || whom.user.id !== ringing.user)) continue;
    if (arrival.replaces && !hasDialog(ringing, arrival.replaces.callId)) continue;
    if (give(ringing, arrival, user)) return null;
  }
  return CAUSES.notAvailable;
}

/** Members of all pickup groups of the user without himself; null when he is in none. */
function colleaguesOf(config: DomainSnapshot, user: UserId): ReadonlySet<UserId> | null {
  const groups = config.pickupGroups.filter(group => group.members.includes(user));
  if (groups.length === 0) return null;
  const colleagues = new Set(groups.flatMap(group => group.members));
  colleagues.delete(user);
  return colleagues;
}

const hasDialog = ({ call }: RingingCall, sipCallId: string): boolean =>
  call.legs.values().some(leg => leg.sipCallId === sipCallId && !leg.answered && leg !== call.caller);

function give({ call, user, take }: RingingCall, { leg }: Arrival, picker: UserConfig): boolean {
  if (leg.endCause || call.caller.endCause || !take?.(leg)) return false;
  call.adopt(leg);
  call.note({ type: 'pickup', by: partyOf(picker), user });
  leg.show(call.caller.party);
  return true;
}
