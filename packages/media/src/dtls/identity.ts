import { constants, createECDH, type KeyObject, sign, verify, X509Certificate } from 'node:crypto';
import { ALERT, DtlsFault } from './bytes.ts';
import { type DtlsCertificate, fingerprintOf } from './certificate.ts';
import { SIGNATURES, type Signed } from './messages.ts';

/** A fingerprint of SDP (RFC 8122): the certificate must have this hash. */
export interface Fingerprint {
  /** `sha-256`, `sha-384`, `sha-512`. */
  readonly hash: string;
  readonly value: string;
}

const [ECDSA = 0, RSA_PSS = 0, RSA_PKCS1 = 0] = SIGNATURES;

/** @returns the key of a certificate that has one of the fingerprints promised in SDP (RFC 8827 §6.5). @throws DtlsFault */
export function authenticate(certificate: Buffer, promised: readonly Fingerprint[]): KeyObject {
  const kept = promised.some(({ hash, value }) => fingerprintOf(certificate, hash) === value.toUpperCase());
  if (!kept) throw new DtlsFault(ALERT.badCertificate, 'the certificate is not the one SDP promised');
  try {
    return new X509Certificate(certificate).publicKey;
  } catch {
    throw new DtlsFault(ALERT.badCertificate, 'the certificate cannot be read');
  }
}

/** Whoever shows a certificate must have its key: the signature over what both said proves it. @throws DtlsFault */
export function checkSignature(key: KeyObject, { algorithm, signature }: Signed, text: Buffer): void {
  const kind = key.asymmetricKeyType;
  const options =
    algorithm === ECDSA && kind === 'ec'
      ? { key }
      : algorithm === RSA_PKCS1 && kind === 'rsa'
        ? { key, padding: constants.RSA_PKCS1_PADDING }
        : algorithm === RSA_PSS && kind === 'rsa'
          ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
          : null;
  if (!options) throw new DtlsFault(ALERT.illegalParameter, 'a signature that was not offered');
  let good = false;
  try {
    good = verify('sha256', text, options, signature);
  } catch {
    // Said below.
  }
  if (!good) throw new DtlsFault(ALERT.decryptError, 'a wrong signature');
}

export const signature = ({ key }: DtlsCertificate, text: Buffer): Signed => ({
  algorithm: ECDSA,
  signature: sign('sha256', text, key),
});

/** One side of ECDHE on P-256. */
export class KeyAgreement {
  readonly point: Buffer;
  readonly #ecdh = createECDH('prime256v1');

  constructor() {
    this.point = this.#ecdh.generateKeys();
  }

  /** @throws DtlsFault when the other side's point is none of the curve. */
  shared(point: Buffer): Buffer {
    try {
      return this.#ecdh.computeSecret(point);
    } catch {
      throw new DtlsFault(ALERT.illegalParameter, 'no point of the curve');
    }
  }
}
