import type { CallId, UserId } from '@kommutator/model/ids';
import type { LiveCall } from '@kommutator/model/live';
import type { CallRecord } from '@kommutator/model/record';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { record } from './support/calls.ts';
import { type DemoApi, demoApi } from './support/demo.ts';

const START = Date.parse('2026-03-24T08:30:00.000Z');

let api: DemoApi;
let admin: ReturnType<DemoApi['as']>;
let anna: ReturnType<DemoApi['as']>;
let stranger: ReturnType<DemoApi['as']>;
let records: readonly CallRecord[];
const idOf = (login: string): UserId => {
  const user = api.demo.users.find(each => each.login === login);
  if (!user) throw new Error(`no ${login}`);
  return user.id;
};

beforeAll(async () => {
  api = await demoApi();
  const { demo, filial } = api;
  admin = api.as(api.session(demo, 'admin', 'admin'));
  anna = api.as(api.session(demo, 'anna', 'user'));
  stranger = api.as(api.session(filial, 'admin', 'admin'));
  records = [
    record(demo, START, {}, [{ user: idOf('anna'), kind: 'in_answered' }]),
    record(
      demo,
      START + 60_000,
      { kind: 'in_missed', answeredAt: null, talkMs: 0, bNumber: '102', bName: 'Борис' },
      [{ user: idOf('boris'), kind: 'in_missed' }],
    ),
    record(
      demo,
      START + 120_000,
      {
        direction: 'out',
        kind: 'out_answered',
        aNumber: '101',
        aName: 'Анна',
        bNumber: '78121112233',
        bName: '',
      },
      [{ user: idOf('anna'), kind: 'out_answered' }],
    ),
    record(
      demo,
      START + 180_000,
      {
        direction: 'int',
        kind: 'internal_failed',
        answeredAt: null,
        talkMs: 0,
        line: null,
        aNumber: '102',
        aName: 'Борис',
        bNumber: '103',
        bName: 'Вера',
      },
      [
        { user: idOf('boris'), kind: 'internal_failed' },
        { user: idOf('vera'), kind: 'in_missed' },
      ],
    ),
  ];
  await api.store.saveCallRecords(records, { node: 'n', segment: 1, offset: 1 });
});
afterAll(() => api.close());

const ids = (answer: { body: { items: readonly { id: string }[] } }) => answer.body.items.map(({ id }) => id);
const callId = (n: number) => records[n]?.call.callId ?? '';

