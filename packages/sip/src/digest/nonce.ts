import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { Clock, Ms } from '@kommutator/base';

/** Bytes from a cryptographic source; tests give a counter. */
export type RandomBytes = (count: number) => Uint8Array;

const STAMP = 6;
const SALT = 6;
const SIGNATURE = 15;
const LENGTH = STAMP + SALT + SIGNATURE;

/**
 * Nonces nobody has to remember: time of issue, salt, and an HMAC over both, the realm and who was given it (RFC 7616
 * §5.4). Every node that knows the secret accepts them, and so does the node after a restart.
 */
export class NonceMint {
  readonly #clock: Clock;
  readonly #secret: KeyObject;
  readonly #random: RandomBytes;

  /** @param secret as a key object, because making one from bytes costs more than the signature. */
  constructor(clock: Clock, secret: KeyObject, random: RandomBytes) {
    this.#clock = clock;
    this.#secret = secret;
    this.#random = random;
  }

  /** A new nonce: 36 characters of base64url. @param source who may answer with it */
  issue(realm: string, source: string): string {
    const bytes = Buffer.alloc(LENGTH);
    bytes.writeUIntBE(Math.floor(this.#clock.wall()), 0, STAMP);
    bytes.set(this.#random(SALT), STAMP);
    bytes.set(this.#sign(bytes, realm, source), STAMP + SALT);
    return bytes.toString('base64url');
  }

  /** Age in ms of a nonce issued for this realm to this source; null when it was not. Slightly negative between nodes. */
  age(nonce: string, realm: string, source: string): Ms | null {
    const bytes = Buffer.from(nonce, 'base64url');
    if (bytes.length !== LENGTH || bytes.toString('base64url') !== nonce) return null;
    if (!timingSafeEqual(bytes.subarray(STAMP + SALT), this.#sign(bytes, realm, source))) return null;
    return Math.floor(this.#clock.wall()) - bytes.readUIntBE(0, STAMP);
  }

  #sign(bytes: Buffer, realm: string, source: string): Buffer {
    return createHmac('sha256', this.#secret)
      .update(bytes.subarray(0, STAMP + SALT))
      .update(`${source} ${realm}`)
      .digest()
      .subarray(0, SIGNATURE);
  }
}
