import { ALERT, Bytes, DtlsFault, uint, vector } from './bytes.ts';
import { VERSION } from './record.ts';

/** Handshake messages (RFC 5246 §7.4, RFC 6347 §4.3.2), read and written. */
export const TYPE = {
  clientHello: 1,
  serverHello: 2,
  helloVerifyRequest: 3,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  certificateVerify: 15,
  clientKeyExchange: 16,
  finished: 20,
} as const;

/** TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, and with RSA for servers whose certificate is RSA. */
export const ECDHE_ECDSA = 0xc02b;
export const ECDHE_RSA = 0xc02f;
const RENEGOTIATION_SCSV = 0x00ff;
export const P256 = 23;
const EXTENSION = {
  groups: 10,
  pointFormats: 11,
  signatures: 13,
  srtp: 14,
  masterSecret: 23,
  renegotiation: 0xff01,
};
/** ecdsa_secp256r1_sha256, rsa_pss_rsae_sha256, rsa_pkcs1_sha256. */
export const SIGNATURES = [0x0403, 0x0804, 0x0401];
const ECDSA_SIGN = 64;
const RSA_SIGN = 1;

export interface ClientHello {
  readonly random: Buffer;
  readonly suites: readonly number[];
  readonly groups: readonly number[];
  readonly srtp: readonly number[];
  readonly extendedMasterSecret: boolean;
}

export interface ServerHello {
  readonly random: Buffer;
  readonly suite: number;
  /** Chosen profile of SRTP. */
  readonly srtp: number | undefined;
  readonly extendedMasterSecret: boolean;
}

export function readClientHello(body: Buffer): ClientHello {
  const bytes = new Bytes(body);
  // Versions count downwards: what is above 0xfefd is older.
  if (bytes.number(2) > VERSION) throw new DtlsFault(ALERT.protocolVersion, 'DTLS below 1.2');
  const random = bytes.take(32);
  bytes.vector(1);
  bytes.vector(1);
  const suites = numbers(bytes.vector(2));
  bytes.vector(1);
  const extensions = readExtensions(bytes);
  const groups = extensions.get(EXTENSION.groups);
  return {
    random,
    suites,
    // RFC 8422 §4: who says nothing leaves the choice to us.
    groups: groups ? numbers(new Bytes(groups).vector(2)) : [P256],
    srtp: readSrtp(extensions.get(EXTENSION.srtp)),
    extendedMasterSecret: extensions.has(EXTENSION.masterSecret),
  };
}

export const writeClientHello = (random: Buffer, cookie: Buffer, srtp: readonly number[]): Buffer =>
  Buffer.concat([
    uint(VERSION, 2),
    random,
    vector(1),
    vector(1, cookie),
    list(2, [ECDHE_ECDSA, ECDHE_RSA, RENEGOTIATION_SCSV]),
    vector(1, uint(0, 1)),
    vector(
      2,
      extension(EXTENSION.groups, list(2, [P256])),
      extension(EXTENSION.pointFormats, vector(1, uint(0, 1))),
      extension(EXTENSION.signatures, list(2, SIGNATURES)),
      extension(EXTENSION.srtp, list(2, srtp), vector(1)),
      extension(EXTENSION.masterSecret),
    ),
  ]);

export function readServerHello(body: Buffer): ServerHello {
  const bytes = new Bytes(body);
  if (bytes.number(2) !== VERSION) throw new DtlsFault(ALERT.protocolVersion, 'not DTLS 1.2');
  const random = bytes.take(32);
  bytes.vector(1);
  const suite = bytes.number(2);
  bytes.number(1);
  const extensions = readExtensions(bytes);
  return {
    random,
    suite,
    srtp: readSrtp(extensions.get(EXTENSION.srtp))[0],
    extendedMasterSecret: extensions.has(EXTENSION.masterSecret),
  };
}

export const writeServerHello = ({ random, suite, srtp, extendedMasterSecret }: ServerHello): Buffer =>
  Buffer.concat([
    uint(VERSION, 2),
    random,
    vector(1),
    uint(suite, 2),
    uint(0, 1),
    vector(
      2,
      extension(EXTENSION.renegotiation, vector(1)),
      extension(EXTENSION.pointFormats, vector(1, uint(0, 1))),
      extension(EXTENSION.srtp, list(2, srtp === undefined ? [] : [srtp]), vector(1)),
      ...(extendedMasterSecret ? [extension(EXTENSION.masterSecret)] : []),
    ),
  ]);

/** @returns the cookie. */
export function readHelloVerifyRequest(body: Buffer): Buffer {
  const bytes = new Bytes(body);
  bytes.number(2);
  return bytes.vector(1);
}

/** @returns the certificate of the peer itself, DER. */
export function readCertificate(body: Buffer): Buffer {
  const chain = new Bytes(new Bytes(body).vector(3));
  if (chain.left === 0) throw new DtlsFault(ALERT.handshakeFailure, 'no certificate');
  return chain.vector(3);
}

export const writeCertificate = (certificate: Uint8Array): Buffer => vector(3, vector(3, certificate));

/** Our half of ECDHE, which is what is signed (RFC 8422 §5.4). */
export const keyExchangeParameters = (point: Buffer): Buffer =>
  Buffer.concat([uint(3, 1), uint(P256, 2), vector(1, point)]);

export interface Signed {
  readonly algorithm: number;
  readonly signature: Buffer;
}

export function readServerKeyExchange(
  body: Buffer,
): Signed & { readonly point: Buffer; readonly parameters: Buffer } {
  const bytes = new Bytes(body);
  if (bytes.number(1) !== 3 || bytes.number(2) !== P256)
    throw new DtlsFault(ALERT.illegalParameter, 'another curve');
  const point = bytes.vector(1);
  return { point, parameters: body.subarray(0, body.length - bytes.left), ...readSigned(bytes) };
}

export const writeSigned = ({ algorithm, signature }: Signed): Buffer =>
  Buffer.concat([uint(algorithm, 2), vector(2, signature)]);

export const readCertificateVerify = (body: Buffer): Signed => readSigned(new Bytes(body));

export const certificateRequest = (): Buffer =>
  Buffer.concat([vector(1, Buffer.of(ECDSA_SIGN, RSA_SIGN)), list(2, SIGNATURES), vector(2)]);

export const readClientKeyExchange = (body: Buffer): Buffer => new Bytes(body).vector(1);

export const writeClientKeyExchange = (point: Buffer): Buffer => vector(1, point);

function readSigned(bytes: Bytes): Signed {
  const signed = { algorithm: bytes.number(2), signature: bytes.vector(2) };
  bytes.end();
  return signed;
}

function readExtensions(bytes: Bytes): Map<number, Buffer> {
  const extensions = new Map<number, Buffer>();
  if (bytes.left === 0) return extensions;
  const all = new Bytes(bytes.vector(2));
  while (all.left > 0) extensions.set(all.number(2), all.vector(2));
  return extensions;
}

const readSrtp = (body: Buffer | undefined): number[] => (body ? numbers(new Bytes(body).vector(2)) : []);

const extension = (type: number, ...parts: readonly Buffer[]): Buffer =>
  Buffer.concat([uint(type, 2), vector(2, ...parts)]);

const list = (size: 1 | 2, values: readonly number[]): Buffer =>
  vector(size, ...values.map(value => uint(value, 2)));

function numbers(body: Buffer): number[] {
  const bytes = new Bytes(body);
  const values: number[] = [];
  while (bytes.left >= 2) values.push(bytes.number(2));
  return values;
}
