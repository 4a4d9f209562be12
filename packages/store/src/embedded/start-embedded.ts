/** The default database: PostgreSQL from npm under our own starter (DESIGN §3). */
import { rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '@kommutator/base';
import type { StoreLog } from '../log.ts';
import { isRoot, systemAccount } from './account.ts';
import { type Binaries, installedPackage, prepareBinaries } from './binaries.ts';
import { DATABASE, ensureCluster } from './cluster.ts';
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

/**
 * Starts (or adopts) the server of `dataDir`, making the cluster with its database at the first time.
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
  return {
    ownerUrl: urlOver(server.sockets),
    pid: server.pid,
    adopted: server.adopted,
    onExit: watch => server.onExit(watch),
    async stop() {
      await server.stop();
      if (!place.sockets.startsWith(dirname(place.cluster))) await rmdir(place.sockets).catch(() => {});
    },
  };
}

const urlOver = (sockets: string): string =>
  `postgresql://postgres@localhost/${DATABASE}?host=${encodeURIComponent(sockets)}`;
