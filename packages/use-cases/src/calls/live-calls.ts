/** Calls that go on now: of the domain, or one's own. */
import type { UserId } from '@kommutator/model/ids';
import type { LiveView } from '../live/view.ts';
import type { DomainSession } from '../session.ts';
import { type CallItem, liveItemOf } from './item.ts';

/** Newest first. @param now Unix ms */
export function liveCalls(live: LiveView, session: DomainSession, now: number): readonly CallItem[] {
  const all = session.rights.has('calls.all');
  const own = session.person.id as UserId;
  return live
    .calls(session.domain.id)
    .filter(({ participants }) => all || participants.has(own))
    .map(({ call }) => liveItemOf(call, now))
    .reverse();
}
