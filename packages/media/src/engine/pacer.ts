import type { Clock, Ms, Timer } from '@kommutator/base';

/** Something that makes sound: called every 20 ms until it says it has nothing more. */
export interface Paced {
  /** @returns false when it wants no more ticks. */
  tick(now: Ms): boolean;
}

export const TICK: Ms = 20;
/** Ticks made up for at once after the loop was blocked; beyond this the beat begins anew. */
const CATCH_UP = 5;

/** One timer for all that play in this thread. Beat n is at start + n × 20 ms, so nothing drifts. */
export class Pacer {
  readonly #clock: Clock;
  readonly #paced = new Set<Paced>();
  #timer: Timer | undefined;
  #next: Ms = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#paced.size;
  }

  add(paced: Paced): void {
    this.#paced.add(paced);
    if (this.#timer) return;
    this.#next = this.#clock.now();
    this.#arm();
  }

  remove(paced: Paced): void {
    this.#paced.delete(paced);
    if (this.#paced.size === 0) this.#stop();
  }

  #arm(): void {
    this.#timer = this.#clock.after(Math.max(0, this.#next - this.#clock.now()), () => this.#beat());
  }

  #beat(): void {
    const now = this.#clock.now();
    // setTimeout may come up to a millisecond early: that beat is due too.
    let due = Math.floor((now + 1 - this.#next) / TICK) + 1;
    if (due > CATCH_UP) {
      this.#next = now;
      due = 1;
    }
    for (; due > 0; due--) {
      this.#next += TICK;
      for (const paced of this.#paced) if (!paced.tick(now)) this.#paced.delete(paced);
    }
    if (this.#paced.size > 0) this.#arm();
    else this.#stop();
  }

  #stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
