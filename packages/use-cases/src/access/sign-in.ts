/** ACC-4: login, password and domain open a session, or ask for the second factor. */
import { isIPv6 } from 'node:net';
import { err, ok, type Result } from '@kommutator/base';
import type { Refusal } from '@kommutator/model/refusals';
import { areaOf } from '@kommutator/model/rights';
import type { Account, CabinetPerson } from '@kommutator/store';
import { actorOf } from '../session.ts';
import type { AccessDesk } from './desk.ts';
import { Busy } from './hashing.ts';
import type { OpenedSession, Origin } from './session-desk.ts';

export interface Credentials {
  /** '' = a pool's administrator or the provider's own. */
  readonly domain: string;
  /** Also `login@domain` with an empty domain (ACC-4.4). */
  readonly login: string;
  readonly password: string;
  readonly remember: boolean;
}

export type SignedIn =
  | { readonly second: null; readonly opened: OpenedSession }
  | { readonly second: 'totp'; readonly ticket: string };

const WRONG: Refusal = { code: 'signIn.wrong', params: {} };

/** Refused with one text for every cause, after the same work for every cause. */
export async function signIn(
  desk: AccessDesk,
  given: Credentials,
  origin: Origin,
): Promise<Result<SignedIn, Refusal>> {
  const { attempts, store, hashing, security } = desk;
  const { domain, login } = named(given);
  const key = JSON.stringify([domain, login]);
  const from = network(origin.ip);
  const shut = Math.max(attempts.login.shut(key), attempts.address.shut(from));
  if (shut > 0) return err(locked(shut));
  const locks = attempts.login.count(key);
  const locksAddress = attempts.address.count(from);
  let account: Account | null;
  let matches: boolean;
  try {
    account = await store.access.findAccount(domain, login);
    matches = await hashing.verify(account?.passwordHash ?? null, given.password);
  } catch (error) {
    // Nothing was learned about the password.
    attempts.login.forgive(key);
    attempts.address.forgive(from);
    if (error instanceof Busy) return err({ code: 'server.busy', params: {} });
    throw error;
  }
  if (!account || !matches) {
    const name = { account: `${login}@${domain}` };
    security.write('web-failure', origin.ip, name);
    if (locks || locksAddress) security.write('web-locked', origin.ip, { ...name, minutes: 15 });
    // Not waited for: how long it takes would tell who exists.
    if (locks && account) desk.background.do(() => recordLock(desk, account, origin));
    return err(WRONG);
  }
  attempts.login.clear(key);
  attempts.address.forgive(from);
  if (account.totpSecret !== null)
    return ok({
      second: 'totp',
      ticket: desk.tickets.issue({ account: account.person.id, remember: given.remember }),
    });
  return ok({ second: null, opened: await admit(desk, account.person, given.remember, origin) });
}

/** Opens the session and says so in the action history (ACC-4.5). */
export async function admit(
  { sessions, store }: AccessDesk,
  person: CabinetPerson,
  remember: boolean,
  origin: Origin,
): Promise<OpenedSession> {
  const opened = await sessions.open(person, remember, origin);
  const area = { field: 'area', old: null, new: areaOf(person.roles) };
  await store.access.recordAccess(actorOf(opened.session, origin.ip), person, 'sign_in', [area]);
  return opened;
}

/** @param ms until the lock opens. */
export const locked = (ms: number): Refusal => ({
  code: 'signIn.locked',
  params: { minutes: Math.max(1, Math.ceil(ms / 60_000)) },
});

/** One row when the guard locks somebody who exists: strangers must not fill a table nobody may delete from. */
async function recordLock({ store }: AccessDesk, { person }: Account, { ip }: Origin): Promise<void> {
  const actor = { id: null, login: '', name: '', ip, source: 'system' } as const;
  await store.access.recordAccess(actor, person, 'sign_in_locked', []);
}

function named({ domain, login }: Credentials): { readonly domain: string; readonly login: string } {
  const whole = login.trim().toLowerCase();
  const at = whole.indexOf('@');
  if (at > 0 && domain.trim() === '') return { login: whole.slice(0, at), domain: whole.slice(at + 1) };
  return { login: whole, domain: domain.trim().toLowerCase() };
}

/** One subscriber has a whole /64 of IPv6. */
export function network(ip: string): string {
  if (!isIPv6(ip) || ip.includes('.')) return ip;
  const [head = '', tail] = ip.split('::');
  const parts = (text: string) => (text === '' ? [] : text.split(':'));
  const given = parts(tail ?? '');
  const zeros = tail === undefined ? 0 : 8 - parts(head).length - given.length;
  return [...parts(head), ...Array.from({ length: zeros }, () => '0'), ...given].slice(0, 4).join(':');
}
