import {
  type AudioCodec,
  type AudioDescription,
  answerAudio,
  type Body,
  DEFAULT_CODECS,
  type Direction,
  type LocalDescription,
  parseSdp,
  type SessionDescription,
  TELEPHONE_EVENT,
  writeAnswer,
  writeOffer,
} from '@kommutator/sip';
import type { PhoneAudio } from './phone-media.ts';

/** One side of offer and answer: what a phone wrote last and what it read last (RFC 3264). */
export class PhoneSdp {
  readonly #address: string;
  readonly #codecs: readonly AudioCodec[];
  readonly #telephoneEvent: number | undefined;
  #local: LocalDescription;
  #remote: SessionDescription | null = null;

  constructor(at: Pick<PhoneAudio, 'address' | 'port' | 'codecs' | 'telephoneEvent'>) {
    this.#address = at.address;
    this.#codecs = at.codecs ?? DEFAULT_CODECS;
    this.#telephoneEvent = at.telephoneEvent === null ? undefined : (at.telephoneEvent ?? TELEPHONE_EVENT);
    this.#local = {
      sessionId: String(at.port),
      version: 0,
      address: at.address,
      port: at.port,
      codecs: this.#codecs,
      telephoneEvent: this.#telephoneEvent,
      direction: 'sendrecv',
      ptime: 20,
    };
  }

  /** The other side's stream as it stands now; null before its first SDP and when it refused the stream. */
  get remote(): AudioDescription | null {
    return this.#remote?.audio ?? null;
  }

  /** @param address another one than where it wants its RTP: `0.0.0.0` is the old way to hold (RFC 2543). */
  offer(direction: Direction = 'sendrecv', address = this.#address): Body {
    this.#next({ address, direction, codecs: this.#codecs, telephoneEvent: this.#telephoneEvent });
    return sdp(writeOffer(this.#local));
  }

  /** The answer to what was read last, in the direction this side has; an offer where nothing was offered. */
  reply(): Body {
    const remote = this.#remote;
    const agreed = remote?.audio ? answerAudio(remote.audio, this.#codecs) : null;
    if (!remote || !agreed) return this.offer();
    const telephoneEvent = this.#telephoneEvent === undefined ? undefined : agreed.telephoneEvent;
    this.#next({ codecs: agreed.codecs, telephoneEvent });
    return sdp(writeAnswer(this.#local, remote));
  }

  /** @returns false when the body is no SDP with audio. */
  read(body: Uint8Array): boolean {
    const parsed = body.length > 0 ? parseSdp(body) : null;
    if (!parsed?.ok || !parsed.value.audio) return false;
    this.#remote = parsed.value;
    return true;
  }

  #next(change: Partial<LocalDescription>): void {
    this.#local = { ...this.#local, ...change, version: this.#local.version + 1 };
  }
}

const sdp = (bytes: Uint8Array): Body => ({ type: 'application/sdp', bytes });
