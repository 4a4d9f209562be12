import type { Ms } from '@kommutator/base';
import { CAUSES, type Cause } from '@kommutator/model/cause';
import type { UserConfig } from '@kommutator/model/config';
import type { Leg } from '../call.ts';
import { dial } from '../dial.ts';
import type { LiveCall } from '../live-call.ts';
import { isCongested, type Missed } from '../outcome.ts';
import { type Refusal, refuse } from '../refuse.ts';
import { talk } from '../talk.ts';

/** The public network gives up long before; this only bounds a trunk that never does. */
const RING_MS: Ms = 300_000;

/** A user's own phone when the money is out: 403 that says 402 (BIL-14.2). */
export const NO_MONEY: Cause = { ...CAUSES.forbidden, reasonSip: 402 };

/** A user's call to the public network: its early media and its refusals are passed on as they are. */
export async function toPublic(
  call: LiveCall,
  caller: Leg,
  to: { readonly user: UserConfig; readonly number: string; readonly emergency: boolean },
): Promise<void> {
  const { number, emergency } = to;
  call.note({ type: 'wanted', what: { kind: 'number', number } });
  const { privacy } = call.arrival;
  const target = { kind: 'number', number, emergency, onBehalfOf: to.user, ringFor: RING_MS } as const;
  await using attempt = dial(call, target, { for: caller, alert: [caller, 'theirs'], privacy });
  const dialled = await attempt.result;
  if (dialled.kind === 'answered') return talk(call, caller, dialled.leg);
  const { cause, ...how } = refusalOf(call, dialled);
  return refuse(call, caller, cause, how);
}

function refusalOf(call: LiveCall, missed: Missed): Refusal & { readonly cause: Cause } {
  switch (missed.skipped) {
    case 'noChannel':
      call.note({ type: 'channel.none', way: 'outgoing' });
      return { cause: CAUSES.noOutgoingChannel, announcement: 'announcement:no-lines' };
    case 'noMoney':
      return { cause: NO_MONEY, announcement: 'announcement:suspended' };
    case undefined:
      if (isCongested(missed)) return { cause: CAUSES.overload };
      if (missed.kind === 'failed') return { cause: CAUSES.trunkDown };
      return missed.kind === 'noAnswer' ? missed : { cause: missed.cause, by: 'callee' };
    default:
      return { cause: missed.cause };
  }
}
