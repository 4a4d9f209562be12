/** Ctrl K: users, groups, numbers, calls by a few letters. Pages are the cabinet's own to find. */
import type { DomainSnapshot } from '@kommutator/model/config';
import { formatDisplay } from '@kommutator/model/numbers';
import { type Store, searchText, searchWords } from '@kommutator/store';
import { filterOf } from '../calls/list-calls.ts';
import type { DomainSession } from '../session.ts';
import type { Snapshots } from '../snapshots.ts';

export interface Found {
  readonly kind: 'user' | 'group' | 'number' | 'call';
  readonly id: string;
  readonly title: string;
  readonly subtitle: string | null;
}

/** Of each kind. */
const MOST = 8;

export async function search(
  { store, snapshots }: { readonly store: Store; readonly snapshots: Snapshots },
  session: DomainSession,
  text: string,
): Promise<readonly Found[]> {
  const { rights, domain } = session;
  const words = searchWords(text) ?? (text.trim() === '' ? [] : [text.trim().toLowerCase()]);
  if (words.length === 0) return [];
  const config = await snapshots.of(domain.id);
  if (!config) return [];
  const things = [
    ...(rights.has('users.read') ? usersIn(config) : []),
    ...(rights.has('groups.read') ? groupsIn(config) : []),
    ...(rights.has('numbers.read') ? numbersIn(config) : []),
  ];
  const counts = new Map<Found['kind'], number>();
  const found = things.flatMap(({ found, looks }) => {
    const count = counts.get(found.kind) ?? 0;
    const shown = searchText(looks);
    if (count >= MOST || !words.some(word => shown.includes(word))) return [];
    counts.set(found.kind, count + 1);
    return [found];
  });
  return [...found, ...(await callsOf(store, session, text))];
}

interface Thing {
  readonly found: Found;
  readonly looks: readonly string[];
}

const usersIn = (config: DomainSnapshot): readonly Thing[] =>
  config.users.map(user => ({
    found: {
      kind: 'user',
      id: user.id,
      title: user.displayName,
      subtitle: `${user.extension} · ${user.login}`,
    },
    looks: [user.displayName, user.login, user.extension, ...user.forwarding.map(rule => rule.target)],
  }));

const groupsIn = (config: DomainSnapshot): readonly Thing[] =>
  config.groups.map(({ id, name, extension }) => ({
    found: { kind: 'group', id, title: name, subtitle: extension },
    looks: [name, extension ?? ''],
  }));

const numbersIn = (config: DomainSnapshot): readonly Thing[] =>
  config.numbers.map(({ id, digits }) => ({
    found: { kind: 'number', id, title: formatDisplay(digits), subtitle: null },
    looks: [digits],
  }));

async function callsOf(store: Store, session: DomainSession, text: string): Promise<readonly Found[]> {
  if (!searchWords(text)) return [];
  const filter = filterOf(session, { search: text });
  if (!filter.ok) return [];
  const { rows } = await store.callHistory.page(session.domain.id, { ...filter.value, limit: MOST });
  return rows.map(row => ({
    kind: 'call' as const,
    id: row.callId,
    title: `${row.aName || row.aNumber} → ${row.bName || row.bNumber}`,
    subtitle: new Date(row.startedAt).toISOString(),
  }));
}
