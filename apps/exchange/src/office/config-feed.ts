import type { Clock, Ms } from '@kommutator/base';
import type { DirectorySnapshot, DomainSnapshot } from '@kommutator/model/config';
import type { DomainId } from '@kommutator/model/ids';
import type { Log } from '@kommutator/telephony';
import {
  type DomainBytes,
  packDomain,
  readDirectory,
  readDomains,
  removeDomain,
  writeDirectory,
  writeDomain,
} from '../files/warm-files.ts';
import type { HeldVersions } from '../ipc/signalling-words.ts';

/** What the feed needs of the store. */
interface ConfigStore {
  loadDirectory(): Promise<DirectorySnapshot>;
  /** Null = the domain is gone. */
  loadDomain(id: DomainId): Promise<DomainSnapshot | null>;
}

/** Where configuration is needed: signalling, over its channel. */
export interface ConfigTarget {
  held(): Promise<HeldVersions | null>;
  domain(domain: DomainBytes): void;
  domainGone(id: DomainId): void;
  directory(directory: DirectorySnapshot): void;
}

export interface ConfigFeedOptions {
  readonly store: ConfigStore;
  /** Folder of the warm-start files. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
}

const PAUSES: readonly Ms[] = [200, 500, 1_000, 2_000, 5_000];

/**
 * Carries configuration from the store to the warm-start files and to signalling. A domain comes before the directory
 * that names it. Work is done one piece at a time, tried again until it succeeds; a second wish for the same is one.
 */
export class ConfigFeed {
  readonly #options: ConfigFeedOptions;
  readonly #domains = new Map<DomainId, number>();
  readonly #targets = new Set<ConfigTarget>();
  readonly #wishes = new Set<DomainId | 'everything'>();
  #directory: DirectorySnapshot | null;
  #wake: (() => void) | null = null;

  constructor(options: ConfigFeedOptions) {
    this.#options = options;
    this.#directory = readDirectory(options.folder);
    for (const { id, version } of readDomains(options.folder)) this.#domains.set(id, version);
  }

  /** Something changed: one domain, or the directory with all that is new in it. */
  changed(what: DomainId | 'everything'): void {
    this.#wishes.add(what);
    this.#wake?.();
  }

  /** Works until aborted; begins with everything. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    this.#wishes.add('everything');
    signal.addEventListener('abort', () => this.#wake?.(), { once: true });
    let failures = 0;
    while (!signal.aborted) {
      const [wish] = this.#wishes;
      if (wish === undefined) {
        await this.#rest();
        continue;
      }
      this.#wishes.delete(wish);
      try {
        await (wish === 'everything' ? this.#everything() : this.#domain(wish));
        if (failures > 0) log.info({}, 'configuration is read again');
        failures = 0;
      } catch (error) {
        this.#wishes.add(wish);
        if (failures === 0) log.warn({ error: String(error) }, 'configuration waits for the database');
        await clock.sleep(PAUSES[Math.min(failures++, PAUSES.length - 1)] ?? 0, signal).catch(() => {});
      }
    }
  }

  /** Signalling is there: brings it what is newer than what it holds. @returns how to let it go. */
  async attach(target: ConfigTarget): Promise<() => void> {
    this.#targets.add(target);
    const held = await target.held();
    if (held) {
      const versions = new Map(held.domains);
      for (const domain of readDomains(this.#options.folder))
        if (versions.get(domain.id) !== domain.version) target.domain(domain);
      for (const id of versions.keys()) if (!this.#domains.has(id)) target.domainGone(id);
      if (this.#directory && held.directory !== this.#directory.version) target.directory(this.#directory);
    }
    return () => this.#targets.delete(target);
  }

  #rest(): Promise<void> {
    return new Promise(resolve => {
      this.#wake = () => {
        this.#wake = null;
        resolve();
      };
    });
  }

  async #everything(): Promise<void> {
    const directory = await this.#options.store.loadDirectory();
    for (const { id, version } of directory.domains)
      if (this.#domains.get(id) !== version) await this.#domain(id);
    this.#directory = directory;
    writeDirectory(this.#options.folder, directory);
    for (const target of this.#targets) target.directory(directory);
    const present = new Set(directory.domains.map(({ id }) => id));
    for (const id of this.#domains.keys()) if (!present.has(id)) this.#gone(id);
  }

  async #domain(id: DomainId): Promise<void> {
    const snapshot = await this.#options.store.loadDomain(id);
    if (!snapshot) return this.#gone(id);
    const domain = packDomain(snapshot);
    writeDomain(this.#options.folder, domain);
    this.#domains.set(id, domain.version);
    for (const target of this.#targets) target.domain(domain);
  }

  #gone(id: DomainId): void {
    if (!this.#domains.delete(id)) return;
    removeDomain(this.#options.folder, id);
    for (const target of this.#targets) target.domainGone(id);
  }
}
