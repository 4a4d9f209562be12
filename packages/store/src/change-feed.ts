/** Who must know that configuration changed: NOTIFY at once, and versions compared every 30 s (DESIGN rule 8). */
import type { Clock, Ms, Timer } from '@kommutator/base';
import type { DomainId } from '@kommutator/model/ids';
import type { Kysely } from 'kysely';
import { Client } from 'pg';
import type { Tables } from './database/tables.ts';
import type { StoreLog } from './log.ts';

/** The directory, or one domain that has this version now. A domain that is gone has version 0. */
export type ConfigChange = 'directory' | { readonly domain: DomainId; readonly version: number };

export interface ConfigWatch {
  /** Resolves when the first connection listens and the versions have been read; later ones come by themselves. */
  readonly ready: Promise<void>;
  stop(): Promise<void>;
}

export interface ChangeFeedOptions {
  readonly url: string;
  readonly system: Kysely<Tables>;
  readonly clock: Clock;
  readonly log: StoreLog;
  readonly onChange: (change: ConfigChange) => void;
}

const COMPARE: Ms = 30_000;
const RETRY: readonly Ms[] = [100, 500, 1_000, 2_000, 5_000];

/** Tells each change once per version, whether it was heard or found out by comparing. */
export function watchConfig(options: ChangeFeedOptions): ConfigWatch {
  const feed = new ChangeFeed(options);
  return { ready: feed.ready, stop: () => feed.stop() };
}

class ChangeFeed {
  readonly ready: Promise<void>;
  readonly #options: ChangeFeedOptions;
  readonly #known = new Map<DomainId, number>();
  #directory = 0;
  #client: Client | null = null;
  #timer: Timer | null = null;
  #failures = 0;
  #stopped = false;
  #first = true;
  #isReady: () => void = () => {};

  constructor(options: ChangeFeedOptions) {
    this.#options = options;
    this.ready = new Promise(resolve => {
      this.#isReady = resolve;
    });
    void this.#connect();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    const client = this.#client;
    this.#client = null;
    await client?.end().catch(() => {});
  }

  async #connect(): Promise<void> {
    const { url, log } = this.#options;
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 3_000, keepAlive: true });
    this.#client = client;
    const lost = (error?: Error) => {
      if (this.#client !== client) return;
      this.#client = null;
      client.removeAllListeners('notification');
      void client.end().catch(() => {});
      if (this.#failures === 0)
        log.warn(
          { error: error?.message ?? 'closed' },
          'lost the connection that hears of configuration changes',
        );
      this.#later(RETRY[Math.min(this.#failures++, RETRY.length - 1)] ?? COMPARE, () => this.#connect());
    };
    client.on('error', lost);
    client.on('end', () => lost());
    client.on('notification', ({ payload }) => this.#heard(payload ?? ''));
    try {
      await client.connect();
      await client.query('LISTEN config');
      await this.#compare();
    } catch (error) {
      lost(error instanceof Error ? error : undefined);
      return;
    }
    if (this.#failures > 0) log.info({}, 'hears of configuration changes again');
    this.#failures = 0;
    this.#isReady();
    this.#rest(client);
  }

  /** A notification may be lost with a connection that died silently: look every 30 s. */
  #rest(client: Client): void {
    this.#later(COMPARE, async () => {
      if (this.#client !== client) return;
      try {
        await this.#compare();
        this.#rest(client);
      } catch (error) {
        client.emit('error', error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  #later(delay: Ms, run: () => Promise<void>): void {
    if (this.#stopped) return;
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(delay, () => {
      if (!this.#stopped) void run();
    });
  }

  /** `<domain id>:<version>` or `directory:<version>`, as finish_change() sends it. */
  #heard(payload: string): void {
    const [what, version] = payload.split(':');
    if (!what || !version) return;
    if (what === 'directory') this.#seenDirectory(Number(version));
    else this.#seen(what as DomainId, Number(version));
  }

  async #compare(): Promise<void> {
    const { system } = this.#options;
    const rows = await system.selectFrom('domain').select(['domain_id', 'version']).execute();
    const { version } = await system.selectFrom('directory').select('version').executeTakeFirstOrThrow();
    const first = this.#first;
    this.#first = false;
    const present = new Set(rows.map(row => row.domain_id));
    for (const row of rows) {
      if (first) this.#known.set(row.domain_id, Number(row.version));
      else this.#seen(row.domain_id, Number(row.version));
    }
    for (const domain of this.#known.keys())
      if (!present.has(domain)) {
        this.#known.delete(domain);
        this.#options.onChange({ domain, version: 0 });
      }
    if (first) this.#directory = Number(version);
    else this.#seenDirectory(Number(version));
  }

  #seenDirectory(version: number): void {
    if (this.#directory >= version) return;
    this.#directory = version;
    this.#options.onChange('directory');
  }

  #seen(domain: DomainId, version: number): void {
    if ((this.#known.get(domain) ?? 0) >= version) return;
    this.#known.set(domain, version);
    this.#options.onChange({ domain, version });
  }
}
