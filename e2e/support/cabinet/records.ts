/** A company's year for the cabinet's pictures: the same rows every time, as many as asked for, by the API's words. */

const KINDS = [
  'in_answered',
  'in_missed',
  'out_answered',
  'internal_answered',
  'group_answered',
  'out_failed',
  'group_missed',
  'internal_failed',
  'out_forwarded',
  'transferred',
  'conference',
  'voicemail',
] as const;

const PEOPLE = [
  ['100', 'admin', 'Администратор', 'Руководитель'],
  ['101', 'anna', 'Анна Смирнова', 'Менеджер по продажам'],
  ['102', 'boris', 'Борис Ким', null],
  ['103', 'vera', 'Вера Орлова', 'Оператор'],
  ['104', 'gleb', 'Глеб Антонов-Овсеенко', 'Оператор'],
] as const;

/** The moment all of it ends at. */
const NOW = Date.UTC(2026, 10, 23, 13, 59);
const EVERY = 97_000;

const id = (kind: number, n: number): string =>
  `0199c0de-${String(kind).padStart(4, '0')}-7000-8000-${n.toString(16).padStart(12, '0')}`;

export interface CallItem {
  readonly id: string;
  readonly [field: string]: unknown;
}

/** The n-th newest call. */
export function callItem(n: number): CallItem {
  const type = KINDS[n % KINDS.length] ?? 'in_answered';
  const started = NOW - n * EVERY;
  const talk = /missed|failed/.test(type) ? 0 : 5 + ((n * 37) % 900);
  const wait = 2 + (n % 20);
  const person = PEOPLE[n % PEOPLE.length] ?? PEOPLE[0];
  const mine = { number: person[0], name: person[2], kind: 'user' };
  const outside = {
    number: `79${String(160_000_000 + ((n * 7_919) % 99_999_999))}`,
    name: null,
    kind: 'pstn',
  };
  const out = type.startsWith('out');
  const inside = type.startsWith('internal');
  const other = PEOPLE[(n + 1) % PEOPLE.length] ?? PEOPLE[1];
  return {
    id: id(1, n),
    startedAt: new Date(started).toISOString(),
    answeredAt: talk > 0 ? new Date(started + wait * 1000).toISOString() : null,
    endedAt: new Date(started + (wait + talk) * 1000).toISOString(),
    durationS: talk,
    waitS: wait,
    type,
    direction: out ? 'out' : inside ? 'internal' : 'in',
    from: out || inside ? mine : outside,
    to: out ? outside : inside ? { number: other[0], name: other[2], kind: 'user' } : mine,
    line: inside ? null : '74951230001',
    live: false,
    mos: talk > 0 ? 4.4 - (n % 9) / 5 : null,
    recordings: 0,
  };
}

/** The same call with all that is known of it. */
export function callCard(n: number): CallItem {
  const call = callItem(n);
  const line = (at: number, key: string, text: string, object: string, level = 'main') => ({
    at,
    level,
    key,
    parameters: {},
    text,
    object,
  });
  return {
    ...call,
    protocol: [
      line(0, 'call.incoming', 'Вызов на входящую линию', '74951230001'),
      line(0, 'route.rule', 'Правило маршрутизации 1', '', 'detail'),
      line(2, 'to.group', 'Переадресация на группу', 'Продажи'),
      line(4, 'contact.called', 'Вызов контактного номера', 'anna@demo.kommutator.test', 'detail'),
      line(20_004, 'target.noAnswer', 'Нет ответа', 'Анна Смирнова'),
      line(24_310, 'answer', 'Ответ', 'Борис Ким'),
      line(113_000, 'ended.caller', 'Завершение вызова: вызывающий', '', 'detail'),
    ],
    journey: [
      { kind: 'line', label: '74951230001', from: 0, to: 2, result: null },
      { kind: 'group', label: 'Продажи', from: 2, to: 24_310, result: 'target.noAnswer' },
      { kind: 'answer', label: 'Борис Ким', from: 24_310, to: 113_000, result: 'ended.caller' },
    ],
    legs: [
      { id: id(2, n), number: '79161234567', name: null, kind: 'pstn', mos: 4.2, loss: 0.004, jitterMs: 6.2 },
      { id: id(3, n), number: '102', name: 'Борис Ким', kind: 'user', mos: 3.4, loss: 0.031, jitterMs: 27 },
    ],
  };
}

/** The n-th user; the first five are the demo's. */
export function userItem(n: number): CallItem {
  const known = PEOPLE[n];
  const extension = known?.[0] ?? String(1000 + n);
  const login = known?.[1] ?? `user${n}`;
  return {
    id: id(4, n),
    extension,
    login,
    displayName: known?.[2] ?? `Сотрудник ${n}`,
    position: known?.[3] ?? null,
    isAdmin: n === 0,
    isOperator: n === 3 || n === 4,
    recording: false,
    voicemailOn: n % 3 === 0,
    outgoingNumber: n === 1 ? '74951230003' : null,
    pickupGroup: n < 3 ? { id: id(5, 0), name: 'Офис' } : null,
    groups: n === 1 || n === 2 ? [{ id: id(6, 0), name: 'Продажи' }] : [],
    numbers: n === 1 ? ['74951230003'] : [],
    contacts: [{ type: 'sip', target: `${login}@demo.kommutator.test` }],
    presence: {
      state: (['online', 'offline', 'busy', 'ringing'] as const)[n % 4],
      devices: n % 4 === 1 ? 0 : 1,
      since: null,
      peer: null,
    },
  };
}

