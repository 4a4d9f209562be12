import type { Ms } from '@kommutator/base';
import { sequenceAhead } from './packet.ts';
import { MAX_DROPOUT } from './reception.ts';

/** The source of a packet, as the socket tells it. */
export interface Source {
  readonly address: string;
  readonly port: number;
}

/** Where offer and answer say the stream comes from. */
export interface Expected extends Source {
  readonly signallingAddress: string | undefined;
}

export type Verdict = 'same' | 'first' | 'moved' | 'refused';

/** An old source must have been silent so long before another may go on in its place. */
const SILENT: Ms = 1_000;
const BETWEEN_MOVES: Ms = 5_000;

const STRANGER = 1;
const HOST = 2;
const EXACT = 3;

/**
 * Whose packets we take (symmetric RTP; DESIGN §2 «RTP latch policy»).
 *
 * The first packet is taken from whoever sends it, but the negotiated or the signalling address takes a stranger's
 * place at once, whenever it appears: nobody else can, so spraying packets at a port gains nothing. Until the answer
 * the exact negotiated address and port also takes the place of another port of the same host. After that the source
 * moves only with a new offer/answer, or when it has been silent for a second and the new one continues its SSRC and
 * sequence; at most once in five seconds. Everything else is refused and counted.
 */
export class Latch {
  moves = 0;
  refused = 0;
  /** Address of the last one refused that neither offer and answer nor signalling named. */
  stranger: string | undefined;
  #expected: Expected | undefined;
  #answered = false;
  #source: Source | undefined;
  /** Learned before the present offer/answer, and not welcome as a stranger: a fork that lost. */
  #former: Source | undefined;
  #ever = false;
  #rank = 0;
  #lastAt: Ms = 0;
  #movedAt: Ms = Number.NEGATIVE_INFINITY;
  #ssrc = 0;
  #sequence = 0;

  /** The learned source; undefined until the first packet after an offer/answer with a new address. */
  get source(): Source | undefined {
    return this.#source;
  }

  /** A new offer/answer. The same address and port again change nothing but `answered`. */
  expect(expected: Expected, answered: boolean): void {
    const before = this.#expected;
    this.#expected = expected;
    this.#answered = answered;
    if (before?.address === expected.address && before.port === expected.port) return;
    if (this.#source && before) {
      this.#former = this.#source;
      this.#source = undefined;
      this.#rank = 0;
    } else if (this.#source) {
      this.#rank = this.#rankOf(this.#source.address, this.#source.port);
    }
  }

  /** Judges one packet and remembers it when it is taken. */
  take(address: string, port: number, ssrc: number, sequence: number, now: Ms): Verdict {
    const source = this.#source;
    if (source && source.port === port && source.address === address) {
      this.#lastAt = now;
      this.#ssrc = ssrc;
      this.#sequence = sequence;
      return 'same';
    }
    const rank = this.#rankOf(address, port);
    if (!source ? !this.#mayBegin(address, port, rank) : !this.#mayTakeOver(rank, ssrc, sequence, now)) {
      this.refused++;
      if (rank === STRANGER) this.stranger = address;
      return 'refused';
    }
    const verdict = this.#ever ? 'moved' : 'first';
    if (verdict === 'moved') {
      this.moves++;
      this.#movedAt = now;
    }
    this.#ever = true;
    this.#source = { address, port };
    this.#former = undefined;
    this.#rank = rank;
    this.#lastAt = now;
    this.#ssrc = ssrc;
    this.#sequence = sequence;
    return verdict;
  }

  #mayBegin(address: string, port: number, rank: number): boolean {
    return rank > STRANGER || this.#former?.address !== address || this.#former.port !== port;
  }

  #mayTakeOver(rank: number, ssrc: number, sequence: number, now: Ms): boolean {
    if (this.#rank === STRANGER && rank > STRANGER) return true;
    if (!this.#answered && rank > this.#rank) return true;
    const ahead = sequenceAhead(sequence, this.#sequence);
    return (
      now - this.#lastAt >= SILENT &&
      ssrc === this.#ssrc &&
      ahead > 0 &&
      ahead <= MAX_DROPOUT &&
      now - this.#movedAt >= BETWEEN_MOVES
    );
  }

  #rankOf(address: string, port: number): number {
    const expected = this.#expected;
    if (!expected) return STRANGER;
    if (address === expected.address) return port === expected.port ? EXACT : HOST;
    return address === expected.signallingAddress ? HOST : STRANGER;
  }
}
