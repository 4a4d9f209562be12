import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { Clock, Ms } from '@kommutator/base';
import { quote } from '../message/scan.ts';
import {
  DIGEST_ALGORITHMS,
  type DigestAlgorithm,
  digestAlgorithm,
  digestResponse,
  ha2,
} from './algorithm.ts';
import { type DigestFields, parseDigest } from './fields.ts';
import { NonceMint, type RandomBytes } from './nonce.ts';
import { ReplayGuard } from './replay.ts';

export interface DigestServerOptions {
  readonly clock: Clock;
  /** Key of the nonces, 32 bytes; the same on every node that may see the answer. */
  readonly secret: Uint8Array;
  readonly random: RandomBytes;
  /** Life of a nonce in ms; 5 minutes when left out. */
  readonly nonceLife?: Ms;
  /** Nonces in use that are remembered; 50 000 when left out (about 10 MB). */
  readonly capacity?: number;
  /** Offered in this order; MD5, then SHA-256, when left out. */
  readonly algorithms?: readonly DigestAlgorithm[];
}

export interface ChallengeOptions {
  /** The password was right, the nonce was not. */
  readonly stale?: boolean;
  /** For a peer that gives up at any other algorithm; without effect where this one is switched off. */
  readonly only?: DigestAlgorithm | undefined;
  /** Address of who is challenged: nobody else can use the nonce. */
  readonly source?: string;
}

/** What is stored of a password, lower-case hex; see `ha1`. */
export interface StoredCredential {
  readonly md5: string;
  readonly sha256: string;
}

/**
 * `stale`: challenge again with `stale`. The nonce is none of ours for this source, and the password was not looked at; or
 * it is old or was used before, and the password is right. `wrong` is only said to a sender who has heard our challenge,
 * so that its source address is no forged one, and nothing can be learned about a password without being counted.
 */
export type DigestVerdict = 'ok' | 'stale' | 'wrong' | 'malformed';

export type Authentication<Credential> =
  | {
      readonly verdict: 'ok';
      readonly username: string;
      readonly realm: string;
      readonly credential: Credential;
    }
  | { readonly verdict: 'stale' | 'wrong' | 'malformed' };

/** The credentials of a name, of which any may match; null for a name that does not exist. */
export type CredentialLookup<Credential> = (
  username: string,
  realm: string,
) => Credential | readonly Credential[] | null;

/**
 * The request the answer came with. Its Request-URI is not compared with the digest's `uri`, though RFC 7616 §3.4.6
 * says so: phones write the registrar's address there, proxies rewrite the other (RFC 3261 §22.4), and no server of
 * the field compares them. A captured answer is of no use elsewhere all the same: its nonce count is spent.
 */
export interface ChallengedRequest {
  readonly method: string;
  /** Address it came from, as in {@link ChallengeOptions}. */
  readonly source?: string;
}

/** What a well-formed answer holds. */
interface Answer {
  readonly username: string;
  readonly realm: string;
  readonly nonce: string;
  readonly uri: string;
  readonly response: string;
  readonly algorithm: DigestAlgorithm;
  readonly qop: 'auth' | undefined;
  readonly nc: string | undefined;
  readonly cnonce: string | undefined;
}

const NONCE_LIFE: Ms = 300_000;
const CAPACITY = 50_000;

/** Server side of digest authentication (RFC 3261 §22, RFC 7616, RFC 8760). */
export class DigestServer {
  readonly #clock: Clock;
  readonly #secret: KeyObject;
  readonly #life: Ms;
  readonly #algorithms: readonly DigestAlgorithm[];
  readonly #mint: NonceMint;
  readonly #replays: ReplayGuard;

  constructor(o: DigestServerOptions) {
    this.#clock = o.clock;
    this.#secret = createSecretKey(o.secret);
    this.#life = o.nonceLife ?? NONCE_LIFE;
    this.#algorithms = o.algorithms ?? DIGEST_ALGORITHMS;
    this.#mint = new NonceMint(o.clock, this.#secret, o.random);
    this.#replays = new ReplayGuard(o.capacity ?? CAPACITY);
  }

  /** Nonces remembered at the moment. */
  get remembered(): number {
    return this.#replays.size;
  }

