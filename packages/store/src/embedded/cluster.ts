/** Makes the cluster, once. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { StoreLog } from '../log.ts';
import type { Binaries } from './binaries.ts';
import { EmbeddedFailure } from './failure.ts';
import type { Place } from './place.ts';
import { localeArguments } from './settings.ts';

/**
 * Runs `initdb` beside the final folder and renames, so that a start killed half-way leaves no half cluster
 * and two starts at once make one.
 */
export async function ensureCluster(
  place: Place,
  binaries: Binaries,
  durable: boolean,
  log: StoreLog,
): Promise<void> {
  if (existsSync(join(place.cluster, 'PG_VERSION'))) return;
  const parent = dirname(place.cluster);
  const prefix = `${basename(place.cluster)}.new-`;
  for (const name of await readdir(parent))
    if (name.startsWith(prefix) && !existsSync(`/proc/${name.slice(prefix.length)}`))
      await rm(join(parent, name), { recursive: true, force: true });
  const fresh = join(parent, `${prefix}${process.pid}`);
  log.info({ folder: place.cluster }, 'creating the database');
  await mkdir(fresh, { mode: 0o700 });
  if (place.account) await chown(fresh, place.account.uid, place.account.gid);
  await initdb(fresh, place, binaries, durable);
  await rename(fresh, place.cluster).catch(async error => {
    await rm(fresh, { recursive: true, force: true });
    if (!existsSync(join(place.cluster, 'PG_VERSION'))) throw error;
  });
}

function initdb(folder: string, place: Place, binaries: Binaries, durable: boolean): Promise<void> {
  const args = [
    ...['-D', folder, '-U', 'postgres', '--auth-local=trust', '--auth-host=reject', '--encoding=UTF8'],
    ...localeArguments(binaries.major),
    ...(durable ? [] : ['--no-sync']),
  ];
  return new Promise((resolve, reject) => {
    execFile(
      join(binaries.bin, 'initdb'),
      args,
      { ...(place.account ?? {}), cwd: '/', env: serverEnvironment() },
      (error, stdout, stderr) => {
        if (error)
          reject(new EmbeddedFailure(`initdb failed: ${stderr.trim() || stdout.trim() || error.message}`));
        else resolve();
      },
    );
  });
}

/** Nothing of our environment reaches the server: PGDATA, PGPORT or a locale of the user would change it. */
export const serverEnvironment = (): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH ?? '/usr/bin:/bin',
  LC_ALL: 'C',
});
