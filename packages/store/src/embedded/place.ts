/** Where the cluster, its socket and its log live, and who owns them. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, lstat, mkdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoreLog } from '../log.ts';
import { type Account, canEnter, isRoot, systemAccount } from './account.ts';
import { EmbeddedFailure } from './failure.ts';

export interface Place {
  /** The data folder of PostgreSQL. */
  readonly cluster: string;
  /** Private folder of the Unix socket. */
  readonly sockets: string;
  readonly logFile: string;
  /** Null = the server runs as we do. */
  readonly account: Account | null;
}

/** Home of clusters whose DATA_DIR the system user cannot reach. */
const HOME = '/var/lib/kommutator';
/** `.s.PGSQL.5432` and the limit of `sun_path`, with room to spare. */
const SOCKET_NAME = '/.s.PGSQL.5432';
const SOCKET_PATH_LIMIT = 99;

/** Folder for copies of programs that the server's account can read. */
export const spareFolder = (dataDir: string): string => (isRoot() ? HOME : dataDir);

/** Decides account and folders for the cluster of `dataDir`; creates the folders around it, not the cluster. */
export async function choosePlace(dataDir: string, name: string, log: StoreLog): Promise<Place> {
  await mkdir(dataDir, { recursive: true });
  const root = await realpath(dataDir);
  const id = createHash('sha256').update(root).digest('hex').slice(0, 16);
  const { parent, account } = isRoot()
    ? await placeForRoot(root, id, name, log)
    : { parent: root, account: null };
  const cluster = join(parent, name);
  if (account === null && existsSync(cluster)) await mustBeOurs(cluster);
  const near = join(parent, `${name}.run`);
  const sockets = usable(near)
    ? near
    : isRoot()
      ? `/run/kommutator-${id}`
      : `/tmp/kommutator-${process.getuid?.() ?? 0}-${id}`;
  await privateFolder(sockets, account);
  return { cluster, sockets, logFile: join(root, `${name}.log`), account };
}

async function placeForRoot(
  root: string,
  id: string,
  name: string,
  log: StoreLog,
): Promise<{ parent: string; account: Account }> {
  const far = join(HOME, id);
  // A cluster that exists stays where it is and belongs to whom it belongs: rights of DATA_DIR may change between starts.
  for (const parent of [root, far]) {
    const owner = await ownerOf(join(parent, name), log);
    if (!owner) continue;
    if (!canEnter(owner, parent))
      throw new EmbeddedFailure(
        `the owner (uid ${owner.uid}) of ${join(parent, name)} cannot reach it: open the folders above it or move DATA_DIR`,
      );
    return { parent, account: owner };
  }
  const account = systemAccount(log);
  if (canEnter(account, root)) return { parent: root, account };
  await mkdir(far, { recursive: true });
  log.info(
    { dataDir: root, cluster: far },
    'the system user cannot reach DATA_DIR: the database lives elsewhere',
  );
  return { parent: far, account };
}

async function ownerOf(cluster: string, log: StoreLog): Promise<Account | null> {
  if (!existsSync(join(cluster, 'PG_VERSION'))) return null;
  const { uid, gid } = await stat(cluster);
  if (uid !== 0) return { uid, gid };
  // Restored by root from a copy: give it back to the account that will run it.
  const account = systemAccount(log);
  execFileSync('chown', ['-R', `${account.uid}:${account.gid}`, cluster]);
  return account;
}

async function mustBeOurs(cluster: string): Promise<void> {
  const { uid } = await stat(cluster);
  if (uid !== process.getuid?.())
    throw new EmbeddedFailure(
      `${cluster} belongs to uid ${uid}: start as that user (or as root), or choose another DATA_DIR`,
    );
}

const usable = (folder: string): boolean =>
  Buffer.byteLength(folder + SOCKET_NAME) <= SOCKET_PATH_LIMIT && !/[,"']/.test(folder);

/** A folder that only `account` (and root) can enter; refuses one that somebody else prepared. */
async function privateFolder(folder: string, account: Account | null): Promise<void> {
  const uid = account?.uid ?? process.getuid?.() ?? 0;
  await mkdir(folder, { mode: 0o700 }).catch(error => {
    if (!existsSync(folder)) throw error;
  });
  const found = await lstat(folder);
  if (!found.isDirectory() || (found.uid !== uid && !isRoot()))
    throw new EmbeddedFailure(`${folder} is not a private folder of uid ${uid}: remove it`);
  if (account && found.uid !== uid) await chown(folder, account.uid, account.gid);
  if ((found.mode & 0o777) !== 0o700) await chmod(folder, 0o700);
}
