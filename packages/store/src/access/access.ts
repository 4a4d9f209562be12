/** Sign-in, sessions and letters, across all tenants: what nobody's domain is known for yet. */
import type { Clock } from '@kommutator/base';
import type { Kysely } from 'kysely';
import type { Actor, FieldChange, ObjectType } from '../actor.ts';
import type { Tables } from '../database/tables.ts';
import { available, writeAction } from '../transaction.ts';
import { addLetter, dueLetters, letterTried, mailLog } from './letters.ts';
import { addPasswordLink, readPasswordLink, takePasswordLink } from './passwords.ts';
import { findAccount, type Person, readAccount } from './people.ts';
import { beginTotp, takeRecoveryCode, takeTotpStep } from './second-factor.ts';
import {
  endSession,
  endSessions,
  forgetEndedSessions,
  listSessions,
  openSession,
  renameSession,
  seeSession,
} from './sessions.ts';

const QUERIES = {
  findAccount,
  readAccount,
  openSession,
  seeSession,
  listSessions,
  endSession,
  endSessions,
  renameSession,
  forgetEndedSessions,
  addPasswordLink,
  readPasswordLink,
  takePasswordLink,
  beginTotp,
  takeTotpStep,
  takeRecoveryCode,
  addLetter,
  dueLetters,
  letterTried,
  mailLog,
};

type Queries = typeof QUERIES;
type Bound<F> = F extends (db: Kysely<Tables>, ...rest: infer Rest) => infer Result
  ? (...rest: Rest) => Result
  : never;

/** Every method rejects with StoreUnavailable while the database is away. */
export type AccessStore = { readonly [Name in keyof Queries]: Bound<Queries[Name]> } & {
  /**
   * A row of the action history that changes nothing: no version rises (ACC-4.5).
   * Strangers cause at most one each time the guard locks (spec 00 §3.3).
   */
  recordAccess(
    actor: Actor,
    person: Person,
    action: 'sign_in' | 'sign_in_locked',
    changes: readonly FieldChange[],
  ): Promise<void>;
};

const OBJECT: Readonly<Record<Person['kind'], ObjectType>> = {
  user: 'user',
  pool: 'pool_admin',
  provider: 'provider_user',
};

export function accessStore(system: Kysely<Tables>, clock: Clock): AccessStore {
  const bound = Object.fromEntries(
    Object.entries(QUERIES).map(([name, query]) => [
      name,
      (...rest: unknown[]) =>
        available(() => (query as (...all: unknown[]) => Promise<unknown>)(system, ...rest)),
    ]),
  ) as unknown as AccessStore;
  return {
    ...bound,
    recordAccess: (actor, person, action, changes) =>
      available(() =>
        system.transaction().execute(db =>
          writeAction(db, actor, person.domain?.id ?? null, clock.wall(), {
            objectType: OBJECT[person.kind],
            objectId: person.id,
            objectName: person.name,
            action,
            changes,
          }),
        ),
      ),
  };
}
