/** ACC-7: a one-time link by letter, and the new password set by it. */
import { err, ok, type Result } from '@kommutator/base';
import { passwordRefusal } from '@kommutator/model/passwords';
import type { Refusal } from '@kommutator/model/refusals';
import type { Account } from '@kommutator/store';
import type { AccessDesk } from './desk.ts';
import { Busy } from './hashing.ts';
import { passwordChangedLetter, passwordLinkLetter } from './letters.ts';
import { postLetter } from './post.ts';
import { setPassword } from './set-password.ts';
import { network } from './sign-in.ts';
import { isToken, newToken, tokenHash } from './tokens.ts';

const LIFE = 60 * 60_000;
const EXPIRED: Refusal = { code: 'link.expired', params: {} };

/** Always the same to whoever asks; the letter goes to the address on record alone, and not too often. */
export async function askForLink(
  desk: AccessDesk,
  given: { readonly domain: string; readonly login: string },
  ip: string,
): Promise<void> {
  const { attempts, store, clock } = desk;
  const from = network(ip);
  if (attempts.lettersFrom.shut(from) > 0 || attempts.lettersFrom.count(from)) return;
  const account = await store.access.findAccount(given.domain.trim(), given.login.trim());
  if (!account || account.person.email === null) return;
  const { person } = account;
  if (attempts.letters.shut(person.id) > 0 || attempts.letters.count(person.id)) return;
  const token = newToken();
  const now = clock.wall();
  await store.access.addPasswordLink({
    tokenHash: tokenHash(token),
    account: person.id,
    domain: person.domain?.id ?? null,
    now,
    expiresAt: now + LIFE,
  });
  const link = `${desk.publicUrl}/password/${token}`;
  await postLetter(desk, person, 'password-link', passwordLinkLetter(person, link));
}

/** Whose link it is, without using it up. */
export async function readLink(desk: AccessDesk, token: string): Promise<Result<Account, Refusal>> {
  if (!isToken(token)) return err(EXPIRED);
  const { store, clock } = desk;
  const id = await store.access.readPasswordLink(tokenHash(token), clock.wall());
  const account = id === null ? null : await store.access.readAccount(id);
  return account ? ok(account) : err(EXPIRED);
}

/** The new password; every session of this person ends, every other link too. */
export async function useLink(
  desk: AccessDesk,
  token: string,
  password: string,
  ip: string,
): Promise<Result<null, Refusal>> {
  const found = await readLink(desk, token);
  if (!found.ok) return found;
  const { person } = found.value;
  const refusal = passwordRefusal(password, person.login);
  if (refusal) return err(refusal);
  const { store, box, hashing, sessions, attempts } = desk;
  let hash: string;
  try {
    hash = await hashing.hash(password);
  } catch (error) {
    if (error instanceof Busy) return err({ code: 'server.busy', params: {} });
    throw error;
  }
  if (!(await store.access.takePasswordLink(tokenHash(token)))) return err(EXPIRED);
  const actor = { id: person.id, login: person.login, name: person.name, ip, source: 'cabinet' } as const;
  const done = await setPassword(store, box, person, { password, hash, except: null }, actor);
  if (!done.ok) return done;
  sessions.doubt();
  // Whoever locked the owner out by guessing has no say any more.
  attempts.login.clear(JSON.stringify([person.domain?.name ?? '', person.login]));
  await postLetter(desk, person, 'password-changed', passwordChangedLetter(person, ip));
  return ok(null);
}
