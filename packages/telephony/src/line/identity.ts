import type { TrunkConfig } from '@kommutator/model/config';

/** What is known of an INVITE before anything is believed. Hosts in lower case. */
export interface InviteFacts {
  readonly fromHost: string;
  readonly requestHost: string;
  /** An Authorization or Proxy-Authorization field is there. */
  readonly hasCredentials: boolean;
  /** A phone registered from this very protocol, address and port. */
  readonly fromRegisteredSource: boolean;
  /** The enabled trunk that trusts the source address; null for WebSocket, which is never trusted. */
  readonly trunk: TrunkConfig | null;
}

/** Whom the sender of an INVITE has to prove to be. */
export type Claim =
  | { readonly kind: 'user'; readonly realm: string }
  | { readonly kind: 'trunk'; readonly trunk: TrunkConfig }
  | { readonly kind: 'stranger' };

/**
 * Who sends an INVITE. A carrier is known by its address, a user by digest alone; the difficulty is the demo, where
 * the carrier's 127.0.0.1 is the address of every phone on the machine too. In this order:
 *
 * 1. From names one of our domains, and the Request-URI does too, or credentials are there, or a phone registered from
 *    this very address and port → a user of that domain, who must prove it. A phone at 127.0.0.1:5070 that calls
 *    `sip:74951230001@demo.kommutator.test` as `anna@demo.kommutator.test` is challenged, whatever trusts its address.
 * 2. A trunk trusts the address → the carrier. SIPp at 127.0.0.1 with From `sip:74991112233@127.0.0.1` is one.
 * 3. From or else the Request-URI names one of our domains → a user of it, challenged like one who does not exist.
 * 4. Anything else is a stranger, who learns nothing.
 *
 * Claiming to be a user never gains rights by the address, and a trusted address never gains a user's rights.
 */
export function claimOf(facts: InviteFacts, isRealm: (host: string) => boolean): Claim {
  const fromUs = isRealm(facts.fromHost);
  const toUs = isRealm(facts.requestHost);
  if (fromUs && (toUs || facts.hasCredentials || facts.fromRegisteredSource))
    return { kind: 'user', realm: facts.fromHost };
  if (facts.trunk) return { kind: 'trunk', trunk: facts.trunk };
  if (fromUs) return { kind: 'user', realm: facts.fromHost };
  if (toUs) return { kind: 'user', realm: facts.requestHost };
  return { kind: 'stranger' };
}

/** What decides whether a user may send a request to this Request-URI host. */
export interface OwnNames {
  /** The domain the user proved to belong to. */
  readonly realm: string;
  /** Hosts written into our Via and Contact. */
  readonly advertised: readonly string[];
}

/**
 * Whether a Request-URI host means this exchange and the user's own domain: the domain's name, an address (phones that
 * know the server by address only), or a name we go by. Another domain, ours or not, is out of reach: no open relay.
 */
export const isOwnHost = (host: string, own: OwnNames, isAddress: (host: string) => boolean): boolean =>
  host === own.realm ||
  host === '' ||
  host === 'localhost' ||
  isAddress(host) ||
  own.advertised.includes(host);