describe('ADM-1 the call history over HTTP', () => {
  it('is newest first, with total, and reads on from a cursor', async () => {
    const first = await admin('/api/calls?limit=3');
    expect(first.status).toBe(200);
    expect(ids(first)).toEqual([callId(3), callId(2), callId(1)]);
    expect(first.body.total).toBe(4);
    const rest = await admin(`/api/calls?limit=3&cursor=${first.body.next}`);
    expect(ids(rest)).toEqual([callId(0)]);
    expect(rest.body).toMatchObject({ next: null, total: null });
    expect(rest.body.items[0]).toEqual({
      id: callId(0),
      startedAt: '2026-03-24T08:30:00.000Z',
      answeredAt: '2026-03-24T08:30:04.000Z',
      endedAt: '2026-03-24T08:30:21.000Z',
      durationS: 17,
      waitS: 4,
      type: 'in_answered',
      direction: 'in',
      from: { kind: 'pstn', number: '79161234567', name: null },
      to: { kind: 'user', number: '101', name: 'Анна' },
      line: '74951230003',
      live: false,
      mos: 4.25,
      recordings: 0,
    });
  });

  it.each([
    ['type=in_missed', [1]],
    ['type=in_missed,out_answered', [2, 1]],
    ['direction=internal', [3]],
    ['direction=in&result=unanswered', [1]],
    ['result=answered', [2, 0]],
    ['line=74951230003', [2, 1, 0]],
    ['search=8(812)111', [2]],
    ['search=%D0%B1%D0%BE%D1%80%D0%B8%D1%81', [3, 1]],
    ['search=anna', [2, 0]],
    ['from=2026-03-24T08:31:00Z&to=2026-03-24T08:32:00Z', [1]],
    ['from=2026-03-24T11:31:00%2B03:00', [3, 2, 1]],
  ])('ADM-2 %s', async (query, wanted) => {
    const answer = await admin(`/api/calls?${query}`);
    expect(ids(answer)).toEqual(wanted.map(callId));
    expect(answer.body.total).toBe(wanted.length);
  });

  it.each([
    ['type=nonsense', 'type'],
    ['limit=201', 'limit'],
    ['limit=0', 'limit'],
    ['from=yesterday', 'from'],
    ['direction=up', 'direction'],
    ['from=2026-03-25T00:00:00Z&to=2026-03-24T00:00:00Z', 'to'],
    ['cursor=xxx', 'cursor'],
    ['cursor=WzEsMiwzXQ', 'cursor'],
    ['unknown=1', 'unknown'],
  ])('ACC-32 %s is 422 and names the field', async (query, field) => {
    const answer = await admin(`/api/calls?${query}`);
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toEqual([expect.objectContaining({ field })]);
  });

  it('ACC-8 a plain user sees his own calls alone, whatever he asks for', async () => {
    expect(ids(await anna('/api/calls'))).toEqual([callId(2), callId(0)]);
    expect(ids(await anna(`/api/calls?user=${idOf('boris')}`))).toEqual([callId(2), callId(0)]);
    expect(ids(await admin(`/api/calls?user=${idOf('vera')}`))).toEqual([callId(3)]);
    const own = await anna(`/api/calls/${callId(0)}`);
    expect([own.status, own.body.id]).toEqual([200, callId(0)]);
    expect((await anna(`/api/calls/${callId(1)}`)).status).toBe(404);
  });

  it('POOL another domain’s call is 404, its list is empty', async () => {
    expect((await stranger(`/api/calls/${callId(0)}`)).status).toBe(404);
    expect((await stranger('/api/calls')).body).toEqual({ items: [], next: null, total: 0 });
    expect((await stranger(`/api/calls?user=${idOf('anna')}`)).body.items).toEqual([]);
    expect((await admin('/api/calls/nonsense')).status).toBe(404);
  });

  it('ADM-4 a call has its protocol in the reader’s language, its journey and its legs', async () => {
    const { body } = await admin(`/api/calls/${callId(0)}`);
    expect(
      body.protocol.map((line: { at: number; text: string; object: string }) => [
        line.at,
        line.text,
        line.object,
      ]),
    ).toEqual([
      [0, 'Вызов на входящую линию', '74951230003'],
      [5, 'Переадресация на пользователя', 'Анна'],
      [4_000, 'Ответ', 'Анна'],
      [21_000, 'Завершение вызова: вызывающий', ''],
    ]);
    expect(body.journey).toEqual([
      { kind: 'line', label: '74951230003', from: 0, to: 5, result: null },
      { kind: 'user', label: 'Анна', from: 5, to: 4_000, result: null },
      { kind: 'answer', label: 'Анна', from: 4_000, to: 21_000, result: 'ended.caller' },
    ]);
    expect(body.legs).toEqual([expect.objectContaining({ number: '79161234567', mos: 4.25, loss: 0.01 })]);
  });

  it('a call going on is listed live, for those who may see it', async () => {
    const call: LiveCall = {
      call: '01999999-0000-7000-8000-00000000aaaa' as CallId,
      domain: api.demo.id,
      startedAt: api.clock.wall(),
      direction: 'in',
      kind: 'in_missed',
      line: '74951230003',
      from: { kind: 'pstn', number: '79160000000', name: '' },
      to: { kind: 'user', number: '102', name: 'Борис' },
      answeredAt: null,
      users: [{ user: idOf('boris'), state: 'ringing', peer: '79160000000' }],
      outside: 0,
    };
    api.live.apply({ calls: [call], ended: [], devices: [] });
    expect((await admin('/api/calls/live')).body.items).toMatchObject([
      { id: call.call, live: true, endedAt: null },
    ]);
    expect((await admin(`/api/calls/${call.call}`)).body).toMatchObject({ live: true, protocol: [] });
    expect((await anna('/api/calls/live')).body.items).toEqual([]);
    expect((await anna(`/api/calls/${call.call}`)).status).toBe(404);
    expect((await stranger('/api/calls/live')).body.items).toEqual([]);
    const boris = (await admin(`/api/users/${idOf('boris')}`)).body;
    expect(boris.presence).toMatchObject({ state: 'ringing', peer: '79160000000' });
    api.live.apply({ calls: [], ended: [{ domain: api.demo.id, call: call.call, at: START }], devices: [] });
    expect((await admin('/api/calls/live')).body.items).toEqual([]);
  });
});

