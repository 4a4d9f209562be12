import type { Ms, Timer } from '@kommutator/base';
import type { ReplyPeer } from '../transaction/ground.ts';
import { giveUpAfter } from '../transaction/timing.ts';
import type { Core } from './core.ts';

/** A response already sent that is repeated, over any transport, until it is acknowledged: after T1, 2·T1 … for 64·T1. */
export class Repeating {
  readonly #core: Core;
  readonly #bytes: Uint8Array;
  readonly #to: ReplyPeer;
  readonly #longest: Ms;
  readonly #over: () => void;
  readonly #until: Ms;
  #interval: Ms;
  #timer: Timer | null = null;

  /**
   * @param longest the interval grows no further, ms.
   * @param over 64·T1 have passed; not called after {@link stop}.
   */
  constructor(core: Core, bytes: Uint8Array, to: ReplyPeer, longest: Ms, over: () => void) {
    this.#core = core;
    this.#bytes = bytes;
    this.#to = to;
    this.#longest = longest;
    this.#over = over;
    this.#interval = core.timing.t1;
    this.#until = core.clock.now() + giveUpAfter(core.timing);
    this.#wait();
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
      this.#over();
      return;
    }
    this.#core.table.reply(this.#bytes, this.#to);
    this.#interval = Math.min(this.#interval * 2, this.#longest);
    this.#wait();
  }
}
