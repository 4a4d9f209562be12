import type { Clock, Ms } from '@kommutator/base';
import type { Log } from '../ports.ts';
import { Recent } from './recent.ts';

/** What a line is about; docs/security-log.md says what each means. */
export type SecurityEvent =
  | 'digest-failure'
  | 'unknown-user'
  | 'locked'
  | 'scanner'
  | 'flood'
  | 'ban'
  | 'unban'
  | 'rtp-refused'
  | 'web-failure'
  | 'web-locked';

/** Words of a line behind event and source, in this order. */
export interface SecurityFacts {
  readonly transport?: string;
  readonly method?: string;
  readonly account?: string;
  readonly minutes?: number;
  readonly packets?: number;
}

/** One line of an event and a source in so long; the next one says for how many it stands. */
const EVERY: Ms = 1_000;
/** Lines a second of all sources, and at once after a pause: 200 bytes each, 1 GB a day at most. */
const RATE = 50;
const BURST = 500;
const MOST_SOURCES = 20_000;

interface Said {
  next: Ms;
  /** Not said since the last line. */
  more: number;
}

/**
 * The line fail2ban and its kin read: `SECURITY event=… source=… …`, with a grammar that stays (docs/security-log.md). What
 * strangers write stands in it with letters of no meaning only, and a flood of them does not fill the disk.
 */
export class SecurityLog {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #said = new Recent<Said>(MOST_SOURCES);
  #full: Ms = 0;
  /** Events that were told no line of their own. */
  held = 0;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  write(event: SecurityEvent, source: string, facts: SecurityFacts = {}): void {
    const now = this.#clock.now();
    const key = `${event} ${source}`;
    const known = this.#said.get(key);
    const said = known ?? { next: 0, more: 0 };
    if (now < said.next || !this.#mayWrite(now)) {
      said.more++;
      this.held++;
      if (!known) this.#said.set(key, said);
      return;
    }
    this.#log.warn({ security: true }, lineOf(event, source, facts, said.more + 1));
    said.next = now + EVERY;
    said.more = 0;
    if (!known) this.#said.set(key, said);
  }

  #mayWrite(now: Ms): boolean {
    const next = Math.max(this.#full, now) + 1000 / RATE;
    if (next - now > (1000 / RATE) * BURST) return false;
    this.#full = next;
    return true;
  }
}

function lineOf(event: SecurityEvent, source: string, facts: SecurityFacts, count: number): string {
  const words = [`event=${event}`, `source=${source}`];
  for (const name of ['transport', 'method', 'account', 'minutes', 'packets'] as const) {
    const value = facts[name];
    if (value !== undefined && value !== '') words.push(`${name}=${harmless(String(value))}`);
  }
  words.push(`count=${count}`);
  return `SECURITY ${words.join(' ')}`;
}

const LONGEST = 128;

/** A word of a stranger: neither blank nor quote, no `=`, no backslash; nothing that could begin another word or line. */
const harmless = (text: string): string => text.slice(0, LONGEST).replace(/[^\w.@+*#:-]/g, '?');
