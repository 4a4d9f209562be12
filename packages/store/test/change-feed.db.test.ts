import { VirtualClock } from '@kommutator/base';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type ConfigChange,
  type ConfigWatch,
  createTrunk,
  setSipPassword,
  systemActor,
  updateDomain,
} from '../src/index.ts';
import { asOwner } from './support/as-owner.ts';
import { type DemoStore, demoStore, must, reload } from './support/demo-store.ts';

const actor = systemActor('test');

describe('change feed', () => {
  const clock = new VirtualClock();
  let ours: DemoStore;
  let watch: ConfigWatch;
  let heard: ConfigChange[] = [];
  let wake: () => void = () => {};

  /** Resolves when a change has been heard that fits. */
  const hears = async (fits: (change: ConfigChange) => boolean): Promise<void> => {
    while (!heard.some(fits))
      await new Promise<void>(resolve => {
        wake = resolve;
      });
  };
  const rename = async (company: string): Promise<number> => {
    const changed = await ours.store.inDomain(actor, ours.demo.id, tx => updateDomain(tx, { company }));
    if (!changed.ok) throw new Error(changed.error.code);
    return changed.value.version;
  };
  const isDemo = (version: number) => (change: ConfigChange) =>
    change !== 'directory' && change.domain === ours.demo.id && change.version === version;

  beforeAll(async () => {
    ours = await demoStore(clock);
    watch = ours.store.watchConfig(change => {
      heard.push(change);
      wake();
    });
    await watch.ready;
  });
  afterAll(async () => {
    await watch.stop();
    await ours.close();
    expect(clock.pending).toBe(0);
  });
  beforeEach(() => {
    heard = [];
  });

  it('tells the domain and the version that its snapshot then has', async () => {
    const version = await rename('Первая');
    await hears(isDemo(version));
    expect(await reload(ours, ours.demo.id)).toMatchObject({ version, company: 'Первая' });
    expect(heard).toEqual([{ domain: ours.demo.id, version }]);
  });

  it('tells of the directory when a credential or a trunk changed', async () => {
    const [user] = ours.demo.users;
    await ours.store.inDomain(actor, ours.demo.id, tx =>
      setSipPassword(tx, ours.box, must(user).id, { password: 'x1y2z3', privateOnly: true }),
    );
    await hears(change => change === 'directory');
    heard = [];
    const { trunks } = await ours.store.loadDirectory();
    const [trunk] = trunks;
    await ours.store.asSystem(actor, tx => createTrunk(tx, ours.box, { ...must(trunk), name: 'second' }));
    await hears(change => change === 'directory');
    await clock.advance(30_000);
    expect(heard.filter(change => change === 'directory')).toHaveLength(1);
  });

  it('finds out by comparing within 30 s what no notification told', async () => {
    const [row] = await asOwner(
      ours.ownerUrl,
      'UPDATE domain SET version = version + 1 WHERE domain_id = $1 RETURNING version::int',
      [ours.demo.id],
    );
    await clock.advance(30_000);
    await hears(isDemo(Number(row?.version)));
  });

  it('reconnects and tells what changed meanwhile', async () => {
    await asOwner(
      ours.ownerUrl,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND query = 'LISTEN config'`,
    );
    const version = await rename('Вторая');
    while (!heard.some(isDemo(version))) await clock.advance(100);
    heard = [];
    const next = await rename('Третья');
    await hears(isDemo(next));
  });
});
