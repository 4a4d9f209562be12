/** Who may do what: role → rights, in one place for the API, the use-cases and the menu (ACC-8, DESIGN §5 security). */

/** Rights inside one domain; who has one is always bound to a domain. */
export const DOMAIN_RIGHTS = [
  /** Own name, position, e-mail, language (ACC-8.4). */
  'profile.own',
  /** Own calls, with their protocol (ACC-31). */
  'calls.own',
  /** Calls of the whole domain (ADM-1). */
  'calls.all',
  'calls.export',
  /** Own jobs: exports and what else takes long. */
  'jobs.own',
  /** Live channel; what is heard on it is bounded by the other rights. */
  'live',
  'search',
  'users.read',
  'groups.read',
  'numbers.read',
  'actions.read',
  /** «Проверить маршрут». */
  'routes.check',
  /** SIP ladder of a call, secrets stripped. */
  'trace.read',
] as const;
export type DomainRight = (typeof DOMAIN_RIGHTS)[number];

/** Rights that need no domain. */
export const WIDE_RIGHTS = [
  /** Domains of the own pool (POOL-5). */
  'pool.read',
  /** The provider's own settings. */
  'provider.read',
] as const;
export type WideRight = (typeof WIDE_RIGHTS)[number];

export type Right = DomainRight | WideRight;

export const ROLES = ['user', 'operator', 'admin', 'pool.admin', 'pool.supervisor', 'provider'] as const;
export type Role = (typeof ROLES)[number];

const OWN: readonly DomainRight[] = [
  'profile.own',
  'calls.own',
  'calls.export',
  'jobs.own',
  'live',
  'search',
];

/** Operator adds functions of the contact centre, none of the cabinet's (ACC-8.3). */
const RIGHTS: Readonly<Record<Role, readonly Right[]>> = {
  user: OWN,
  operator: OWN,
  admin: DOMAIN_RIGHTS,
  'pool.admin': ['pool.read'],
  'pool.supervisor': ['pool.read'],
  provider: ['provider.read'],
};

/** All rights of somebody with these roles. */
export const rightsOf = (roles: readonly Role[]): ReadonlySet<Right> =>
  new Set(roles.flatMap(role => RIGHTS[role]));

/** What an endpoint asks for: nothing, a session, or a right. */
export type Access = 'anyone' | 'signedIn' | Right;

/** Whether somebody with these rights (null = not signed in) may call an endpoint that asks for `access`. */
export function mayCall(access: Access, rights: ReadonlySet<Right> | null): boolean {
  if (access === 'anyone') return true;
  if (rights === null) return false;
  return access === 'signedIn' || rights.has(access);
}

const DOMAIN: ReadonlySet<string> = new Set(DOMAIN_RIGHTS);

export const isDomainRight = (access: Access): access is DomainRight => DOMAIN.has(access);

/** The four areas of the cabinet (UI). */
export type Area = 'domain' | 'personal' | 'pool' | 'provider';

/** Where somebody with these roles arrives after sign-in (ACC-4.1). */
export function areaOf(roles: readonly Role[]): Area {
  if (roles.includes('provider')) return 'provider';
  if (roles.includes('pool.supervisor') || roles.includes('pool.admin')) return 'pool';
  return roles.includes('admin') ? 'domain' : 'personal';
}
