import type { Clock, Ms } from '@kommutator/base';
import { newToken } from './tokens.ts';

/** Somebody whose password was right and whose second factor is awaited. */
export interface Ticket {
  readonly account: string;
  readonly remember: boolean;
}

const LIFE: Ms = 5 * 60_000;
const MOST = 10_000;

/** The step between password and code; kept in memory alone: who meets a restart begins again. */
export class Tickets {
  readonly #clock: Clock;
  readonly #tickets = new Map<string, Ticket & { readonly until: Ms }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  issue(ticket: Ticket): string {
    const now = this.#clock.now();
    for (const [name, { until }] of this.#tickets) {
      if (until > now && this.#tickets.size < MOST) break;
      this.#tickets.delete(name);
    }
    const name = newToken();
    this.#tickets.set(name, { ...ticket, until: now + LIFE });
    return name;
  }

  /** Null = never issued, used, or too old. */
  read(name: string): Ticket | null {
    const ticket = this.#tickets.get(name);
    return ticket && ticket.until > this.#clock.now() ? ticket : null;
  }

  use(name: string): void {
    this.#tickets.delete(name);
  }
}
