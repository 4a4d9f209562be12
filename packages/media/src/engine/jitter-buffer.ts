import type { Ms } from '@kommutator/base';
import { FRAME, linearOf, SAMPLES_PER_MS } from '../codec/g711.ts';
import type { CodecName } from '../protocol.ts';
import { ssrcOf, timestampAhead, timestampOf } from '../rtp/packet.ts';
import { ArrivalJitter } from './arrival-jitter.ts';
import { comfortNoise } from './comfort-noise.ts';
import { Concealment } from './concealment.ts';

/** Samples that fit, a power of two: 512 ms. */
const SIZE = 4_096;
const MASK = SIZE - 1;
/** Least and most delay: 20…200 ms. */
const LEAST = FRAME;
const MOST = 200 * SAMPLES_PER_MS;
/** A timestamp further off than a second begins another stream. */
const JUMP = 1_000 * SAMPLES_PER_MS;
/** Frames (2 s) through which there was more delay than needed, before 10 ms of it are taken out. */
const PATIENCE = 100;
const CUT = FRAME / 2;

export interface JitterCounters {
  /** Packets that came after their time, or twice. */
  late: number;
  twice: number;
  /** Frames made up for what was lost or is not here yet, and frames cut out against too much delay. */
  concealed: number;
  cut: number;
}

/**
 * Puts the packets of one voice in order for whoever works on its sound (a mix): samples stand at their timestamp in a ring
 * and are taken out 20 ms at a time. Delay starts at what the arrival of packets asks for, grows by a frame when the next
 * one is not here in time and may yet come, and shrinks by 10 ms when it was too much for two seconds: so a clock that runs faster or
 * slower than ours is followed too. What is lost is concealed. Plain relay needs none of this: the hearer has his own.
 */
export class JitterBuffer {
  readonly counters: JitterCounters = { late: 0, twice: 0, concealed: 0, cut: 0 };
  readonly #ring = new Int16Array(SIZE);
  readonly #filled = new Uint8Array(SIZE);
  readonly #jitter = new ArrivalJitter();
  readonly #concealment = new Concealment();
  #ssrc = -1;
  /** Timestamps: of the next sample to be heard, and behind the newest that is here. */
  #play = 0;
  #newest = 0;
  #flowing = false;
  /** Samples made up while waiting for a frame that may be late or lost. */
  #stalled = 0;
  #least = Number.POSITIVE_INFINITY;
  #watched = 0;
  /** Level of comfort noise, −dBov; 127 = none. */
  #noise = 127;

