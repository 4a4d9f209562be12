/** Makes the cluster, once. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { StoreLog } from '../log.ts';
import type { Binaries } from './binaries.ts';
import { EmbeddedFailure } from './failure.ts';
import type { Place } from './place.ts';
import { madeBeside } from './scratch.ts';
import { localeArguments } from './settings.ts';

/** The one database of the cluster that is ours. */
export const DATABASE = 'kommutator';

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
  const made = () => existsSync(join(place.cluster, 'PG_VERSION'));
  if (made()) return;
  log.info({ folder: place.cluster }, 'creating the database');
  const fill = async (fresh: string) => {
    if (place.account) await chown(fresh, place.account.uid, place.account.gid);
    await initdb(fresh, place, binaries, durable);
    await createDatabase(fresh, place, binaries, durable);
  };
  await madeBeside(place.cluster, fill, made);
}

function initdb(folder: string, place: Place, binaries: Binaries, durable: boolean): Promise<void> {
  const args = [
    ...['-D', folder, '-U', 'postgres', '--auth-local=trust', '--auth-host=reject', '--encoding=UTF8'],
    ...localeArguments(binaries.major),
    ...(durable ? [] : ['--no-sync']),
  ];
  return run('initdb', args, '', place, binaries);
}

/** Our database, made before anybody can connect: no start ever has to ask whether it is there. */
function createDatabase(folder: string, place: Place, binaries: Binaries, durable: boolean): Promise<void> {
  const args = ['--single', '-D', folder, '-c', 'exit_on_error=on', ...(durable ? [] : ['-F']), 'postgres'];
  return run('postgres', args, `CREATE DATABASE ${DATABASE}\n`, place, binaries);
}

/** In a session of its own: Ctrl-C in the terminal must not end it half-way, it takes less than a second. */
async function run(
  program: string,
  args: readonly string[],
  input: string,
  { account }: Place,
  { bin }: Binaries,
): Promise<void> {
  const child = spawn(join(bin, program), args, {
    ...(account ?? {}),
    cwd: '/',
    env: serverEnvironment(),
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const ended = new Promise<string | null>(resolve => {
    child.once('error', error => resolve(error.message));
    child.once('close', (code, signal) => resolve(code === 0 ? null : `ended with ${signal ?? code}`));
  });
  // It may end without having read: what it says then is in its complaint.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [complaint, how] = await Promise.all([text(child.stderr).catch(() => ''), ended]);
  if (how !== null) throw new EmbeddedFailure(`${program} failed: ${complaint.trim() || how}`);
}

/** Nothing of our environment reaches the server: PGDATA, PGPORT or a locale of the user would change it. */
export const serverEnvironment = (): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH ?? '/usr/bin:/bin',
  LC_ALL: 'C',
});
