/** One password for cabinet and phones, replaced in one transaction (ACC-16.3). */
import { err, ok, type Result, type SecretBox } from '@kommutator/base';
import type { UserId } from '@kommutator/model/ids';
import type { Refusal } from '@kommutator/model/refusals';
import {
  type Actor,
  type CabinetPerson,
  endSessionsOf,
  type Store,
  setCabinetPassword,
  setSipPassword,
  setStaffPassword,
} from '@kommutator/store';
import { asRefusal } from '../refusals.ts';

export interface NewPassword {
  readonly password: string;
  /** argon2id of it. */
  readonly hash: string;
  /** Session that goes on; all others of this person end (ACC-5.3). */
  readonly except: string | null;
}

/** Sets it everywhere it is asked for. Sessions in memory are the caller's affair. */
export async function setPassword(
  store: Store,
  box: SecretBox,
  person: CabinetPerson,
  { password, hash, except }: NewPassword,
  actor: Actor,
): Promise<Result<null, Refusal>> {
  const { domain, kind, id, name } = person;
  if (domain) {
    const user = id as UserId;
    const done = await store.inDomain(actor, domain.id, async tx => {
      await setCabinetPassword(tx, user, hash);
      await setSipPassword(tx, box, user, { password });
      await endSessionsOf(tx.db, id, except);
    });
    return done.ok ? ok(null) : err(asRefusal(done.error));
  }
  if (kind === 'user') return err({ code: 'object.notFound', params: {} });
  const done = await store.asSystem(actor, async tx => {
    await setStaffPassword(tx, { id, kind, name }, hash);
    await endSessionsOf(tx.db, id, except);
  });
  return done.ok ? ok(null) : err(asRefusal(done.error));
}
