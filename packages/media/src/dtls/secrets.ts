import { createHmac } from 'node:crypto';

/** RFC 5246 §5: the pseudo-random function of TLS 1.2 with SHA-256. */
export function prf(secret: Uint8Array, label: string, seed: Uint8Array, length: number): Buffer {
  const start = Buffer.concat([Buffer.from(label), seed]);
  const hmac = (...parts: readonly Uint8Array[]): Buffer => {
    const sum = createHmac('sha256', secret);
    for (const part of parts) sum.update(part);
    return sum.digest();
  };
  const made: Buffer[] = [];
  let a: Uint8Array = start;
  for (let size = 0; size < length; size += 32) {
    a = hmac(a);
    made.push(hmac(a, start));
  }
  return Buffer.concat(made).subarray(0, length);
}

/** Random numbers of both sides. */
export interface Randoms {
  readonly client: Buffer;
  readonly server: Buffer;
}

/**
 * The master secret of a handshake.
 * @param sessionHash hash of all messages up to ClientKeyExchange where both know the extension (RFC 7627), else null.
 */
export const masterSecret = (
  shared: Uint8Array,
  { client, server }: Randoms,
  sessionHash: Buffer | null,
): Buffer =>
  sessionHash
    ? prf(shared, 'extended master secret', sessionHash, 48)
    : prf(shared, 'master secret', Buffer.concat([client, server]), 48);

/** Key and implicit part of the nonce of one direction, AES-128-GCM (RFC 5288 §3). */
export interface WriteKeys {
  readonly key: Buffer;
  readonly iv: Buffer;
}

export function recordKeys(
  master: Buffer,
  { client, server }: Randoms,
): { readonly client: WriteKeys; readonly server: WriteKeys } {
  const block = prf(master, 'key expansion', Buffer.concat([server, client]), 40);
  return {
    client: { key: block.subarray(0, 16), iv: block.subarray(32, 36) },
    server: { key: block.subarray(16, 32), iv: block.subarray(36, 40) },
  };
}

/** RFC 5764 §4.2: master keys of SRTP with their salts, as each side sends. */
export function srtpKeys(
  master: Buffer,
  { client, server }: Randoms,
  { key, salt }: { readonly key: number; readonly salt: number },
): { readonly client: Buffer; readonly server: Buffer } {
  const seed = Buffer.concat([client, server]);
  const material = prf(master, 'EXTRACTOR-dtls_srtp', seed, 2 * (key + salt));
  const salts = material.subarray(2 * key);
  return {
    client: Buffer.concat([material.subarray(0, key), salts.subarray(0, salt)]),
    server: Buffer.concat([material.subarray(key, 2 * key), salts.subarray(salt)]),
  };
}

/** verify_data of Finished (RFC 5246 §7.4.9). */
export const verifyData = (master: Buffer, by: 'client' | 'server', transcript: Buffer): Buffer =>
  prf(master, `${by} finished`, transcript, 12);
