/** A person's own sessions: seen, and ended one by one or all but this one (ACC-5). */
import { err, ok, type Result } from '@kommutator/base';
import type { Refusal } from '@kommutator/model/refusals';
import type { StoredSession } from '@kommutator/store';
import type { Session } from '../session.ts';
import type { AccessDesk } from './desk.ts';
import { IDLE_LIMIT } from './session-desk.ts';

export const ownSessions = (
  { store, clock }: AccessDesk,
  session: Session,
): Promise<readonly StoredSession[]> =>
  store.access.listSessions(session.person.id, clock.wall(), IDLE_LIMIT);

/** Ends one; somebody else's is not found. */
export async function endOwnSession(
  { store, sessions }: AccessDesk,
  session: Session,
  id: string,
): Promise<Result<null, Refusal>> {
  const ended = await store.access.endSession(session.person.id, id);
  sessions.doubt();
  return ended ? ok(null) : err({ code: 'object.notFound', params: {} });
}

export async function endOtherSessions({ store, sessions }: AccessDesk, session: Session): Promise<void> {
  await store.access.endSessions(session.person.id, session.id);
  sessions.doubt();
}

/** ACC-5.1. */
export async function signOut(desk: AccessDesk, session: Session): Promise<void> {
  await endOwnSession(desk, session, session.id);
}
