/** ACC-8.4, ACC-14: what the owner may change of himself. */
import { err, ok, type Result } from '@kommutator/base';
import type { UserId } from '@kommutator/model/ids';
import type { Language } from '@kommutator/model/messages';
import { type Actor, refuseConflicts, type StoreRefusal, updateUser } from '@kommutator/store';
import type { DomainSession } from '../session.ts';
import type { AccessDesk } from './desk.ts';

export interface ProfileChange {
  readonly displayName?: string | undefined;
  readonly position?: string | undefined;
  readonly email?: string | null | undefined;
  readonly language?: Language | undefined;
}

/**
 * @param since version of the domain the form was filled from; null = whatever it is.
 * @returns the refusal of the store as it is: it says what somebody else changed.
 */
export async function changeProfile(
  { store }: AccessDesk,
  session: DomainSession,
  change: ProfileChange,
  since: number | null,
  actor: Actor,
): Promise<Result<null, StoreRefusal>> {
  const id = session.person.id as UserId;
  const { displayName, position, email, language } = change;
  const columns = Object.entries({ display_name: displayName, position, email, language });
  const wanted = Object.fromEntries(columns.filter(([, value]) => value !== undefined));
  const done = await store.inDomain(actor, session.domain.id, async tx => {
    if (since !== null) await refuseConflicts(tx, id, wanted, since);
    await updateUser(tx, id, {
      ...(displayName === undefined ? {} : { displayName }),
      ...(position === undefined ? {} : { position }),
      ...(email === undefined ? {} : { email }),
      ...(language === undefined ? {} : { language }),
    });
  });
  return done.ok ? ok(null) : err(done.error);
}
