import type { Brand, Ms } from '@kommutator/base';
import type { Fingerprint } from './dtls/identity.ts';
import type { IceCredentials } from './ice/lite.ts';
import type { SrtpSuite } from './srtp/profile.ts';

/** Commands and events between signalling and the media engine: serialisable, versioned by this file. */
export const PROTOCOL_VERSION = 2;

/** A media endpoint: one RTP socket pair, one SSRC for its whole life. Named by who opens it. */
export type Ep = Brand<string, 'Ep'>;
export type RoomId = Brand<string, 'RoomId'>;
export type RecId = Brand<string, 'RecId'>;
/**
 * A sound: `tone:ringback`, `tone:busy`, `tone:congestion`, `tone:dial`, `tone:confirm`, `tone:error` are made by the engine;
 * `digit:7`, `announcement:…`, `melody:…` are files `<prompts>/<language>/<kind>/<name>.wav`; `silence:<ms>` is a pause.
 */
export type ClipId = Brand<string, 'ClipId'>;
export type Key =
  | '0'
  | '1'
  | '2'
  | '3'
  | '4'
  | '5'
  | '6'
  | '7'
  | '8'
  | '9'
  | '*'
  | '#'
  | 'A'
  | 'B'
  | 'C'
  | 'D';

/** Each endpoint hears exactly one thing; the engine picks the cheapest way. `relay` of itself is an echo. */
export type Hear =
  | { readonly silence: true }
  | { readonly relay: Ep }
  | { readonly mix: readonly Ep[] }
  | { readonly room: RoomId }
  | {
      readonly play: readonly ClipId[];
      readonly tag: number;
      readonly loop?: boolean;
      readonly stopOn?: string;
      readonly then: Hear;
    };

export type CodecName = 'PCMA' | 'PCMU';

/** How RTP is protected: by keys out of SDP (RFC 4568, base64 of key and salt), or by those of a handshake (RFC 5764). */
export type Secure =
  | { readonly by: 'sdes'; readonly suite: SrtpSuite; readonly send: string; readonly receive: string }
  | {
      readonly by: 'dtls';
      /** Ours; the client says hello. */
      readonly role: 'client' | 'server';
      /** The peer's certificate must have one of these. */
      readonly fingerprints: readonly Fingerprint[];
      /** Our credentials, and the peer's name in his checks. */
      readonly ice: { readonly local: IceCredentials; readonly remote: string };
    };

/** The outcome of offer and answer for one endpoint. */
export interface Negotiated {
  readonly address: string;
  readonly port: number;
  readonly rtcpPort?: number | undefined;
  readonly rtcpMux?: boolean | undefined;
  /** The codec we send; everything in `receive` is understood. */
  readonly send: { readonly codec: CodecName; readonly payloadType: number };
  readonly receive: readonly { readonly codec: CodecName; readonly payloadType: number }[];
  /** telephone-event payload type (RFC 4733), the same both ways. */
  readonly telephoneEvent?: number | undefined;
  /** The peer is told of keys by signalling (SIP INFO): it is sent neither events nor tones. */
  readonly keysApart?: boolean | undefined;
  /** Seen from us: `sendonly` = we only send. */
  readonly direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
  /** ms per packet that we send. */
  readonly ptime: number;
  /** Source address of the phone's signalling, preferred by the latch until the call is answered. */
  readonly signallingAddress?: string | undefined;
  /** The call is answered: from now on the latch follows only a new offer/answer or a stream that goes on. */
  readonly answered?: boolean | undefined;
  /** Absent: plain RTP. An endpoint opened as `webrtc` takes nothing but DTLS. */
  readonly secure?: Secure | undefined;
}

