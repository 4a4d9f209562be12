import type { Clock, Ms, Timer } from '@kommutator/base';
import type { Log } from '@kommutator/telephony';
import { Gauge, type Registry } from 'prom-client';
import type { CallOutcome } from './synthetic-call.ts';

export interface WatchmanOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** ms between two calls; 0 = none are placed. */
  readonly every: Ms;
  readonly call: () => Promise<CallOutcome>;
}

/** Places the synthetic call again and again, and says when it begins to fail and when it is well again (DESIGN §5). */
export class Watchman {
  readonly #options: WatchmanOptions;
  #timer: Timer | null = null;
  #stopped = false;
  #placed = 0;
  #failed = 0;
  #last: CallOutcome | null = null;

  constructor(options: WatchmanOptions) {
    this.#options = options;
    this.#wait();
  }

  get last(): CallOutcome | null {
    return this.#last;
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  measuredBy(registry: Registry): void {
    const seconds = (pick: 'setup' | 'echo') => (this.#last?.ok ? this.#last[pick] / 1_000 : Number.NaN);
    const figures = {
      kommutator_synthetic_call_up: [
        '1 while the last synthetic call heard its echo',
        () => (this.#last === null ? Number.NaN : Number(this.#last.ok)),
      ],
      kommutator_synthetic_calls_placed: ['Synthetic calls since the start', () => this.#placed],
      kommutator_synthetic_calls_failed: ['Synthetic calls that failed', () => this.#failed],
      kommutator_synthetic_call_setup_seconds: [
        'INVITE to 200 of the last synthetic call, digest included',
        () => seconds('setup'),
      ],
      kommutator_synthetic_call_echo_seconds: [
        'Round trip of voice in the last synthetic call',
        () => seconds('echo'),
      ],
    } as const;
    for (const [name, [help, read]] of Object.entries(figures))
      new Gauge({
        name,
        help,
        registers: [registry],
        collect() {
          this.set(read());
        },
      });
  }

  #wait(): void {
    const { clock, every } = this.#options;
    if (every > 0 && !this.#stopped) this.#timer = clock.after(every, () => void this.#round());
  }

  async #round(): Promise<void> {
    const outcome = await this.#options.call();
    if (this.#stopped) return;
    this.#placed++;
    if (!outcome.ok) this.#failed++;
    const was = this.#last?.ok ?? true;
    const { log } = this.#options;
    if (was && !outcome.ok) log.error({ alarm: true, why: outcome.why }, 'the synthetic call fails');
    if (!was && outcome.ok) log.info({}, 'the synthetic call is well again');
    this.#last = outcome;
    this.#wait();
  }
}
