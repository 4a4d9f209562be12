import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** The certificate we show to browsers; can be handed to threads. */
export interface DtlsCertificate {
  readonly der: Uint8Array;
  readonly key: KeyObject;
  /** SHA-256 as it stands in SDP: `AB:CD:…` (RFC 8122 §5). */
  readonly fingerprint: string;
}

const DAY = 86_400_000;
/** WebRTC asks nobody who signed it; only its hash counts. */
const VALID = 365 * DAY;

/**
 * A self-signed ECDSA P-256 certificate (RFC 8827 §6.5), made for one life of a process: about 1 ms.
 * @param wall Unix time in ms; it is valid from a day before.
 */
export function makeCertificate(wall: number): DtlsCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const serial = randomBytes(9);
  serial[0] = 1;
  const name = sequence(set(sequence(COMMON_NAME, der(0x0c, Buffer.from('kommutator')))));
  const subject = publicKey.export({ type: 'spki', format: 'der' });
  const version = der(0xa0, der(0x02, Buffer.of(2)));
  const validity = sequence(time(wall - DAY), time(wall + VALID));
  const toSign = sequence(version, der(0x02, serial), ECDSA_SHA256, name, validity, name, subject);
  const signature = sign('sha256', toSign, privateKey);
  const certificate = sequence(toSign, ECDSA_SHA256, der(0x03, Buffer.concat([Buffer.of(0), signature])));
  return {
    der: certificate,
    key: privateKey,
    fingerprint: fingerprintOf(certificate, 'sha-256') ?? '',
  };
}

const HASHES = new Map([
  ['sha-256', 'sha256'],
  ['sha-384', 'sha384'],
  ['sha-512', 'sha512'],
]);

/** Hash of a certificate as SDP writes it. @returns undefined for a hash that is not to be trusted. */
export function fingerprintOf(certificate: Uint8Array, hash: string): string | undefined {
  const name = HASHES.get(hash.toLowerCase());
  if (name === undefined) return undefined;
  const digest = createHash(name).update(certificate).digest('hex').toUpperCase();
  return digest.replaceAll(/..(?!$)/g, '$&:');
}

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  const head =
    length < 128
      ? [tag, length]
      : length < 256
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), body]);
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const set = (part: Uint8Array): Buffer => der(0x31, part);

/** UTCTime, `YYMMDDhhmmssZ`. */
const time = (wall: number): Buffer =>
  der(0x17, Buffer.from(`${new Date(wall).toISOString().slice(2, 19).replaceAll(/[-:T]/g, '')}Z`));

/** 1.2.840.10045.4.3.2 */
const ECDSA_SHA256 = sequence(der(0x06, Buffer.from('2a8648ce3d040302', 'hex')));
/** 2.5.4.3 */
const COMMON_NAME = der(0x06, Buffer.from('550403', 'hex'));
