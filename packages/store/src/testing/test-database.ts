import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, SystemClock, VirtualClock } from '@kommutator/base';
import { Client } from 'pg';
import { migrate } from '../database/migrate.ts';
import { alive, observe } from '../embedded/postmaster.ts';
import { startEmbedded } from '../embedded/start-embedded.ts';
import { type StoreLog, silentLog } from '../log.ts';
import { openStore, type Store } from '../store.ts';

export interface FreshStoreOptions {
  /** Default: a VirtualClock, so that no test waits. */
  readonly clock?: Clock;
  readonly log?: StoreLog;
  readonly committed?: () => void;
}

export interface FreshStore {
  readonly store: Store;
  /** Superuser's address of this database. */
  readonly ownerUrl: string;
  /** All rows of a table as JSON, as the superuser sees them. */
  dump(table: string): Promise<string>;
  /** Closes the store and drops the database. */
  close(): Promise<void>;
}

export interface TestDatabase {
  /** Address of the migrated template: connect elsewhere, or no database can be made from it. */
  readonly templateUrl: string;
  freshStore(options?: FreshStoreOptions): Promise<FreshStore>;
  /** Stops the server if this call started it. */
  stop(): Promise<void>;
}

/** Set by the global set-up for the processes of one test run. */
const SHARED = 'KOMMUTATOR_TEST_DATABASE';
const FOLDERS = '/tmp';
const PREFIX = 'kommutator-vitest-';

/**
 * The server of this test run, started by {@link startSharedDatabase}; one of its own when there is none.
 * `TEST_POSTGRES=/usr/lib/postgresql/15/bin` runs the tests on another PostgreSQL than the embedded one.
 */
export async function startTestDatabase(): Promise<TestDatabase> {
  const shared = process.env[SHARED];
  return shared ? testDatabase(shared, async () => {}) : startServer();
}

/** For a global set-up: the test processes that start after it share the server. @returns how to stop it. */
export async function startSharedDatabase(): Promise<() => Promise<void>> {
  const database = await startServer();
  process.env[SHARED] = database.templateUrl;
  return () => database.stop();
}

async function startServer(): Promise<TestDatabase> {
  await clearAway();
  const dataDir = join(FOLDERS, `${PREFIX}${process.pid}`);
  mkdirSync(dataDir, { recursive: true });
  chmodSync(dataDir, 0o755);
  const bin = process.env.TEST_POSTGRES;
  const major = Number.parseInt(bin?.match(/\/(\d+)\//)?.[1] ?? '15', 10);
  const server = await startEmbedded({
    dataDir,
    clock: new SystemClock(),
    log: silentLog,
    durable: false,
    ...(bin ? { binaries: { bin, major } } : {}),
  });
  await migrate(server.ownerUrl, { key: null }, silentLog);
  return testDatabase(server.ownerUrl, async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
}

/** Servers of test runs that were killed: they run in sessions of their own and nobody else ends them. */
async function clearAway(): Promise<void> {
  for (const name of readdirSync(FOLDERS)) {
    if (!name.startsWith(PREFIX) || alive(Number(name.slice(PREFIX.length)))) continue;
    const folder = join(FOLDERS, name);
    if (statSync(folder).uid !== process.getuid?.()) continue;
    for (const cluster of readdirSync(folder)) {
      const found = await observe(join(folder, cluster));
      if ('pid' in found) process.kill(found.pid, 'SIGQUIT');
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

function testDatabase(templateUrl: string, stop: () => Promise<void>): TestDatabase {
  const at = (database: string): string => {
    const url = new URL(templateUrl);
    url.pathname = `/${database}`;
    return url.toString();
  };
  const template = new URL(templateUrl).pathname.slice(1);
  const admin = async (query: string): Promise<void> => {
    const client = new Client({ connectionString: at('postgres') });
    await client.connect();
    await client.query(query).finally(() => client.end());
  };
  return {
    templateUrl,
    stop,
    async freshStore({ clock = new VirtualClock(), log = silentLog, committed } = {}) {
      const name = `test_${randomBytes(8).toString('hex')}`;
      await admin(`CREATE DATABASE ${name} TEMPLATE ${template}`);
      const ownerUrl = at(name);
      const connections = { app: 4, system: 4 };
      const store = openStore({
        ownerUrl,
        roleKey: null,
        clock,
        log,
        connections,
        ...(committed ? { committed } : {}),
      });
      return {
        store,
        ownerUrl,
        async dump(table) {
          const client = new Client({ connectionString: ownerUrl });
          await client.connect();
          const all = `SELECT to_jsonb(t) AS row FROM ${client.escapeIdentifier(table)} t`;
          const { rows } = await client.query(all).finally(() => client.end());
          return JSON.stringify(rows);
        },
        async close() {
          await store.close();
          await admin(`DROP DATABASE ${name} WITH (FORCE)`);
        },
      };
    },
  };
}
