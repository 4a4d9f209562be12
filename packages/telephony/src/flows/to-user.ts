import { CAUSES } from '@kommutator/model/cause';
import type { UserConfig } from '@kommutator/model/config';
import type { Leg } from '../call.ts';
import type { LiveCall } from '../live-call.ts';
import { isBusy, isCongested } from '../outcome.ts';
import { refuse } from '../refuse.ts';
import { talk } from '../talk.ts';
import { ringContacts } from './ring-contacts.ts';

/** A call to a user: his contact numbers, then busy, no answer or nobody (USR-42.9). */
export async function toUser(call: LiveCall, caller: Leg, user: UserConfig): Promise<void> {
  call.note({
    type: 'wanted',
    what: { kind: 'user', user: user.id, number: user.extension, name: user.displayName },
  });
  const dialled = await ringContacts(call, user, { for: caller, alert: [caller, 'ringback'] });
  if (dialled.kind === 'answered') return talk(call, caller, dialled.leg);
  if (isCongested(dialled)) return refuse(call, caller, CAUSES.overload);
  if (isBusy(dialled)) return refuse(call, caller, CAUSES.busy, { by: 'callee' });
  return refuse(call, caller, dialled.tried ? CAUSES.noAnswer : CAUSES.nobody);
}