/** Signalling → media. Idempotent by endpoint id; each is answered once. */
export type Command =
  | {
      readonly do: 'open';
      readonly ep: Ep;
      readonly domain: string;
      /** `webrtc`: ICE, DTLS and SRTP on one port, never anything in clear. */
      readonly as: 'rtp' | 'webrtc';
      /** Language of the clips it hears: `ru`, `en`. */
      readonly language: string;
    }
  | { readonly do: 'remote'; readonly ep: Ep; readonly to: Negotiated }
  | { readonly do: 'hear'; readonly ep: Ep; readonly what: Hear }
  | {
      readonly do: 'watch';
      readonly ep: Ep;
      readonly keys: Watched;
      /** Report `flow lost` after so many ms without RTP and RTCP, once for each `watch`; 0 = never. */
      readonly lostAfter: Ms;
    }
  | { readonly do: 'keys'; readonly ep: Ep; readonly keys: string }
  | { readonly do: 'close'; readonly ep: Ep }
  /** Says that signalling lives: the engine keeps endpoints 30 s after the last command of any kind. */
  | { readonly do: 'renew' }
  /** What lives, a part at a time: begin without `after`, go on with the `next` of the answer until there is none. */
  | { readonly do: 'adopt'; readonly after?: number };

/** An endpoint that lives, with all that a signalling process which did not open it must know of it. */
export interface Living {
  readonly ep: Ep;
  readonly domain: string;
  readonly language: string;
  /** Of ours, as the answer to `open` said; port 0 while it is being bound. */
  readonly address: string;
  readonly port: number;
  readonly shown?: Shown;
  /** The last `remote`. */
  readonly remote?: Negotiated | undefined;
  /** What it hears at this moment: a playlist that has ended is what came `then`. */
  readonly hear: Hear;
  /** The last `watch`. */
  readonly keys: Watched;
  readonly lostAfter: Ms;
}

/** What becomes of keys pressed: passed to who hears the endpoint, kept from him, or ignored. All but `off` are reported. */
export type Watched = 'relay' | 'withhold' | 'off';

/** What SDP tells a browser of an endpoint: SHA-256 of our certificate, and the source of what we send. */
export interface Shown {
  readonly fingerprint: string;
  readonly ssrc: number;
}

export type Answer =
  | {
      readonly ok: true;
      readonly address?: string;
      readonly port?: number;
      /** For `webrtc`. */
      readonly shown?: Shown;
      /** Of `adopt`. */
      readonly living?: readonly Living[];
      readonly next?: number;
    }
  | {
      readonly ok: false;
      readonly refused: 'no-ports' | 'overload' | 'unknown-endpoint' | 'bad-command' | 'gone';
    };

/** Quality of our stream at the peer. */
export interface FarQuality {
  /** 0…1 of the packets it expected. */
  readonly loss: number;
  readonly jitterMs: Ms;
  readonly mos: number;
}

/** Media → signalling. */
export type Event =
  /** `failed`: the handshake with a browser did not succeed; there will be no sound. */
  | { readonly is: 'flow'; readonly ep: Ep; readonly state: 'first' | 'moved' | 'lost' | 'back' | 'failed' }
  | {
      readonly is: 'heard';
      readonly ep: Ep;
      readonly what: { readonly key: Key; readonly via: '4733' | 'inband' };
    }
  | {
      readonly is: 'played';
      readonly ep: Ep;
      readonly tag: number;
      readonly end: 'done' | 'key' | 'replaced' | 'missing';
    }
  | {
      readonly is: 'stats';
      readonly ep: Ep;
      readonly packetsIn: number;
      readonly packetsOut: number;
      /** 0…1 of the packets expected from the peer. */
      readonly loss: number;
      readonly jitterMs: Ms;
      readonly rttMs?: Ms;
      /** 1…4.5 by the E-model; 0 when nothing was received. */
      readonly mos: number;
      /** How the peer receives what we send, by its reports (RFC 3550 §6.4.1); absent where it sends none. */
      readonly far?: FarQuality | undefined;
      /** Packets refused because they did not come from the learned source. */
      readonly refused: number;
      /** Address of the last of them that nothing in signalling had named. */
      readonly refusedFrom?: string | undefined;
      readonly last: boolean;
    };

/** The door of the engine, whichever way it is reached: in process, over a socket, or symbolic in tests. */
export interface MediaEngine {
  command(command: Command): Promise<Answer>;
  /** Set by the user of the engine. */
  onEvent: (event: Event) => void;
  /** Called when the engine died; all endpoints are gone. */
  onLost: (why: string) => void;
  close(): Promise<void>;
}
