import type { Ms } from '@kommutator/base';
import { QUIET } from '../codec/g711.ts';
import type { CodecName, Event, Key, Negotiated, Watched } from '../protocol.ts';
import type { Latch, Verdict } from '../rtp/latch.ts';
import {
  payloadEnd,
  payloadStart,
  payloadTypeOf,
  sequenceAhead,
  sequenceOf,
  ssrcOf,
  timestampOf,
} from '../rtp/packet.ts';
import { MAX_DROPOUT, Reception } from '../rtp/reception.ts';
import { KeyEar } from '../rtp/telephone-event.ts';
import { KeyDetector } from '../tones/key-detector.ts';
import { EVENT, type Kind, NOISE, NONE, PCMA, PCMU, type Sound, type Source, spread } from './sources.ts';

type Flow = Extract<Event, { is: 'flow' }>['state'];

/** Packets taken between two sweeps: five times what 20 ms packets in and their DTMF would make. */
const BUDGET = 250;
/** Keys told between two sweeps: nobody presses fifty a second. */
const KEY_BUDGET = 25;
/** What an Ethernet frame holds: no phone sends longer ones, and a longer one would be passed on in fragments. */
const LONGEST = 1_500;
const COMFORT_NOISE = 13;

export interface InboundEvents {
  flow(state: Flow): void;
  key(key: Key, via: '4733' | 'inband'): void;
}

// One for the thread: a packet is passed on before the next is read.
const sound: Sound = {
  packet: Buffer.alloc(0),
  kind: NONE,
  start: 0,
  end: 0,
  key: undefined,
  toned: false,
  now: 0,
  own: true,
};

/** The way in: judges the source, counts, hears keys, and gives packets to who hears this endpoint. */
export class Inbound {
  readonly reception = new Reception();
  keys: Watched = 'relay';
  /** Packets above what a phone can send. */
  flooded = 0;
  readonly #latch: Latch;
  readonly #source: Source;
  readonly #ownSsrc: number;
  readonly #events: InboundEvents;
  readonly #kinds = new Uint8Array(128);
  readonly #ear = new KeyEar();
  /** Listens for keys in the sound of a peer without telephone-event. */
  #detector: KeyDetector | undefined;
  /** SSRC and sequence number of the packet it heard last; −1 before the first. */
  #detectedSsrc = -1;
  #detected = 0;
  #flows = false;
  #budget = BUDGET;
  #keyBudget = KEY_BUDGET;
  #lostAfter: Ms = 0;
  #lastAt: Ms = 0;
  #lost = false;

  constructor(latch: Latch, source: Source, ownSsrc: number, events: InboundEvents) {
    this.#latch = latch;
    this.#source = source;
    this.#ownSsrc = ownSsrc;
    this.#events = events;
  }

  remote(to: Negotiated, now: Ms): void {
    this.#kinds.fill(NONE);
    for (const { codec, payloadType } of to.receive)
      this.#kinds[payloadType] = codec === 'PCMA' ? PCMA : PCMU;
    if (to.telephoneEvent !== undefined) this.#kinds[to.telephoneEvent] = EVENT;
    // Its payload type is static (RFC 3551 §6), and phones send it unasked.
    if (this.#kinds[COMFORT_NOISE] === NONE) this.#kinds[COMFORT_NOISE] = NOISE;
    this.#detector = to.telephoneEvent === undefined ? (this.#detector ?? new KeyDetector()) : undefined;
    const flows = to.direction === 'sendrecv' || to.direction === 'recvonly';
    if (flows && !this.#flows) this.#lastAt = now;
    this.#flows = flows;
    const { address, port, signallingAddress } = to;
    this.#latch.expect({ address, port, signallingAddress }, to.answered === true);
  }

  watch(keys: Watched, lostAfter: Ms, now: Ms): void {
    this.keys = keys;
    this.#lost = false;
    this.#lostAfter = lostAfter;
    this.#lastAt = now;
  }

  /** RTCP came: the peer lives, though it may have nothing to say. */
  alive(now: Ms): void {
    this.#lastAt = now;
  }

  packet(packet: Buffer, address: string, port: number, now: Ms): void {
    const start = payloadStart(packet);
    const end = start && payloadEnd(packet, start);
    if (end === 0) return;
    const ssrc = ssrcOf(packet);
    // Our own stream that found its way back (RFC 3550 §8.2) would circle for ever.
    if (ssrc === this.#ownSsrc || packet.length > LONGEST) {
      this.flooded++;
      return;
    }
    const sequence = sequenceOf(packet);
    const verdict = this.#latch.take(address, port, ssrc, sequence, now);
    if (verdict === 'refused') return;
    // Behind the latch: what strangers send must not use up what the phone may send.
    if (--this.#budget < 0) {
      this.flooded++;
      return;
    }
    this.#lastAt = now;
    if (verdict !== 'same' || this.#lost) this.#told(verdict);
    const kind = this.#kinds[payloadTypeOf(packet)] as Kind;
    this.reception.packet(ssrc, sequence, timestampOf(packet), now, kind !== EVENT);
    sound.kind = this.#flows ? kind : NONE;
    sound.key = sound.kind === EVENT ? this.#hear(packet, start) : undefined;
    if (kind === EVENT && this.keys !== 'relay') {
      sound.kind = NONE;
      sound.key = undefined;
    }
    sound.toned = false;
    if (this.#detector && (sound.kind === PCMA || sound.kind === PCMU) && this.keys !== 'off')
      this.#detect(this.#detector, packet, start, end);
    sound.packet = packet;
    sound.start = start;
    sound.end = end;
    sound.now = now;
    spread(this.#source, sound);
  }

  /** Twice a second: is the stream lost? */
  sweep(now: Ms): void {
    this.#budget = BUDGET;
    this.#keyBudget = KEY_BUDGET;
    if (this.#lost || !this.#flows || this.#lostAfter === 0 || now - this.#lastAt < this.#lostAfter) return;
    this.#lost = true;
    this.#events.flow('lost');
  }

  #told(verdict: Verdict): void {
    if (verdict === 'first' || verdict === 'moved') this.#events.flow(verdict);
    if (this.#lost) this.#events.flow('back');
    this.#lost = false;
  }

  #hear(packet: Buffer, start: number): Key | undefined {
    const key = this.#ear.hear(packet, start);
    if (!key || --this.#keyBudget < 0) return undefined;
    this.#events.key(key, '4733');
    return key;
  }

  /** Packets in the order of their sequence; one that comes late is not listened to. */
  #detect(detector: KeyDetector, packet: Buffer, start: number, end: number): void {
    const sequence = sequenceOf(packet);
    const ahead = sequenceAhead(sequence, this.#detected);
    const same = ssrcOf(packet) === this.#detectedSsrc;
    if (same && ahead <= 0 && ahead > -MAX_DROPOUT) {
      sound.toned = detector.toned;
    } else {
      this.#detectedSsrc = ssrcOf(packet);
      this.#detected = sequence;
      if (!same || ahead !== 1) detector.gap();
      const codec: CodecName = sound.kind === PCMA ? 'PCMA' : 'PCMU';
      const key = detector.push(codec, packet, start, end);
      sound.toned = detector.toned;
      if (key && --this.#keyBudget >= 0) {
        sound.key = this.keys === 'relay' ? key : undefined;
        this.#events.key(key, 'inband');
      }
    }
    if (sound.toned && this.keys === 'withhold')
      packet.fill(QUIET[sound.kind === PCMA ? 'PCMA' : 'PCMU'], start, end);
  }
}
