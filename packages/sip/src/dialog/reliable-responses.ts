import { parseCSeq } from '../message/via.ts';
import type { ReplyPeer } from '../transaction/ground.ts';
import type { Core } from './core.ts';
import { Repeating } from './repeating.ts';

interface Sent {
  readonly rseq: number;
  readonly repeating: Repeating;
  readonly described: boolean;
}

/** RSeq begins somewhere below 2^16, so that it never comes near its end at 2^32 - 1 (RFC 3262 §7.1). */
const FIRST_BELOW = 2 ** 16;

/** The reliable provisional responses of ours to one INVITE: in order, one at a time (RFC 3262 §3). */
export class ReliableResponses {
  readonly #core: Core;
  readonly #invite: number;
  readonly #to: ReplyPeer;
  readonly #unacknowledged: () => void;
  #rseq: number;
  #sent: Sent | null = null;
  /** What waits for the PRACK: later responses, at last the 2xx. */
  #later: (() => void)[] = [];
  #described = false;

  /**
   * @param invite CSeq number of the INVITE.
   * @param unacknowledged no PRACK came within 64·T1.
   */
  constructor(core: Core, invite: number, to: ReplyPeer, unacknowledged: () => void) {
    this.#core = core;
    this.#invite = invite;
    this.#to = to;
    this.#unacknowledged = unacknowledged;
    this.#rseq = 1 + Math.floor(core.composer.random() * FIRST_BELOW);
  }

  /** Offer or answer have been carried by one of these: the 2xx has nothing to say about them (RFC 3261 §13.2.1). */
  get described(): boolean {
    return this.#described;
  }

  /**
   * Sends one, as soon as the one before is acknowledged.
   * @param described it carries SDP.
   * @param write sends it with this RSeq and returns what was sent.
   */
  send(described: boolean, write: (rseq: number) => Uint8Array): void {
    if (this.#sent) {
      this.#later.push(() => this.send(described, write));
      return;
    }
    const rseq = this.#rseq++;
    const bytes = write(rseq);
    const over = () => this.#unacknowledged();
    const repeating = new Repeating(this.#core, bytes, this.#to, Number.POSITIVE_INFINITY, over);
    this.#sent = { rseq, repeating, described };
    if (described) this.#described = true;
  }

  /** Sends the 2xx: not before SDP on its way has arrived, and in place of what has not been sent yet. */
  answer(send: () => void): void {
    if (this.#sent?.described) this.#later = [send];
    else {
      this.#later = [];
      send();
    }
  }

  /**
   * A PRACK came (RFC 3262 §3). @param rack value of RAck: RSeq, CSeq number and method of what it acknowledges.
   * @returns what to do once it is answered; null when it acknowledges nothing of ours.
   */
  acknowledge(rack: string): (() => void) | null {
    const sent = this.#sent;
    const space = rack.indexOf(' ');
    const acknowledged = parseCSeq(rack.slice(space + 1));
    if (!sent || rack.slice(0, space) !== String(sent.rseq)) return null;
    if (acknowledged?.sequence !== this.#invite || acknowledged.method !== 'INVITE') return null;
    sent.repeating.stop();
    this.#sent = null;
    return () => {
      const [next, ...later] = this.#later;
      this.#later = later;
      next?.();
    };
  }

  /** The final response is sent: nothing is repeated or sent any more; a PRACK under way is still known. */
  stop(): void {
    this.#sent?.repeating.stop();
    this.#later = [];
  }
}
