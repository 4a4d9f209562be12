/** Offer and answer for one audio stream (RFC 3264, RFC 8866). */

export interface AudioCodec {
  /** Encoding name in upper case: PCMA, PCMU, G722, OPUS. */
  readonly name: string;
  readonly clockRate: number;
  readonly channels: number;
  readonly payloadType: number;
  readonly fmtp?: string | undefined;
}

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** The audio stream of one side, as offered or answered. */
export interface AudioDescription {
  /** Connection address; '0.0.0.0' is the old way to hold (RFC 2543). */
  readonly address: string;
  readonly port: number;
  /** In the order of preference; telephone-event is apart. */
  readonly codecs: readonly AudioCodec[];
  /** Payload type of telephone-event/8000 (RFC 4733), when offered. */
  readonly telephoneEvent?: number | undefined;
  readonly direction: Direction;
  /** Packet time asked for, ms. */
  readonly ptime?: number | undefined;
  readonly rtcpPort?: number | undefined;
  readonly rtcpMux: boolean;
  /** RTP/AVP, RTP/SAVP, UDP/TLS/RTP/SAVPF … */
  readonly profile: string;
  /** Set when fingerprint and ICE stand there whole. */
  readonly dtls?: DtlsDescription | undefined;
  /** Keys of SRTP that can be used, in the order of preference. */
  readonly crypto: readonly CryptoLine[];
}

/** Who says hello in DTLS (RFC 8842); `actpass` leaves it to who answers. */
export type Setup = 'active' | 'passive' | 'actpass';

/** DTLS-SRTP and ICE of one side (RFC 5763, RFC 8839). */
export interface DtlsDescription {
  readonly fingerprints: readonly { readonly hash: string; readonly value: string }[];
  readonly setup: Setup;
  readonly ice: { readonly ufrag: string; readonly password: string };
}

/** One a=crypto line (RFC 4568): key and salt in base64. */
export interface CryptoLine {
  readonly tag: number;
  readonly suite: string;
  readonly key: string;
}

/** A parsed description: the audio stream we talk, and where it stands among the m-lines. */
export interface SessionDescription {
  readonly audio: AudioDescription | null;
  /** All m-lines in order; an answer must refuse those it does not take (port 0). */
  readonly media: readonly {
    readonly kind: string;
    readonly protocol: string;
    readonly formats: string;
    readonly port: number;
    /** Identification tag (RFC 5888). */
    readonly mid?: string | undefined;
  }[];
  /** The streams that share one transport (RFC 9143). */
  readonly bundle?: readonly string[] | undefined;
  readonly audioIndex: number;
  readonly sessionVersion: string;
}

/** Our own side of a description, made once per leg. `version` grows with every change (RFC 3264 §8). */
export interface LocalDescription {
  readonly sessionId: string;
  readonly version: number;
  readonly address: string;
  readonly port: number;
  readonly codecs: readonly AudioCodec[];
  readonly telephoneEvent?: number | undefined;
  readonly direction: Direction;
  readonly ptime: number;
  readonly rtcpPort?: number | undefined;
  readonly secure?: LocalProtection | undefined;
}

/** What our description says of the protection of its stream. */
export type LocalProtection =
  | {
      readonly by: 'sdes';
      /** Profile of an offer; an answer has that of the offer. RTP/AVP: only if the other side can (RFC 8643). */
      readonly profile: 'RTP/AVP' | 'RTP/SAVP';
      readonly crypto: readonly CryptoLine[];
    }
  | {
      readonly by: 'dtls';
      /** SHA-256 of our certificate. */
      readonly fingerprint: string;
      readonly setup: Setup;
      readonly ice: { readonly ufrag: string; readonly password: string };
      /** Addresses our port is reached at, the best first. */
      readonly candidates: readonly string[];
      /** Source of what we send. */
      readonly ssrc: number;
    };