  /** What is buffered, ms. */
  get delay(): Ms {
    return Math.max(0, this.#level) / SAMPLES_PER_MS;
  }

  /** Law bytes `from`…`to` of an RTP packet that came at `now`. */
  push(codec: CodecName, packet: Uint8Array, from: number, to: number, now: Ms): void {
    const timestamp = timestampOf(packet);
    const ahead = timestampAhead(timestamp, this.#play);
    if (ssrcOf(packet) !== this.#ssrc || ahead > JUMP || ahead < -JUMP)
      this.#restart(ssrcOf(packet), timestamp);
    else if (!this.#flowing && this.#level <= 0 && ahead > 0) this.#begin(timestamp);
    this.#jitter.packet(timestamp, now);
    this.#noise = 127;
    const offset = timestampAhead(timestamp, this.#play);
    if (offset + to - from <= 0) {
      this.counters.late++;
      return;
    }
    let fresh = false;
    for (let i = Math.max(0, -offset); i < to - from; i++) {
      const at = (timestamp + i) & MASK;
      if (offset + i >= SIZE) break;
      if (this.#filled[at]) continue;
      fresh = true;
      this.#filled[at] = 1;
      this.#ring[at] = linearOf(codec, packet[from + i] as number);
    }
    if (!fresh) this.counters.twice++;
    const end = (timestamp + to - from) | 0;
    if (timestampAhead(end, this.#newest) > 0) this.#newest = end;
    if (this.#level > MOST + FRAME) this.#shorten();
  }

  /** Comfort noise (RFC 3389): the voice pauses, and this is what its room sounds like. @param level −dBov. */
  noise(level: number): void {
    this.#noise = level;
  }

  /** Writes the next 20 ms. @returns false when there is nothing to be heard. */
  pull(into: Int16Array): boolean {
    if (!this.#flowing && this.#level < this.#target) return this.#quiet(into);
    this.#flowing = true;
    while (!this.#ready(FRAME)) {
      // Newer ones are here, and more of them than lateness could explain: lost, not late.
      if (this.#level <= this.#target) return this.#starve(into);
      // Where its time was already filled while we waited for it, there is nothing left to fill.
      this.#advance(FRAME);
      if (this.#stalled < FRAME) return this.#concealed(into);
      this.#stalled -= FRAME;
    }
    this.#stalled = 0;
    this.#take(into);
    this.#concealment.real(into);
    return true;
  }

  get #level(): number {
    return timestampAhead(this.#newest, this.#play);
  }

  get #target(): number {
    return Math.min(MOST, LEAST + this.#jitter.samples);
  }

  #restart(ssrc: number, timestamp: number): void {
    this.#ssrc = ssrc;
    this.#jitter.restart(timestamp);
    this.#filled.fill(0);
    this.#concealment.forget();
    this.#begin(timestamp);
  }

  /** The first packet after nothing. */
  #begin(timestamp: number): void {
    this.#flowing = false;
    this.#stalled = 0;
    this.#play = timestamp;
    this.#newest = timestamp;
    this.#least = Number.POSITIVE_INFINITY;
    this.#watched = 0;
  }

  #ready(samples: number): boolean {
    if (this.#level < samples) return false;
    for (let i = 0; i < samples; i++) if (!this.#filled[(this.#play + i) & MASK]) return false;
    return true;
  }

  #advance(samples: number): void {
    for (let i = 0; i < samples; i++) this.#filled[(this.#play + i) & MASK] = 0;
    this.#play = (this.#play + samples) | 0;
  }

  #take(into: Int16Array): void {
    this.#least = Math.min(this.#least, this.#level);
    const due = ++this.#watched >= PATIENCE;
    const cut = due && this.#least - this.#target >= FRAME && this.#ready(FRAME + CUT);
    if (due) {
      this.#watched = 0;
      this.#least = Number.POSITIVE_INFINITY;
    }
    for (let i = 0; i < FRAME; i++) into[i] = this.#at(cut && i >= CUT ? i + CUT : i);
    if (cut) {
      for (let i = 0; i < CUT; i++) {
        const share = i / CUT;
        into[i] = Math.round(this.#at(i) * (1 - share) + this.#at(i + CUT) * share);
      }
      this.counters.cut++;
    }
    this.#advance(cut ? FRAME + CUT : FRAME);
  }

  #at(i: number): number {
    return this.#ring[(this.#play + i) & MASK] as number;
  }

  /** Nothing newer is here: what comes next is late, or the voice has stopped. */
  #starve(into: Int16Array): boolean {
    this.#stalled += FRAME;
    if (this.#stalled > MOST || this.#noise < 127) {
      this.#flowing = false;
      this.#stalled = 0;
      this.#advance(Math.max(0, Math.min(SIZE, this.#level)));
      this.#newest = this.#play;
      return this.#quiet(into);
    }
    return this.#concealed(into);
  }

  #concealed(into: Int16Array): boolean {
    if (!this.#concealment.conceal(into)) return false;
    this.counters.concealed++;
    return true;
  }

  #quiet(into: Int16Array): boolean {
    if (this.#noise >= 127) return this.#concealment.conceal(into);
    this.#concealment.forget();
    comfortNoise(into, this.#noise);
    return true;
  }

  /** A burst brought more than may be held: on with what is wanted of it. */
  #shorten(): void {
    this.#advance(this.#level - this.#target);
    this.counters.cut++;
  }
}
