import { isPlainRtp } from './protection.ts';
import type {
  AudioCodec,
  AudioDescription,
  Direction,
  LocalDescription,
  SessionDescription,
} from './types.ts';

/** What we talk when nothing else is configured, with the payload types we offer. */
export const DEFAULT_CODECS: readonly AudioCodec[] = [
  { name: 'PCMA', clockRate: 8000, channels: 1, payloadType: 8 },
  { name: 'PCMU', clockRate: 8000, channels: 1, payloadType: 0 },
];

/** Payload type of telephone-event/8000 in our offers (RFC 4733). */
export const TELEPHONE_EVENT = 101;

/** What both sides of one leg can do. Payload types hold for this leg only. */
export interface AgreedAudio {
  /** In the order of who answered, with the payload types we send; the first is what we send. */
  readonly codecs: readonly AudioCodec[];
  /** The same codecs with the payload types we receive; they differ where the answerer chose his own (RFC 3264 §6.1). */
  readonly receive: readonly AudioCodec[];
  /** Payload type of telephone-event, when both have it. */
  readonly telephoneEvent?: number | undefined;
}

const same = (a: AudioCodec, b: AudioCodec): boolean =>
  a.name === b.name && a.clockRate === b.clockRate && a.channels === b.channels;

/** The codec with another leg's, or the other side's, payload type; format parameters stay our own. */
const withType = (ours: AudioCodec, payloadType: number): AudioCodec =>
  ours.payloadType === payloadType ? ours : { ...ours, payloadType };

/**
 * The codecs of an offer that we have, in the offerer's order with the offerer's payload types (RFC 3264 §6.1).
 * @returns null when there is none, or the stream is not plain RTP: refuse with 488.
 */
export const answerAudio = (offer: AudioDescription, supported: readonly AudioCodec[]): AgreedAudio | null =>
  isPlainRtp(offer.profile) ? commonAudio(offer, supported) : null;

/** The same whatever the protection, which is somebody else's to agree. @returns null when there is none. */
export function commonAudio(offer: AudioDescription, supported: readonly AudioCodec[]): AgreedAudio | null {
  const codecs: AudioCodec[] = [];
  for (const offered of offer.codecs) {
    const ours = supported.find(codec => same(codec, offered));
    if (ours) codecs.push(withType(ours, offered.payloadType));
  }
  return codecs.length === 0 ? null : { codecs, receive: codecs, telephoneEvent: offer.telephoneEvent };
}

/**
 * What to offer to the target of a call: the codecs the caller agreed to in his order, then the rest of ours, all with
 * our own payload types, so that as few calls as possible are transcoded.
 */
export function offerCodecs(
  callerAgreed: readonly AudioCodec[],
  supported: readonly AudioCodec[],
): AudioCodec[] {
  const preferred: AudioCodec[] = [];
  for (const agreed of callerAgreed) {
    const ours = supported.find(codec => same(codec, agreed));
    if (ours && !preferred.includes(ours)) preferred.push(ours);
  }
  return [...preferred, ...supported.filter(codec => !preferred.includes(codec))];
}

/**
 * What the other side took of our offer, in its order (RFC 3264 §7).
 * @returns null when it refused the audio stream or took nothing that we offered.
 */
export function readAnswer(local: LocalDescription, answer: SessionDescription): AgreedAudio | null {
  if (!answer.audio) return null;
  const codecs: AudioCodec[] = [];
  const receive: AudioCodec[] = [];
  for (const answered of answer.audio.codecs) {
    const ours = local.codecs.find(codec => same(codec, answered));
    if (!ours) continue;
    codecs.push(withType(ours, answered.payloadType));
    receive.push(ours);
  }
  if (codecs.length === 0) return null;
  const telephoneEvent = local.telephoneEvent === undefined ? undefined : answer.audio.telephoneEvent;
  return { codecs, receive, telephoneEvent };
}

const MIRROR: Readonly<Record<Direction, Direction>> = {
  sendrecv: 'sendrecv',
  sendonly: 'recvonly',
  recvonly: 'sendonly',
  inactive: 'inactive',
};

/** The direction as the other side sees it, which is also the widest answer to it (RFC 3264 §6.1). */
export const mirrorDirection = (direction: Direction): Direction => MIRROR[direction];

/** Whether the other side put us on hold: it will not listen (RFC 3264 §8.4), or in the old way has no address (RFC 2543). */
export const isHold = (description: Pick<AudioDescription, 'direction' | 'address'>): boolean =>
  description.direction === 'sendonly' ||
  description.direction === 'inactive' ||
  description.address === '0.0.0.0' ||
  description.address === '::';
