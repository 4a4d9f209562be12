/** What the cabinet's frame shows of whoever is signed in (ACC-8…ACC-10). */
import type { DomainId } from '@kommutator/model/ids';
import type { Language } from '@kommutator/model/messages';
import type { Area, Right, Role } from '@kommutator/model/rights';
import type { Session } from '../session.ts';
import type { AccessDesk } from './desk.ts';

export interface Me {
  readonly user: {
    readonly id: string;
    readonly login: string;
    readonly displayName: string;
    readonly extension: string | null;
    readonly position: string | null;
    readonly email: string | null;
    readonly language: Language;
    readonly totp: boolean;
  };
  readonly domain: {
    readonly id: DomainId;
    readonly name: string;
    readonly visibleName: string;
    readonly company: string;
    readonly timezone: string;
  } | null;
  readonly area: Area;
  readonly roles: readonly Role[];
  readonly rights: readonly Right[];
  readonly csrf: string;
  /** Kopecks; null for who may not see it. */
  readonly balance: number | null;
  readonly counters: { readonly users: number; readonly groups: number; readonly numbers: number } | null;
  /** Default outgoing number of the domain, E.164 digits. */
  readonly outgoingNumber: string | null;
  /** Of the domain: the ETag of its changes; null without a domain. */
  readonly version: number | null;
}

/** Null = the person is gone. */
export async function readMe(desk: AccessDesk, session: Session): Promise<Me | null> {
  const { store } = desk;
  const account = await store.access.readAccount(session.person.id);
  if (!account) return null;
  const { person } = account;
  const inside = session.domain ? await facts(desk, session.domain.id, session) : null;
  if (session.domain && !inside) return null;
  return {
    user: {
      id: person.id,
      login: person.login,
      displayName: person.name,
      extension: inside?.extension ?? null,
      position: inside?.position ?? null,
      email: person.email,
      language: person.language,
      totp: account.totpSecret !== null,
    },
    domain: inside?.domain ?? null,
    area: session.area,
    roles: session.roles,
    rights: [...session.rights],
    csrf: session.csrf,
    balance: inside?.balance ?? null,
    counters: inside?.counters ?? null,
    outgoingNumber: inside?.outgoingNumber ?? null,
    version: inside?.version ?? null,
  };
}

async function facts({ store }: AccessDesk, domain: DomainId, { person, rights }: Session) {
  return store.readIn(domain, async db => {
    const row = await db
      .selectFrom('domain as d')
      .innerJoin('pbx_user as u', 'u.domain_id', 'd.domain_id')
      .leftJoin('extension as e', join =>
        join.onRef('e.domain_id', '=', 'u.domain_id').onRef('e.user_id', '=', 'u.user_id'),
      )
      .leftJoin('number as n', join =>
        join
          .onRef('n.domain_id', '=', 'd.domain_id')
          .onRef('n.number_id', '=', 'd.default_outgoing_number_id'),
      )
      .leftJoin('account as a', 'a.domain_id', 'd.domain_id')
      .where('d.domain_id', '=', domain)
      .where('u.user_id', '=', person.id as never)
      .select([
        'd.name',
        'd.company',
        'd.timezone',
        'd.version',
        'u.position',
        'e.extension',
        'n.digits',
        'a.balance',
      ])
      .executeTakeFirst();
    if (!row) return null;
    const count = async (table: 'pbx_user' | 'pbx_group' | 'number') => {
      const { n } = await db
        .selectFrom(table)
        .select(({ fn }) => fn.countAll<bigint>().as('n'))
        .where('domain_id', '=', domain)
        .executeTakeFirstOrThrow();
      return Number(n);
    };
    const administers = rights.has('users.read');
    return {
      extension: row.extension,
      position: row.position === '' ? null : row.position,
      domain: {
        id: domain,
        name: row.name,
        visibleName: row.name,
        company: row.company,
        timezone: row.timezone,
      },
      balance: administers && row.balance !== null ? Number(row.balance) : null,
      counters: administers
        ? { users: await count('pbx_user'), groups: await count('pbx_group'), numbers: await count('number') }
        : null,
      outgoingNumber: row.digits,
      version: Number(row.version),
    };
  });
}
