import { isIP, isIPv6 } from 'node:net';
import { err, ok, type Result } from '@kommutator/base';
import type { CodecName, Living, Negotiated } from '@kommutator/media';
import {
  type AgreedAudio,
  type AudioCodec,
  type AudioDescription,
  type Body,
  commonAudio,
  DEFAULT_CODECS,
  isHold,
  type LocalDescription,
  mirrorDirection,
  offerCodecs,
  type Peer,
  parseSdp,
  readAnswer,
  type SessionDescription,
  TELEPHONE_EVENT,
  writeAnswer,
  writeOffer,
} from '@kommutator/sip';
import { plainAddress } from './addresses.ts';
import type { MediaAddress } from './leg-media.ts';
import type { LineContext } from './line-context.ts';
import { Protection } from './protection.ts';

const PTIME = 20;

/** What of a negotiation no living endpoint tells. */
export interface KeptDescription {
  readonly peer: string;
  readonly sessionId: string;
  readonly version: number;
  readonly onHold: boolean;
}

export type OfferFault = 'malformed' | 'no-audio' | 'no-codec';

/** What decides which address our SDP names. */
type Surroundings = Pick<LineContext, 'random' | 'settings' | 'isInside'>;

/**
 * Offer and answer of one leg (RFC 3264) with our endpoint: the other leg's SDP is never seen (DESIGN §2 «Two half calls»).
 * The session id stays, the version grows with every change of ours.
 */
export class Negotiation {
  /** Source address of the peer's signalling: the latch prefers it until the answer. */
  readonly peer: string;
  readonly #surroundings: Surroundings;
  readonly #preferred: readonly AudioCodec[];
  readonly #protection: Protection;
  #place: MediaAddress | null = null;
  #local: LocalDescription;
  #written = '';
  /** Their last offer, accepted and not necessarily answered yet. */
  #offer: SessionDescription | null = null;
  #remote: AudioDescription | null = null;
  #onHold = false;
  #owesAnswer = false;
  #agreed: AgreedAudio | null = null;