export const GROUPS = [
  { id: id(6, 0), name: 'Продажи', extension: '500', algorithm: 'all', members: 2 },
  { id: id(6, 1), name: 'Поддержка', extension: '501', algorithm: 'acd_idle', members: 2 },
];

const rule = (priority: number, change: object) => ({
  id: id(8, priority),
  priority,
  active: true,
  schedule: null,
  prefixes: null,
  target: { type: 'group', id: id(6, 0), name: 'Продажи' },
  dead: null,
  problem: null,
  ...change,
});

/** Four numbers, of which the first shows every look a rule can have. */
export const NUMBERS = ['74951230001', '74951230002', '74951230003', '74951230004'].map((digits, n) => ({
  id: id(7, n),
  digits,
  kind: n === 0 ? 'main' : 'additional',
  state: 'active',
  filter: 'none',
  rules: [
    [
      rule(1, { schedule: 'пн-пт: 10:00-19:00', prefixes: ['495', '499'] }),
      rule(2, { active: false, target: { type: 'user', id: id(4, 1), name: 'Анна Смирнова' } }),
      rule(3, { target: { type: 'ivr', id: id(9, 0), name: 'Приветствие' }, problem: 'unsupported' }),
      rule(4, { target: { type: 'end', id: null, name: null }, dead: 'covered' }),
    ],
    [rule(1, { target: { type: 'ivr', id: id(9, 0), name: 'Приветствие' } })],
    [rule(1, { target: { type: 'user', id: id(4, 1), name: 'Анна Смирнова' } })],
    [],
  ][n],
}));

/** The n-th newest row of the action history. */
export function actionItem(n: number): CallItem {
  const at = new Date(NOW - n * 3_600_000).toISOString();
  const actor = {
    id: id(4, 0),
    name: 'Администратор',
    login: 'admin',
    role: 'cabinet',
    address: '192.168.1.15',
  };
  if (n % 3 === 0)
    return {
      id: id(10, n),
      at,
      actor,
      action: 'sign_in',
      object: { type: 'user', id: id(4, 0), name: 'admin' },
      changes: [],
    };
  return {
    id: id(10, n),
    at,
    actor,
    action: 'update',
    object: { type: 'forwarding_rule', id: id(11, n), name: 'anna@demo.kommutator.test' },
    changes: [
      { field: 'ring_time_s', before: 20, after: 30, secret: false },
      { field: 'password', before: null, after: null, secret: true },
    ],
  };
}

export const ROUTE = {
  path: [
    {
      id: '1',
      depth: 0,
      kind: 'call',
      label: 'Вызов с номера +7 (916) 123-45-67 на номер +7 (495) 123-00-01',
      verdict: 'taken',
      reasons: [],
    },
    {
      id: '2',
      depth: 0,
      kind: 'rule',
      label: 'Правило 1: не действует в это время (пн-пт: 10:00-19:00)',
      verdict: 'skipped',
      reasons: [],
    },
    { id: '3', depth: 0, kind: 'rule', label: 'Правило 3: подходит', verdict: 'taken', reasons: [] },
    {
      id: '4',
      depth: 0,
      kind: 'target',
      label: 'Переадресация на группу Продажи',
      verdict: 'taken',
      reasons: [],
    },
    {
      id: '4.1',
      depth: 1,
      kind: 'group',
      label: 'Звонят участники одновременно: 2',
      verdict: 'taken',
      reasons: [],
    },
    { id: '4.1.1', depth: 2, kind: 'group', label: 'Анна Смирнова (101)', verdict: 'taken', reasons: [] },
    {
      id: '5',
      depth: 0,
      kind: 'end',
      label: 'Никто не ответит: вызывающий получит 480/19 через 30 с',
      verdict: 'end',
      reasons: [],
    },
  ],
  end: { kind: 'end', text: 'Никто не ответит: вызывающий получит 480/19 через 30 с' },
};

const RIGHTS = {
  admin: [
    'calls.own',
    'calls.all',
    'calls.export',
    'jobs.own',
    'live',
    'search',
    'users.read',
    'groups.read',
    'numbers.read',
    'actions.read',
    'routes.check',
    'trace.read',
  ],
  anna: ['calls.own', 'calls.export', 'jobs.own', 'live', 'search'],
  root: ['provider.read'],
} as const;

export type Login = keyof typeof RIGHTS;
export const isLogin = (text: string): text is Login => Object.hasOwn(RIGHTS, text);

/** Who is signed in. */
export function meOf(login: Login, language: 'ru' | 'en', users: number): object {
  const area = login === 'admin' ? 'domain' : login === 'anna' ? 'personal' : 'provider';
  const person = PEOPLE.find(each => each[1] === login);
  const domain = {
    id: id(12, 0),
    name: 'demo.kommutator.test',
    visibleName: 'demo.kommutator.test',
    company: language === 'ru' ? 'Демо' : 'Demo',
    timezone: 'Europe/Moscow',
  };
  return {
    user: {
      id: id(4, login === 'anna' ? 1 : 0),
      login,
      displayName: person?.[2] ?? 'root',
      extension: person?.[0] ?? null,
      position: null,
      email: null,
      language,
      totp: false,
    },
    domain: area === 'provider' ? null : domain,
    area,
    roles: [login],
    rights: RIGHTS[login],
    csrf: 'token',
    balance: area === 'domain' ? 1_000_000 : null,
    blocks: [],
    counters: area === 'domain' ? { users, groups: GROUPS.length, numbers: NUMBERS.length } : null,
    outgoingNumber: area === 'domain' ? '74951230001' : null,
    brand: { name: language === 'ru' ? 'Коммутатор' : 'Kommutator', accent: '', logoUrl: null },
    features: [],
  };
}