  /** Values for WWW-Authenticate or Proxy-Authenticate fields, one each, in the order they must be sent. */
  challenge(realm: string, o: ChallengeOptions = {}): string[] {
    const nonce = this.#mint.issue(realm, o.source ?? '');
    const stale = o.stale ? ', stale=true' : '';
    const offered = o.only && this.#algorithms.includes(o.only) ? [o.only] : this.#algorithms;
    return offered.map(
      algorithm =>
        `Digest realm=${quote(realm)}, nonce="${nonce}", algorithm=${algorithm}, qop="auth"${stale}`,
    );
  }

  /** Judges an Authorization or Proxy-Authorization value. A name that does not exist costs the same work. */
  verify(
    authorization: string,
    request: ChallengedRequest,
    lookup: CredentialLookup<StoredCredential>,
  ): DigestVerdict {
    return this.authenticate(authorization, request, lookup).verdict;
  }

  /** Like {@link verify}, and tells who it was and which of the name's credentials matched. */
  authenticate<Credential extends StoredCredential>(
    authorization: string,
    request: ChallengedRequest,
    lookup: CredentialLookup<Credential>,
  ): Authentication<Credential> {
    const answer = readAnswer(parseDigest(authorization));
    if (!answer || !this.#algorithms.includes(answer.algorithm)) return { verdict: 'malformed' };
    const age = this.#mint.age(answer.nonce, answer.realm, request.source ?? '');
    if (age === null) return { verdict: 'stale' };
    const found = lookup(answer.username, answer.realm);
    const candidates = found === null ? [] : isSeveral(found) ? found : [found];
    const credential = this.#match(answer, request.method, candidates);
    if (credential === undefined) return { verdict: 'wrong' };
    if (!this.#isFresh(answer, age)) return { verdict: 'stale' };
    return { verdict: 'ok', username: answer.username, realm: answer.realm, credential };
  }

  /** Every candidate is compared, whichever matches; without any, one that nobody can know. */
  #match<Credential extends StoredCredential>(
    answer: Answer,
    method: string,
    candidates: readonly Credential[],
  ): Credential | undefined {
    const a2 = ha2(method, answer.uri, answer.algorithm);
    const given = Buffer.from(answer.response, 'latin1');
    const matches = (a1: string): boolean => {
      const expected = Buffer.from(digestResponse(a1, a2, answer, answer.algorithm), 'latin1');
      return given.length === expected.length && timingSafeEqual(given, expected);
    };
    if (candidates.length === 0) matches(this.#nobody(answer.username));
    let matched: Credential | undefined;
    for (const candidate of candidates) {
      if (matches(answer.algorithm === 'MD5' ? candidate.md5 : candidate.sha256)) matched ??= candidate;
    }
    return matched;
  }

  #nobody(username: string): string {
    return createHmac('sha256', this.#secret).update(username).digest('hex');
  }

  #isFresh(answer: Answer, age: Ms): boolean {
    if (age > this.#life || age < -this.#life) return false;
    const now = Math.floor(this.#clock.wall());
    // Without a count (RFC 2069) a nonce serves once.
    const count = answer.nc === undefined ? 1 : Number.parseInt(answer.nc, 16);
    return this.#replays.use(answer.nonce, now - age, count, now - this.#life);
  }
}

const isSeveral = <T>(found: T | readonly T[]): found is readonly T[] => Array.isArray(found);

function readAnswer(fields: DigestFields | null): Answer | null {
  if (!fields) return null;
  const { username, realm, nonce, uri, response, qop, nc, cnonce } = fields;
  const algorithm = digestAlgorithm(fields.algorithm);
  if (!username || realm === undefined || !nonce || !uri || !response || !algorithm) return null;
  const base = { username, realm, nonce, uri, response: response.toLowerCase(), algorithm };
  if (qop === undefined) return { ...base, qop: undefined, nc: undefined, cnonce: undefined };
  if (qop.toLowerCase() !== 'auth' || !cnonce || nc === undefined || !/^[0-9a-f]{8}$/i.test(nc)) return null;
  return { ...base, qop: 'auth', nc, cnonce };
}
