/** Switching the second factor on and off (ACC-4, Silent: optional). */
import { err, ok, type Result } from '@kommutator/base';
import type { Refusal } from '@kommutator/model/refusals';
import { type Actor, confirmTotp, removeTotp, type SystemTx, secretChanged } from '@kommutator/store';
import { asRefusal } from '../refusals.ts';
import type { Session } from '../session.ts';
import type { AccessDesk } from './desk.ts';
import { proven } from './prove.ts';
import {
  newRecoveryCodes,
  newTotpSecret,
  provesSecondFactor,
  recoveryHash,
  totpStep,
  totpUri,
} from './second-factor.ts';
import { locked } from './sign-in.ts';

const NOT_BEGUN: Refusal = { code: 'totp.notBegun', params: {} };

/** A secret for the application; nothing is asked for until a code of it was shown. */
export async function beginTotpSetup(
  { store, box }: AccessDesk,
  session: Session,
): Promise<Result<{ readonly secret: string; readonly uri: string }, Refusal>> {
  const secret = newTotpSecret();
  if (!(await store.access.beginTotp(session.person.id, box.seal(secret))))
    return err({ code: 'totp.on', params: {} });
  const place = session.domain?.name ?? session.kind;
  return ok({ secret, uri: totpUri(secret, `${session.person.login}@${place}`) });
}

/** The first code of it: from now on a sign-in asks for one. */
export async function confirmTotpSetup(
  { store, box, clock, attempts }: AccessDesk,
  session: Session,
  code: string,
  actor: Actor,
): Promise<Result<readonly string[], Refusal>> {
  const { id } = session.person;
  const account = await store.access.readAccount(id);
  if (account?.totpSecret) return err({ code: 'totp.on', params: {} });
  const sealed = account?.totpPending;
  if (!sealed) return err(NOT_BEGUN);
  const shut = attempts.proof.shut(id);
  if (shut > 0) return err(locked(shut));
  attempts.proof.count(id);
  const step = totpStep(box.open(sealed), code.trim().replaceAll(' ', ''), clock.wall());
  if (step === null || !(await store.access.takeTotpStep(id, step)))
    return err({ code: 'code.wrong', params: {}, field: 'code' });
  attempts.proof.clear(id);
  const codes = newRecoveryCodes();
  const hashes = codes.map(each => recoveryHash(id, each));
  const done = await store.asSystem(actor, async tx => {
    await confirmTotp(tx, { id, domain: session.domain?.id ?? null, sealed }, hashes);
    await record(tx, session);
  });
  if (done.ok) return ok(codes);
  return err(done.error.code === 'not-found' ? NOT_BEGUN : asRefusal(done.error));
}

/** Needs both proofs: a session left open must not be enough. */
export async function switchTotpOff(
  desk: AccessDesk,
  session: Session,
  given: { readonly password: string; readonly code: string },
  actor: Actor,
): Promise<Result<null, Refusal>> {
  const checked = await proven(desk, session, given.password, 'password');
  if (!checked.ok) return checked;
  if (checked.value.totpSecret === null) return err({ code: 'totp.off', params: {} });
  const { id } = session.person;
  desk.attempts.proof.count(id);
  if (!(await provesSecondFactor(desk, checked.value, given.code)))
    return err({ code: 'code.wrong', params: {}, field: 'code' });
  desk.attempts.proof.clear(id);
  const done = await desk.store.asSystem(actor, async tx => {
    await removeTotp(tx, id);
    await record(tx, session);
  });
  return done.ok ? ok(null) : err(asRefusal(done.error));
}

async function record(tx: SystemTx, { person, domain, kind }: Session): Promise<void> {
  const row = {
    objectId: person.id,
    objectName: person.name,
    action: 'update',
    changes: [secretChanged('second_factor')],
  } as const;
  if (domain) return tx.in(domain.id).record({ ...row, objectType: 'user' });
  return tx.record({ ...row, objectType: kind === 'pool' ? 'pool_admin' : 'provider_user' });
}
