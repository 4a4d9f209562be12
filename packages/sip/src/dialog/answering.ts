import type { SipRequest } from '../message/types.ts';
import type { ReplyPeer } from '../transaction/ground.ts';
import type { Core } from './core.ts';
import { Repeating } from './repeating.ts';

/** A 2xx to an INVITE that waits for its ACK: repeated at least every T2 for 64·T1 (RFC 3261 §13.3.1.4). */
export class Answering {
  readonly sequence: number;
  readonly #repeating: Repeating;
  readonly #over: (ack: SipRequest | null) => void;

  /** @param over called once: with the ACK, or with null when none came in time; not after {@link stop}. */
  constructor(
    core: Core,
    sequence: number,
    bytes: Uint8Array,
    to: ReplyPeer,
    over: (ack: SipRequest | null) => void,
  ) {
    this.sequence = sequence;
    this.#over = over;
    this.#repeating = new Repeating(core, bytes, to, core.timing.t2, () => over(null));
  }

  acknowledge(ack: SipRequest): void {
    this.stop();
    this.#over(ack);
  }

  stop(): void {
    this.#repeating.stop();
  }
}
