/** Calls and phones of all domains as signalling last told; bounded by what is going on there. */
import type { CallId, DomainId, UserId } from '@kommutator/model/ids';
import {
  type LiveCall,
  type LiveDevices,
  type LiveNews,
  type Presence,
  presenceOf,
} from '@kommutator/model/live';
import type { GoingCall, LiveView } from './view.ts';

/** What has changed for the screens of a domain. */
export type LiveChange =
  | {
      readonly kind: 'call';
      readonly event: 'new' | 'changed' | 'ended';
      readonly going: GoingCall;
      /** Unix ms. */
      readonly endedAt: number | null;
    }
  | { readonly kind: 'presence'; readonly user: UserId; readonly presence: Presence };

interface Kept extends GoingCall {
  readonly participants: Set<UserId>;
}

interface DomainNow {
  readonly calls: Map<CallId, Kept>;
  readonly devices: Map<UserId, LiveDevices>;
  /** Calls of each user: his presence is asked at every change of one. */
  readonly busy: Map<UserId, Set<CallId>>;
}

export class LiveState implements LiveView {
  readonly #domains = new Map<DomainId, DomainNow>();
  readonly #changed: (domain: DomainId, change: LiveChange) => void;
  /** Between the first and the last part of a new beginning: what has not been told again is gone. */
  #stale: { readonly calls: Set<CallId>; readonly users: Set<string> } | null = null;

  constructor(changed: (domain: DomainId, change: LiveChange) => void) {
    this.#changed = changed;
  }

  calls(domain: DomainId): readonly GoingCall[] {
    return [...(this.#domains.get(domain)?.calls.values() ?? [])];
  }

  call(domain: DomainId, id: CallId): GoingCall | null {
    return this.#domains.get(domain)?.calls.get(id) ?? null;
  }

  presence(domain: DomainId, user: UserId): Presence {
    const now = this.#domains.get(domain);
    return now ? this.#presence(now, user) : presenceOf(user, [], undefined);
  }

  /** Signalling begins anew: everything it knows follows. */
  begin(): void {
    this.#stale = { calls: new Set(), users: new Set() };
    for (const { calls, devices } of this.#domains.values()) {
      for (const id of calls.keys()) this.#stale.calls.add(id);
      for (const { domain, user } of devices.values()) this.#stale.users.add(`${domain} ${user}`);
    }
  }

  /** Everything has been told: what is left of before is over. @param at Unix ms */
  complete(at: number): void {
    const stale = this.#stale;
    this.#stale = null;
    if (!stale) return;
    for (const [domain, { calls, devices }] of this.#domains) {
      const ended = [...calls.keys()].filter(id => stale.calls.has(id)).map(call => ({ domain, call, at }));
      const silent = [...devices.values()]
        .filter(({ user }) => stale.users.has(`${domain} ${user}`))
        .map(({ user }) => ({ domain, user, devices: 0, since: at }));
      this.apply({ calls: [], ended, devices: silent });
    }
  }

  apply({ calls, ended, devices }: LiveNews): void {
    for (const call of calls) this.#call(call);
    for (const { domain, call, at } of ended) this.#ended(domain, call, at);
    for (const each of devices) this.#devices(each);
  }

  #call(call: LiveCall): void {
    this.#stale?.calls.delete(call.call);
    const now = this.#domain(call.domain);
    const known = now.calls.get(call.call);
    const participants = known?.participants ?? new Set<UserId>();
    const before = known?.call.users ?? [];
    const kept = { call, participants };
    now.calls.set(call.call, kept);
    for (const { user } of call.users) {
      participants.add(user);
      const theirs = now.busy.get(user);
      if (theirs) theirs.add(call.call);
      else now.busy.set(user, new Set([call.call]));
    }
    for (const { user } of before)
      if (!call.users.some(each => each.user === user)) this.#leave(now, user, call.call);
    this.#changed(call.domain, {
      kind: 'call',
      event: known ? 'changed' : 'new',
      going: kept,
      endedAt: null,
    });
    this.#tellPresence(call.domain, now, before, call.users);
  }

  #ended(domain: DomainId, id: CallId, at: number): void {
    const now = this.#domains.get(domain);
    const known = now?.calls.get(id);
    if (!now || !known) return;
    now.calls.delete(id);
    for (const { user } of known.call.users) this.#leave(now, user, id);
    this.#changed(domain, { kind: 'call', event: 'ended', going: known, endedAt: at });
    this.#tellPresence(domain, now, known.call.users, []);
    this.#tidy(domain, now);
  }

  #devices(told: LiveDevices): void {
    this.#stale?.users.delete(`${told.domain} ${told.user}`);
    const now = this.#domain(told.domain);
    if (told.devices > 0) now.devices.set(told.user, told);
    else now.devices.delete(told.user);
    const presence = this.#presence(now, told.user);
    const since = presence.state === 'offline' ? told.since : presence.since;
    this.#changed(told.domain, { kind: 'presence', user: told.user, presence: { ...presence, since } });
    this.#tidy(told.domain, now);
  }

  #tellPresence(domain: DomainId, now: DomainNow, before: LiveCall['users'], after: LiveCall['users']): void {
    const states = (users: LiveCall['users'], user: UserId) => users.find(each => each.user === user)?.state;
    for (const user of new Set([...before, ...after].map(each => each.user)))
      if (states(before, user) !== states(after, user))
        this.#changed(domain, { kind: 'presence', user, presence: this.#presence(now, user) });
  }

  #presence(now: DomainNow, user: UserId): Presence {
    const ids = now.busy.get(user) ?? [];
    const calls = [...ids].flatMap(id => now.calls.get(id)?.call ?? []);
    return presenceOf(user, calls, now.devices.get(user));
  }

  #leave(now: DomainNow, user: UserId, call: CallId): void {
    const theirs = now.busy.get(user);
    theirs?.delete(call);
    if (theirs?.size === 0) now.busy.delete(user);
  }

  #domain(id: DomainId): DomainNow {
    const known = this.#domains.get(id);
    if (known) return known;
    const fresh = { calls: new Map(), devices: new Map(), busy: new Map() };
    this.#domains.set(id, fresh);
    return fresh;
  }

  #tidy(id: DomainId, { calls, devices }: DomainNow): void {
    if (calls.size === 0 && devices.size === 0) this.#domains.delete(id);
  }
}
