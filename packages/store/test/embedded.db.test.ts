import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  chmod,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SystemClock } from '@kommutator/base';
import { Client } from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { systemAccount } from '../src/embedded/account.ts';
import { installedPackage, prepareBinaries } from '../src/embedded/binaries.ts';
import { alive } from '../src/embedded/postmaster.ts';
import { type EmbeddedPostgres, silentLog, startEmbedded } from '../src/index.ts';

const asRoot = process.getuid?.() === 0;
const NOBODY = 65534;
const clock = new SystemClock();
const folders: string[] = [];
const servers: EmbeddedPostgres[] = [];

const folder = async (): Promise<string> => {
  const made = await mkdtemp('/tmp/kommutator-test-');
  await chmod(made, 0o755);
  folders.push(made);
  return made;
};
const start = async (dataDir: string, durable = false): Promise<EmbeddedPostgres> => {
  const server = await startEmbedded({ dataDir, clock, log: silentLog, durable });
  servers.push(server);
  return server;
};
const ask = async (url: string, query: string): Promise<unknown> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const answer = await client.query({ text: query, rowMode: 'array' });
    return answer.rows[0]?.[0];
  } finally {
    await client.end();
  }
};

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
  for (const made of folders.splice(0)) await rm(made, { recursive: true, force: true });
});

