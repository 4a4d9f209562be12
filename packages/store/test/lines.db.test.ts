import type { E164, RoutingRuleId, UserId } from '@kommutator/model/ids';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  addRoutingRule,
  connectNumber,
  createTrunk,
  type DomainTx,
  moveRoutingRule,
  removeRoutingRule,
  systemActor,
  type TrunkSettings,
  updateRoutingRule,
  updateTrunk,
} from '../src/index.ts';
import { asOwner } from './support/as-owner.ts';
import { type DemoStore, demoStore, must, reload } from './support/demo-store.ts';

const actor = systemActor('test');
const workdays = [{ days: [1, 2, 3, 4, 5], from: 600, to: 1140 }] as const;

describe('numbers, rules and trunks are what the snapshot says', () => {
  let ours: DemoStore;
  const change = async <T>(fn: (tx: DomainTx) => Promise<T>): Promise<T> => {
    const changed = await ours.store.inDomain(actor, ours.demo.id, fn);
    if (!changed.ok) throw new Error(JSON.stringify(changed.error));
    return changed.value.value;
  };
  const now = () => reload(ours, ours.demo.id);
  const idOf = (login: string): UserId => must(ours.demo.users.find(user => user.login === login)).id;

  beforeEach(async () => {
    ours = await demoStore();
  });
  afterEach(() => ours.close());

  it('RTE-8, RTE-9, RTE-12 rules of all seven objects, moved and removed without gaps', async () => {
    const number = must(ours.demo.numbers.find(each => each.digits === '74951230004'));
    const [group] = ours.demo.groups;
    const [scenario] = ours.demo.scenarios;
    const user = idOf('anna');
    const targets = [
      { kind: 'user', user },
      { kind: 'group', group: must(group).id },
      { kind: 'ivr', scenario: must(scenario).id },
      { kind: 'voicemail', of: { kind: 'user', user } },
      { kind: 'fax', of: { kind: 'group', group: must(group).id } },
      { kind: 'end' },
      { kind: 'privateRoute', number: '5012' },
    ] as const;
    const ids: RoutingRuleId[] = [];
    for (const target of targets)
      ids.push(
        await change(tx =>
          addRoutingRule(tx, number.id, {
            active: true,
            schedule: workdays,
            prefixes: ['7495', '7499'],
            target,
          }),
        ),
      );
    const rules = async () => must((await now()).numbers.find(each => each.id === number.id)).rules;
    expect(await rules()).toEqual(
      targets.map((target, n) => ({
        id: ids[n],
        priority: n + 1,
        active: true,
        schedule: workdays,
        prefixes: ['7495', '7499'],
        target,
      })),
    );
    const [first, second, ...rest] = ids;
    await change(tx => moveRoutingRule(tx, must(first), 99));
    expect((await rules()).map(rule => [rule.id, rule.priority])).toEqual(
      [second, ...rest, first].map((id, n) => [id, n + 1]),
    );
    await change(tx => removeRoutingRule(tx, must(second)));
    expect((await rules()).map(rule => [rule.id, rule.priority])).toEqual(
      [...rest, first].map((id, n) => [id, n + 1]),
    );
    await change(tx =>
      updateRoutingRule(tx, must(first), {
        active: false,
        schedule: null,
        prefixes: null,
        target: { kind: 'end' },
      }),
    );
    expect((await rules()).at(-1)).toMatchObject({
      active: false,
      schedule: null,
      prefixes: null,
      target: { kind: 'end' },
    });
  });

  it('a number belongs to one domain only', async () => {
    const again = await ours.store.asSystem(actor, tx =>
      connectNumber(tx.in(ours.filial.id), { digits: '74951230001' as E164, kind: 'main', class: 'city' }),
    );
    expect(again).toEqual({ ok: false, error: { code: 'taken', field: 'digits' } });
  });

  it('a trunk that registers: its secret is sealed, and only «changed» in the history', async () => {
    const trunk: TrunkSettings = {
      name: 'carrier',
      enabled: true,
      trusts: ['192.0.2.0/24'],
      destinations: [{ host: 'sip.carrier.example', port: 5060, protocol: 'tcp' }],
      registration: {
        aor: 'sip:12345@sip.carrier.example',
        username: '12345',
        realm: null,
        secret: 'Very-Secret-7',
        expires: 600,
      },
      numberFormat: 'plus',
      calledIn: 'to',
      prefixes: ['7', '8'],
      priority: 5,
      maxCalls: 30,
    };
    const made = await ours.store.asSystem(actor, tx => createTrunk(tx, ours.box, trunk));
    const id = must(made.ok ? made.value : null);
    const read = async () => must((await ours.store.loadDirectory()).trunks.find(each => each.id === id));
    const sealed = must((await read()).registration).secret;
    expect(ours.box.open(sealed)).toBe('Very-Secret-7');
    expect(await read()).toEqual({ id, ...trunk, registration: { ...trunk.registration, secret: sealed } });
    await ours.store.asSystem(actor, tx => updateTrunk(tx, ours.box, id, { ...trunk, registration: null }));
    expect((await read()).registration).toBeNull();
    const history = await asOwner(
      ours.ownerUrl,
      `SELECT changes FROM action_history WHERE object_name = 'carrier'`,
    );
    expect(JSON.stringify(history)).not.toMatch(/Very-Secret|v1:/);
  });
});
