import { CAUSES } from '@kommutator/model/cause';
import type { GroupConfig } from '@kommutator/model/config';
import { findUser } from '@kommutator/model/lookup';
import type { Dialled, DialOptions, Leg } from '../call.ts';
import { firstAnswer } from '../first-answer.ts';
import type { LiveCall } from '../live-call.ts';
import { isCongested } from '../outcome.ts';
import { refuse } from '../refuse.ts';
import { talk } from '../talk.ts';
import { ringContacts } from './ring-contacts.ts';

/** A call to a group, by its algorithm: ring everybody, nobody, or a queue. */
export async function toGroup(call: LiveCall, caller: Leg, group: GroupConfig): Promise<void> {
  const { id, name, algorithm } = group;
  call.note({ type: 'wanted', what: { kind: 'group', group: id, number: group.extension ?? '', name } });
  if (algorithm === 'none') {
    call.note({ type: 'group.noAlgorithm', group: id });
    return refuse(call, caller, CAUSES.busy);
  }
  if (algorithm !== 'all') {
    call.note({ type: 'route.unsupported', target: algorithm });
    return refuse(call, caller, CAUSES.notAvailable);
  }
  const dialled = await ringMembers(call, group, { for: caller, alert: [caller, 'ringback'] });
  if (dialled.kind === 'answered') return talk(call, caller, dialled.leg);
  return refuse(call, caller, isCongested(dialled) ? CAUSES.overload : CAUSES.busy);
}

/** «Всем пользователям одновременно» (GRP-8): the scenarios of all members at once, without their end nodes. */
async function ringMembers(
  call: LiveCall,
  group: GroupConfig,
  o: Pick<DialOptions, 'for' | 'alert'>,
): Promise<Dialled> {
  const won = new AbortController();
  const members = group.members.flatMap(({ user }) => findUser(call.config, user) ?? []);
  const branches = members.map(member => ringContacts(call, member, { ...o, signal: won.signal }));
  try {
    return await firstAnswer(branches, () => won.abort());
  } finally {
    won.abort();
  }
}
