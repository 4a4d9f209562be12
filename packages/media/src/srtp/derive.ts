import { createCipheriv } from 'node:crypto';
import type { SrtpProfile } from './profile.ts';

/** Session keys of one direction, for RTP or for RTCP. */
export interface SessionKeys {
  readonly key: Buffer;
  readonly auth: Buffer;
  readonly salt: Buffer;
}

const HMAC_KEY = 20;

/** RFC 3711 §4.3.1: session keys from a master key and salt; the key derivation rate is 0. */
export function deriveKeys({ key, salt }: SrtpProfile, master: Uint8Array, rtcp: boolean): SessionKeys {
  const masterKey = master.subarray(0, key);
  const masterSalt = master.subarray(key);
  const first = rtcp ? 3 : 0;
  const derive = (label: number, length: number): Buffer => {
    // RFC 7714 §11: a salt of 96 bits has zeros behind it.
    const iv = Buffer.alloc(16);
    iv.set(masterSalt);
    iv[7] = (iv[7] as number) ^ label;
    return createCipheriv('aes-128-ctr', masterKey, iv).update(Buffer.alloc(length));
  };
  return { key: derive(first, key), auth: derive(first + 1, HMAC_KEY), salt: derive(first + 2, salt) };
}
