import type { Ms } from '@kommutator/base';
import { encodeInto, FRAME, QUIET, transcode } from '../codec/g711.ts';
import type { Clip } from '../codec/wav.ts';
import type { CodecName, Negotiated } from '../protocol.ts';
import type { Latch } from '../rtp/latch.ts';
import { OutStream } from '../rtp/out-stream.ts';
import { markerOf } from '../rtp/packet.ts';
import { EVENT, NOISE, NONE, PCMA, type Sound } from './sources.ts';
import type { Wire } from './wire.ts';

/** RFC 6263 §8. */
const KEEP_ALIVE: Ms = 15_000;
const QUIET_FRAME: { readonly [codec in CodecName]: Uint8Array } = {
  PCMA: new Uint8Array(FRAME).fill(QUIET.PCMA),
  PCMU: new Uint8Array(FRAME).fill(QUIET.PCMU),
};

/** The way out of an endpoint: its stream, in the codec and to the address that its peer agreed to. */
export class Outbound {
  readonly stream: OutStream;
  wire: Wire | undefined;
  telephoneEvent: number | undefined;
  /** Neither events nor tones of keys leave here. */
  keysApart = false;
  #codec: CodecName = 'PCMA';
  #payloadType = 8;
  #address = '';
  #port = 0;
  #flows = false;
  #flowsSince: Ms = 0;
  readonly #latch: Latch;
  readonly #mixed = new Uint8Array(FRAME);

  constructor(latch: Latch, random: () => number) {
    this.#latch = latch;
    this.stream = new OutStream(random);
  }

  remote(to: Negotiated, now: Ms): void {
    const before = this.#flows;
    this.#codec = to.send.codec;
    this.#payloadType = to.send.payloadType;
    this.telephoneEvent = to.telephoneEvent;
    this.keysApart = to.keysApart === true;
    this.#address = to.address;
    this.#port = to.port;
    const flows = to.direction === 'sendrecv' || to.direction === 'sendonly';
    // An address of zeros is the old way to say hold (RFC 3264 §8.4); port 0 refuses the stream.
    this.#flows = flows && to.port > 0 && to.address !== '0.0.0.0' && to.address !== '::';
    if (!this.#flows) this.stream.break();
    if (this.#flows && !before) this.#flowsSince = now;
  }

  /** May we send: is there an address, and does the peer want to receive? */
  get flows(): boolean {
    return this.#flows && this.wire !== undefined;
  }

  /** Where RTP goes: the learned source, until then where offer and answer say. */
  get target(): { readonly address: string; readonly port: number } {
    return this.#latch.source ?? { address: this.#address, port: this.#port };
  }

  /** Passes a packet of another endpoint on. */
  relay(feed: unknown, sound: Sound): void {
    if (!this.flows) return;
    const { kind } = sound;
    // Comfort noise is not passed on: the hearer was not asked whether he knows it. His own gap sounds the same.
    if (kind === NONE || kind === NOISE || (kind === EVENT && this.telephoneEvent === undefined)) {
      this.stream.skip(feed);
      return;
    }
    const packet = sound.own ? sound.packet : Buffer.from(sound.packet);
    const payloadType = kind === EVENT ? (this.telephoneEvent ?? 0) : this.#payloadType;
    if (!this.stream.relay(packet, feed, payloadType, markerOf(packet), sound.now)) return;
    // He is told of the key otherwise: the tone as well would be a second key.
    if (sound.toned && (this.telephoneEvent !== undefined || this.keysApart))
      packet.fill(QUIET[this.#codec], sound.start, sound.end);
    else if (kind !== EVENT && (kind === PCMA) !== (this.#codec === 'PCMA')) {
      transcode(this.#codec, packet, sound.start, sound.end);
    }
    this.#send(packet);
  }

  /** Sends 20 ms of a clip. */
  frame(clip: Clip, offset: number, feed: unknown, now: Ms): void {
    if (!this.flows) return;
    this.#send(this.stream.frame(clip[this.#codec], offset, feed, this.#payloadType, now));
  }

  /** Sends 20 ms of linear sound. */
  linear(pcm: Int16Array, feed: unknown, now: Ms): void {
    if (!this.flows) return;
    encodeInto(this.#codec, pcm, this.#mixed);
    this.#send(this.stream.frame(this.#mixed, 0, feed, this.#payloadType, now));
  }

  /**
   * Nothing has been sent for long, because there is silence or who is heard sends nothing: one frame of quiet keeps the
   * way through NAT open, and the peer from giving up (RFC 6263 §4.7; every peer understands it, comfort noise some).
   */
  keepAlive(now: Ms): void {
    if (!this.flows || now - Math.max(this.#flowsSince, this.stream.sentAt) < KEEP_ALIVE) return;
    this.stream.break();
    this.#send(this.stream.frame(QUIET_FRAME[this.#codec], 0, this, this.#payloadType, now));
  }

  /** Sends one packet of a telephone-event. */
  event(
    code: number,
    feed: unknown,
    first: boolean,
    end: boolean,
    timestamp: number,
    duration: number,
  ): void {
    const payloadType = this.telephoneEvent;
    if (!this.flows || payloadType === undefined) return;
    this.#send(this.stream.event(code, { feed, payloadType, first, end }, timestamp, duration));
  }

  #send(packet: Buffer): void {
    const source = this.#latch.source;
    if (source) this.wire?.rtp(packet, source.port, source.address);
    else this.wire?.rtp(packet, this.#port, this.#address);
  }
}
