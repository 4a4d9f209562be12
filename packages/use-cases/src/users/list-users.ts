/** Users of the domain (USR-1, USR-2), with presence (USR-3) and search (USR-4). */
import type { Result } from '@kommutator/base';
import type { DomainSnapshot, UserConfig } from '@kommutator/model/config';
import type { Presence } from '@kommutator/model/live';
import { accept, type Refusal, refuse } from '@kommutator/model/refusals';
import { effectiveRestriction } from '@kommutator/model/restrictions';
import { type Store, searchText, searchWords } from '@kommutator/store';
import type { LiveView } from '../live/view.ts';
import { type Page, type PageAsk, pageOf } from '../pages.ts';
import type { DomainSession } from '../session.ts';
import type { Snapshots } from '../snapshots.ts';

interface Named {
  readonly id: string;
  readonly name: string;
}

interface ShownPresence extends Omit<Presence, 'since' | 'peer'> {
  /** ISO 8601; null = not known. */
  readonly since: string | null;
  readonly peer: string | null;
}

export interface UserItem {
  readonly id: string;
  readonly extension: string;
  readonly login: string;
  readonly displayName: string;
  readonly position: string | null;
  readonly isAdmin: boolean;
  readonly isOperator: boolean;
  readonly recording: boolean;
  readonly voicemailOn: boolean;
  /** Own number for outgoing calls; null = the domain's. */
  readonly outgoingNumber: string | null;
  /** Own or inherited (USR-2.2). */
  readonly restriction: string;
  readonly pickupGroup: Named | null;
  readonly groups: readonly Named[];
  /** Public numbers with a rule that leads to the user. */
  readonly numbers: readonly string[];
  readonly contacts: readonly { readonly type: string; readonly target: string }[];
  readonly presence: ShownPresence;
}

export interface UsersContext {
  readonly store: Store;
  readonly snapshots: Snapshots;
  readonly live: LiveView;
}

export async function listUsers(
  context: UsersContext,
  session: DomainSession,
  ask: PageAsk & { readonly search?: string | undefined },
): Promise<Result<Page<UserItem>, Refusal>> {
  const config = await context.snapshots.of(session.domain.id);
  if (!config) return refuse('object.notFound');
  const page = pageOf(searched(config, ask.search ?? ''), ask);
  if (!page.ok) return page;
  const extras = await readExtras(context.store, config, page.value.items);
  const items = page.value.items.map(user => userItem(context.live, config, user, extras));
  return accept({ ...page.value, items });
}

/** Below three characters everything fits, but an internal number of one or two digits is found (USR-4). */
function searched(config: DomainSnapshot, text: string): readonly UserConfig[] {
  const all = inOrder(config);
  const short = text.trim();
  if (/^\d{1,2}$/.test(short)) {
    const exact = all.filter(user => user.extension === short);
    return exact.length > 0 ? exact : all;
  }
  const words = searchWords(text);
  if (!words) return all;
  return all.filter(user => {
    const own = [user.displayName, user.login, user.extension, ...user.forwarding.map(rule => rule.target)];
    const shown = searchText(own);
    return words.some(word => shown.includes(word));
  });
}

const orders = new WeakMap<DomainSnapshot, readonly UserConfig[]>();
const russian = new Intl.Collator('ru', { sensitivity: 'accent', numeric: true });

/** Pickup groups by name with their users by name, then users without one (USR-1.1). */
function inOrder(config: DomainSnapshot): readonly UserConfig[] {
  const known = orders.get(config);
  if (known) return known;
  const groupOf = new Map(
    config.pickupGroups.flatMap(group => group.members.map(user => [user, group.name] as const)),
  );
  const ordered = config.users.toSorted((a, b) => {
    const [inA, inB] = [groupOf.get(a.id), groupOf.get(b.id)];
    if (inA !== inB) {
      if (inA === undefined) return 1;
      if (inB === undefined) return -1;
      return russian.compare(inA, inB) || (inA < inB ? -1 : 1);
    }
    return russian.compare(a.displayName, b.displayName) || (a.id < b.id ? -1 : 1);
  });
  orders.set(config, ordered);
  return ordered;
}

/** What decisions do not read and the snapshot leaves out. */
type Extras = ReadonlyMap<string, { readonly isAdmin: boolean; readonly position: string | null }>;

async function readExtras(
  store: Store,
  config: DomainSnapshot,
  users: readonly UserConfig[],
): Promise<Extras> {
  if (users.length === 0) return new Map();
  const rows = await store.readIn(config.id, db =>
    db
      .selectFrom('pbx_user')
      .select(['user_id', 'is_domain_admin'])
      .where('domain_id', '=', config.id)
      .where(
        'user_id',
        'in',
        users.map(user => user.id),
      )
      .execute(),
  );
  return new Map(rows.map(row => [row.user_id, { isAdmin: row.is_domain_admin, position: null }]));
}

export function shownPresence({ state, devices, since, peer }: Presence): ShownPresence {
  return { state, devices, since: since === 0 ? null : new Date(since).toISOString(), peer: peer ?? null };
}

function userItem(live: LiveView, config: DomainSnapshot, user: UserConfig, extras: Extras): UserItem {
  const extra = extras.get(user.id);
  const pickup = config.pickupGroups.find(group => group.members.includes(user.id));
  return {
    id: user.id,
    extension: user.extension,
    login: user.login,
    displayName: user.displayName,
    position: extra?.position ?? null,
    isAdmin: extra?.isAdmin ?? false,
    isOperator: user.isOperator,
    recording: false,
    voicemailOn: user.voicemailOn,
    outgoingNumber: user.outgoingNumber,
    restriction: effectiveRestriction(config, user),
    pickupGroup: pickup ? { id: pickup.id, name: pickup.name } : null,
    groups: config.groups
      .filter(group => group.members.some(member => member.user === user.id))
      .map(({ id, name }) => ({ id, name })),
    numbers: config.numbers
      .filter(number => number.rules.some(({ target }) => target.kind === 'user' && target.user === user.id))
      .map(number => number.digits),
    contacts: user.forwarding.map(({ type, target }) => ({ type, target })),
    presence: shownPresence(live.presence(config.id, user.id)),
  };
}

/** One user with the scheme of his incoming calls; absent or foreign: `object.notFound`. */
export async function readUser(
  context: UsersContext,
  session: DomainSession,
  id: string,
): Promise<
  Result<{ readonly item: UserItem; readonly user: UserConfig; readonly config: DomainSnapshot }, Refusal>
> {
  const config = await context.snapshots.of(session.domain.id);
  const user = config?.users.find(each => each.id === id);
  if (!config || !user) return refuse('object.notFound');
  const extras = await readExtras(context.store, config, [user]);
  return accept({ item: userItem(context.live, config, user, extras), user, config });
}
