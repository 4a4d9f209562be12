import { type Clock, SecretBox } from '@kommutator/base';
import { DEMO_PASSWORD, migrate, openStore, seedDemo } from '@kommutator/store';
import type { Log } from '@kommutator/telephony';
import { Hashing } from '@kommutator/use-cases';
import type { Config } from '../config/index.ts';
import type { Paths } from '../files/paths.ts';
import { masterKeys } from '../process/secrets.ts';

export interface PrepareOptions {
  readonly config: Config;
  readonly paths: Paths;
  readonly clock: Clock;
  readonly log: Log;
}

/** Brings the database up to date. @returns names of the migrations applied now. */
export function migrateDatabase(
  ownerUrl: string,
  { config, paths, log }: PrepareOptions,
): Promise<readonly string[]> {
  return migrate(ownerUrl, { key: config.databaseUrl === null ? null : masterKeys(config, paths)[0] }, log);
}

/** Migrations, and demo data where the database is empty and they are wanted. */
export async function prepareDatabase(ownerUrl: string, options: PrepareOptions): Promise<void> {
  const { config, paths, clock, log } = options;
  await migrateDatabase(ownerUrl, options);
  if (config.demo === '0') return;
  const keys = masterKeys(config, paths);
  const roleKey = config.databaseUrl === null ? null : keys[0];
  const store = openStore({ ownerUrl, roleKey, clock, log, connections: { app: 1, system: 1 } });
  try {
    const seeded = await seedDemo(store, {
      secretBox: new SecretBox(keys),
      publicAccounts: config.demo === 'public',
      passwordHash: () => new Hashing().hash(DEMO_PASSWORD),
      ...(config.demoTrunk ? { trunk: { ...config.demoTrunk, protocol: 'udp' } } : {}),
    });
    if (seeded) log.info({}, 'demo data written into the empty database');
  } finally {
    await store.close();
  }
}