describe('USR-1 users over HTTP', () => {
  it('come with groups, numbers, contacts, presence', async () => {
    api.live.apply({
      calls: [],
      ended: [],
      devices: [{ domain: api.demo.id, user: idOf('anna'), devices: 2, since: START }],
    });
    const { body } = await admin('/api/users?search=anna');
    expect(body).toMatchObject({
      total: 1,
      next: null,
      items: [
        {
          login: 'anna',
          extension: '101',
          isAdmin: false,
          groups: [{ name: 'Продажи' }],
          numbers: ['74951230003'],
          contacts: [{ type: 'sip', target: 'anna@demo.kommutator.test' }],
          presence: { state: 'online', devices: 2, since: '2026-03-24T08:30:00.000Z' },
        },
      ],
    });
    expect((await admin('/api/users?search=admin')).body.items[0].isAdmin).toBe(true);
  });

  it('USR-4 search from three characters; an internal number of two digits exactly; % is literal', async () => {
    const logins = async (search: string) =>
      (await admin(`/api/users?search=${encodeURIComponent(search)}`)).body.items.map(
        (user: { login: string }) => user.login,
      );
    expect((await logins('an')).length).toBe(api.demo.users.length);
    expect(await logins('АННА')).toEqual(['anna']);
    expect(await logins('103')).toEqual(['vera']);
    expect(await logins('%%%')).toEqual([]);
    expect((await logins('50')).length).toBe(api.demo.users.length);
  });

  it('pages go through all users once', async () => {
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body }: { body: { items: { login: string }[]; next: string | null } } = await admin(
        `/api/users?limit=2${cursor ? `&cursor=${cursor}` : ''}`,
      );
      seen.push(...body.items.map(user => user.login));
      cursor = body.next;
    }
    expect(seen.toSorted()).toEqual(api.demo.users.map(user => user.login).toSorted());
  });

  it('USR-42 a user has the scheme of his calls with what rings now', async () => {
    const { body } = await admin(`/api/users/${idOf('anna')}`);
    expect(body.forwarding.rules).toMatchObject([
      { target: 'anna@demo.kommutator.test', now: 'rings', schedule: null },
    ]);
    expect((await stranger(`/api/users/${idOf('anna')}`)).status).toBe(404);
  });

  it.each(['/api/users', '/api/groups', '/api/numbers', '/api/actions'])(
    'ACC-8 %s is 403 to a plain user',
    async url => {
      expect((await anna(url)).status).toBe(403);
    },
  );

  it('GRP-1 groups', async () => {
    expect((await admin('/api/groups')).body.items).toMatchObject([
      { name: 'Поддержка', extension: '501', algorithm: 'acd_idle', members: 2 },
      { name: 'Продажи', extension: '500', algorithm: 'all', members: 2 },
    ]);
  });
});

