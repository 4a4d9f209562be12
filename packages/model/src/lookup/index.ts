/** Finding things in a domain's snapshot by id, internal number or public number, in constant time. */
import type { DomainSnapshot, GroupConfig, NumberConfig, UserConfig } from '../config/index.ts';
import type { GroupId, UserId } from '../ids/index.ts';

/** What an internal number reaches; they share one space per domain (USR-12). */
export type Extension =
  | { readonly kind: 'user'; readonly user: UserConfig }
  | { readonly kind: 'group'; readonly group: GroupConfig }
  | { readonly kind: 'service'; readonly service: 'echo'; readonly extension: string };

interface Index {
  readonly users: ReadonlyMap<UserId, UserConfig>;
  readonly logins: ReadonlyMap<string, UserConfig>;
  readonly groups: ReadonlyMap<GroupId, GroupConfig>;
  readonly extensions: ReadonlyMap<string, Extension>;
  readonly numbers: ReadonlyMap<string, NumberConfig>;
}

/** Snapshots are immutable, so what was indexed once stays right and dies with its snapshot. */
const indexes = new WeakMap<DomainSnapshot, Index>();

export const findUser = (config: DomainSnapshot, id: UserId): UserConfig | undefined =>
  indexOf(config).users.get(id);

/** By login, whatever its case. */
export const findLogin = (config: DomainSnapshot, login: string): UserConfig | undefined =>
  indexOf(config).logins.get(login.toLowerCase());

export const findGroup = (config: DomainSnapshot, id: GroupId): GroupConfig | undefined =>
  indexOf(config).groups.get(id);

export const findExtension = (config: DomainSnapshot, extension: string): Extension | undefined =>
  indexOf(config).extensions.get(extension);

/** By E.164 digits. */
export const findNumber = (config: DomainSnapshot, digits: string): NumberConfig | undefined =>
  indexOf(config).numbers.get(digits);

function indexOf(config: DomainSnapshot): Index {
  const known = indexes.get(config);
  if (known) return known;
  const extensions = new Map<string, Extension>();
  for (const { extension, service } of config.serviceExtensions) {
    extensions.set(extension, { kind: 'service', service, extension });
  }
  for (const group of config.groups) {
    if (group.extension !== null) extensions.set(group.extension, { kind: 'group', group });
  }
  for (const user of config.users) extensions.set(user.extension, { kind: 'user', user });
  const index: Index = {
    users: new Map(config.users.map(user => [user.id, user])),
    logins: new Map(config.users.map(user => [user.login.toLowerCase(), user])),
    groups: new Map(config.groups.map(group => [group.id, group])),
    extensions,
    numbers: new Map(config.numbers.map(number => [number.digits, number])),
  };
  indexes.set(config, index);
  return index;
}
