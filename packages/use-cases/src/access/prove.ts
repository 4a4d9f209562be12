import { err, ok, type Result } from '@kommutator/base';
import type { Refusal } from '@kommutator/model/refusals';
import type { Account } from '@kommutator/store';
import type { Session } from '../session.ts';
import type { AccessDesk } from './desk.ts';
import { Busy } from './hashing.ts';
import { locked } from './sign-in.ts';

/** That it is still the person himself who sits there: five wrong passwords make a pause of 15 min (ACC-16). */
export async function proven(
  { attempts, store, hashing }: AccessDesk,
  { person }: Session,
  password: string,
  field: string,
): Promise<Result<Account, Refusal>> {
  const shut = attempts.proof.shut(person.id);
  if (shut > 0) return err(locked(shut));
  attempts.proof.count(person.id);
  try {
    const account = await store.access.readAccount(person.id);
    if (!account || !(await hashing.verify(account.passwordHash, password)))
      return err({ code: 'password.wrong', params: {}, field });
    // Not cleared: a right password must not buy five more guesses of a code.
    attempts.proof.forgive(person.id);
    return ok(account);
  } catch (error) {
    attempts.proof.forgive(person.id);
    if (error instanceof Busy) return err({ code: 'server.busy', params: {} });
    throw error;
  }
}
