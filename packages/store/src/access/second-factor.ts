/** Second factor of a sign-in (RFC 6238) and the codes for who lost it. */
import type { DomainId } from '@kommutator/model/ids';
import type { Kysely } from 'kysely';
import { Refused } from '../database/errors.ts';
import type { Tables } from '../database/tables.ts';
import type { SystemTx } from '../transaction.ts';

/** A secret that is in force once a code of it was shown. @returns false when one is in force already. */
export async function beginTotp(db: Kysely<Tables>, account: string, sealed: string): Promise<boolean> {
  const done = await db
    .updateTable('cabinet_account')
    .set({ totp_secret: sealed, totp_step: 0n })
    .where('account_id', '=', account)
    .where('totp_on', '=', false)
    .executeTakeFirst();
  return done.numUpdatedRows > 0n;
}

/** Takes the code of one step of time, once: later steps only (RFC 6238 §5.2). @returns false = seen before. */
export async function takeTotpStep(db: Kysely<Tables>, account: string, step: number): Promise<boolean> {
  const done = await db
    .updateTable('cabinet_account')
    .set({ totp_step: BigInt(step) })
    .where('account_id', '=', account)
    .where('totp_step', '<', BigInt(step))
    .executeTakeFirst();
  return done.numUpdatedRows > 0n;
}

/**
 * From now on a sign-in asks for it.
 * @param account whose; `sealed` is the secret a code was shown of.
 * @throws Refused, `not-found`, when another one was begun meanwhile, or it is in force already.
 */
export async function confirmTotp(
  { db }: SystemTx,
  account: { readonly id: string; readonly domain: DomainId | null; readonly sealed: string },
  codeHashes: readonly Buffer[],
): Promise<void> {
  const done = await db
    .updateTable('cabinet_account')
    .set({ totp_on: true })
    .where('account_id', '=', account.id)
    .where('totp_on', '=', false)
    .where('totp_secret', '=', account.sealed)
    .executeTakeFirst();
  if (done.numUpdatedRows === 0n) throw new Refused({ code: 'not-found', field: 'totp' });
  await db.deleteFrom('recovery_code').where('account_id', '=', account.id).execute();
  const codes = codeHashes.map(code_hash => ({
    account_id: account.id,
    code_hash,
    domain_id: account.domain,
  }));
  await db.insertInto('recovery_code').values(codes).execute();
}

/** No sign-in of this person asks for it any more. */
export async function removeTotp({ db }: SystemTx, account: string): Promise<void> {
  await db
    .updateTable('cabinet_account')
    .set({ totp_on: false, totp_secret: null, totp_step: 0n })
    .where('account_id', '=', account)
    .execute();
  await db.deleteFrom('recovery_code').where('account_id', '=', account).execute();
}

/** @returns false when there is no such code, or no more. */
export async function takeRecoveryCode(db: Kysely<Tables>, account: string, hash: Buffer): Promise<boolean> {
  const done = await db
    .deleteFrom('recovery_code')
    .where('account_id', '=', account)
    .where('code_hash', '=', hash)
    .executeTakeFirst();
  return done.numDeletedRows > 0n;
}
