import { openStore, type Store, startEmbedded } from '@kommutator/store';
import { migrateDatabase } from '../office/prepare.ts';
import { createLog } from '../process/log.ts';
import { masterKeys } from '../process/secrets.ts';
import type { CommandContext } from './command.ts';
import { connectControl } from './control.ts';

export interface OwnerAccess {
  readonly ownerUrl: string;
  release(): Promise<void>;
}

/** The database: that of the running exchange, the one configured, or our own, started for the while. */
export async function reachDatabase(context: CommandContext): Promise<OwnerAccess> {
  const { config, clock } = context;
  const release = async () => {};
  if (config.databaseUrl !== null) return { ownerUrl: config.databaseUrl, release };
  const control = await connectControl(context);
  const status = await control?.status();
  control?.close();
  if (status?.databaseUrl) return { ownerUrl: status.databaseUrl, release };
  const log = createLog('command', 'error');
  const server = await startEmbedded({ dataDir: config.dataDir, clock, log });
  return { ownerUrl: server.ownerUrl, release: () => (server.adopted ? release() : server.stop()) };
}

/** Runs `work` with the store open; what was started for it is stopped afterwards. */
export async function withStore<T>(context: CommandContext, work: (store: Store) => Promise<T>): Promise<T> {
  const { config, paths, clock } = context;
  const log = createLog('command', 'error');
  const database = await reachDatabase(context);
  try {
    const { ownerUrl } = database;
    await migrateDatabase(ownerUrl, { config, paths, clock, log });
    const roleKey = config.databaseUrl === null ? null : masterKeys(config, paths)[0];
    const store = openStore({ ownerUrl, roleKey, clock, log, connections: { app: 1, system: 1 } });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  } finally {
    await database.release();
  }
}
