import { VirtualClock } from '@kommutator/base';
import type { UserId } from '@kommutator/model/ids';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { urlFor } from '../src/database/roles.ts';
import {
  addForwardingRule,
  addJob,
  createGroup,
  openStore,
  silentLog,
  systemActor,
  TenancyFailure,
  updateUser,
} from '../src/index.ts';
import { startTestDatabase } from '../src/testing/index.ts';
import { asOwner } from './support/as-owner.ts';
import { type DemoStore, demoStore, must, reload } from './support/demo-store.ts';

const template = await startTestDatabase();
/** Every table with a tenant in it, from the catalogue: a new one is tested without being named here. */
const tables = (
  await withTemplate(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'domain_id'
      WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1`,
  )
).map(row => String(row.name));
/** Read by one module with a mandatory domain (DESIGN rule 7). */
const exempt = ['call', 'call_leg', 'call_party'];
const protectedTables = tables.filter(name => !exempt.includes(name));

async function withTemplate(query: string): Promise<Record<string, unknown>[]> {
  const fresh = await template.freshStore();
  try {
    return await asOwner(fresh.ownerUrl, query);
  } finally {
    await fresh.close();
  }
}

describe('tenancy', () => {
  let ours: DemoStore;
  let app: Client;

  beforeAll(async () => {
    ours = await demoStore();
    const anna = must(ours.demo.users.find(user => user.login === 'anna'));
    await ours.store.saveRegistrations(
      [
        {
          domain: ours.demo.id,
          user: anna.id,
          login: 'anna',
          contact: 'sip:anna@127.0.0.1:5080',
          instance: null,
          protocol: 'udp',
          sourceAddress: '127.0.0.1',
          sourcePort: 5080,
          callId: 'a@b',
          cseq: 1,
          path: [],
          userAgent: '',
          q: 1000,
          registeredAt: 0,
          expiresAt: 4_000_000_000_000,
        },
      ],
      [],
    );
    const account = must(await ours.store.access.readAccount(anna.id));
    const { access } = ours.store;
    const [tokenHash, now] = [Buffer.from('token'), 1_000];
    const origin = { address: '127.0.0.1', agent: 'test' };
    await access.openSession({
      person: account.person,
      tokenHash,
      remembered: false,
      now,
      endsAt: 4_000_000_000_000,
      ...origin,
    });
    await access.addPasswordLink({
      tokenHash,
      account: anna.id,
      domain: ours.demo.id,
      now,
      expiresAt: 2_000,
    });
    await access.addLetter({ domain: ours.demo.id, kind: 'test', recipient: 'a@b', content: 'v1:' }, now);
    await asOwner(ours.ownerUrl, 'INSERT INTO recovery_code VALUES ($1, $2, $3)', [
      anna.id,
      tokenHash,
      ours.demo.id,
    ]);
    const ask = { format: 'csv', filter: {}, language: 'ru', login: 'anna' } as const;
    await ours.store.inDomain(systemActor('test'), ours.demo.id, tx =>
      addJob(tx, { person: anna.id, ask, lives: 1_000 }),
    );
    app = new Client({ connectionString: urlFor('kommutator_app', ours.ownerUrl, { key: null }) });
    await app.connect();
    await app.query(`SELECT set_config('app.domain', $1, false)`, [ours.filial.id]);
  });
  afterAll(async () => {
    await app.end();
    await ours.close();
  });

  it('the catalogue knows the tenant tables', () => {
    expect(protectedTables).toEqual(
      expect.arrayContaining(['domain', 'pbx_user', 'routing_rule', 'sip_credential', 'action_history']),
    );
    expect(protectedTables.length).toBeGreaterThanOrEqual(15);
  });

  describe.each(protectedTables)('table %s', table => {
    const foreign = () =>
      asOwner(ours.ownerUrl, `SELECT to_jsonb(t) AS row FROM ${table} t WHERE domain_id = $1 LIMIT 1`, [
        ours.demo.id,
      ]);

    it('hides rows of another tenant', async () => {
      expect(await foreign()).toHaveLength(1);
      const { rows } = await app.query(`SELECT count(*)::int AS n FROM ${table} WHERE domain_id = $1`, [
        ours.demo.id,
      ]);
      expect(rows).toEqual([{ n: 0 }]);
      const own = await app.query(`SELECT DISTINCT domain_id FROM ${table}`);
      for (const row of own.rows) expect(row).toEqual({ domain_id: ours.filial.id });
    });

    it('takes no row for another tenant', async () => {
      const [found] = await foreign();
      const insert = app.query(`INSERT INTO ${table} SELECT (jsonb_populate_record(NULL::${table}, $1)).*`, [
        JSON.stringify(found?.row),
      ]);
      await expect(insert).rejects.toMatchObject({ code: '42501' });
    });

    it('changes and deletes no row of another tenant', async () => {
      for (const query of [
        `UPDATE ${table} SET domain_id = domain_id WHERE domain_id = $1`,
        `DELETE FROM ${table} WHERE domain_id = $1`,
      ]) {
        const outcome = await app.query(query, [ours.demo.id]).then(
          result => result.rowCount,
          (error: { code: string }) => error.code,
        );
        expect([0, '42501']).toContain(outcome);
      }
      expect(await foreign()).toHaveLength(1);
    });

    it('shows nothing when no tenant is set', async () => {
      const unbound = new Client({
        connectionString: urlFor('kommutator_app', ours.ownerUrl, { key: null }),
      });
      await unbound.connect();
      const { rows } = await unbound.query(`SELECT count(*)::int AS n FROM ${table}`);
      await unbound.end();
      expect(rows).toEqual([{ n: 0 }]);
    });
  });

  it('a reference to another tenant’s object is not found, whoever writes it', async () => {
    const anna = must(ours.demo.users.find(user => user.login === 'anna')).id;
    const rule = {
      type: 'mobile',
      target: '79037765222',
      priority: 5,
      ringTime: 40,
      schedule: [],
      enabled: true,
    } as const;
    const group = { name: 'Чужие', extension: null, algorithm: 'all', voicemailOn: false } as const;
    const members = [{ user: anna, priority: 10 }];
    const actor = systemActor('test');
    const refused = { ok: false, error: { code: 'not-found', field: 'user_id' } };
    expect(await ours.store.inDomain(actor, ours.filial.id, tx => addForwardingRule(tx, anna, rule))).toEqual(
      refused,
    );
    expect(
      await ours.store.inDomain(actor, ours.filial.id, tx => createGroup(tx, { ...group, members })),
    ).toEqual(refused);
    expect(
      await ours.store.inDomain(actor, ours.filial.id, tx =>
        updateUser(tx, anna as UserId, { isOperator: true }),
      ),
    ).toEqual(refused);
    expect(
      await ours.store.asSystem(actor, tx => createGroup(tx.in(ours.filial.id), { ...group, members })),
    ).toEqual(refused);
    expect(await reload(ours, ours.filial.id)).toEqual(ours.filial);
  });

  it.each([
    'SELECT ha1_md5 FROM sip_credential',
    'SELECT password_hash FROM cabinet_account',
    'SELECT totp_secret FROM cabinet_account',
    'SELECT code_hash FROM recovery_code',
    'SELECT token_hash FROM web_session',
    'SELECT token_hash FROM password_link',
    'SELECT * FROM cabinet_person',
  ])('the application reads no secret, not even its own: %s', async query => {
    await expect(app.query(query)).rejects.toMatchObject({ code: '42501' });
  });

  it('the application raises no other domain’s version', async () => {
    await app.query('BEGIN');
    await expect(
      app.query('SELECT pg_current_xact_id(), finish_change($1, false)', [ours.demo.id]),
    ).rejects.toThrow('not the domain of this transaction');
    await app.query('ROLLBACK');
  });

  it.each([
    ['ALTER TABLE pbx_user DISABLE ROW LEVEL SECURITY', 'table pbx_user has no row-level security'],
    ['CREATE TABLE leak (domain_id uuid)', 'table leak has no row-level security'],
    ['GRANT UPDATE (at) ON action_history TO kommutator_app', 'the application may change action_history'],
    ['GRANT DELETE ON action_history TO kommutator_app', 'the application may change action_history'],
    ['ALTER TABLE number OWNER TO kommutator_app', 'the application owns number'],
  ])('start-up fails after: %s', async (sabotage, problem) => {
    const fresh = await template.freshStore();
    await fresh.store.assertAppRoleIsBound();
    await asOwner(fresh.ownerUrl, sabotage);
    const store = openStore({
      ownerUrl: fresh.ownerUrl,
      roleKey: null,
      clock: new VirtualClock(),
      log: silentLog,
    });
    const failure = await store.assertAppRoleIsBound().catch(error => error);
    expect(failure).toBeInstanceOf(TenancyFailure);
    expect(String(failure)).toContain(problem);
    await expect(store.callHistory.page(ours.demo.id, { limit: 1 })).rejects.toBeInstanceOf(TenancyFailure);
    await store.close();
    await fresh.close();
  });
});
