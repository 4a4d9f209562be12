import type { Clock, Ms, Timer } from '@kommutator/base';

/** Runs `expired` once nobody renewed it for a while; starts with the first renewal. */
export class Lease {
  readonly #clock: Clock;
  readonly #ms: Ms;
  readonly #expired: () => void;
  #until: Ms = 0;
  #timer: Timer | undefined;

  /** @param ms 0 = for ever. */
  constructor(clock: Clock, ms: Ms, expired: () => void) {
    this.#clock = clock;
    this.#ms = ms;
    this.#expired = expired;
  }

  /** Cheap: only the deadline moves; the timer looks again when it runs. */
  renew(): void {
    if (this.#ms === 0) return;
    this.#until = this.#clock.now() + this.#ms;
    this.#timer ??= this.#clock.after(this.#ms, () => this.#look());
  }

  end(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #look(): void {
    const left = this.#until - this.#clock.now();
    this.#timer = left > 0 ? this.#clock.after(left, () => this.#look()) : undefined;
    if (left <= 0) this.#expired();
  }
}
