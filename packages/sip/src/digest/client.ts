import { quote } from '../message/scan.ts';
import { type DigestAlgorithm, digestAlgorithm, digestResponse, ha1, ha2 } from './algorithm.ts';
import { type DigestFields, parseDigest } from './fields.ts';
import type { RandomBytes } from './nonce.ts';

/** Counts the uses of the server's current nonce; one per account. */
export class NonceCount {
  #nonce = '';
  #count = 0;

  /** Number of this use, from 1; starts anew with another nonce. */
  next(nonce: string): number {
    if (nonce !== this.#nonce) {
      this.#nonce = nonce;
      this.#count = 0;
    }
    return ++this.#count;
  }
}

export interface ChallengeAnswer {
  /** All WWW-Authenticate (401) or all Proxy-Authenticate (407) values. */
  readonly challenges: readonly string[];
  readonly username: string;
  readonly password: string;
  readonly method: string;
  /** Request-URI of the request to be repeated. */
  readonly uri: string;
  readonly nonceCount: NonceCount;
  readonly random: RandomBytes;
}

interface Challenge {
  readonly fields: DigestFields;
  readonly realm: string;
  readonly nonce: string;
  readonly algorithm: DigestAlgorithm;
  readonly qop: 'auth' | undefined;
}

/**
 * Value for Authorization or Proxy-Authorization (RFC 3261 §22.2, RFC 8760 §2.4): SHA-256 where offered, else MD5.
 * @returns null when no challenge is one we can answer.
 */
export function answerChallenge(o: ChallengeAnswer): string | null {
  const usable = o.challenges.map(readChallenge).filter(challenge => challenge !== null);
  const chosen = usable.find(({ algorithm }) => algorithm === 'SHA-256') ?? usable[0];
  if (!chosen) return null;
  const { realm, nonce, algorithm, qop, fields } = chosen;
  const nc = o.nonceCount.next(nonce).toString(16).padStart(8, '0');
  const cnonce = Buffer.from(o.random(12)).toString('base64url');
  const response = digestResponse(
    ha1(o.username, realm, o.password, algorithm),
    ha2(o.method, o.uri, algorithm),
    { nonce, qop, nc, cnonce },
    algorithm,
  );
  const parts = [
    `username=${quote(o.username)}`,
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(o.uri)}`,
    `response="${response}"`,
  ];
  if (fields.algorithm !== undefined) parts.push(`algorithm=${algorithm}`);
  if (qop) parts.push(`qop=${qop}`, `nc=${nc}`, `cnonce="${cnonce}"`);
  if (fields.opaque !== undefined) parts.push(`opaque=${quote(fields.opaque)}`);
  return `Digest ${parts.join(', ')}`;
}

function readChallenge(value: string): Challenge | null {
  const fields = parseDigest(value);
  if (!fields) return null;
  const { realm, nonce } = fields;
  const algorithm = digestAlgorithm(fields.algorithm);
  if (realm === undefined || !nonce || !algorithm) return null;
  if (fields.qop === undefined) return { fields, realm, nonce, algorithm, qop: undefined };
  const offered = fields.qop.toLowerCase().split(',');
  return offered.some(qop => qop.trim() === 'auth') ? { fields, realm, nonce, algorithm, qop: 'auth' } : null;
}
