import type { ForwardingRule } from '@kommutator/model/config';
import type { UserId } from '@kommutator/model/ids';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  addForwardingRule,
  addServiceExtension,
  createGroup,
  createPickupGroup,
  createUser,
  type DomainTx,
  removeForwardingRule,
  setGroupMembers,
  setPickupMembers,
  setSipPassword,
  systemActor,
  updateDomain,
  updateForwardingRule,
  updateGroup,
  updateUser,
} from '../src/index.ts';
import { type DemoStore, demoStore, must, reload } from './support/demo-store.ts';

const actor = systemActor('test');
const workdays = [{ days: [1, 2, 3, 4, 5], from: 600, to: 1140 }] as const;

describe('what was configured is what the snapshot says', () => {
  let ours: DemoStore;
  const change = async <T>(fn: (tx: DomainTx) => Promise<T>): Promise<T> => {
    const changed = await ours.store.inDomain(actor, ours.demo.id, fn);
    if (!changed.ok) throw new Error(JSON.stringify(changed.error));
    return changed.value.value;
  };
  const refusal = async (fn: (tx: DomainTx) => Promise<unknown>) => {
    const changed = await ours.store.inDomain(actor, ours.demo.id, fn);
    return changed.ok ? null : changed.error;
  };
  const now = () => reload(ours, ours.demo.id);
  const idOf = (login: string): UserId => must(ours.demo.users.find(user => user.login === login)).id;

  beforeEach(async () => {
    ours = await demoStore();
  });
  afterEach(() => ours.close());

  it('domain settings', async () => {
    await change(tx =>
      updateDomain(tx, {
        timezone: 'Asia/Vladivostok',
        homeCodes: ['423'],
        pickupCode: null,
        restriction: 'internal_only',
        channels: { incoming: 2, outgoing: 3 },
        defaultOutgoingNumber: null,
        forwardingPolicy: 'scheduled-wins',
      }),
    );
    expect(await now()).toMatchObject({
      timezone: 'Asia/Vladivostok',
      homeCodes: ['423'],
      pickupCode: null,
      restriction: 'internal_only',
      channels: { incoming: 2, outgoing: 3 },
      defaultOutgoingNumber: null,
      forwardingPolicy: 'scheduled-wins',
      company: 'Демо',
    });
  });

  it('USR-12, USR-38 a new user has internal number, outgoing number and the own phone', async () => {
    const number = must(ours.demo.numbers[2]);
    const id = await change(tx =>
      createUser(tx, {
        login: 'new_user',
        displayName: 'Новый',
        extension: '12347',
        outgoingNumber: number.id,
        restriction: 'international',
      }),
    );
    expect((await now()).users.at(-1)).toMatchObject({
      id,
      login: 'new_user',
      extension: '12347',
      outgoingNumber: number.digits,
      restriction: 'international',
      forwarding: [{ type: 'sip', target: 'new_user@demo.kommutator.test', priority: 10, ringTime: 40 }],
    });
  });

  it('USR-12 one space of internal numbers for users, groups and services', async () => {
    const user = (extension: string) => (tx: DomainTx) =>
      createUser(tx, { login: 'other', displayName: 'Другой', extension });
    const taken = { code: 'taken', field: 'extension' };
    for (const extension of ['101', '500', '999']) expect(await refusal(user(extension))).toEqual(taken);
    expect(await refusal(tx => addServiceExtension(tx, '500', 'echo'))).toEqual(taken);
    const invalid = { code: 'invalid', field: 'extension' };
    for (const extension of ['123456', '12a', '012', '112', ''])
      expect(await refusal(user(extension))).toEqual(invalid);
    expect(await refusal(tx => updateUser(tx, idOf('anna'), { extension: '102' }))).toEqual(taken);
  });

  it('two creations at once never get the same internal number', async () => {
    const outcomes = await Promise.all(
      ['one', 'two'].map(login =>
        ours.store.inDomain(actor, ours.demo.id, tx =>
          createUser(tx, { login, displayName: login, extension: '105' }),
        ),
      ),
    );
    expect(outcomes.map(outcome => outcome.ok).sort()).toEqual([false, true]);
  });

  it('USR-13 logins: samples pass, others are refused, a second of the same is taken', async () => {
    const user = (login: string, extension: string) => (tx: DomainTx) =>
      createUser(tx, { login, displayName: login, extension });
    for (const [n, login] of ['ivanov.ii', 'new_user', 'user22'].entries())
      expect(await refusal(user(login, `60${n}`))).toBeNull();
    for (const login of ['Ivanov', '1234', 'иван', '.ab'])
      expect(await refusal(user(login, '700'))).toEqual({ code: 'invalid', field: 'login' });
    expect(await refusal(user('anna', '700'))).toEqual({ code: 'taken', field: 'login' });
  });

  it('USR-38 contact numbers with schedule; limits; no duplicates; change and removal', async () => {
    const mobile: Omit<ForwardingRule, 'id'> = {
      type: 'mobile',
      target: '79037765222',
      priority: 5,
      ringTime: 40,
      schedule: [...workdays, { days: [6], from: 600, to: 0 }],
      enabled: true,
    };
    const anna = idOf('anna');
    const add = (rule: Partial<typeof mobile>) => (tx: DomainTx) =>
      addForwardingRule(tx, anna, { ...mobile, ...rule });
    const id = await change(add({}));
    const rules = async () => must((await now()).users.find(user => user.id === anna)).forwarding;
    expect((await rules())[0]).toEqual({ id, ...mobile });
    expect(await refusal(add({}))).toEqual({ code: 'taken', field: 'user_id_target' });
    for (const priority of [0, 100])
      expect(await refusal(add({ target: '7900', priority }))).toEqual({
        code: 'invalid',
        field: 'priority',
      });
    for (const ringTime of [4, 121])
      expect(await refusal(add({ target: '7900', ringTime }))).toEqual({
        code: 'invalid',
        field: 'ring_time_s',
      });
    const { version } = await now();
    await change(tx => updateForwardingRule(tx, id, { schedule: mobile.schedule }));
    expect((await now()).version).toBe(version);
    await change(tx => updateForwardingRule(tx, id, { priority: 50, schedule: [], enabled: false }));
    expect((await rules())[1]).toEqual({ id, ...mobile, priority: 50, schedule: [], enabled: false });
    await change(tx => removeForwardingRule(tx, id));
    expect(await rules()).toHaveLength(1);
    expect(await refusal(tx => removeForwardingRule(tx, id))).toEqual({
      code: 'not-found',
      field: 'forwarding_rule_id',
    });
  });

  it('GRP-3 groups: without number, name once whatever its case, members by priority', async () => {
    const [anna, boris] = [idOf('anna'), idOf('boris')];
    const group = {
      name: 'test_group',
      extension: null,
      algorithm: 'none',
      voicemailOn: false,
      members: [],
    } as const;
    const id = await change(tx => createGroup(tx, group));
    const members = [
      { user: boris, priority: 1 },
      { user: anna, priority: 2 },
    ];
    await change(tx => setGroupMembers(tx, id, [...members].reverse()));
    await change(tx => updateGroup(tx, id, { extension: '12618', algorithm: 'acd_load' }));
    expect((await now()).groups.find(each => each.id === id)).toEqual({
      id,
      ...group,
      extension: '12618',
      algorithm: 'acd_load',
      members,
    });
    const { version } = await now();
    await change(tx => setGroupMembers(tx, id, members));
    expect((await now()).version).toBe(version);
    await change(tx => updateGroup(tx, id, { extension: null }));
    expect((await now()).groups.find(each => each.id === id)?.extension).toBeNull();
    expect(await refusal(tx => createGroup(tx, { ...group, name: 'ПРОДАЖИ' }))).toEqual({
      code: 'taken',
      field: 'name',
    });
    expect(await refusal(tx => createGroup(tx, { ...group, name: 'A, B' }))).toEqual({
      code: 'invalid',
      field: 'name',
    });
  });

  it('USR-18 a user put into a pickup group leaves the other', async () => {
    const [anna, boris, vera] = [idOf('anna'), idOf('boris'), idOf('vera')];
    const id = await change(tx => createPickupGroup(tx, { name: 'Бухгалтерия', members: [anna, vera] }));
    const members = async () =>
      new Map((await now()).pickupGroups.map(group => [group.name, [...group.members].sort()]));
    expect(await members()).toEqual(
      new Map([
        ['Бухгалтерия', [anna, vera].sort()],
        ['Продажи', [boris]],
      ]),
    );
    await change(tx => setPickupMembers(tx, id, [vera]));
    expect((await members()).get('Бухгалтерия')).toEqual([vera]);
  });

  it('a new password replaces the user’s one password credential', async () => {
    const anna = idOf('anna');
    const before = (await ours.store.loadDirectory()).credentials.find(each => each.user === anna);
    await change(tx => setSipPassword(tx, ours.box, anna, { password: 'abc123', privateOnly: false }));
    const after = (await ours.store.loadDirectory()).credentials.filter(each => each.user === anna);
    expect(after).toMatchObject([{ id: before?.id, privateOnly: false }]);
    expect(after[0]?.ha1).not.toEqual(before?.ha1);
  });

  it('rows are read as the application role, of one domain', async () => {
    const read = (domain: typeof ours.demo.id) =>
      ours.store.readIn(domain, db => db.selectFrom('pbx_user').select('login').orderBy('login').execute());
    expect(await read(ours.filial.id)).toEqual([{ login: 'admin' }, { login: 'ivan' }]);
    await expect(
      ours.store.readIn(ours.demo.id, db => db.deleteFrom('forwarding_rule').execute()),
    ).rejects.toMatchObject({ code: '25006' });
  });

  it('an unknown domain has no snapshot and takes no change', async () => {
    const nobody = '01999999-0000-7000-8000-00000000dead' as typeof ours.demo.id;
    expect(await ours.store.loadDomain(nobody)).toBeNull();
    expect(await ours.store.inDomain(actor, nobody, tx => updateDomain(tx, { company: 'x' }))).toEqual({
      ok: false,
      error: { code: 'not-found', field: 'domain' },
    });
  });
});
