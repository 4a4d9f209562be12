import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { SystemClock } from '@kommutator/base';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type ConfigChange,
  createProviderUser,
  type EmbeddedPostgres,
  migrate,
  openStore,
  type Store,
  StoreUnavailable,
  silentLog,
  startEmbedded,
  systemActor,
} from '../src/index.ts';

const clock = new SystemClock();
let dataDir: string;
let server: EmbeddedPostgres;
let store: Store;
const start = () => startEmbedded({ dataDir, clock, log: silentLog });

beforeAll(async () => {
  dataDir = await mkdtemp('/tmp/kommutator-test-');
  await chmod(dataDir, 0o755);
  server = await start();
  await migrate(server.ownerUrl, { key: null }, silentLog);
  store = openStore({ ownerUrl: server.ownerUrl, roleKey: null, clock, log: silentLog });
});
afterAll(async () => {
  await store.close();
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
});

it('with the database away every call is refused as retryable, and works again when it is back', async () => {
  const heard: ConfigChange[] = [];
  let told: () => void = () => {};
  const directory = new Promise<void>(resolve => {
    told = resolve;
  });
  const watch = store.watchConfig(change => {
    heard.push(change);
    told();
  });
  await watch.ready;
  const save = (login: string) =>
    store.asSystem(systemActor('test'), tx => createProviderUser(tx, { login, displayName: login }));
  expect(await save('before')).toMatchObject({ ok: true });
  await directory;

  await server.stop();
  await expect(save('away')).rejects.toBeInstanceOf(StoreUnavailable);
  await expect(store.loadDirectory()).rejects.toMatchObject({ retryable: true });
  await expect(store.saveCallRecords([], { node: 'n', segment: 1, offset: 0 })).rejects.toBeInstanceOf(
    StoreUnavailable,
  );
  await expect(store.assertAppRoleIsBound()).rejects.toBeInstanceOf(StoreUnavailable);

  server = await start();
  const again = new Promise<void>(resolve => {
    told = resolve;
  });
  expect(await save('after')).toMatchObject({ ok: true });
  await again;
  await store.assertAppRoleIsBound();
  expect(heard).toContain('directory');
  await watch.stop();
});

it('a commit that was acknowledged survives kill -9 of the server', async () => {
  const checkpoint = { node: 'killed', segment: 7, offset: 42 };
  await store.saveCallRecords([], checkpoint);
  const gone = new Promise<void>(resolve => server.onExit(resolve));
  process.kill(server.pid, 'SIGKILL');
  await gone;
  server = await start();
  expect(await store.checkpoint('killed')).toEqual(checkpoint);
});
