/** The cabinet's password (ACC-16) and the links that set a new one (ACC-7). */
import type { DomainId, UserId } from '@kommutator/model/ids';
import type { Kysely, Transaction } from 'kysely';
import { type ObjectType, secretChanged } from '../actor.ts';
import { Refused } from '../database/errors.ts';
import { stamp } from '../database/rows.ts';
import type { Tables } from '../database/tables.ts';
import type { DomainTx, SystemTx } from '../transaction.ts';

async function write(
  db: Transaction<Tables>,
  now: number,
  owner: {
    readonly id: string;
    readonly domain: DomainId | null;
    readonly column: 'user_id' | 'pool_admin_id' | 'provider_user_id';
  },
  hash: string,
): Promise<void> {
  const secret = { password_hash: hash, password_set_at: stamp(now) };
  await db
    .insertInto('cabinet_account')
    .values({
      account_id: owner.id,
      domain_id: owner.domain,
      user_id: null,
      pool_admin_id: null,
      provider_user_id: null,
      [owner.column]: owner.id,
      totp_secret: null,
      ...secret,
    })
    .onConflict(conflict => conflict.column('account_id').doUpdateSet(secret))
    .execute();
  await db.deleteFrom('password_link').where('account_id', '=', owner.id).execute();
}

/**
 * Sets a user's password for the cabinet; his links end with it, his sessions are the caller's affair.
 * @param hash argon2id in PHC form.
 */
export async function setCabinetPassword(tx: DomainTx, user: UserId, hash: string): Promise<void> {
  const owner = await tx.db
    .selectFrom('pbx_user')
    .select('display_name')
    .where('domain_id', '=', tx.domain)
    .where('user_id', '=', user)
    .executeTakeFirst();
  if (!owner) throw new Refused({ code: 'not-found', field: 'user_id' });
  await write(tx.db, tx.now, { id: user, domain: tx.domain, column: 'user_id' }, hash);
  await tx.record({
    objectType: 'user',
    objectId: user,
    objectName: owner.display_name,
    action: 'update',
    changes: [secretChanged('cabinet_password')],
  });
}

/** The same for a pool's administrator or the provider's own. */
export async function setStaffPassword(
  tx: SystemTx,
  person: { readonly id: string; readonly kind: 'pool' | 'provider'; readonly name: string },
  hash: string,
): Promise<void> {
  const column = person.kind === 'pool' ? 'pool_admin_id' : 'provider_user_id';
  const objectType: ObjectType = person.kind === 'pool' ? 'pool_admin' : 'provider_user';
  await write(tx.db, tx.now, { id: person.id, domain: null, column }, hash);
  await tx.record({
    objectType,
    objectId: person.id,
    objectName: person.name,
    action: 'update',
    changes: [secretChanged('cabinet_password')],
  });
}

/** A one-time link. */
export async function addPasswordLink(
  db: Kysely<Tables>,
  link: {
    readonly tokenHash: Buffer;
    readonly account: string;
    readonly domain: DomainId | null;
    readonly now: number;
    readonly expiresAt: number;
  },
): Promise<void> {
  await db
    .insertInto('password_link')
    .values({
      token_hash: link.tokenHash,
      account_id: link.account,
      domain_id: link.domain,
      created_at: stamp(link.now),
      expires_at: stamp(link.expiresAt),
    })
    .execute();
}

/** Whose link it is; null = used, expired, never made. */
export async function readPasswordLink(
  db: Kysely<Tables>,
  tokenHash: Buffer,
  now: number,
): Promise<string | null> {
  const row = await db
    .selectFrom('password_link')
    .select('account_id')
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', new Date(now))
    .executeTakeFirst();
  return row?.account_id ?? null;
}

/** Uses a link up. @returns false when somebody was faster. */
export async function takePasswordLink(db: Kysely<Tables>, tokenHash: Buffer): Promise<boolean> {
  const done = await db.deleteFrom('password_link').where('token_hash', '=', tokenHash).executeTakeFirst();
  return done.numDeletedRows > 0n;
}
