import type { Clock, Ms } from '@kommutator/base';
import type { SecurityLog } from '../defence/security-log.ts';
import type { Log } from '../ports.ts';

const WINDOW: Ms = 10 * 60_000;
const LOCK: Ms = 15 * 60_000;
const LIMIT = 10;
const ALARM = 50;
const MAX_ENTRIES = 50_000;

interface Entry {
  /** Failures since `since`. */
  failures: number;
  since: Ms;
  lockedUntil: Ms;
  /** Attempts in all while the entry lives, those refused by the lock too. */
  attempts: number;
  touched: Ms;
}

/**
 * Digest brute force (USR-13.3): ten wrong passwords in ten minutes from one source for one login lock that pair for
 * fifteen minutes. Unknown logins and domains are counted alike, so that the guard tells nobody which exist. A right
 * password does not clear the count: behind one NAT that would open the door to the guesser beside the phone.
 */
export class Guard {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #security: SecurityLog;
  /** Least recently touched first. */
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock, log: Log, security: SecurityLog) {
    this.#clock = clock;
    this.#log = log;
    this.#security = security;
  }

  /** Pairs remembered now. */
  get size(): number {
    return this.#entries.size;
  }

  /** Whether credentials of this pair are not even looked at. Counts the attempt. */
  locked(source: string, account: string): boolean {
    const entry = this.#entries.get(key(source, account));
    if (!entry || entry.lockedUntil <= this.#clock.now()) return false;
    this.#attempt(entry, source, account);
    return true;
  }

  /** A wrong password, or a login that does not exist. */
  failed(source: string, account: string): void {
    const now = this.#clock.now();
    const id = key(source, account);
    let entry = this.#entries.get(id);
    this.#entries.delete(id);
    if (!entry) entry = { failures: 0, since: now, lockedUntil: 0, attempts: 0, touched: now };
    if (now - entry.since >= WINDOW) {
      entry.failures = 0;
      entry.since = now;
    }
    entry.failures++;
    entry.touched = now;
    if (entry.failures >= LIMIT) {
      entry.lockedUntil = now + LOCK;
      entry.failures = 0;
      entry.since = entry.lockedUntil;
      this.#security.write('locked', source, { account, minutes: LOCK / 60_000 });
    }
    this.#attempt(entry, source, account);
    this.#entries.set(id, entry);
    this.#forget(now);
  }

  #attempt(entry: Entry, source: string, account: string): void {
    entry.attempts++;
    if (entry.attempts === ALARM)
      this.#log.warn(
        { security: true, alarm: true, source, account, attempts: ALARM },
        'password guessing goes on',
      );
  }

  /** Drops what can no longer matter, oldest first; under a flood of made-up logins the oldest give way. */
  #forget(now: Ms): void {
    for (const [id, entry] of this.#entries) {
      const idle = now - entry.touched > WINDOW && entry.lockedUntil <= now;
      if (!idle && this.#entries.size <= MAX_ENTRIES) break;
      this.#entries.delete(id);
    }
  }
}

const key = (source: string, account: string): string => `${source} ${account}`;
