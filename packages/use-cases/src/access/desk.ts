/** What the use-cases of access share. */
import type { Clock, SecretBox } from '@kommutator/base';
import type { Store, StoreLog } from '@kommutator/store';
import { Attempts } from './attempts.ts';
import { Background } from './background.ts';
import { Hashing } from './hashing.ts';
import { SessionDesk } from './session-desk.ts';
import { Tickets } from './tickets.ts';

/** Where failures go that a machine should count. */
interface SecurityPort {
  write(
    event: 'web-failure' | 'web-locked',
    source: string,
    facts: { readonly account: string; readonly minutes?: number },
  ): void;
}

export interface AccessOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly box: SecretBox;
  readonly log: StoreLog;
  /** docs/security-log.md */
  readonly security: SecurityPort;
  /** Address of the cabinet as it stands in letters, without a slash at its end. Never taken from a request. */
  readonly publicUrl: string;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** ACC-4.6. */
const PER_LOGIN = { most: 5, within: 15 * MINUTE, lock: 15 * MINUTE };
const PER_ADDRESS = { most: 30, within: 15 * MINUTE, lock: 15 * MINUTE };
/** ACC-7.5: the letter after these is not sent. */
const LETTERS_PER_PERSON = { most: 4, within: HOUR, lock: HOUR };
const LETTERS_PER_ADDRESS = { most: 11, within: HOUR, lock: HOUR };

export interface AccessDesk extends AccessOptions {
  readonly sessions: SessionDesk;
  readonly hashing: Hashing;
  readonly tickets: Tickets;
  readonly background: Background;
  readonly attempts: {
    readonly login: Attempts;
    readonly address: Attempts;
    /** By person: current password, codes. */
    readonly proof: Attempts;
    readonly letters: Attempts;
    readonly lettersFrom: Attempts;
  };
}

export function openAccess(options: AccessOptions): AccessDesk {
  const { store, clock } = options;
  return {
    ...options,
    sessions: new SessionDesk(store, clock),
    hashing: new Hashing(),
    tickets: new Tickets(clock),
    background: new Background(options.log),
    attempts: {
      login: new Attempts(clock, PER_LOGIN),
      address: new Attempts(clock, PER_ADDRESS),
      proof: new Attempts(clock, PER_LOGIN),
      letters: new Attempts(clock, LETTERS_PER_PERSON),
      lettersFrom: new Attempts(clock, LETTERS_PER_ADDRESS),
    },
  };
}
