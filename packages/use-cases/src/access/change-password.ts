/** ACC-16: the owner changes his own password. */
import { err, ok, type Result } from '@kommutator/base';
import { passwordRefusal } from '@kommutator/model/passwords';
import type { Refusal } from '@kommutator/model/refusals';
import type { Actor } from '@kommutator/store';
import type { Session } from '../session.ts';
import type { AccessDesk } from './desk.ts';
import { Busy } from './hashing.ts';
import { passwordChangedLetter } from './letters.ts';
import { postLetter } from './post.ts';
import { proven } from './prove.ts';
import type { RenamedSession } from './session-desk.ts';
import { setPassword } from './set-password.ts';

/** @returns the token this session goes on under. */
export async function changePassword(
  desk: AccessDesk,
  session: Session,
  given: { readonly current: string; readonly password: string },
  actor: Actor,
): Promise<Result<RenamedSession, Refusal>> {
  const refusal = passwordRefusal(given.password, session.person.login);
  if (refusal) return err(refusal);
  const checked = await proven(desk, session, given.current, 'current');
  if (!checked.ok) return checked;
  const { person } = checked.value;
  let hash: string;
  try {
    hash = await desk.hashing.hash(given.password);
  } catch (error) {
    if (error instanceof Busy) return err({ code: 'server.busy', params: {} });
    throw error;
  }
  const { store, box } = desk;
  const done = await setPassword(
    store,
    box,
    person,
    { password: given.password, hash, except: session.id },
    actor,
  );
  if (!done.ok) return done;
  await postLetter(desk, person, 'password-changed', passwordChangedLetter(person, actor.ip));
  return ok(await desk.sessions.rename(session));
}