  /** @param caller whose codecs come first in an offer of ours. */
  constructor(
    surroundings: Surroundings,
    peer: Pick<Peer, 'address'>,
    caller: Negotiation | undefined,
    protection: Protection,
  ) {
    this.peer = peer.address;
    this.#protection = protection;
    this.#surroundings = surroundings;
    this.#preferred = offerCodecs(caller?.agreed ?? [], DEFAULT_CODECS);
    this.#local = {
      sessionId: String(Math.floor(surroundings.random() * 2 ** 48)),
      version: 0,
      address: '0.0.0.0',
      port: 0,
      codecs: this.#preferred,
      telephoneEvent: TELEPHONE_EVENT,
      direction: 'sendrecv',
      ptime: PTIME,
    };
  }

  /**
   * Goes on with what an earlier process had negotiated.
   * @returns null when the endpoint lives without a description of its phone.
   */
  static restore(
    surroundings: Surroundings,
    { peer, sessionId, version, onHold }: KeptDescription,
    { address, port, remote, shown }: Living,
  ): Negotiation | null {
    if (!remote) return null;
    const protection = Protection.restore(remote.secure);
    const negotiation = new Negotiation(surroundings, { address: peer }, undefined, protection);
    const agreed = {
      codecs: [knownCodec(remote.send)],
      receive: remote.receive.map(knownCodec),
      telephoneEvent: remote.telephoneEvent,
    };
    negotiation.#agreed = agreed;
    negotiation.#onHold = onHold;
    negotiation.#remote = {
      address: plainAddress(remote.address),
      port: remote.port,
      rtcpPort: remote.rtcpPort,
      rtcpMux: remote.rtcpMux ?? false,
      codecs: agreed.codecs,
      telephoneEvent: remote.telephoneEvent,
      direction: mirrorDirection(remote.direction),
      ptime: remote.ptime,
      profile: 'RTP/AVP',
      crypto: [],
    };
    negotiation.#local = { ...negotiation.#local, sessionId, version };
    negotiation.place({ address, port, ...(shown && { shown }) });
    // What was written last is not known: the next description counts as another one.
    negotiation.#written = 'lost';
    return negotiation;
  }

  /** What {@link Negotiation.restore} needs beside the living endpoint. */
  keep(): KeptDescription {
    const { sessionId, version } = this.#local;
    return { peer: this.peer, sessionId, version, onHold: this.#onHold };
  }

  /** Whether the peer's INVITE carried an offer. */
  get offered(): boolean {
    return this.#offer !== null;
  }

  /** Codecs both sides have, in the order of who answered. */
  get agreed(): readonly AudioCodec[] {
    return this.#agreed?.codecs ?? [];
  }

  /** The peer keeps us waiting (RFC 3264 §8.4). One that only sends from the start has something to say: that is no hold. */
  get onHold(): boolean {
    return this.#onHold;
  }

  /** An offer of theirs waits for our answer: there can be no other one meanwhile. */
  get owesAnswer(): boolean {
    return this.#owesAnswer;
  }

  /** Their 488 to our first offer: may there be another, and does it need another endpoint? Null = it is final. */
  otherwise(): 'same endpoint' | 'other endpoint' | null {
    return this.#protection.otherwise();
  }

  /** What kind of endpoint the leg needs. */
  get as(): 'rtp' | 'webrtc' {
    return this.#protection.as;
  }

  /** Our endpoint is open: its address goes into SDP. A phone outside our networks is told the public one. */
  place(at: MediaAddress): void {
    const { settings, isInside } = this.#surroundings;
    // The family is that of their offer, else of their signalling (RFC 6157 §4).
    const six = isIPv6(plainAddress(this.#offer?.audio?.address ?? this.peer));
    const own = (six && settings.address6) || at.address;
    const outside = settings.publicAddress;
    const told = outside === null || isInside(this.peer) || isIPv6(outside) !== six ? own : outside;
    this.#place = at;
    this.#local = { ...this.#local, address: told, port: at.port };
  }

  /** Takes an offer of theirs. Nothing is changed by one that is refused. */
  accept(body: Uint8Array): Result<null, OfferFault> {
    const parsed = parseSdp(body);
    if (!parsed.ok) return err('malformed');
    const { audio } = parsed.value;
    if (!audio) return err('no-audio');
    const agreed = commonAudio(audio, DEFAULT_CODECS);
    if (!agreed) return err('no-codec');
    if (!this.#protection.accept(audio).ok) return err('no-codec');
    this.#offer = parsed.value;
    this.#owesAnswer = true;
    this.#describe(audio, agreed);
    return ok(null);
  }

  /** Our answer to the offer accepted last; the same again as long as nothing has changed. */
  answer(): Body {
    const { codecs = this.#preferred, telephoneEvent } = this.#agreed ?? {};
    const direction = this.#remote ? mirrorDirection(this.#remote.direction) : 'sendrecv';
    const place = this.#place;
    const secure = place ? this.#protection.answer(place, this.#local.address) : undefined;
    this.#local = { ...this.#local, codecs, telephoneEvent, direction, secure };
    const offer = this.#offer;
    this.#owesAnswer = false;
    return this.#write(local => (offer ? writeAnswer(local, offer) : writeOffer(local)));
  }

  /** Our offer: the caller's codecs first, then the rest of ours. Within the call: what is in use comes first. */
  offer(): Body {
    const codecs = this.#agreed ? offerCodecs(this.#agreed.codecs, DEFAULT_CODECS) : this.#preferred;
    const place = this.#place;
    const secure = place ? this.#protection.offer(place, this.#local.address) : undefined;
    const direction = 'sendrecv';
    this.#local = { ...this.#local, codecs, telephoneEvent: TELEPHONE_EVENT, direction, secure };
    return this.#write(writeOffer);
  }

  /** Takes their answer to our offer. @returns false when it refuses our audio or is none. */
  conclude(body: Uint8Array): boolean {
    const parsed = parseSdp(body);
    const agreed = parsed.ok ? readAnswer(this.#local, parsed.value) : null;
    if (!parsed.ok || !parsed.value.audio || !agreed) return false;
    if (!this.#protection.conclude(parsed.value.audio)) return false;
    this.#describe(parsed.value.audio, agreed);
    return true;
  }

  /** For the engine; null before offer and answer are complete. */
  get negotiated(): Negotiated | null {
    const remote = this.#remote;
    const agreed = this.#agreed;
    const send = agreed?.codecs.map(codecOf).find(codec => codec !== null);
    if (!remote || !agreed || !send) return null;
    const secure = this.#protection.agreed;
    return {
      address: remote.address,
      port: remote.port,
      rtcpPort: remote.rtcpPort,
      rtcpMux: remote.rtcpMux,
      send,
      receive: agreed.receive.map(codecOf).filter(codec => codec !== null),
      telephoneEvent: agreed.telephoneEvent,
      // An address of zeros is the old way to hold (RFC 2543): there is nowhere to send to.
      direction: isUnspecified(remote.address) ? 'inactive' : mirrorDirection(remote.direction),
      ptime: remote.ptime ?? PTIME,
      signallingAddress: this.peer,
      ...(secure && { secure }),
    };
  }

  #describe(described: AudioDescription, agreed: AgreedAudio): void {
    // Where a browser is, its checks tell; what stands in its SDP may be hidden.
    const audio = described.dtls && this.as === 'webrtc' ? { ...described, ...this.#hidden } : described;
    const before = this.#remote;
    const mute = audio.direction === 'inactive' || isUnspecified(audio.address);
    const holdsNow = before !== null && (this.#onHold || !isHold(before));
    this.#onHold = isHold(audio) && (mute || holdsNow);
    this.#remote = audio;
    this.#agreed = agreed;
  }

  /** A place for the engine to know a browser's stream by. */
  get #hidden(): { readonly address: string; readonly port: number; readonly rtcpMux: true } {
    return { address: isIP(this.peer) === 0 ? '127.0.0.1' : this.peer, port: 9, rtcpMux: true };
  }

  /** The version grows when the description differs from the last one written (RFC 3264 §8). */
  #write(make: (local: LocalDescription) => Uint8Array): Body {
    const same = Buffer.from(make(this.#local)).toString() === this.#written;
    if (!same && this.#written !== '') this.#local = { ...this.#local, version: this.#local.version + 1 };
    const bytes = make(this.#local);
    this.#written = Buffer.from(bytes).toString();
    return { type: 'application/sdp', bytes };
  }
}

function knownCodec({ codec, payloadType }: Negotiated['send']): AudioCodec {
  const known = DEFAULT_CODECS.find(({ name }) => name === codec);
  return { name: codec, clockRate: 8000, channels: 1, ...known, payloadType };
}

const isUnspecified = (address: string): boolean => address === '0.0.0.0' || address === '::';

function codecOf({ name, payloadType }: AudioCodec): { codec: CodecName; payloadType: number } | null {
  return name === 'PCMA' || name === 'PCMU' ? { codec: name, payloadType } : null;
}
