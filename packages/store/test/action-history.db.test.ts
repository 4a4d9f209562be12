import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { urlFor } from '../src/database/roles.ts';
import {
  type Actor,
  addRoutingRule,
  setSipPassword,
  systemActor,
  updateDomain,
  updateUser,
} from '../src/index.ts';
import { asOwner } from './support/as-owner.ts';
import { type DemoStore, demoStore, must, reload } from './support/demo-store.ts';

const actor: Actor = {
  id: '01999999-0000-7000-8000-000000000001',
  login: 'admin',
  name: 'Администратор',
  ip: '192.0.2.7',
  source: 'cabinet',
};

describe('ADM-9 action history', () => {
  let ours: DemoStore;
  const last = async () =>
    (
      await asOwner(
        ours.ownerUrl,
        `SELECT actor_login, actor_name, ip, source, object_type, object_name, action, changes
           FROM action_history WHERE domain_id = $1 ORDER BY seq DESC LIMIT 1`,
        [ours.demo.id],
      )
    )[0];
  const count = async () =>
    (await asOwner(ours.ownerUrl, 'SELECT count(*)::int AS n FROM action_history'))[0]?.n as number;

  beforeAll(async () => {
    ours = await demoStore();
  });
  afterAll(() => ours.close());

  it('a change writes who, where from, what, and field old → new, and raises the version', async () => {
    const before = await reload(ours, ours.demo.id);
    const anna = must(before.users.find(user => user.login === 'anna'));
    const changed = await ours.store.inDomain(actor, ours.demo.id, tx =>
      updateUser(tx, anna.id, { displayName: 'Анна Петрова', extension: '111', isOperator: false }),
    );
    expect(changed).toEqual({ ok: true, value: { value: undefined, version: before.version + 1 } });
    expect(await last()).toEqual({
      actor_login: 'admin',
      actor_name: 'Администратор',
      ip: '192.0.2.7',
      source: 'cabinet',
      object_type: 'user',
      object_name: 'Анна',
      action: 'update',
      changes: [
        { field: 'display_name', old: 'Анна', new: 'Анна Петрова' },
        { field: 'extension', old: '101', new: '111' },
      ],
    });
    const after = await reload(ours, ours.demo.id);
    expect(after.version).toBe(before.version + 1);
    expect(after.users.find(user => user.id === anna.id)).toMatchObject({
      extension: '111',
      displayName: 'Анна Петрова',
    });
  });

  it('a change of nothing writes nothing and keeps the version', async () => {
    const { version } = await reload(ours, ours.demo.id);
    const rows = await count();
    const same = await ours.store.inDomain(actor, ours.demo.id, tx => updateDomain(tx, { company: 'Демо' }));
    expect(same).toEqual({ ok: true, value: { value: undefined, version } });
    expect(await count()).toBe(rows);
  });

  it('a refused change writes nothing at all', async () => {
    const before = await reload(ours, ours.demo.id);
    const rows = await count();
    const [first] = before.users;
    const refused = await ours.store.inDomain(actor, ours.demo.id, async tx => {
      await updateDomain(tx, { company: 'Другое' });
      await updateUser(tx, must(first).id, { extension: '500' });
    });
    expect(refused).toEqual({ ok: false, error: { code: 'taken', field: 'extension' } });
    expect(await reload(ours, ours.demo.id)).toEqual(before);
    expect(await count()).toBe(rows);
  });

  it('a change without an action is refused', async () => {
    const silent = ours.store.inDomain(actor, ours.demo.id, tx =>
      tx.db.updateTable('domain').set({ company: 'Тайно' }).where('domain_id', '=', tx.domain).execute(),
    );
    await expect(silent).rejects.toThrow('a change without an action');
    expect((await reload(ours, ours.demo.id)).company).toBe('Демо');
    const silentSystem = ours.store.asSystem(actor, tx =>
      tx.db
        .insertInto('provider_user')
        .values({ provider_user_id: must(actor.id), login: 'x', display_name: 'x' })
        .execute(),
    );
    await expect(silentSystem).rejects.toThrow('a change without an action');
  });

  it('a stale version is refused with the present one', async () => {
    const { version } = await reload(ours, ours.demo.id);
    const stale = await ours.store.inDomain(
      actor,
      ours.demo.id,
      tx => updateDomain(tx, { restriction: 'international' }),
      { ifVersion: version - 1 },
    );
    expect(stale).toEqual({ ok: false, error: { code: 'stale', version } });
  });

  it('a new password stands there as changed, never as itself', async () => {
    const anna = must(ours.demo.users.find(user => user.login === 'anna'));
    const secret = { password: 'Sesam-öffne-9', privateOnly: false };
    await ours.store.inDomain(actor, ours.demo.id, tx => setSipPassword(tx, ours.box, anna.id, secret));
    expect(await last()).toMatchObject({
      object_type: 'sip_credential',
      action: 'update',
      changes: [{ field: 'password', secret: 'changed' }],
    });
    expect(JSON.stringify(await asOwner(ours.ownerUrl, 'SELECT * FROM action_history'))).not.toContain(
      'Sesam',
    );
  });

  it('RTE-8 two administrators at the same time: both rules exist, priorities without gaps', async () => {
    const number = must(ours.demo.numbers.find(each => each.digits === '74951230004'));
    const rule = { active: true, schedule: null, prefixes: null, target: { kind: 'end' } } as const;
    const outcomes = await Promise.all(
      [1, 2, 3].map(() =>
        ours.store.inDomain(actor, ours.demo.id, tx => addRoutingRule(tx, number.id, rule)),
      ),
    );
    expect(outcomes.every(outcome => outcome.ok)).toBe(true);
    const after = await reload(ours, ours.demo.id);
    expect(after.numbers.find(each => each.id === number.id)?.rules.map(each => each.priority)).toEqual([
      1, 2, 3,
    ]);
  });

  it.each(['kommutator_app', 'kommutator_system'])('%s can neither change nor delete it', async role => {
    const client = new Client({ connectionString: urlFor(role, ours.ownerUrl, { key: null }) });
    await client.connect();
    await client.query(`SELECT set_config('app.domain', $1, false)`, [ours.demo.id]);
    const { rows } = await client.query('SELECT count(*)::int AS n FROM action_history');
    expect(rows[0].n).toBeGreaterThan(0);
    for (const query of [
      `UPDATE action_history SET actor_name = 'nobody'`,
      'DELETE FROM action_history',
      'TRUNCATE action_history',
      'UPDATE action_chain SET seq = 0',
    ])
      await expect(client.query(query)).rejects.toMatchObject({ code: '42501' });
    await client.end();
  });

  describe('hash chain', () => {
    const tamper = (query: string) =>
      asOwner(
        ours.ownerUrl,
        `SET session_replication_role = replica; ${query}; SET session_replication_role = DEFAULT`,
      );

    it('holds for each domain and the provider', async () => {
      for (const domain of [ours.demo.id, ours.filial.id, null])
        expect(await ours.store.actionChainBreak(domain)).toBeNull();
    });

    it('shows the first row that was changed, and that the last one was removed', async () => {
      await tamper(
        `UPDATE action_history SET object_name = 'Другой' WHERE domain_id = '${ours.filial.id}' AND seq = 2`,
      );
      expect(await ours.store.actionChainBreak(ours.filial.id)).toBe(2);
      expect(await ours.store.actionChainBreak(ours.demo.id)).toBeNull();
      const [row] = await asOwner(
        ours.ownerUrl,
        'SELECT max(seq)::int AS seq FROM action_history WHERE domain_id = $1',
        [ours.demo.id],
      );
      await tamper(`DELETE FROM action_history WHERE domain_id = '${ours.demo.id}' AND seq = ${row?.seq}`);
      expect(await ours.store.actionChainBreak(ours.demo.id)).toBe(row?.seq);
    });

    it('shows a row that was removed from the middle', async () => {
      await ours.store.asSystem(systemActor('test'), async tx => {
        for (const name of ['a', 'b', 'c'])
          await tx.record({
            objectType: 'pool',
            objectId: null,
            objectName: name,
            action: 'update',
            changes: [],
          });
      });
      expect(await ours.store.actionChainBreak(null)).toBeNull();
      await tamper(`DELETE FROM action_history WHERE domain_id IS NULL AND object_name = 'b'`);
      const [row] = await asOwner(
        ours.ownerUrl,
        `SELECT seq::int FROM action_history WHERE domain_id IS NULL AND object_name = 'c'`,
      );
      expect(await ours.store.actionChainBreak(null)).toBe(row?.seq);
    });
  });
});
