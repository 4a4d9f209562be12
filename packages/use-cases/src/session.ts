/** Who is asking: a signed-in person, as every use-case sees him. */
import type { DomainId } from '@kommutator/model/ids';
import type { Language } from '@kommutator/model/messages';
import type { Area, Right, Role } from '@kommutator/model/rights';
import type { Actor } from '@kommutator/store';

/** A session with the roles and rights its person has now, not when he signed in (ACC-5.3). */
export interface Session {
  readonly id: string;
  /** Whose: a domain's user, a pool's administrator, the provider's own. */
  readonly kind: 'user' | 'pool' | 'provider';
  readonly person: { readonly id: string; readonly login: string; readonly name: string };
  readonly domain: { readonly id: DomainId; readonly name: string } | null;
  readonly pool: string | null;
  readonly roles: readonly Role[];
  readonly rights: ReadonlySet<Right>;
  readonly area: Area;
  readonly language: Language;
  /** What a change must bring in `x-csrf-token`. */
  readonly csrf: string;
}

/** A session of somebody who works inside a domain. */
export interface DomainSession extends Session {
  readonly domain: NonNullable<Session['domain']>;
}

/** Finds the session of a cookie's token; null when there is none, or it ended. */
export interface Sessions {
  find(token: string): Promise<Session | null>;
}

/**
 * Whom the action history names for what is done in this session.
 * @param ip address the request came from.
 */
export const actorOf = (session: Session, ip: string | null): Actor => ({
  id: session.person.id,
  login: session.person.login,
  name: session.person.name,
  ip,
  source: session.kind === 'user' ? 'cabinet' : session.kind,
});
