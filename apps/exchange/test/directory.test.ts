import { readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { VirtualClock } from '@kommutator/base';
import type { DirectorySnapshot, DomainSnapshot, TrunkConfig } from '@kommutator/model/config';
import type { CredentialId, DomainId, E164, TrunkId, UserId } from '@kommutator/model/ids';
import { describe, expect, it } from 'vitest';
import {
  packDomain,
  readDirectory,
  readDomains,
  removeDomain,
  writeDirectory,
  writeDomain,
} from '../src/files/warm-files.ts';
import { LiveDirectory } from '../src/signalling/directory.ts';
import { folder, keptLog } from './support.ts';

const D1 = 'd1' as DomainId;
const trunk: TrunkConfig = {
  id: 't1' as TrunkId,
  name: 'demo-pstn',
  enabled: true,
  trusts: [],
  destinations: [],
  registration: null,
  numberFormat: 'e164',
  calledIn: 'requestUri',
  prefixes: [''],
  priority: 1,
  maxCalls: null,
};
const directory: DirectorySnapshot = {
  version: 7,
  domains: [{ id: D1, name: 'Demo.kommutator.test', version: 3 }],
  numbers: [{ digits: '74951230001' as E164, domain: D1 }],
  trunks: [trunk],
  credentials: ['a', 'b'].map(id => ({
    id: id as CredentialId,
    kind: 'password',
    login: 'anna',
    domain: D1,
    user: 'u1' as UserId,
    ha1: { md5: 'sealed', sha256: 'sealed' },
    privateOnly: false,
  })),
};
const snapshot = (version = 3, company = 'Демо'): DomainSnapshot => ({
  id: D1,
  version,
  name: 'demo.kommutator.test',
  company,
  timezone: 'Europe/Moscow',
  language: 'ru',
  homeCodes: ['495'],
  defaultOutgoingNumber: null,
  restriction: 'none',
  pickupCode: null,
  channels: { incoming: 2, outgoing: 2 },
  forwardingPolicy: 'simultaneous',
  users: [],
  groups: [],
  pickupGroups: [],
  numbers: [],
  serviceExtensions: [],
  scenarios: [],
});

const live = (clock = new VirtualClock()) =>
  new LiveDirectory({ clock, log: keptLog(), secrets: { open: sealed => `open ${sealed}` } });

describe('the directory', () => {
  it('finds domains by number and realm, credentials by login, trunks by id', () => {
    const it = live();
    it.setDirectory(directory);
    expect(it.domainOfNumber('74951230001')).toBe(D1);
    expect(it.domainOfNumber('74951230009')).toBeNull();
    expect(it.domainOfRealm('demo.kommutator.test')).toBe(D1);
    expect(it.credentials(D1, 'anna').map(each => each.id)).toEqual(['a', 'b']);
    expect(it.credentials(D1, 'boris')).toEqual([]);
    expect(it.trunk(trunk.id)).toEqual(trunk);
    expect(it.open('x')).toBe('open x');
  });

  it('opens a domain at its first call and drops it after ten idle minutes', async () => {
    const clock = new VirtualClock();
    const it = live(clock);
    it.setDomain(packDomain(snapshot()));
    expect(it.opened).toBe(0);
    const first = it.snapshot(D1);
    expect(first).toEqual(snapshot());
    await clock.advance(9 * 60_000);
    expect(it.snapshot(D1)).toBe(first);
    await clock.advance(9 * 60_000);
    expect(it.opened).toBe(1);
    await clock.advance(2 * 60_000);
    expect(it.opened).toBe(0);
    expect(clock.pending).toBe(0);
    expect(it.snapshot(D1)).toEqual(first);
    it.close();
    expect(clock.pending).toBe(0);
  });

  it('gives the next call the new snapshot and knows nothing of a removed domain', () => {
    const it = live();
    it.setDomain(packDomain(snapshot()));
    const pinned = it.snapshot(D1);
    it.setDomain(packDomain(snapshot(4, 'Новое имя')));
    expect(pinned?.company).toBe('Демо');
    expect(it.snapshot(D1)?.company).toBe('Новое имя');
    expect([...it.versions.domains]).toEqual([[D1, 4]]);
    it.removeDomain(D1);
    expect(it.snapshot(D1)).toBeNull();
  });
});

describe('warm-start files', () => {
  it('DESIGN rule 8 give back what was written', () => {
    const path = folder();
    expect(readDirectory(path)).toBeNull();
    writeDirectory(path, directory);
    writeDomain(path, packDomain(snapshot()));
    expect(readDirectory(path)).toEqual(directory);
    const [domain] = readDomains(path);
    expect(domain?.version).toBe(3);
    expect(JSON.parse(domain?.json.toString() ?? '')).toEqual(snapshot());
    removeDomain(path, D1);
    expect(readDomains(path)).toEqual([]);
  });

  it('that are damaged are left out, and a damaged domain does not stop the exchange', () => {
    const path = folder();
    writeDirectory(path, directory);
    writeDomain(path, packDomain(snapshot()));
    for (const file of readdirSync(path)) truncateSync(join(path, file), 20);
    expect(readDirectory(path)).toBeNull();
    const it = live();
    for (const domain of readDomains(path)) it.setDomain(domain);
    expect(it.snapshot(D1)).toBeNull();
  });
});
