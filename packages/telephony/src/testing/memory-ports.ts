import { createHash } from 'node:crypto';
import type { DomainSnapshot, SipCredential, TrunkConfig } from '@kommutator/model/config';
import type { CallEvent, JournalRecord, RegistrationRecord } from '@kommutator/model/events';
import type { CallId, CredentialId, DomainId, TrunkId } from '@kommutator/model/ids';
import type { Directory, Journal, Log, Meter, RegistrationStore } from '../ports.ts';

/** A directory of snapshots given by a test; `put` again = the domain was changed. */
export class MemoryDirectory implements Directory {
  readonly #domains = new Map<DomainId, DomainSnapshot>();
  readonly #credentials = new Map<string, SipCredential>();
  #trunks: readonly TrunkConfig[] = [];
  #version = 1;

  /** Every user of the domain may register with `password`. */
  put(snapshot: DomainSnapshot, password = 'Demo-1234'): void {
    this.#version++;
    this.#domains.set(snapshot.id, snapshot);
    for (const user of snapshot.users) {
      const text = `${user.login}:${snapshot.name}:${password}`;
      this.#credentials.set(`${snapshot.id} ${user.login}`, {
        id: `credential-${user.login}` as CredentialId,
        kind: 'password',
        login: user.login,
        domain: snapshot.id,
        user: user.id,
        ha1: { md5: hash('md5', text), sha256: hash('sha256', text) },
        privateOnly: false,
      });
    }
  }

  setTrunks(trunks: readonly TrunkConfig[]): void {
    this.#version++;
    this.#trunks = trunks;
  }

  get current() {
    const domains = [...this.#domains.values()];
    return {
      version: this.#version,
      domains: domains.map(({ id, name, version }) => ({ id, name, version })),
      numbers: domains.flatMap(({ id, numbers }) => numbers.map(({ digits }) => ({ digits, domain: id }))),
      trunks: this.#trunks,
      credentials: [...this.#credentials.values()],
    };
  }

  domainOfNumber(digits: string): DomainId | null {
    return this.#find(({ numbers }) => numbers.some(number => number.digits === digits));
  }

  domainOfRealm(realm: string): DomainId | null {
    return this.#find(({ name }) => name === realm);
  }

  snapshot(domain: DomainId): DomainSnapshot | null {
    return this.#domains.get(domain) ?? null;
  }

  credentials(domain: DomainId, login: string): readonly SipCredential[] {
    const credential = this.#credentials.get(`${domain} ${login}`);
    return credential ? [credential] : [];
  }

  trunk(id: TrunkId): TrunkConfig | null {
    return this.#trunks.find(trunk => trunk.id === id) ?? null;
  }

  /** Nothing is sealed in memory. */
  open(sealed: string): string {
    return sealed;
  }

  #find(fits: (snapshot: DomainSnapshot) => boolean): DomainId | null {
    return this.#domains.values().find(fits)?.id ?? null;
  }
}

const hash = (algorithm: string, text: string) => createHash(algorithm).update(text).digest('hex');

/** A trunk as the tests need one: takes every number, trusts and calls one address. */
export function trunkOf(name: string, o: Partial<TrunkConfig> = {}): TrunkConfig {
  return {
    id: `trunk-${name}` as TrunkId,
    name,
    enabled: true,
    trusts: [],
    destinations: [],
    registration: null,
    numberFormat: 'e164',
    calledIn: 'requestUri',
    prefixes: [''],
    priority: 10,
    maxCalls: null,
    ...o,
  };
}

/** The journal of all calls of a test. */
export class MemoryJournal implements Journal {
  readonly records: JournalRecord[] = [];
  flushed = 0;

  append(record: JournalRecord): void {
    this.records.push(record);
  }

  flush(): void {
    this.flushed = this.records.length;
  }

  /** Ids of the calls, in the order in which they began. */
  get calls(): readonly CallId[] {
    return [...new Set(this.records.map(record => record.call))];
  }

  /** Events of one call, the latest one when left out. */
  eventsOf(call: CallId | undefined = this.calls.at(-1)): readonly CallEvent[] {
    return this.records.filter(record => record.call === call).map(record => record.event);
  }

  /** The events of one type, of all calls. */
  all<T extends CallEvent['type']>(type: T): readonly Extract<CallEvent, { type: T }>[] {
    return this.records.flatMap(({ event }) =>
      event.type === type ? [event as Extract<CallEvent, { type: T }>] : [],
    );
  }
}

export class MemoryRegistrations implements RegistrationStore {
  readonly #records = new Map<string, RegistrationRecord>();

  load(): readonly RegistrationRecord[] {
    return [...this.#records.values()];
  }

  save(record: RegistrationRecord): void {
    this.#records.set(keyOf(record), record);
  }

  remove(record: Pick<RegistrationRecord, 'domain' | 'login' | 'contact'>): void {
    this.#records.delete(keyOf(record));
  }
}

const keyOf = (record: Pick<RegistrationRecord, 'domain' | 'login' | 'contact'>) =>
  `${record.domain} ${record.login} ${record.contact}`;

/** A meter whose money a test sets: counts what is held, refuses when told to. */
export class TestMeter implements Meter {
  held = 0;
  readonly broke = new Set<DomainId>();
  readonly suspended = new Set<DomainId>();

  hold({ domain }: Parameters<Meter['hold']>[0]): Disposable | null {
    if (this.broke.has(domain)) return null;
    this.held++;
    let open = true;
    return {
      [Symbol.dispose]: () => {
        if (open) this.held--;
        open = false;
      },
    };
  }

  blocked(domain: DomainId): boolean {
    return this.suspended.has(domain);
  }
}

/** A log that keeps warnings and errors for the test to look at. */
export class MemoryLog implements Log {
  readonly lines: string[] = [];
  debug(): void {}
  info(): void {}

  warn(fields: object, message: string): void {
    this.lines.push(`warn ${message} ${JSON.stringify(fields)}`);
  }

  error(fields: object, message: string): void {
    this.lines.push(`error ${message} ${JSON.stringify(fields)}`);
  }
}
