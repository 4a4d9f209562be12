import { randomBytes } from 'node:crypto';
import { SecretBox, VirtualClock } from '@kommutator/base';
import type { DomainSnapshot } from '@kommutator/model/config';
import type { DomainId } from '@kommutator/model/ids';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestHa1, seedDemo } from '../src/index.ts';
import { type FreshStore, startTestDatabase } from '../src/testing/index.ts';
import { asOwner } from './support/as-owner.ts';

describe('demo data equal DESIGN §4', () => {
  const box = new SecretBox([randomBytes(32)]);
  let fresh: FreshStore;
  let demo: DomainSnapshot;
  let filial: DomainSnapshot;

  beforeAll(async () => {
    fresh = await (await startTestDatabase()).freshStore({ clock: new VirtualClock() });
    expect(await seedDemo(fresh.store, { secretBox: box })).toBe(true);
    const { domains } = await fresh.store.loadDirectory();
    const load = async (name: string): Promise<DomainSnapshot> => {
      const id = domains.find(domain => domain.name === name)?.id;
      const snapshot = await fresh.store.loadDomain(id as DomainId);
      if (!snapshot) throw new Error(`no ${name}`);
      return snapshot;
    };
    demo = await load('demo.kommutator.test');
    filial = await load('filial.kommutator.test');
  });
  afterAll(() => fresh.close());

  const userOf = (domain: DomainSnapshot, login: string) => {
    const user = domain.users.find(each => each.login === login);
    if (!user) throw new Error(`no ${login}`);
    return user;
  };

  it('company «Демо», zone, channels, codes, default outgoing number', () => {
    expect(demo).toMatchObject({
      company: 'Демо',
      timezone: 'Europe/Moscow',
      language: 'ru',
      homeCodes: ['495', '499'],
      defaultOutgoingNumber: '74951230001',
      restriction: 'none',
      pickupCode: '*8',
      channels: { incoming: 20, outgoing: 20 },
    });
  });

  it('balance 10 000,00 ₽ in kopecks, commercial', async () => {
    const rows = await asOwner(
      fresh.ownerUrl,
      `SELECT balance::text, mode FROM account JOIN domain USING (domain_id) WHERE name = 'demo.kommutator.test'`,
    );
    expect(rows).toEqual([{ balance: '1000000', mode: 'commercial' }]);
  });

  it('users with internal numbers and their own phone first: priority 10, 40 s', async () => {
    expect(demo.users.map(user => [user.login, user.extension, user.isOperator])).toEqual([
      ['admin', '100', false],
      ['anna', '101', false],
      ['boris', '102', false],
      ['vera', '103', true],
      ['gleb', '104', true],
    ]);
    expect(filial.users.map(user => [user.login, user.extension])).toEqual([
      ['admin', '100'],
      ['ivan', '101'],
    ]);
    for (const user of demo.users)
      expect(user.forwarding).toMatchObject([
        {
          type: 'sip',
          target: `${user.login}@demo.kommutator.test`,
          priority: 10,
          ringTime: 40,
          schedule: [],
          enabled: true,
        },
      ]);
    const admins = await asOwner(fresh.ownerUrl, 'SELECT login FROM pbx_user WHERE is_domain_admin');
    expect(admins).toEqual([{ login: 'admin' }, { login: 'admin' }]);
  });

  it('groups «Продажи» and «Поддержка», a pickup group of anna and boris', () => {
    const logins = (ids: readonly string[]) =>
      ids.map(id => demo.users.find(user => user.id === id)?.login).sort();
    expect(
      demo.groups.map(group => ({
        ...group,
        id: '',
        members: logins(group.members.map(member => member.user)),
      })),
    ).toEqual([
      {
        id: '',
        name: 'Поддержка',
        extension: '501',
        algorithm: 'acd_idle',
        voicemailOn: false,
        members: ['gleb', 'vera'],
      },
      {
        id: '',
        name: 'Продажи',
        extension: '500',
        algorithm: 'all',
        voicemailOn: false,
        members: ['anna', 'boris'],
      },
    ]);
    expect(demo.pickupGroups.map(group => logins(group.members))).toEqual([['anna', 'boris']]);
  });

  it('numbers and where they lead; 999 is the echo test; filial has no numbers', async () => {
    const sales = demo.groups.find(group => group.name === 'Продажи');
    const anna = userOf(demo, 'anna');
    const greeting = demo.scenarios.find(scenario => scenario.name === 'Приветствие');
    const plain = { priority: 1, active: true, schedule: null, prefixes: null };
    expect(
      demo.numbers.map(number => [number.digits, number.rules.map(({ id: _, ...rule }) => rule)]),
    ).toEqual([
      ['74951230001', [{ ...plain, target: { kind: 'group', group: sales?.id } }]],
      ['74951230002', [{ ...plain, target: { kind: 'ivr', scenario: greeting?.id } }]],
      ['74951230003', [{ ...plain, target: { kind: 'user', user: anna.id } }]],
      ['74951230004', []],
    ]);
    expect(demo.serviceExtensions).toEqual([{ extension: '999', service: 'echo' }]);
    expect(filial.numbers).toEqual([]);
    const { numbers } = await fresh.store.loadDirectory();
    expect(numbers.map(number => number.domain)).toEqual([demo.id, demo.id, demo.id, demo.id]);
  });

  it('pool «Демо-пул» with routing numbers 4455 and 4456, supervisor super, provider’s root', async () => {
    expect(
      await asOwner(
        fresh.ownerUrl,
        `SELECT p.name AS pool, d.name, routing_number FROM pool_domain JOIN pool p USING (pool_id)
           JOIN domain d USING (domain_id) ORDER BY routing_number`,
      ),
    ).toEqual([
      { pool: 'Демо-пул', name: 'demo.kommutator.test', routing_number: '4455' },
      { pool: 'Демо-пул', name: 'filial.kommutator.test', routing_number: '4456' },
    ]);
    expect(await asOwner(fresh.ownerUrl, 'SELECT login, is_supervisor FROM pool_admin')).toEqual([
      { login: 'super', is_supervisor: true },
    ]);
    expect(await asOwner(fresh.ownerUrl, 'SELECT login FROM provider_user')).toEqual([{ login: 'root' }]);
  });

  it('trunk demo-pstn trusts loopback only and leads to the built-in simulator', async () => {
    const { trunks } = await fresh.store.loadDirectory();
    expect(trunks).toMatchObject([
      {
        name: 'demo-pstn',
        enabled: true,
        trusts: ['127.0.0.1', '::1'],
        destinations: [],
        registration: null,
        calledIn: 'requestUri',
      },
    ]);
  });

  it('every account registers with Demo-1234 for realm = domain name, from private sources only', async () => {
    const { credentials } = await fresh.store.loadDirectory();
    expect(credentials).toHaveLength(7);
    for (const credential of credentials) {
      const realm = credential.domain === demo.id ? demo.name : filial.name;
      expect(credential.privateOnly).toBe(true);
      expect(box.open(credential.ha1.md5)).toBe(digestHa1('md5', credential.login, realm, 'Demo-1234'));
      expect(box.open(credential.ha1.sha256)).toBe(digestHa1('sha256', credential.login, realm, 'Demo-1234'));
    }
  });

  it('ADM-9 secrets never appear in the action history', async () => {
    const rows = await asOwner(fresh.ownerUrl, 'SELECT changes::text FROM action_history');
    const text = JSON.stringify(rows);
    expect(text).not.toContain('Demo-1234');
    expect(text).not.toContain('v1:');
    expect(text).toContain('"secret');
  });

  it('is written into an empty database only', async () => {
    const { version } = await fresh.store.loadDirectory();
    expect(await seedDemo(fresh.store, { secretBox: box })).toBe(false);
    expect((await fresh.store.loadDirectory()).version).toBe(version);
  });

  it('RFC 7616 §3.9.1 HA1 of Mufasa', () => {
    expect(digestHa1('md5', 'Mufasa', 'http-auth@example.org', 'Circle of Life')).toBe(
      '3d78807defe7de2157e2b0b6573a855f',
    );
    expect(digestHa1('sha256', 'Mufasa', 'http-auth@example.org', 'Circle of Life')).toBe(
      '7987c64c30e25f1b74be53f966b49b90f2808aa92faf9a00262392d7b4794232',
    );
  });
});
