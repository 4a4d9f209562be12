import { hash } from 'node:crypto';

/**
 * Digest algorithms of RFC 8760 in the order they are offered. MD5 stands first against the RFC's advice: phones in the
 * field look at the first challenge only and give up on SHA-256; those that know it choose it wherever it stands
 * (docs/decisions/0005-md5-is-offered-first.md).
 */
export const DIGEST_ALGORITHMS = ['MD5', 'SHA-256'] as const;
export type DigestAlgorithm = (typeof DIGEST_ALGORITHMS)[number];

/** What a response is computed from (RFC 7616 §3.4.1); without `qop` the RFC 2069 form. */
export interface DigestInput {
  readonly nonce: string;
  readonly qop?: 'auth' | undefined;
  /** Eight hex digits. */
  readonly nc?: string | undefined;
  readonly cnonce?: string | undefined;
}

/** The algorithm of a challenge or an answer; MD5 when it names none, null for one we do not have. */
export function digestAlgorithm(name: string | undefined): DigestAlgorithm | null {
  if (name === undefined) return 'MD5';
  const upper = name.toUpperCase();
  return DIGEST_ALGORITHMS.find(algorithm => algorithm === upper) ?? null;
}

const digest = (algorithm: DigestAlgorithm, text: string): string =>
  hash(algorithm === 'MD5' ? 'md5' : 'sha256', text, 'hex');

/** H(username:realm:password), in lower-case hex: what is stored instead of the password (RFC 7616 §3.4.2). */
export const ha1 = (username: string, realm: string, password: string, algorithm: DigestAlgorithm): string =>
  digest(algorithm, `${username}:${realm}:${password}`);

/** H(method:uri) (RFC 7616 §3.4.3, qop=auth). */
export const ha2 = (method: string, uri: string, algorithm: DigestAlgorithm): string =>
  digest(algorithm, `${method}:${uri}`);

/** The response from both halves, in lower-case hex (RFC 7616 §3.4.1). */
export const digestResponse = (
  a1: string,
  a2: string,
  input: DigestInput,
  algorithm: DigestAlgorithm,
): string =>
  digest(
    algorithm,
    input.qop
      ? `${a1}:${input.nonce}:${input.nc}:${input.cnonce}:${input.qop}:${a2}`
      : `${a1}:${input.nonce}:${a2}`,
  );
