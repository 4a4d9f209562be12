import { createHash } from 'node:crypto';
import { newId, type SecretBox } from '@kommutator/base';
import type { CredentialId, UserId } from '@kommutator/model/ids';
import { secretChanged } from '../actor.ts';
import { Refused } from '../database/errors.ts';
import type { DomainTx } from '../transaction.ts';

export interface PasswordOptions {
  readonly password: string;
  /** Accepted from loopback and private sources only; as it was when left out, and from everywhere at first. */
  readonly privateOnly?: boolean;
}

/** HA1 of digest authentication (RFC 7616 §3.4.2, RFC 8760): hex of H(login:realm:password). */
export function digestHa1(
  algorithm: 'md5' | 'sha256',
  login: string,
  realm: string,
  password: string,
): string {
  return createHash(algorithm).update(`${login}:${realm}:${password}`).digest('hex');
}

/** Sets the SIP password of a user (USR-13): makes his password credential or changes it. */
export async function setSipPassword(
  tx: DomainTx,
  box: SecretBox,
  user: UserId,
  { password, privateOnly }: PasswordOptions,
): Promise<CredentialId> {
  const owner = await tx.db
    .selectFrom('pbx_user as u')
    .innerJoin('domain as d', 'd.domain_id', 'u.domain_id')
    .select(['u.login', 'u.display_name', 'd.name as realm'])
    .where('u.domain_id', '=', tx.domain)
    .where('u.user_id', '=', user)
    .executeTakeFirst();
  if (!owner) throw new Refused({ code: 'not-found', field: 'user_id' });
  const sealed = {
    ha1_md5: box.seal(digestHa1('md5', owner.login, owner.realm, password)),
    ha1_sha256: box.seal(digestHa1('sha256', owner.login, owner.realm, password)),
  };
  const existing = await tx.db
    .selectFrom('sip_credential')
    .select('sip_credential_id')
    .where('domain_id', '=', tx.domain)
    .where('user_id', '=', user)
    .where('kind', '=', 'password')
    .executeTakeFirst();
  const id = existing?.sip_credential_id ?? newId<CredentialId>(tx.now);
  if (existing)
    await tx.db
      .updateTable('sip_credential')
      .set(privateOnly === undefined ? sealed : { ...sealed, private_only: privateOnly })
      .where('domain_id', '=', tx.domain)
      .where('sip_credential_id', '=', id)
      .execute();
  else
    await tx.db
      .insertInto('sip_credential')
      .values({
        domain_id: tx.domain,
        sip_credential_id: id,
        user_id: user,
        kind: 'password',
        login: owner.login,
        private_only: privateOnly ?? false,
        ...sealed,
      })
      .execute();
  tx.touchDirectory();
  await tx.record({
    objectType: 'sip_credential',
    objectId: id,
    objectName: owner.display_name,
    action: existing ? 'update' : 'create',
    changes: [secretChanged('password')],
  });
  return id;
}
