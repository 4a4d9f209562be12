import type { Timer } from '@kommutator/base';
import type { Command, Ep, Hear, Living, Negotiated, Shown } from '../protocol.ts';

type Watch = Pick<Extract<Command, { do: 'watch' }>, 'keys' | 'lostAfter'>;
export type Playing = Extract<Hear, { play: unknown }>;

/** What the symbolic engine knows of one endpoint. */
export interface SymbolicEndpoint {
  readonly ep: Ep;
  readonly port: number;
  readonly language: string;
  readonly domain: string;
  readonly as: 'rtp' | 'webrtc';
  remote: Negotiated | undefined;
  hear: Hear;
  watch: Watch;
  /** Keys its phone was made to hear: relayed from others or sent by `keys`. */
  keysHeard: string;
  /** While it plays: which clip, its end, and whether one was missing. */
  clip: number;
  timer: Timer | undefined;
  missed: boolean;
}

/** The address of the symbolic engine (RFC 5737). */
export const OURS = '192.0.2.1';

/** What `adopt` tells of it. */
export const livingOf = (endpoint: SymbolicEndpoint): Living => {
  const { ep, domain, language, port, remote, hear, watch } = endpoint;
  const shown = shownOf(endpoint);
  return {
    ep,
    domain,
    language,
    address: OURS,
    port,
    ...(shown && { shown }),
    ...(remote && { remote }),
    hear,
    keys: watch.keys,
    lostAfter: watch.lostAfter,
  };
};

/** A certificate and a stream that a browser's endpoint has not. */
export const shownOf = ({ as, port }: SymbolicEndpoint): Shown | undefined =>
  as === 'webrtc' ? { fingerprint: Array(32).fill('5A').join(':'), ssrc: port } : undefined;

/** `host:port` of the phone behind an endpoint. */
export const farOf = (endpoint: SymbolicEndpoint): string | undefined =>
  endpoint.remote && `${endpoint.remote.address}:${endpoint.remote.port}`;

/** The phone may be heard: media flows from it to us. */
export const weReceive = (endpoint: SymbolicEndpoint): boolean =>
  endpoint.remote?.direction === 'sendrecv' || endpoint.remote?.direction === 'recvonly';

/** The phone may hear: media flows from us to it. */
export const weSend = (endpoint: SymbolicEndpoint): boolean =>
  endpoint.remote?.direction === 'sendrecv' || endpoint.remote?.direction === 'sendonly';

export const sourcesOf = (hear: Hear): readonly Ep[] =>
  'relay' in hear ? [hear.relay] : 'mix' in hear ? hear.mix : [];
