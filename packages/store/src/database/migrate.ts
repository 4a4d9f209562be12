/** Plain SQL files, applied once each, in order, by one node at a time. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { Client } from 'pg';
import type { StoreLog } from '../log.ts';
import { ensureRoles, OWNER, type RoleSecrets } from './roles.ts';

/** The database and this program do not belong together. */
export class MigrationFailure extends Error {
  override readonly name = 'MigrationFailure';
}

export interface Migration {
  /** `NNNN-name.sql` */
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

const FOLDER = new URL('../../migrations/', import.meta.url);
/** Any constant: "kommutator migrations". */
const LOCK = 7_105_066_001;

/** The migrations this program brings along, in order. */
export async function ownMigrations(folder: URL = FOLDER): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter(name => /^\d{4}-[a-z0-9-]+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async name => {
      const sql = await readFile(new URL(name, folder), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/**
 * Makes the roles and brings the database of `ownerUrl` up to date, under an advisory lock.
 * @param ownerUrl superuser, or owner of the database with CREATEROLE.
 * @returns names of the migrations applied now.
 * @throws MigrationFailure when an applied file was changed, or the database is newer than this program.
 */
export async function migrate(
  ownerUrl: string,
  secrets: RoleSecrets,
  log: StoreLog,
  migrations?: readonly Migration[],
): Promise<readonly string[]> {
  const wanted = migrations ?? (await ownMigrations());
  const client = new Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await ensureRoles(client, secrets);
    await client.query(`SET ROLE ${OWNER}`);
    await client.query(`SET search_path = public`);
    await client.query(`CREATE TABLE IF NOT EXISTS migration (
      name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`);
    const { rows } = await client.query<{ name: string; checksum: string }>(
      'SELECT name, checksum FROM migration',
    );
    const pending = outstanding(wanted, rows);
    for (const migration of pending) await apply(client, migration, log);
    return pending.map(migration => migration.name);
  } finally {
    await client.end();
  }
}

function outstanding(
  wanted: readonly Migration[],
  applied: readonly { name: string; checksum: string }[],
): readonly Migration[] {
  const ours = new Map(wanted.map(migration => [migration.name, migration.checksum]));
  for (const { name, checksum } of applied) {
    const own = ours.get(name);
    if (own === undefined)
      throw new MigrationFailure(
        `the database knows ${name}, this program does not: start the newer program`,
      );
    if (own !== checksum) throw new MigrationFailure(`${name} was changed after it had been applied`);
  }
  const done = new Set(applied.map(migration => migration.name));
  return wanted.filter(migration => !done.has(migration.name));
}

async function apply(client: Client, migration: Migration, log: StoreLog): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(migration.sql);
    await client.query('INSERT INTO migration (name, checksum) VALUES ($1, $2)', [
      migration.name,
      migration.checksum,
    ]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
  log.info({ migration: migration.name }, 'migration applied');
}
