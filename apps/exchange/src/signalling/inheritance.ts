import { type Clock, type Ms, Settled, type Timer } from '@kommutator/base';
import type { Ep, Living } from '@kommutator/media';
import type { Exchange, Log } from '@kommutator/telephony';
import type { OpenCall } from '../files/open-calls.ts';
import type { JournalFile } from './journal-file.ts';

/** Line and media come back within a second or two; a talk nobody signals for is not kept up longer. */
const PATIENCE: Ms = 10_000;

export interface InheritanceOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly journal: Pick<JournalFile, 'left' | 'abandon'>;
}

/** Whether a call has a leg that can be told anything: it has answered, and what its dialog needs was written down. */
export const isWorthKeeping = ({ left }: OpenCall): boolean => left.legs.some(({ kept }) => kept !== null);

/**
 * What an earlier life of signalling left: talks whose endpoints live go on as soon as line and media are there, all other
 * calls are ended towards their phones and in the journal (DESIGN §2 «Processes», §6).
 */
export class Inheritance {
  readonly #options: InheritanceOptions;
  readonly #line = new Settled<Exchange>();
  #exchange: Exchange | null = null;
  #timer: Timer | null;
  #settled = false;

  constructor(options: InheritanceOptions) {
    this.#options = options;
    const { clock, journal } = options;
    this.#timer = journal.left.length > 0 ? clock.after(PATIENCE, () => this.#settle([])) : null;
  }

  /** The line is open. */
  opened(exchange: Exchange): void {
    this.#exchange = exchange;
    this.#line.settle(exchange);
  }

  /** Media has told what lives. @returns the endpoints that are taken over. */
  async take(living: readonly Living[]): Promise<Iterable<Ep>> {
    if (this.#settled || this.#options.journal.left.length === 0) return [];
    await this.#line.promise;
    return this.#settle(living);
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #settle(living: readonly Living[]): Iterable<Ep> {
    if (this.#settled) return [];
    this.#settled = true;
    this.#timer?.cancel();
    const { journal, log } = this.#options;
    const { left } = journal;
    const resumed = this.#exchange?.resume(left, living);
    for (const { call } of left) if (!resumed?.calls.has(call)) journal.abandon(call);
    const calls = resumed?.calls.size ?? 0;
    log.warn({ resumed: calls, ended: left.length - calls }, 'took over the calls of an earlier run');
    return resumed?.endpoints ?? [];
  }
}
