/** Who can sign in to a cabinet, across all tenants: for the system role alone. */
import type { DomainId } from '@kommutator/model/ids';
import type { Language } from '@kommutator/model/messages';
import type { Role } from '@kommutator/model/rights';
import type { Kysely, Selectable } from 'kysely';
import type { Tables } from '../database/tables.ts';

/** A person of a cabinet as he is now. */
export interface Person {
  readonly id: string;
  readonly kind: 'user' | 'pool' | 'provider';
  readonly domain: { readonly id: DomainId; readonly name: string } | null;
  readonly pool: string | null;
  readonly login: string;
  readonly name: string;
  readonly email: string | null;
  readonly language: Language;
  readonly roles: readonly Role[];
}

/** What a sign-in is checked against. */
export interface Account {
  readonly person: Person;
  /** argon2id in PHC form; null = cannot sign in. */
  readonly passwordHash: string | null;
  /** Sealed; null = no second factor. */
  readonly totpSecret: string | null;
  /** Begun and not confirmed yet. */
  readonly totpPending: string | null;
}

type PersonRow = Selectable<Tables['cabinet_person']>;

function rolesOf(row: PersonRow): readonly Role[] {
  if (row.kind === 'provider') return ['provider'];
  if (row.kind === 'pool') return [row.is_supervisor ? 'pool.supervisor' : 'pool.admin'];
  return [
    'user',
    ...(row.is_operator ? (['operator'] as const) : []),
    ...(row.is_admin ? (['admin'] as const) : []),
  ];
}

export const personOf = (row: PersonRow): Person => ({
  id: row.account_id,
  kind: row.kind,
  domain: row.domain_id && row.domain_name !== null ? { id: row.domain_id, name: row.domain_name } : null,
  pool: row.pool_id,
  login: row.login,
  name: row.name,
  email: row.email,
  language: row.language,
  roles: rolesOf(row),
});

const accounts = (db: Kysely<Tables>) =>
  db
    .selectFrom('cabinet_person as p')
    .leftJoin('cabinet_account as a', 'a.account_id', 'p.account_id')
    .selectAll('p')
    .select(['a.password_hash', 'a.totp_secret', 'a.totp_on']);

type AccountRow = PersonRow & {
  readonly password_hash: string | null;
  readonly totp_secret: string | null;
  readonly totp_on: boolean | null;
};

const accountOf = (row: AccountRow | undefined): Account | null =>
  row === undefined
    ? null
    : {
        person: personOf(row),
        passwordHash: row.password_hash,
        totpSecret: row.totp_on ? row.totp_secret : null,
        totpPending: row.totp_on ? null : row.totp_secret,
      };

/**
 * Whoever has this login, in any case of letters.
 * @param domain name of the domain; '' = a pool's administrator or the provider's own, who have none (POOL-5).
 */
export async function findAccount(
  db: Kysely<Tables>,
  domain: string,
  login: string,
): Promise<Account | null> {
  const all = accounts(db).where('p.login', '=', login.toLowerCase());
  const found =
    domain === ''
      ? all.where('p.kind', '<>', 'user').orderBy('p.kind', 'desc')
      : all.where('p.kind', '=', 'user').where('p.domain_name', '=', domain.toLowerCase());
  return accountOf(await found.limit(1).executeTakeFirst());
}

/** Null = gone. */
export async function readAccount(db: Kysely<Tables>, id: string): Promise<Account | null> {
  return accountOf(await accounts(db).where('p.account_id', '=', id).executeTakeFirst());
}
