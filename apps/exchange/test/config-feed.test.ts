import { VirtualClock } from '@kommutator/base';
import type { DirectorySnapshot, DomainSnapshot } from '@kommutator/model/config';
import type { DomainId } from '@kommutator/model/ids';
import { describe, expect, it } from 'vitest';
import { readDirectory, readDomains } from '../src/files/warm-files.ts';
import type { HeldVersions } from '../src/ipc/signalling-words.ts';
import { ConfigFeed, type ConfigTarget } from '../src/office/config-feed.ts';
import { folder, keptLog } from './support.ts';

const id = (name: string) => name as DomainId;

function house(path = folder()) {
  const versions = new Map<DomainId, number>([
    [id('a'), 1],
    [id('b'), 1],
  ]);
  const state = { directory: 1, away: false, loads: [] as string[] };
  const store = {
    async loadDirectory(): Promise<DirectorySnapshot> {
      if (state.away) throw new Error('away');
      const domains = [...versions].map(([each, version]) => ({ id: each, name: each, version }));
      return { version: state.directory, domains, numbers: [], trunks: [], credentials: [] };
    },
    async loadDomain(domain: DomainId): Promise<DomainSnapshot | null> {
      if (state.away) throw new Error('away');
      state.loads.push(domain);
      const version = versions.get(domain);
      return version === undefined ? null : ({ id: domain, version } as DomainSnapshot);
    },
  };
  const clock = new VirtualClock();
  const log = keptLog();
  const feed = new ConfigFeed({ store, folder: path, clock, log });
  const stop = new AbortController();
  const told: string[] = [];
  const target = (held: HeldVersions | null): ConfigTarget => ({
    held: async () => held,
    domain: domain => told.push(`${domain.id}@${domain.version}`),
    domainGone: gone => told.push(`-${gone}`),
    directory: directory => told.push(`directory@${directory.version}`),
  });
  return { path, versions, state, clock, log, feed, stop, told, target };
}
const nothing: HeldVersions = { directory: 0, domains: [], noRegistrations: false };

describe('configuration on its way to signalling', () => {
  it('is written to warm-start files and told, domains before the directory that names them', async () => {
    const { feed, stop, clock, told, target, path } = house();
    await feed.attach(target(null));
    const running = feed.run(stop.signal);
    await clock.settle();
    expect(told).toEqual(['a@1', 'b@1', 'directory@1']);
    expect(readDirectory(path)?.version).toBe(1);
    expect(readDomains(path).map(each => each.version)).toEqual([1, 1]);
    stop.abort();
    await running;
  });

  it('loads one changed domain, and forgets one that is gone', async () => {
    const { feed, stop, clock, told, target, versions, state, path } = house();
    const running = feed.run(stop.signal);
    await clock.settle();
    await feed.attach(target(null));
    versions.set(id('a'), 2);
    feed.changed(id('a'));
    feed.changed(id('a'));
    await clock.settle();
    expect(told).toEqual(['a@2']);
    expect(state.loads).toEqual(['a', 'b', 'a']);
    versions.delete(id('b'));
    state.directory = 2;
    feed.changed('everything');
    await clock.settle();
    expect(told).toEqual(['a@2', 'directory@2', '-b']);
    expect(readDomains(path).map(each => each.id)).toEqual(['a']);
    stop.abort();
    await running;
  });

  it('brings a restarted signalling only what it lacks', async () => {
    const { feed, stop, clock, told, target } = house();
    const running = feed.run(stop.signal);
    await clock.settle();
    await feed.attach(
      target({
        ...nothing,
        directory: 1,
        domains: [
          [id('a'), 1],
          [id('gone'), 4],
        ],
      }),
    );
    expect(told).toEqual(['b@1', '-gone']);
    stop.abort();
    await running;
  });

  it('DESIGN §5 serves from warm-start files while the database is away, and goes on when it is back', async () => {
    const first = house();
    const before = first.feed.run(first.stop.signal);
    await first.clock.settle();
    first.stop.abort();
    await before;
    const { feed, stop, clock, told, target, state, log, versions } = house(first.path);
    state.away = true;
    const running = feed.run(stop.signal);
    await feed.attach(target(nothing));
    await clock.advance(600_000);
    expect(told).toEqual(['a@1', 'b@1', 'directory@1']);
    versions.set(id('b'), 2);
    state.away = false;
    await clock.advance(10_000);
    expect(told.slice(3)).toEqual(['b@2', 'directory@1']);
    expect(log.lines).toEqual([
      'warn configuration waits for the database',
      'info configuration is read again',
    ]);
    stop.abort();
    await running;
    expect(clock.pending).toBe(0);
  });
});
