/** The second step of a sign-in: a code of the application (RFC 6238), or one of the recovery codes. */
import { err, ok, type Result } from '@kommutator/base';
import type { Refusal } from '@kommutator/model/refusals';
import type { AccessDesk } from './desk.ts';
import { provesSecondFactor } from './second-factor.ts';
import type { OpenedSession, Origin } from './session-desk.ts';
import { admit, locked } from './sign-in.ts';

export async function secondStep(
  desk: AccessDesk,
  given: { readonly ticket: string; readonly code: string },
  origin: Origin,
): Promise<Result<OpenedSession, Refusal>> {
  const { tickets, store, attempts, security } = desk;
  const expired = err({ code: 'signIn.expired', params: {} } as const);
  const ticket = tickets.read(given.ticket);
  if (!ticket) return expired;
  const account = await store.access.readAccount(ticket.account);
  if (!account) return expired;
  const { person } = account;
  const shut = attempts.proof.shut(person.id);
  if (shut > 0) return err(locked(shut));
  attempts.proof.count(person.id);
  // Meanwhile switched off: the password alone was enough.
  if (account.totpSecret !== null && !(await provesSecondFactor(desk, account, given.code))) {
    security.write('web-failure', origin.ip, { account: `${person.login}@${person.domain?.name ?? ''}` });
    return err({ code: 'code.wrong', params: {}, field: 'code' });
  }
  attempts.proof.clear(person.id);
  tickets.use(given.ticket);
  return ok(await admit(desk, person, ticket.remember, origin));
}
