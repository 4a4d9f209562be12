import { isIP } from 'node:net';
import type { RawMedia, RawSdp } from './raw.ts';
import type { AudioDescription, CryptoLine, DtlsDescription, Setup } from './types.ts';

/** Lines of one description that are looked at. */
const MOST_LINES = 16;
const FINGERPRINT = /^(sha-(?:256|384|512)) ((?:[0-9A-Fa-f]{2}:){31,63}[0-9A-Fa-f]{2})$/i;
/** RFC 8839 §5.4. */
const ICE = /^[A-Za-z0-9+/]{4,256}$/;
/** `tag suite inline:key[|lifetime]`; a master key identifier or session parameters would change the packets (RFC 4568 §9.2). */
const CRYPTO =
  /^(\d{1,9}) +(\w+) +inline:([A-Za-z0-9+/]{16,128}={0,2})(?:\|(?:2\^)?\d{1,20})?(?: +WSH=\d{1,5})? *$/;

/** RTP without encryption, with or without early feedback. */
export const isPlainRtp = (profile: string): boolean => profile === 'RTP/AVP' || profile === 'RTP/AVPF';

const isDtlsRtp = (profile: string): boolean =>
  profile === 'UDP/TLS/RTP/SAVPF' || profile === 'UDP/TLS/RTP/SAVP';

const isSdesRtp = (profile: string): boolean => profile === 'RTP/SAVP' || profile === 'RTP/SAVPF';

/** How a stream is protected, so far as we can do the same: null = we cannot. Of plain RTP that offers keys (RFC 8643) it is `plain`. */
export function protectionOf({ profile, dtls, crypto }: AudioDescription): 'plain' | 'sdes' | 'dtls' | null {
  if (isPlainRtp(profile)) return 'plain';
  if (isSdesRtp(profile)) return crypto.length > 0 ? 'sdes' : null;
  return isDtlsRtp(profile) && dtls ? 'dtls' : null;
}

/** Fingerprints, role and ICE of a stream, which may stand in the session part (RFC 8839 §4.4.3, RFC 8122 §5). */
export function readDtls(raw: RawSdp, stream: RawMedia): DtlsDescription | undefined {
  const lines = stream.fingerprints.length > 0 ? stream.fingerprints : raw.fingerprints;
  const fingerprints = lines.slice(0, MOST_LINES).flatMap(line => {
    const [, hash, value] = FINGERPRINT.exec(line) ?? [];
    return hash !== undefined && value !== undefined ? [{ hash: hash.toLowerCase(), value }] : [];
  });
  const ufrag = stream.iceUfrag ?? raw.iceUfrag ?? '';
  const password = stream.icePassword ?? raw.icePassword ?? '';
  if (fingerprints.length === 0 || !ICE.test(ufrag) || !ICE.test(password)) return undefined;
  return { fingerprints, setup: setupOf(stream.setup ?? raw.setup), ice: { ufrag, password } };
}

/** RFC 8842 §5.3: an answer that says nothing is active, as is an offer (RFC 4145 §4). */
const setupOf = (text: string | undefined): Setup =>
  text === 'actpass' || text === 'passive' ? text : 'active';

/** The keys of a stream that we can use (RFC 4568). */
export const readCrypto = ({ crypto }: RawMedia): CryptoLine[] =>
  crypto.slice(0, MOST_LINES).flatMap(line => {
    const [, tag, suite, key] = CRYPTO.exec(line) ?? [];
    return tag !== undefined && suite !== undefined && key !== undefined
      ? [{ tag: Number(tag), suite: suite.toUpperCase(), key }]
      : [];
  });

/** The address of a c= line. A browser that hides its own writes a name or zeros: its checks tell the place (RFC 8839). */
export function addressOf(text: string, dtls: boolean): string | null {
  if (isIP(text) !== 0) return text;
  return dtls ? '0.0.0.0' : null;
}
