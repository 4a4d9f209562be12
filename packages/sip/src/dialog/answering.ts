import type { Ms, Timer } from '@kommutator/base';
import type { SipRequest } from '../message/types.ts';
import type { ReplyPeer } from '../transaction/ground.ts';
import { giveUpAfter } from '../transaction/timing.ts';
import type { Core } from './core.ts';

/**
 * A 2xx to an INVITE that waits for its ACK: repeated after T1, 2·T1 … up to every T2, over any transport, for 64·T1
 * (RFC 3261 §13.3.1.4).
 */
export class Answering {
  readonly sequence: number;
  readonly #core: Core;
  readonly #bytes: Uint8Array;
  readonly #to: ReplyPeer;
  readonly #over: (ack: SipRequest | null) => void;
  readonly #until: Ms;
  #interval: Ms;
  #timer: Timer | null = null;

  /** @param over called once: with the ACK, or with null when none came in time; not after {@link stop}. */
  constructor(
    core: Core,
    sequence: number,
    bytes: Uint8Array,
    to: ReplyPeer,
    over: (ack: SipRequest | null) => void,
  ) {
    this.sequence = sequence;
    this.#core = core;
    this.#bytes = bytes;
    this.#to = to;
    this.#over = over;
    this.#interval = core.timing.t1;
    this.#until = core.clock.now() + giveUpAfter(core.timing);
    this.#wait();
  }

  acknowledge(ack: SipRequest): void {
    this.stop();
    this.#over(ack);
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #wait(): void {
    const { clock } = this.#core;
    const left = this.#until - clock.now();
    this.#timer = clock.after(Math.min(this.#interval, left), () => this.#repeat());
  }

  #repeat(): void {
    if (this.#core.clock.now() >= this.#until) {
      this.#over(null);
      return;
    }
    this.#core.table.reply(this.#bytes, this.#to);
    this.#interval = Math.min(this.#interval * 2, this.#core.timing.t2);
    this.#wait();
  }
}
