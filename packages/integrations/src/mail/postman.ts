/** Carries letters out of their queue: at once, then after 1, 5, 15 and 60 minutes (ACC-6), and then no more. */
import type { Clock, Ms, SecretBox } from '@kommutator/base';
import { PermanentFailure, type SendLetter } from './transport.ts';

/** The queue; its rows are the mail log too. */
export interface LetterQueue {
  dueLetters(
    now: number,
    limit: number,
  ): Promise<
    readonly {
      readonly id: string;
      readonly recipient: string;
      readonly content: string;
      readonly attempts: number;
    }[]
  >;
  letterTried(
    id: string,
    outcome: { readonly now: number; readonly failure: string | null; readonly nextAt?: number },
  ): Promise<void>;
}

export interface PostmanOptions {
  readonly queue: LetterQueue;
  readonly box: SecretBox;
  readonly clock: Clock;
  /** Null = there is no mail server: every letter fails at once, and the log says why. */
  readonly send: SendLetter | null;
  readonly log: {
    warn(fields: Readonly<Record<string, unknown>>, message: string): void;
    error(fields: Readonly<Record<string, unknown>>, message: string): void;
  };
}

const MINUTE: Ms = 60_000;
const REPEATS: readonly Ms[] = [MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE];
const ROUND_EVERY: Ms = 2_000;
/** In one round: a queue of thousands must not be held in memory. */
const AT_ONCE = 20;

export class Postman {
  readonly #options: PostmanOptions;

  constructor(options: PostmanOptions) {
    this.#options = options;
  }

  /** Goes its rounds until aborted. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    let away = false;
    while (!signal.aborted) {
      try {
        await this.round();
        away = false;
      } catch (error) {
        // The database is away: said once.
        if (!away) log.warn({ error: String(error) }, 'letters wait');
        away = true;
      }
      await clock.sleep(ROUND_EVERY, signal).catch(() => {});
    }
  }

  /** Tries all that are due, one after the other. @returns how many were sent. */
  async round(): Promise<number> {
    const { queue, clock } = this.#options;
    let sent = 0;
    for (;;) {
      const due = await queue.dueLetters(clock.wall(), AT_ONCE);
      for (const letter of due) if (await this.#deliver(letter)) sent++;
      if (due.length < AT_ONCE) return sent;
    }
  }

  async #deliver(letter: Awaited<ReturnType<LetterQueue['dueLetters']>>[number]): Promise<boolean> {
    const { queue, box, clock, send, log } = this.#options;
    const { id, recipient, attempts } = letter;
    const repeat = REPEATS[attempts];
    try {
      if (!send) throw new PermanentFailure('there is no mail server: set SMTP_URL');
      await send({ to: recipient, ...JSON.parse(box.open(letter.content)) });
      await queue.letterTried(id, { now: clock.wall(), failure: null });
      return true;
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      const now = clock.wall();
      const again = repeat !== undefined && !(error instanceof PermanentFailure);
      await queue.letterTried(id, { now, failure, ...(again ? { nextAt: now + repeat } : {}) });
      if (again) log.warn({ letter: id, failure }, 'letter not sent, it will be tried again');
      else log.error({ letter: id, failure }, 'letter not sent');
      return false;
    }
  }
}
