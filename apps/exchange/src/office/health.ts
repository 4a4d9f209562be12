import type { Clock, Ms } from '@kommutator/base';
import type { SignallingStatus } from '../ipc/signalling-words.ts';

/** Body of `GET /health`: ok, or what is missing for calls to be taken. */
export type Health =
  | { readonly status: 'ok' }
  | { readonly status: 'unavailable'; readonly missing: readonly string[] };

/** Signalling speaks every second; silent for so long, it hangs. */
const SILENT: Ms = 3_500;

/** Whether calls can be taken, judged by what signalling last said. */
export class HealthWatch {
  readonly #clock: Clock;
  #last: { readonly status: SignallingStatus; readonly at: Ms } | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  told(status: SignallingStatus): void {
    this.#last = { status, at: this.#clock.now() };
  }

  lost(): void {
    this.#last = null;
  }

  get current(): Health {
    const last = this.#last;
    if (!last || this.#clock.now() - last.at > SILENT)
      return { status: 'unavailable', missing: ['signalling'] };
    const { ready, media, draining } = last.status;
    const missing = [
      ...(ready ? [] : ['sip']),
      ...(media ? [] : ['media']),
      ...(draining ? ['draining'] : []),
    ];
    return missing.length === 0 ? { status: 'ok' } : { status: 'unavailable', missing };
  }
}
