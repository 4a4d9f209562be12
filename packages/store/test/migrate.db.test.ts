import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SecretBox, SystemClock } from '@kommutator/base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type EmbeddedPostgres,
  migrate,
  openStore,
  ownMigrations,
  seedDemo,
  silentLog,
  startEmbedded,
} from '../src/index.ts';
import { startTestDatabase } from '../src/testing/index.ts';
import { asOwner } from './support/as-owner.ts';

const trust = { key: null };
const step = (name: string, sql: string) => ({ name, sql, checksum: sql });

describe('migrations', () => {
  it('are applied once; a second start has nothing to do', async () => {
    const fresh = await (await startTestDatabase()).freshStore();
    const names = (await ownMigrations()).map(migration => migration.name);
    const rows = await asOwner(fresh.ownerUrl, 'SELECT name FROM migration ORDER BY name');
    expect(rows.map(row => row.name)).toEqual(names);
    expect(await migrate(fresh.ownerUrl, trust, silentLog)).toEqual([]);
    await fresh.close();
  });

  it('by several nodes at once are applied once', async () => {
    const fresh = await (await startTestDatabase()).freshStore();
    const all = [
      ...(await ownMigrations()),
      step('9000-slow.sql', 'SELECT pg_sleep(0.1); CREATE TABLE once (n int)'),
    ];
    const outcomes = await Promise.all([1, 2, 3].map(() => migrate(fresh.ownerUrl, trust, silentLog, all)));
    expect(outcomes.flat()).toEqual(['9000-slow.sql']);
    await fresh.close();
  });

  it('refuse a file that was changed, and a database that is newer', async () => {
    const fresh = await (await startTestDatabase()).freshStore();
    const own = await ownMigrations();
    const changed = own.map((migration, n) => (n === 0 ? { ...migration, checksum: 'other' } : migration));
    await expect(migrate(fresh.ownerUrl, trust, silentLog, changed)).rejects.toThrow('was changed after');
    await expect(migrate(fresh.ownerUrl, trust, silentLog, own.slice(0, 1))).rejects.toThrow('newer program');
    await fresh.close();
  });

  it('that fail leave nothing of themselves', async () => {
    const fresh = await (await startTestDatabase()).freshStore();
    const bad = [...(await ownMigrations()), step('9000-bad.sql', 'CREATE TABLE half (n int); SELECT 1/0')];
    await expect(migrate(fresh.ownerUrl, trust, silentLog, bad)).rejects.toThrow('division by zero');
    expect(await asOwner(fresh.ownerUrl, `SELECT to_regclass('half') AS half`)).toEqual([{ half: null }]);
    await fresh.close();
  });
});

describe('a DATABASE_URL of the user’s own', () => {
  let dataDir: string;
  let server: EmbeddedPostgres;
  const key = randomBytes(32);

  beforeAll(async () => {
    dataDir = await mkdtemp('/tmp/kommutator-test-');
    await chmod(dataDir, 0o755);
    server = await startEmbedded({ dataDir, clock: new SystemClock(), log: silentLog, durable: false });
  });
  afterAll(async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('may be no superuser but owner of the database with CREATEROLE; roles sign in by derived passwords', async () => {
    await asOwner(server.ownerUrl, `CREATE ROLE customer LOGIN CREATEROLE PASSWORD 'p@ss:word/1'`);
    await asOwner(server.ownerUrl, 'CREATE DATABASE theirs OWNER customer');
    const hba = join(dataDir, 'pg18', 'pg_hba.conf');
    const rules = await readFile(hba, 'utf8');
    await writeFile(hba, `local theirs all scram-sha-256\n${rules}`);
    await asOwner(server.ownerUrl, 'SELECT pg_reload_conf()');
    const url = new URL(server.ownerUrl);
    url.username = 'customer';
    url.password = encodeURIComponent('p@ss:word/1');
    url.pathname = '/theirs';

    expect(await migrate(url.toString(), { key }, silentLog)).toHaveLength((await ownMigrations()).length);
    expect(await migrate(url.toString(), { key }, silentLog)).toEqual([]);
    const options = { ownerUrl: url.toString(), clock: new SystemClock(), log: silentLog };
    const store = openStore({ ...options, roleKey: key });
    await store.assertAppRoleIsBound();
    expect(await seedDemo(store, { secretBox: new SecretBox([key]) })).toBe(true);
    await store.close();

    const stranger = openStore({ ...options, roleKey: randomBytes(32) });
    await expect(stranger.loadDirectory()).rejects.toThrow('password authentication failed');
    await stranger.close();
  });
});
