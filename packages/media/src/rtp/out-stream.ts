import type { Ms } from '@kommutator/base';
import { FRAME, SAMPLES_PER_MS } from '../codec/g711.ts';
import {
  HEADER,
  sequenceAhead,
  sequenceOf,
  ssrcOf,
  timestampAhead,
  timestampOf,
  writeHeader,
} from './packet.ts';
import { MAX_DROPOUT } from './reception.ts';
import { EVENT, writeEvent } from './telephone-event.ts';

/** A step of a source's timestamp beyond a minute is its restart. */
const MAX_STEP = 60_000 * SAMPLES_PER_MS;
/** How many sequence numbers a packet may come late and still be passed on. */
const MAX_LATE = 100;

/**
 * The one stream an endpoint sends in its life: one SSRC, sequence and timestamp without a break whatever feeds it.
 * A relayed packet keeps its source's gaps (so the hearer sees its loss); a change of feed goes on with the next
 * sequence number, a timestamp moved by the time passed, and the marker bit (RFC 3551 §4.1).
 */
export class OutStream {
  readonly ssrc: number;
  packets = 0;
  octets = 0;
  /** Sequence number of the first packet. */
  readonly first: number;
  /** Sequence of the newest packet. */
  #sequence: number;
  /** Timestamp of the newest packet of sound, and when it was sent. */
  #timestamp: number;
  #at: Ms = Number.NaN;
  /** Who feeds it: a relayed endpoint, a playlist, keys. */
  #feed: unknown;
  #feedSsrc = 0;
  #sequenceOffset = 0;
  #timestampOffset = 0;
  /** Below this sequence a late packet belongs to another feed. */
  #floor = 0;

  /** @param random 0…1, as Math.random. */
  constructor(random: () => number) {
    this.ssrc = Math.floor(random() * 2 ** 32) >>> 0;
    this.#sequence = Math.floor(random() * 2 ** 16);
    this.first = (this.#sequence + 1) & 0xffff;
    this.#timestamp = Math.floor(random() * 2 ** 32) >>> 0;
  }

  /** When sound was sent last; −∞ before the first. */
  get sentAt(): Ms {
    return Number.isNaN(this.#at) ? Number.NEGATIVE_INFINITY : this.#at;
  }

  /** Timestamp that sound sent now would carry. */
  timestampAt(now: Ms): number {
    if (Number.isNaN(this.#at)) return this.#timestamp;
    const passed = Math.round((now - this.#at) * SAMPLES_PER_MS);
    return (this.#timestamp + Math.max(FRAME, passed)) >>> 0;
  }

  /**
   * Rewrites the header of a source's packet into this stream's.
   * @param feed the source; a new one, or a new SSRC of it, begins with the marker bit.
   * @returns false when the packet is too late to belong here.
   */
  relay(packet: Uint8Array, feed: unknown, payloadType: number, marker: boolean, now: Ms): boolean {
    const from = sequenceOf(packet);
    const time = timestampOf(packet);
    let mark = marker;
    if (!this.#goesOn(feed, ssrcOf(packet), from, time)) {
      this.#feed = feed;
      this.#feedSsrc = ssrcOf(packet);
      this.#sequenceOffset = this.#sequence + 1 - from;
      this.#timestampOffset = this.timestampAt(now) - time;
      this.#floor = (this.#sequence + 1) & 0xffff;
      mark = true;
    }
    const sequence = (from + this.#sequenceOffset) & 0xffff;
    if (sequenceAhead(sequence, this.#floor) < 0) return false;
    const timestamp = (time + this.#timestampOffset) >>> 0;
    if (sequenceAhead(sequence, this.#sequence) > 0) {
      this.#sequence = sequence;
      if (sequenceAhead(sequence, this.#floor) > MAX_LATE) this.#floor = (sequence - MAX_LATE) & 0xffff;
      if (timestampAhead(timestamp, this.#timestamp) > 0 || Number.isNaN(this.#at)) {
        this.#timestamp = timestamp;
        this.#at = now;
      }
    }
    writeHeader(packet, payloadType, mark, sequence, timestamp, this.ssrc);
    this.packets++;
    this.octets += packet.length - HEADER;
    return true;
  }

  /** A packet of the feed that the hearer does not get must not look lost to him. */
  skip(feed: unknown): void {
    if (feed === this.#feed) this.#sequenceOffset--;
  }

  /** What comes next begins anew, though it may come from the same feed. */
  break(): void {
    this.#feed = undefined;
  }

  /** A new packet with a frame made here: 20 ms of law bytes from `offset` of `sound`. */
  frame(sound: Uint8Array, offset: number, feed: unknown, payloadType: number, now: Ms): Buffer {
    const packet = Buffer.allocUnsafe(HEADER + FRAME);
    packet.set(sound.subarray(offset, offset + FRAME), HEADER);
    const goesOn = feed === this.#feed;
    const timestamp = goesOn ? (this.#timestamp + FRAME) >>> 0 : this.timestampAt(now);
    this.#timestamp = timestamp;
    this.#at = now;
    this.#send(packet, feed, payloadType, !goesOn, timestamp);
    return packet;
  }

  /**
   * A new packet of an event that began at `timestamp` (RFC 4733 §2.5.1): first packet marked, timestamp held.
   * @param duration samples so far.
   */
  event(
    code: number,
    o: {
      readonly feed: unknown;
      readonly payloadType: number;
      readonly first: boolean;
      readonly end: boolean;
    },
    timestamp: number,
    duration: number,
  ): Buffer {
    const packet = Buffer.allocUnsafe(HEADER + EVENT);
    writeEvent(packet, HEADER, code, o.end, duration);
    this.#send(packet, o.feed, o.payloadType, o.first, timestamp);
    return packet;
  }

  /** After this event no sound may carry a timestamp inside it. */
  eventEnded(timestamp: number, now: Ms): void {
    this.#timestamp = timestamp;
    this.#at = now;
  }

  #send(packet: Buffer, feed: unknown, payloadType: number, marker: boolean, timestamp: number): void {
    this.#feed = feed;
    this.#sequence = (this.#sequence + 1) & 0xffff;
    packet[0] = 0x80;
    writeHeader(packet, payloadType, marker, this.#sequence, timestamp, this.ssrc);
    this.packets++;
    this.octets += packet.length - HEADER;
  }

  #goesOn(feed: unknown, ssrc: number, sequence: number, timestamp: number): boolean {
    if (feed !== this.#feed || ssrc !== this.#feedSsrc) return false;
    const step = sequenceAhead(sequence + this.#sequenceOffset, this.#sequence);
    if (step > MAX_DROPOUT || step < -MAX_DROPOUT) return false;
    const time = timestampAhead(timestamp + this.#timestampOffset, this.#timestamp);
    return time < MAX_STEP && time > -MAX_STEP;
  }
}
