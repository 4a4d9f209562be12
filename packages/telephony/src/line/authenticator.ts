import type { Clock } from '@kommutator/base';
import type { SipCredential } from '@kommutator/model/config';
import {
  type DigestServer,
  type HeaderList,
  type Peer,
  parseDigest,
  type SipRequest,
  type StoredCredential,
} from '@kommutator/sip';
import type { Shield } from '../defence/shield.ts';
import type { Directory, Log } from '../ports.ts';
import { isPrivate } from './addresses.ts';
import { Guard } from './guard.ts';
import { takesMd5Alone } from './md5-alone.ts';

export type Verdict =
  | { readonly kind: 'ok'; readonly credential: SipCredential }
  /** 401 or 407 with these fields. */
  | { readonly kind: 'challenge'; readonly headers: HeaderList }
  /** The guard has locked this source for this login. */
  | { readonly kind: 'forbidden' };

export interface AuthenticatorDeps {
  readonly clock: Clock;
  readonly digest: DigestServer;
  readonly directory: Directory;
  readonly log: Log;
  /** Demo accounts from any source. */
  readonly demoFromAnywhere: boolean;
  readonly shield: Shield;
}

/** A credential with its hashes opened. */
interface Opened extends StoredCredential {
  readonly credential: SipCredential;
}

const FIELDS = {
  www: { answer: 'Authorization', challenge: 'WWW-Authenticate' },
  proxy: { answer: 'Proxy-Authorization', challenge: 'Proxy-Authenticate' },
} as const;

/**
 * Digest authentication of phones (RFC 3261 §22, RFC 8760) against the directory in memory. Whatever is wrong – domain,
 * login, password, source of a demo account – the answer and the work are the same.
 */
export class Authenticator {
  readonly #deps: AuthenticatorDeps;
  readonly #guard: Guard;
  /** Opening a sealed hash costs more than the digest: once per credential as long as the directory holds it. */
  readonly #opened = new WeakMap<SipCredential, Opened>();

  constructor(deps: AuthenticatorDeps) {
    this.#deps = deps;
    this.#guard = new Guard(deps.clock, deps.log, deps.shield.security);
  }

  /**
   * @param realm the domain the sender claims to belong to; it need not exist.
   * @param field `www` for a registrar or user agent server, `proxy` for calls.
   */
  check(request: SipRequest, sender: Peer, realm: string, field: keyof typeof FIELDS): Verdict {
    const source = this.#deps.shield.edges.clientOf(request, sender);
    const answer = this.#answerFor(request, realm, field);
    if (!answer) return this.#challenge(request, source, realm, field);
    const account = accountOf(answer.username, realm);
    if (this.#guard.locked(source.address, account)) return { kind: 'forbidden' };
    const asked = { method: request.method, source: source.address };
    let exists = false;
    const result = this.#deps.digest.authenticate(answer.value, asked, (login, claimed) => {
      const found = claimed === realm ? this.#credentials(login, realm, source) : null;
      exists = found !== null && found.length > 0;
      return found;
    });
    const { shield } = this.#deps;
    if (result.verdict === 'ok') {
      shield.vouch(source.address);
      return { kind: 'ok', credential: result.credential.credential };
    }
    if (result.verdict === 'wrong') {
      this.#guard.failed(source.address, account);
      shield.failed(source, request.method, account, exists);
    }
    return this.#challenge(request, source, realm, field, result.verdict === 'stale');
  }

  #answerFor({ headers }: SipRequest, realm: string, field: keyof typeof FIELDS) {
    for (const value of headers.all(FIELDS[field].answer)) {
      const fields = parseDigest(value);
      if (fields?.realm === realm && fields.username) return { value, username: fields.username };
    }
    return null;
  }

  #challenge(
    { headers }: SipRequest,
    { address: source, protocol }: Peer,
    realm: string,
    field: keyof typeof FIELDS,
    stale = false,
  ): Verdict {
    const name = FIELDS[field].challenge;
    const only = takesMd5Alone(headers.get('User-Agent'), protocol) ? 'MD5' : undefined;
    const values = this.#deps.digest.challenge(realm, { stale, only, source });
    return { kind: 'challenge', headers: values.map(value => [name, value] as const) };
  }

  #credentials(login: string, realm: string, source: Peer): readonly Opened[] | null {
    const { directory, demoFromAnywhere, shield } = this.#deps;
    const domain = directory.domainOfRealm(realm);
    if (domain === null) return null;
    // Behind an edge that does not say who sent it is the whole world.
    const near = isPrivate(source.address) && !shield.edges.has(source.address);
    const local = demoFromAnywhere || near;
    const usable = directory
      .credentials(domain, login)
      .filter(credential => local || !credential.privateOnly);
    return usable.map(credential => this.#open(credential));
  }

  #open(credential: SipCredential): Opened {
    const known = this.#opened.get(credential);
    if (known) return known;
    const { directory } = this.#deps;
    const { md5, sha256 } = credential.ha1;
    const opened = { credential, md5: directory.open(md5), sha256: directory.open(sha256) };
    this.#opened.set(credential, opened);
    return opened;
  }
}

/** Longer than any login and any domain name of ours. */
const LONGEST_LOGIN = 64;
const LONGEST_REALM = 255;

/**
 * What guard and log call a sender: whatever he writes, it is no longer than a real one. `join` copies; a template would
 * keep the whole message its parts were cut from for as long as the guard remembers the name.
 */
const accountOf = (login: string, realm: string): string =>
  [login.slice(0, LONGEST_LOGIN), realm.slice(0, LONGEST_REALM)].join('@');
