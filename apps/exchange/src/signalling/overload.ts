import type { Clock, Ms, Timer } from '@kommutator/base';

/** DESIGN §2 «Overload»: one of these for a second, and new calls are refused before any work. */
const LOOP_DELAY: Ms = 50;
const MEDIA_ANSWER: Ms = 100;
const LASTING: Ms = 1_000;
const WINDOW: Ms = 250;

export interface OverloadOptions {
  readonly clock: Clock;
  /** How long the event loop was held up on average since the last question, ms: one hiccup is no overload. */
  readonly loopDelay: () => Ms;
  readonly onChange: (overloaded: boolean) => void;
}

/** Watches event loop and media; overload begins after a bad second and ends after a good one. */
export class OverloadWatch {
  readonly #options: OverloadOptions;
  /** The quickest answer of the window: when even that one was late, all were. */
  #mediaBest: Ms | null = null;
  #overloaded = false;
  /** Since when it has been the other way than {@link overloaded} says. */
  #since: Ms | null = null;
  #timer: Timer;
  loopMean: Ms = 0;

  constructor(options: OverloadOptions) {
    this.#options = options;
    this.#timer = options.clock.after(WINDOW, () => this.#look());
  }

  get overloaded(): boolean {
    return this.#overloaded;
  }

  mediaAnswered(took: Ms): void {
    if (this.#mediaBest === null || took < this.#mediaBest) this.#mediaBest = took;
  }

  stop(): void {
    this.#timer.cancel();
  }

  #look(): void {
    const { clock, loopDelay, onChange } = this.#options;
    const now = clock.now();
    this.loopMean = loopDelay();
    const bad = this.loopMean > LOOP_DELAY || (this.#mediaBest ?? 0) > MEDIA_ANSWER;
    this.#mediaBest = null;
    if (bad === this.#overloaded) this.#since = null;
    else {
      // The window just looked at was that way already.
      this.#since ??= now - WINDOW;
      if (now - this.#since >= LASTING) {
        this.#overloaded = bad;
        this.#since = null;
        onChange(bad);
      }
    }
    this.#timer = clock.after(WINDOW, () => this.#look());
  }
}