describe('embedded PostgreSQL', () => {
  it('makes a UTF-8 cluster under DATA_DIR with its log beside it, reachable over the Unix socket only', async () => {
    const dir = await folder();
    const server = await start(dir);
    expect(existsSync(join(dir, 'pg18', 'PG_VERSION'))).toBe(true);
    expect(await readFile(join(dir, 'pg18.log'), 'utf8')).toContain('ready to accept connections');
    expect(await ask(server.ownerUrl, 'SHOW listen_addresses')).toBe('');
    expect(await ask(server.ownerUrl, 'SHOW server_encoding')).toBe('UTF8');
    expect(await ask(server.ownerUrl, `SELECT lower('ПРОДАЖИ')`)).toBe('продажи');
    expect(
      await ask(
        server.ownerUrl,
        'SELECT datlocprovider::text FROM pg_database WHERE datname = current_database()',
      ),
    ).toBe('b');
    expect((await stat(join(dir, 'pg18.run'))).mode & 0o777).toBe(0o700);
  });

  it('keeps fsync on unless a test asks otherwise', async () => {
    const server = await startEmbedded({ dataDir: await folder(), clock, log: silentLog });
    servers.push(server);
    expect(await ask(server.ownerUrl, 'SHOW fsync')).toBe('on');
  });

  it('runs in a session of its own, so Ctrl-C in the terminal does not reach it', async () => {
    const server = await start(await folder());
    const fields = (await readFile(`/proc/${server.pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
    expect(Number(fields[3])).toBe(server.pid);
  });

  it('lets initdb run in a session of its own too, and takes nothing of an earlier attempt', async () => {
    const dir = await folder();
    const binaries = await prepareBinaries(await installedPackage(), null, dir, silentLog);
    const bin = join(dir, 'bin');
    await mkdir(bin);
    await symlink(join(binaries.bin, 'postgres'), join(bin, 'postgres'));
    const noted = join(dir, 'noted');
    await writeFile(noted, '');
    await chmod(noted, 0o666);
    const script = `#!/bin/sh\necho $$ $(cut -d ' ' -f 6 /proc/$$/stat) > ${noted}\nexec ${join(binaries.bin, 'initdb')} "$@"\n`;
    await writeFile(join(bin, 'initdb'), script, { mode: 0o755 });
    // Left by a start that was killed: by this very pid (a container), by one that is gone, by one that means another process now.
    const leftovers = [process.pid, 4_194_305, `${process.ppid}-1`].map(mark =>
      join(dir, `pg18.new-${mark}`),
    );
    for (const leftover of leftovers) await mkdir(join(leftover, 'base'), { recursive: true });
    const options = { dataDir: dir, clock, log: silentLog, durable: false };
    servers.push(await startEmbedded({ ...options, binaries: { bin, major: binaries.major } }));
    const [pid, session] = (await readFile(noted, 'utf8')).trim().split(' ');
    expect(session).toBe(pid);
    expect(leftovers.filter(existsSync)).toEqual([]);
  });

  it('leaves nothing behind when initdb fails, says why, and succeeds when it can', async () => {
    const dir = await folder();
    const bin = join(dir, 'bin');
    await mkdir(bin);
    await writeFile(join(bin, 'initdb'), '#!/bin/sh\necho no space left >&2\nexit 1\n', { mode: 0o755 });
    const options = { dataDir: dir, clock, log: silentLog, durable: false };
    for (const _attempt of [1, 2])
      await expect(startEmbedded({ ...options, binaries: { bin, major: 18 } })).rejects.toThrow(
        'no space left',
      );
    expect((await readdir(dir)).filter(name => name.startsWith('pg18.new'))).toEqual([]);
    expect(await ask((await start(dir)).ownerUrl, 'SELECT 1')).toBe(1);
  });

  it('adopts the live server of its folder, and stopping ends it', async () => {
    const dir = await folder();
    const first = await start(dir);
    const second = await start(dir);
    expect(second).toMatchObject({ adopted: true, pid: first.pid, ownerUrl: first.ownerUrl });
    await second.stop();
    expect(alive(first.pid)).toBe(false);
  });

  it('starts again over the pid file of a server killed with -9 and keeps what was committed', async () => {
    const dir = await folder();
    const first = await start(dir, true);
    await ask(first.ownerUrl, 'CREATE TABLE kept AS SELECT 42 AS answer');
    const gone = new Promise<void>(resolve => first.onExit(resolve));
    process.kill(first.pid, 'SIGKILL');
    await gone;
    const second = await start(dir, true);
    expect(second.adopted).toBe(false);
    expect(await ask(second.ownerUrl, 'SELECT answer FROM kept')).toBe(42);
  });

  it('is not fooled by a pid file that names somebody else’s process', async () => {
    const dir = await folder();
    const first = await start(dir);
    const file = join(dir, 'pg18', 'postmaster.pid');
    const lines = (await readFile(file, 'utf8')).split('\n');
    await first.stop();
    await writeFile(file, [process.pid, ...lines.slice(1)].join('\n'));
    const second = await start(dir);
    expect(second.adopted).toBe(false);
    expect(alive(process.pid)).toBe(true);
  });

  it('uses a short socket folder when DATA_DIR is long', async () => {
    const dir = join(await folder(), 'a'.repeat(120));
    const server = await start(dir);
    expect(await ask(server.ownerUrl, 'SELECT 1')).toBe(1);
    const socket = new URL(server.ownerUrl).searchParams.get('host') ?? '';
    expect(socket.length).toBeLessThan(80);
    expect((await stat(socket)).mode & 0o777).toBe(0o700);
    await server.stop();
    expect(existsSync(socket)).toBe(false);
  });

  it.runIf(asRoot)('as an ordinary user runs as that user', async () => {
    const dir = await folder();
    await chown(dir, NOBODY, NOBODY);
    const script = fileURLToPath(new URL('support/start-once.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [script, dir], {
      uid: NOBODY,
      gid: NOBODY,
      cwd: '/',
      env: {},
    });
    expect(JSON.parse(stdout)).toMatchObject({ uid: NOBODY });
    expect((await stat(join(dir, 'pg18'))).uid).toBe(NOBODY);
    // What an ordinary user made, root runs as that user.
    const server = await start(dir);
    expect((await stat(`/proc/${server.pid}`)).uid).toBe(NOBODY);
  });

  it.runIf(asRoot)('as root runs as a system user', async () => {
    const server = await start(await folder());
    expect((await stat(`/proc/${server.pid}`)).uid).toBe(systemAccount(silentLog).uid);
  });

  it.runIf(asRoot)(
    'as root goes to /var/lib/kommutator when the system user cannot reach DATA_DIR',
    async () => {
      const dir = await folder();
      await chmod(dir, 0o700);
      const data = join(dir, 'data');
      const server = await start(data);
      const cluster = String(await ask(server.ownerUrl, 'SHOW data_directory'));
      expect(cluster).toMatch(/^\/var\/lib\/kommutator\/[0-9a-f]{16}\/pg18$/);
      folders.push(join(cluster, '..'));
      await server.stop();
      // Once made it stays there, also when DATA_DIR becomes reachable.
      await chmod(dir, 0o755);
      expect(await ask((await start(data)).ownerUrl, 'SHOW data_directory')).toBe(cluster);
    },
  );

  it.runIf(asRoot)('copies programs whose library links cannot be made or that cannot be read', async () => {
    const dir = await folder();
    const installed = await installedPackage();
    const hidden = join(dir, 'root-only');
    await mkdir(join(hidden, 'native'), { recursive: true });
    await cp(
      join(installed.folder, 'native', 'pg-symlinks.json'),
      join(hidden, 'native', 'pg-symlinks.json'),
    );
    for (const part of ['bin', 'lib', 'share'])
      await symlink(join(installed.folder, 'native', part), join(hidden, 'native', part));
    await chmod(hidden, 0o700);
    const spare = join(dir, 'spare');
    const source = { folder: hidden, version: installed.version };
    const made = await prepareBinaries(source, systemAccount(silentLog), spare, silentLog);
    expect(made.bin).toBe(join(spare, `pgbin-${installed.version}`, 'native', 'bin'));
    expect(await prepareBinaries(source, systemAccount(silentLog), spare, silentLog)).toEqual(made);
    expect((await prepareBinaries(source, null, spare, silentLog)).bin).toBe(join(hidden, 'native', 'bin'));
  });
});
