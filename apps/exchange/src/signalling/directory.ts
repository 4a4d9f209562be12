import type { Clock, Ms, SecretBox, Timer } from '@kommutator/base';
import type { DirectorySnapshot, DomainSnapshot, SipCredential, TrunkConfig } from '@kommutator/model/config';
import type { DomainId, TrunkId } from '@kommutator/model/ids';
import type { Directory, Log } from '@kommutator/telephony';
import type { DomainBytes } from '../files/warm-files.ts';

/** An opened snapshot nobody asked for is dropped; its bytes stay (DESIGN rule 8). */
const IDLE: Ms = 10 * 60_000;
const SWEEP: Ms = 60_000;

export interface LiveDirectoryOptions {
  readonly clock: Clock;
  readonly secrets: Pick<SecretBox, 'open'>;
  readonly log: Log;
}

interface Opened {
  readonly snapshot: DomainSnapshot;
  usedAt: Ms;
}

const EMPTY: DirectorySnapshot = { version: 0, domains: [], numbers: [], trunks: [], credentials: [] };
const credentialKey = (domain: DomainId, login: string): string => `${domain} ${login}`;

/** The directory of the exchange in memory: domains as off-heap bytes, opened at their first call. */
export class LiveDirectory implements Directory {
  readonly #options: LiveDirectoryOptions;
  readonly #domains = new Map<DomainId, DomainBytes>();
  readonly #opened = new Map<DomainId, Opened>();
  readonly #sweep: Sweep;
  #current = EMPTY;
  #numbers = new Map<string, DomainId>();
  #realms = new Map<string, DomainId>();
  #trunks = new Map<TrunkId, TrunkConfig>();
  #credentials = new Map<string, SipCredential[]>();

  constructor(options: LiveDirectoryOptions) {
    this.#options = options;
    this.#sweep = new Sweep(options.clock, () => this.#dropIdle());
  }

  get current(): DirectorySnapshot {
    return this.#current;
  }

  /** Versions held, for the office to compare: 0 = none. */
  get versions(): { readonly directory: number; readonly domains: ReadonlyMap<DomainId, number> } {
    const domains = new Map([...this.#domains].map(([id, { version }]) => [id, version]));
    return { directory: this.#current.version, domains };
  }

  /** Snapshots opened at the moment. */
  get opened(): number {
    return this.#opened.size;
  }

  setDirectory(directory: DirectorySnapshot): void {
    this.#current = directory;
    this.#numbers = new Map(directory.numbers.map(({ digits, domain }) => [digits, domain]));
    this.#realms = new Map(directory.domains.map(({ name, id }) => [name.toLowerCase(), id]));
    this.#trunks = new Map(directory.trunks.map(trunk => [trunk.id, trunk]));
    this.#credentials = new Map();
    for (const credential of directory.credentials) {
      const key = credentialKey(credential.domain, credential.login);
      const same = this.#credentials.get(key);
      if (same) same.push(credential);
      else this.#credentials.set(key, [credential]);
    }
  }

  /** Calls that are up keep the snapshot they began with. */
  setDomain(domain: DomainBytes): void {
    this.#domains.set(domain.id, domain);
    this.#opened.delete(domain.id);
  }

  removeDomain(id: DomainId): void {
    this.#domains.delete(id);
    this.#opened.delete(id);
  }

  domainOfNumber(digits: string): DomainId | null {
    return this.#numbers.get(digits) ?? null;
  }

  domainOfRealm(realm: string): DomainId | null {
    return this.#realms.get(realm) ?? null;
  }

  credentials(domain: DomainId, login: string): readonly SipCredential[] {
    return this.#credentials.get(credentialKey(domain, login)) ?? [];
  }

  trunk(id: TrunkId): TrunkConfig | null {
    return this.#trunks.get(id) ?? null;
  }

  snapshot(domain: DomainId): DomainSnapshot | null {
    const open = this.#opened.get(domain) ?? this.#openDomain(domain);
    if (!open) return null;
    open.usedAt = this.#options.clock.now();
    return open.snapshot;
  }

  open(sealed: string): string {
    return this.#options.secrets.open(sealed);
  }

  close(): void {
    this.#sweep.stop();
  }

  #openDomain(domain: DomainId): Opened | null {
    const bytes = this.#domains.get(domain);
    if (!bytes) return null;
    try {
      const snapshot = JSON.parse(bytes.json.toString('utf8')) as DomainSnapshot;
      const open = { snapshot, usedAt: this.#options.clock.now() };
      this.#opened.set(domain, open);
      this.#sweep.start();
      return open;
    } catch (error) {
      this.#options.log.error({ domain, error: String(error) }, 'domain snapshot cannot be read');
      this.#domains.delete(domain);
      return null;
    }
  }

  #dropIdle(): boolean {
    const before = this.#options.clock.now() - IDLE;
    for (const [id, { usedAt }] of this.#opened) if (usedAt <= before) this.#opened.delete(id);
    return this.#opened.size > 0;
  }
}

/** Runs a sweep every minute while there is something to sweep: an idle directory has no timer. */
class Sweep {
  readonly #clock: Clock;
  readonly #run: () => boolean;
  #timer: Timer | null = null;

  constructor(clock: Clock, run: () => boolean) {
    this.#clock = clock;
    this.#run = run;
  }

  start(): void {
    this.#timer ??= this.#clock.after(SWEEP, () => {
      this.#timer = null;
      if (this.#run()) this.start();
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }
}
