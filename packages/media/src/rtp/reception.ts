import type { Ms } from '@kommutator/base';
import { SAMPLES_PER_MS } from '../codec/g711.ts';
import { sequenceAhead } from './packet.ts';

/** RFC 3550 A.1: a step further than this is a restart, not loss. */
export const MAX_DROPOUT = 3_000;

/** What a report block says about the stream we receive (RFC 3550 §6.4.1). */
export interface Report {
  readonly ssrc: number;
  /** Since the report before, in 1/256. */
  readonly fractionLost: number;
  readonly lost: number;
  readonly highest: number;
  /** In timestamp units. */
  readonly jitter: number;
}

/**
 * Counts what arrives: loss as in RFC 3550 A.3, jitter as in A.8. A new SSRC, or a jump of the sequence,
 * begins a new stream; the totals go on.
 */
export class Reception {
  packets = 0;
  /** Sequence numbers that earlier streams of this endpoint should have had. */
  #earlierExpected = 0;
  #earlierReceived = 0;
  #ssrc = -1;
  #base = 0;
  #highest = 0;
  #received = 0;
  #transit = 0;
  #timed = false;
  #jitter = 0;
  #expectedPrior = 0;
  #receivedPrior = 0;

  /**
   * @param timed false for packets whose timestamp is not their time (RFC 4733 events): they have no jitter.
   */
  packet(ssrc: number, sequence: number, timestamp: number, now: Ms, timed: boolean): void {
    this.packets++;
    const ahead = sequenceAhead(sequence, this.#highest & 0xffff);
    if (ssrc !== this.#ssrc || ahead > MAX_DROPOUT || ahead < -MAX_DROPOUT) this.#restart(ssrc, sequence);
    else if (ahead > 0) this.#highest += ahead;
    this.#received++;
    if (!timed) return;
    const transit = now * SAMPLES_PER_MS - timestamp;
    if (this.#timed) {
      const d = Math.abs(transit - this.#transit);
      // A step of the timestamp, as after a re-INVITE on the same SSRC, is not the network's jitter.
      if (d < 16_000) this.#jitter += (d - this.#jitter) / 16;
    }
    this.#transit = transit;
    this.#timed = true;
  }

  /** SSRC of the stream; −1 before the first packet. */
  get ssrc(): number {
    return this.#ssrc;
  }

  /** Highest sequence number without its cycles. */
  get sequence(): number {
    return this.#highest & 0xffff;
  }

  get jitterMs(): Ms {
    return this.#jitter / SAMPLES_PER_MS;
  }

  /** 0…1 of all packets expected so far; duplicates do not make it negative. */
  get loss(): number {
    const expected = this.#earlierExpected + this.#expected;
    if (expected === 0) return 0;
    return Math.max(0, 1 - (this.#earlierReceived + this.#received) / expected);
  }

  /** The figures for a report block; the next call's fraction begins here. */
  report(): Report {
    const expected = this.#expected - this.#expectedPrior;
    const lost = expected - (this.#received - this.#receivedPrior);
    this.#expectedPrior = this.#expected;
    this.#receivedPrior = this.#received;
    return {
      ssrc: this.#ssrc,
      fractionLost: expected > 0 && lost > 0 ? Math.min(255, Math.floor((lost * 256) / expected)) : 0,
      lost: Math.min(0x7fffff, Math.max(-0x800000, this.#expected - this.#received)),
      highest: this.#highest >>> 0,
      jitter: Math.floor(this.#jitter),
    };
  }

  get #expected(): number {
    return this.#ssrc < 0 ? 0 : this.#highest - this.#base + 1;
  }

  #restart(ssrc: number, sequence: number): void {
    this.#earlierExpected += this.#expected;
    this.#earlierReceived += this.#received;
    this.#ssrc = ssrc;
    this.#base = sequence;
    this.#highest = sequence;
    this.#received = 0;
    this.#expectedPrior = 0;
    this.#receivedPrior = 0;
    this.#timed = false;
  }
}
