/** From what happens to what pages are told. */
import type { Clock } from '@kommutator/base';
import type { DomainId } from '@kommutator/model/ids';
import type { Store } from '@kommutator/store';
import { shownAction } from '../actions/list-actions.ts';
import { liveItemOf } from '../calls/item.ts';
import type { Snapshots } from '../snapshots.ts';
import { shownPresence } from '../users/list-users.ts';
import type { LiveHub } from './hub.ts';
import type { LiveChange } from './state.ts';

/** A call or a user's presence has changed. @param wall Unix ms */
export function tellLive(hub: LiveHub, domain: DomainId, change: LiveChange, wall: number): void {
  if (!hub.watched(domain)) return;
  if (change.kind === 'presence') {
    const data = { user: change.user, ...shownPresence(change.presence) };
    hub.publish(domain, 'presence', change.user, data, {
      right: 'users.read',
      people: new Set([change.user]),
    });
    return;
  }
  const { event, going, endedAt } = change;
  const data = { event, call: liveItemOf(going.call, wall, endedAt) };
  hub.publish(domain, 'calls', going.call.call, data, { right: 'calls.all', people: going.participants });
}

/** Actions read for one change; a bulk operation of more is seen when the page is read anew. */
const MOST_ACTIONS = 50;

interface TellerParts {
  readonly hub: LiveHub;
  readonly store: Store;
  readonly snapshots: Snapshots;
  readonly clock: Clock;
}

/** Tells of committed changes: counters of the menu (ACC-9), new rows of the action history (ADM-8). */
export class ConfigTeller {
  readonly #parts: TellerParts;
  /** Newest action told of each domain. */
  readonly #told = new Map<DomainId, { readonly at: number; readonly ids: ReadonlySet<string> }>();

  constructor(parts: TellerParts) {
    this.#parts = parts;
  }

  /** Never rejects: what cannot be read now is read with the next change. */
  async changed(domain: DomainId): Promise<void> {
    const { hub, snapshots } = this.#parts;
    if (!hub.watched(domain)) {
      this.#told.delete(domain);
      return;
    }
    try {
      const config = await snapshots.of(domain);
      if (!config) return;
      const { users, groups, numbers, version } = config;
      const counters = { users: users.length, groups: groups.length, numbers: numbers.length, version };
      hub.publish(domain, 'counters', 'counters', counters, { right: 'users.read' });
      await this.#actions(domain);
    } catch {
      // The database is away: pages read everything anew when it is back.
    }
  }

  async #actions(domain: DomainId): Promise<void> {
    const { hub, store, clock } = this.#parts;
    const told = this.#told.get(domain) ?? { at: clock.wall() - 10_000, ids: new Set<string>() };
    const { rows } = await store.actions(domain, { from: told.at, limit: MOST_ACTIONS });
    const fresh = rows.filter(row => !told.ids.has(row.id)).reverse();
    const newest = rows[0];
    if (newest)
      this.#told.set(domain, {
        at: newest.at,
        ids: new Set(rows.filter(row => row.at === newest.at).map(row => row.id)),
      });
    for (const row of fresh)
      hub.publish(domain, 'actions', row.id, shownAction(row), { right: 'actions.read' });
  }
}