describe('RTE-3 numbers over HTTP', () => {
  it('the default outgoing number comes first, each with its rules and what is wrong with them', async () => {
    const { body } = await admin('/api/numbers');
    expect(body.items.map((number: { digits: string }) => number.digits)).toEqual([
      '74951230001',
      '74951230002',
      '74951230003',
      '74951230004',
    ]);
    expect(body.items[0]).toMatchObject({
      isDefaultOutgoing: true,
      rules: [
        { priority: 1, active: true, target: { type: 'group', name: 'Продажи' }, dead: null, problem: null },
      ],
    });
    expect(body.items[1].rules[0]).toMatchObject({
      target: { type: 'ivr', name: 'Приветствие' },
      problem: 'unsupported',
    });
    expect(body.channels).toMatchObject({ incoming: { used: 0 }, outgoing: { used: 0 } });
    const id = body.items[0].id;
    const scheme = (await admin(`/api/numbers/${id}/scheme`)).body;
    expect(scheme.nodes.map((node: { kind: string }) => node.kind)).toEqual([
      'number',
      'condition',
      'object',
      'end',
    ]);
    expect((await stranger(`/api/numbers/${id}/scheme`)).status).toBe(404);
  });
});

describe('ADM-8 actions over HTTP', () => {
  it('are newest first, found by actor, object and part of a name', async () => {
    const { body } = await admin('/api/actions?object=routing_rule&search=74951230001');
    expect(body.items).toMatchObject([
      { action: 'create', object: { type: 'routing_rule', name: '74951230001' } },
    ]);
    const all = (await admin('/api/actions?limit=200')).body;
    expect(all.items.length).toBe(all.total);
    const stamps = all.items.map(({ at }: { at: string }) => at);
    expect(stamps).toEqual(stamps.toSorted().toReversed());
    const secret = all.items
      .filter((action: { object: { type: string } }) => action.object.type === 'sip_credential')
      .flatMap(
        (action: { changes: { secret: boolean; before: unknown; after: unknown }[] }) => action.changes,
      )
      .find((change: { secret: boolean }) => change.secret);
    expect(secret).toMatchObject({ before: null, after: null });
  });

  it('nobody of the domain removes one; another domain sees none of them', async () => {
    expect((await admin('/api/actions', { method: 'DELETE' })).status).toBe(405);
    const foreign = (await stranger('/api/actions?limit=200')).body.items.map(({ id }: { id: string }) => id);
    const ours = (await admin('/api/actions?limit=200')).body.items.map(({ id }: { id: string }) => id);
    expect(foreign.filter((id: string) => ours.includes(id))).toEqual([]);
  });
});

describe('«Проверить маршрут» over HTTP', () => {
  it('RTE-15 follows a call from outside to its end', async () => {
    const { body } = await admin('/api/route-check', {
      body: { caller: '89161234567', number: '74951230003' },
    });
    expect(body.path[0]).toMatchObject({
      id: '1',
      kind: 'call',
      label: 'Вызов с номера +7 (916) 123-45-67 на номер +7 (495) 123-00-03',
    });
    expect(body.path.find((node: { kind: string }) => node.kind === 'rule')).toMatchObject({
      verdict: 'taken',
    });
    expect(body.end).not.toBeNull();
  });

  it('asks for a caller that can be one; an internal number or a login is one of ours', async () => {
    const bad = await admin('/api/route-check', { body: { caller: 'никто', number: '101' } });
    expect([bad.status, bad.body.errors[0].field]).toEqual([422, 'caller']);
    for (const caller of ['102', 'boris']) {
      const { body } = await admin('/api/route-check', { body: { caller, number: '101' } });
      expect(body.path[0].label).toBe('Борис набирает 101');
    }
    expect((await anna('/api/route-check', { body: { caller: '', number: '101' } })).status).toBe(403);
  });
});

describe('Ctrl K over HTTP', () => {
  it('finds what one may see', async () => {
    const kinds = async (who: typeof admin, q: string) =>
      (await who(`/api/search?q=${encodeURIComponent(q)}`)).body.items.map(
        (item: { kind: string }) => item.kind,
      );
    expect(await kinds(admin, 'Анна')).toEqual(['user', 'call', 'call']);
    expect(await kinds(anna, 'Анна')).toEqual(['call', 'call']);
    expect(await kinds(admin, 'продажи')).toEqual(['group']);
    expect(await kinds(admin, '8 495 123-00-0')).toContain('number');
    expect(await kinds(stranger, 'Продажи')).toEqual([]);
    expect(await kinds(admin, '')).toEqual([]);
  });
});
