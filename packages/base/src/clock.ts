import { performance } from 'node:perf_hooks';

/** A span or an instant of monotonic time, in milliseconds. */
export type Ms = number;

/** A pending call-back; cancelling twice or after it ran has no effect. */
export interface Timer {
  cancel(): void;
}

/** An instant in the monotonic future. */
export interface Deadline {
  readonly at: Ms;
  readonly over: boolean;
  /** Milliseconds left, never below 0. */
  readonly left: Ms;
}

/** The only source of time. Durations are monotonic; wall time is for stamps and schedules. */
export interface Clock {
  /** Monotonic milliseconds since an arbitrary start. */
  now(): Ms;
  /** Unix time in milliseconds, UTC. */
  wall(): number;
  /** Runs `run` once after `delay` ms. */
  after(delay: Ms, run: () => void): Timer;
  /** Resolves after `delay` ms; rejects with the signal's reason when aborted earlier. */
  sleep(delay: Ms, signal?: AbortSignal): Promise<void>;
  deadline(delay: Ms): Deadline;
  /** Timers not yet run or cancelled: a leak shows here. */
  readonly pending: number;
}

/** What every clock derives from {@link Clock.now} and {@link Clock.after}. */
export abstract class BaseClock implements Clock {
  abstract now(): Ms;
  abstract wall(): number;
  abstract after(delay: Ms, run: () => void): Timer;
  abstract readonly pending: number;

  sleep(delay: Ms, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        timer.cancel();
        reject(signal?.reason);
      };
      const timer = this.after(delay, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  deadline(delay: Ms): Deadline {
    const at = this.now() + delay;
    const now = () => this.now();
    return {
      at,
      get over() {
        return now() >= at;
      },
      get left() {
        return Math.max(0, at - now());
      },
    };
  }
}

/** The machine's clock. Node keeps timers of one duration in one list, so they are cheap. */
export class SystemClock extends BaseClock {
  #pending = 0;

  now(): Ms {
    return performance.now();
  }

  wall(): number {
    return Date.now();
  }

  after(delay: Ms, run: () => void): Timer {
    this.#pending++;
    let live = true;
    const handle = setTimeout(() => {
      live = false;
      this.#pending--;
      run();
    }, delay);
    return {
      cancel: () => {
        if (!live) return;
        live = false;
        this.#pending--;
        clearTimeout(handle);
      },
    };
  }

  get pending(): number {
    return this.#pending;
  }
}
