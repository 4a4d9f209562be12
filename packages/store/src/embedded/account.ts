/** Under whose name the server runs: PostgreSQL refuses root. */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import type { StoreLog } from '../log.ts';
import { EmbeddedFailure } from './failure.ts';

/** A system user to run as; `null` elsewhere means "as we are". */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Our own user first; then those a machine without `useradd` may have. */
const CANDIDATES = ['kommutator', 'postgres', 'nobody'];

export const isRoot = (): boolean => process.getuid?.() === 0;

/** The system user for a new cluster, created where it is absent. Only meaningful as root. */
export function systemAccount(log: StoreLog): Account {
  const own = lookUp('kommutator');
  if (own) return own;
  run('useradd', [
    '--system',
    '--user-group',
    '--no-create-home',
    '--home-dir',
    '/var/lib/kommutator',
    '--shell',
    '/usr/sbin/nologin',
    'kommutator',
  ]);
  for (const name of CANDIDATES) {
    const account = lookUp(name);
    if (!account) continue;
    log.info({ user: name, uid: account.uid }, 'the database server will run as a system user');
    return account;
  }
  throw new EmbeddedFailure(
    'PostgreSQL refuses to run as root and no system user could be created: run `useradd --system kommutator`, start as an ordinary user, or set DATABASE_URL',
  );
}

/** Whether `account` may search and read `folder`; asks the kernel, so access lists and mounts count too. */
export function canRead(account: Account, folder: string): boolean {
  const probe = spawnSync('/bin/sh', ['-c', 'test -r "$1" && test -x "$1"', 'sh', folder], {
    uid: account.uid,
    gid: account.gid,
    cwd: '/',
    stdio: 'ignore',
  });
  return probe.status === 0;
}

/** Whether `account` may pass through `folder` to something below it. */
export function canEnter(account: Account, folder: string): boolean {
  const probe = spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'sh', folder], {
    uid: account.uid,
    gid: account.gid,
    cwd: '/',
    stdio: 'ignore',
  });
  return probe.status === 0;
}

function lookUp(name: string): Account | null {
  const uid = Number.parseInt(run('id', ['-u', name]).stdout, 10);
  const gid = Number.parseInt(run('id', ['-g', name]).stdout, 10);
  return Number.isInteger(uid) && Number.isInteger(gid) && uid !== 0 ? { uid, gid } : null;
}

const run = (command: string, args: readonly string[]): SpawnSyncReturns<string> =>
  spawnSync(command, args, {
    cwd: '/',
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` },
  });
