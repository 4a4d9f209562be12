/** The default database: PostgreSQL from npm under our own starter (DESIGN §3). */
import { rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '@kommutator/base';
import { Client } from 'pg';
import type { StoreLog } from '../log.ts';
import { isRoot, systemAccount } from './account.ts';
import { type Binaries, installedPackage, prepareBinaries } from './binaries.ts';
import { ensureCluster } from './cluster.ts';
import { choosePlace, spareFolder } from './place.ts';
import { runServer, type Server } from './server.ts';

export interface EmbeddedOptions {
  /** The cluster goes to `<dataDir>/pg18`, its log to `<dataDir>/pg18.log`. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: StoreLog;
  /** Programs of another PostgreSQL, e.g. Debian's; default: those from npm. */
  readonly binaries?: Binaries;
  /** False only for tests: no fsync. Default true. */
  readonly durable?: boolean;
}

export interface EmbeddedPostgres extends Pick<Server, 'pid' | 'adopted' | 'onExit' | 'stop'> {
  /** Superuser of database `kommutator` over the private Unix socket; reachable by us and root only. */
  readonly ownerUrl: string;
}

const DATABASE = 'kommutator';

/**
 * Starts (or adopts) the server of `dataDir` and makes sure its database exists.
 * @throws EmbeddedFailure with what to do about it.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { dataDir, clock, log, durable = true } = options;
  const binaries =
    options.binaries ??
    (await prepareBinaries(
      await installedPackage(),
      isRoot() ? systemAccount(log) : null,
      spareFolder(dataDir),
      log,
    ));
  const place = await choosePlace(dataDir, `pg${binaries.major}`, log);
  await ensureCluster(place, binaries, durable, log);
  const server = await runServer({ place, binaries, durable, clock, log });
  await ensureDatabase(socketUrl(server.sockets, 'postgres'));
  return {
    ownerUrl: socketUrl(server.sockets, DATABASE),
    pid: server.pid,
    adopted: server.adopted,
    onExit: watch => server.onExit(watch),
    async stop() {
      await server.stop();
      if (!place.sockets.startsWith(dirname(place.cluster))) await rmdir(place.sockets).catch(() => {});
    },
  };
}

const socketUrl = (sockets: string, database: string): string =>
  `postgresql://postgres@localhost/${database}?host=${encodeURIComponent(sockets)}`;

async function ensureDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (found.rowCount === 0)
      await client.query(`CREATE DATABASE ${DATABASE}`).catch(async error => {
        const now = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
        if (now.rowCount === 0) throw error;
      });
  } finally {
    await client.end();
  }
}
