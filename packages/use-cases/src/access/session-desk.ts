import type { Clock, Ms } from '@kommutator/base';
import { areaOf, rightsOf } from '@kommutator/model/rights';
import type { CabinetPerson, Store } from '@kommutator/store';
import type { Session, Sessions } from '../session.ts';
import { csrfOf, isToken, newToken, tokenHash } from './tokens.ts';

/** ACC-5.2. */
const HOUR: Ms = 3_600_000;
export const IDLE_LIMIT: Ms = 12 * HOUR;
const LIFE: Ms = 7 * 24 * HOUR;
const REMEMBERED_LIFE: Ms = 30 * 24 * HOUR;
/** How long a session is believed without asking the database; what changes here is known at once. */
const BELIEVED: Ms = 60_000;
const MOST_KEPT = 10_000;
const CLEAN_EVERY: Ms = HOUR;

/** From where somebody signs in. */
export interface Origin {
  readonly ip: string;
  readonly agent: string;
}

/** A session that was just opened, with what the browser gets. */
export interface OpenedSession {
  readonly token: string;
  readonly session: Session;
  /** Seconds the browser keeps the cookie; null = until it closes. */
  readonly maxAge: number | null;
}

/** What the browser gets for a session that goes on under another token. */
export interface RenamedSession {
  readonly token: string;
  readonly csrf: string;
  /** Seconds, as of {@link OpenedSession}. */
  readonly maxAge: number | null;
}

interface Kept {
  readonly session: Session;
  readonly until: Ms;
  readonly endsAt: number;
}

/** Sessions in memory over those in the database. */
export class SessionDesk implements Sessions {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();
  readonly #listeners = new Set<() => void>();
  /** Counts what made memory doubtful: an answer older than the last of it is not kept. */
  #doubts = 0;
  #cleaned = 0;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** @throws StoreUnavailable. */
  async find(token: string): Promise<Session | null> {
    if (!isToken(token)) return null;
    const hash = tokenHash(token);
    const key = hash.toString('base64url');
    const wall = this.#clock.wall();
    const kept = this.#kept.get(key);
    if (kept && kept.until > this.#clock.now() && kept.endsAt > wall) return kept.session;
    this.#kept.delete(key);
    const before = this.#doubts;
    const seen = await this.#store.access.seeSession(hash, wall, IDLE_LIMIT);
    if (!seen) return null;
    const session = sessionOf(seen.id, seen.person, token);
    if (before === this.#doubts) this.#keep(key, session, seen.endsAt);
    return session;
  }

  /** A new token each time: one that an attacker knows beforehand names nothing. */
  async open(person: CabinetPerson, remembered: boolean, { ip, agent }: Origin): Promise<OpenedSession> {
    const now = this.#clock.wall();
    const token = newToken();
    const life = remembered ? REMEMBERED_LIFE : LIFE;
    const id = await this.#store.access.openSession({
      person,
      tokenHash: tokenHash(token),
      remembered,
      address: ip,
      agent,
      now,
      endsAt: now + life,
    });
    this.#clean(now);
    return {
      token,
      session: sessionOf(id, person, token),
      maxAge: remembered ? REMEMBERED_LIFE / 1000 : null,
    };
  }

  /** The same session under another token. */
  async rename(session: Session): Promise<RenamedSession> {
    const token = newToken();
    const endsAt = await this.#store.access.renameSession(session.id, tokenHash(token));
    this.doubt();
    const left = endsAt === null ? null : Math.max(0, Math.floor((endsAt - this.#clock.wall()) / 1000));
    return { token, csrf: csrfOf(token), maxAge: left };
  }

  /** Something about people or sessions changed: everybody is looked up again. */
  doubt(): void {
    this.#doubts++;
    this.#kept.clear();
    for (const listener of this.#listeners) listener();
  }

  /** Told when sessions may have ended or rights changed: connections that stay open ask again. @returns how to stop. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #keep(key: string, session: Session, endsAt: number): void {
    this.#kept.set(key, { session, endsAt, until: this.#clock.now() + BELIEVED });
    const oldest = this.#kept.keys().next().value;
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }

  /** Now and then somebody's sign-in sweeps out what nobody can use any more. */
  #clean(now: number): void {
    if (now - this.#cleaned < CLEAN_EVERY) return;
    this.#cleaned = now;
    void this.#store.access.forgetEndedSessions(now).catch(() => {});
  }
}

const sessionOf = (id: string, person: CabinetPerson, token: string): Session => ({
  id,
  kind: person.kind,
  person: { id: person.id, login: person.login, name: person.name },
  domain: person.domain,
  pool: person.pool,
  roles: person.roles,
  rights: rightsOf(person.roles),
  area: areaOf(person.roles),
  language: person.language,
  csrf: csrfOf(token),
});
