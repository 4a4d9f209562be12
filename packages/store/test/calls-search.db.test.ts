import { newId } from '@kommutator/base';
import type { CallDirection } from '@kommutator/model/events';
import type { CallId, DomainId, UserId } from '@kommutator/model/ids';
import { CALL_KINDS, type CallKind, type CallRecord, isAnswered } from '@kommutator/model/record';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CallFilter, type CallSummary, searchText, searchWords } from '../src/index.ts';
import { type FreshStore, startTestDatabase } from '../src/testing/index.ts';
import { asOwner } from './support/as-owner.ts';
import { callRecord } from './support/call-records.ts';

const START = Date.parse('2021-03-24T08:30:00.123Z');
const MINUTE = 60_000;

const KINDS_OF: Readonly<Record<CallDirection, readonly CallKind[]>> = {
  in: ['in_answered', 'in_missed', 'group_answered', 'group_missed', 'voicemail'],
  out: ['out_answered', 'out_failed'],
  int: ['internal_answered', 'internal_failed', 'conference', 'transferred'],
};
const NAMES = ['', 'Анна', 'Борис «50 %» Ёлкин', 'user_1', 'O’Neil'];
const LINES = ['74951230001', '74951230002', null];

/** Call number `n` of a made-up history: every combination comes by. */
function made(domain: DomainId, user: UserId, n: number): CallRecord {
  const direction = (['in', 'out', 'int'] as const)[n % 3] ?? 'in';
  const kinds = KINDS_OF[direction];
  return callRecord(domain, user, START + Math.floor(n / 2) * MINUTE, {
    callId: newId<CallId>(START),
    direction,
    kind: kinds[Math.floor(n / 3) % kinds.length] ?? 'in_answered',
    aNumber: `7916${String(1234567 + n * 31).padStart(7, '0')}`,
    aName: NAMES[n % 5] ?? '',
    bNumber: String(100 + (n % 7)),
    bName: NAMES[(n + 2) % 5] ?? '',
    line: direction === 'int' ? null : (LINES[n % 2] ?? null),
  });
}

/** What ADM-2 says, done by hand over all rows. */
function expected(records: readonly CallRecord[], filter: CallFilter): CallId[] {
  const words = filter.search === undefined ? null : searchWords(filter.search);
  return records
    .map(record => record.call)
    .filter(
      call =>
        (filter.from === undefined || call.startedAt >= filter.from) &&
        (filter.to === undefined || call.startedAt < filter.to) &&
        (!filter.kinds || filter.kinds.includes(call.kind)) &&
        (!filter.direction || call.direction === filter.direction) &&
        (filter.answered === undefined || isAnswered(call.kind) === filter.answered) &&
        (!filter.lines || (call.line !== null && filter.lines.includes(call.line))) &&
        (!words ||
          words.some(word =>
            searchText([call.aNumber, call.aName, call.bNumber, call.bName]).includes(word),
          )),
    )
    .sort((a, b) => b.startedAt - a.startedAt || (a.callId < b.callId ? 1 : -1))
    .map(call => call.callId);
}

async function readAll(
  { store }: FreshStore,
  domain: DomainId,
  filter: CallFilter,
  limit: number,
): Promise<CallSummary[]> {
  const all: CallSummary[] = [];
  for (;;) {
    const last = all.at(-1);
    const page = await store.callHistory.page(domain, { ...filter, limit, ...(last && { before: last }) });
    all.push(...page.rows);
    if (!page.more) return all;
    expect(page.rows).toHaveLength(limit);
  }
}

describe('ADM-2 filters and search of the call history', () => {
  let ours: FreshStore;
  const domain = newId<DomainId>(START);
  const stranger = newId<DomainId>(START + 1);
  const user = newId<UserId>(START);
  const records = Array.from({ length: 240 }, (_, n) => made(domain, user, n));

  beforeAll(async () => {
    ours = await (await startTestDatabase()).freshStore();
    const foreign = Array.from({ length: 240 }, (_, n) => made(stranger, user, n));
    await ours.store.saveCallRecords([...records, ...foreign], { node: 'n', segment: 1, offset: 1 });
  });
  afterAll(() => ours.close());

  const cases: readonly (readonly [string, CallFilter])[] = [
    ['none', {}],
    ['incoming', { direction: 'in' }],
    ['outgoing, accepted', { direction: 'out', answered: true }],
    ['missed: incoming, not accepted, of groups too', { direction: 'in', answered: false }],
    ['one line', { lines: ['74951230001'] }],
    ['two lines, not accepted', { lines: ['74951230001', '74951230002'], answered: false }],
    ['a period is [from, to)', { from: START + 10 * MINUTE, to: START + 20 * MINUTE }],
    ['two kinds', { kinds: ['voicemail', 'conference'] }],
    [
      'all together',
      { direction: 'in', answered: true, lines: ['74951230002'], from: START + 30 * MINUTE, search: 'ёлкин' },
    ],
    ['a name in another case', { search: 'АННА' }],
    ['% and _ are themselves', { search: '50 %' }],
    ['_ is itself', { search: 'user_1' }],
    ['a quote', { search: 'o’neil' }],
    ['digits of a number', { search: '1234567' }],
    ['8 = 7, with spaces and brackets', { search: '8 (916) 123-45' }],
    ['two characters filter nothing', { search: 'ан' }],
    ['nothing', { search: 'нет такого' }],
    ['a number of nobody', { search: '79990000000' }],
  ];
  it.each(cases)('%s', async (_, filter) => {
    const wanted = expected(records, filter);
    expect((await readAll(ours, domain, filter, 17)).map(row => row.callId)).toEqual(wanted);
    expect(await ours.store.callHistory.count(domain, filter)).toBe(wanted.length);
  });

  it('any filter returns the exact set, in pages of any size', async () => {
    const filters = fc.record(
      {
        from: fc.integer({ min: 0, max: 130 }).map(n => START + n * MINUTE),
        to: fc.integer({ min: 0, max: 130 }).map(n => START + n * MINUTE),
        kinds: fc.uniqueArray(fc.constantFrom(...CALL_KINDS), { maxLength: 4 }),
        direction: fc.constantFrom('in' as const, 'out' as const, 'int' as const),
        answered: fc.boolean(),
        lines: fc.uniqueArray(fc.constantFrom('74951230001', '74951230002', '1'), { maxLength: 2 }),
        search: fc.oneof(
          fc.constantFrom('анна', 'Ёлкин', '7916', '8916', '123', '«50 %»', '\\', '%%%'),
          fc.string({ maxLength: 6 }).filter(text => !text.includes('\0')),
        ),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(filters, fc.integer({ min: 1, max: 90 }), async (filter, limit) => {
        const rows = await readAll(ours, domain, filter, limit);
        expect(rows.map(row => row.callId)).toEqual(expected(records, filter));
        expect(rows.every(row => row.domain === domain)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('ACC-31 the journal of a user has his own rows, as he sees them, and nobody else’s', async () => {
    const filter = { of: { role: 'user' as const, id: user } };
    const rows = await readAll(ours, domain, filter, 50);
    expect(rows).toHaveLength(records.length * 2);
    expect(new Set(rows.map(row => `${row.callId} ${row.ordinal}`)).size).toBe(rows.length);
    expect(rows[0]).toMatchObject({ party: { peerNumber: '79161234567' } });
    expect(await ours.store.callHistory.count(domain, filter)).toBe(rows.length);
    const missed = await readAll(ours, domain, { ...filter, kinds: ['in_missed'], direction: 'out' }, 50);
    expect(missed).toHaveLength(records.filter(({ call }) => call.direction === 'out').length);
    const other = { of: { role: 'user' as const, id: newId<UserId>(START) } };
    expect(await readAll(ours, domain, other, 50)).toEqual([]);
    const named = await readAll(ours, domain, { ...filter, search: 'Ёлкин' }, 50);
    expect(named).toHaveLength(expected(records, { search: 'Ёлкин' }).length * 2);
  });
});

describe('ADM-2 a search of a history longer than what is looked through', () => {
  let ours: FreshStore;
  const domain = newId<DomainId>(START);
  const user = newId<UserId>(START);
  const CALLS = 25_000;

  beforeAll(async () => {
    ours = await (await startTestDatabase()).freshStore();
    // Of two tenants in turn, the same texts. Every fiftieth call has the name, every 6 000th is a voice mail.
    await asOwner(
      ours.ownerUrl,
      `INSERT INTO call (call_id, domain_id, direction, kind, a_number, a_name, b_number, b_name, started_at, ended_at,
          talk_ms, sip_status, q850, ended_by, protocol, line, search)
       SELECT gen_random_uuid(), d.id, 'in', CASE WHEN i % 6000 = 0 THEN 'voicemail' ELSE 'in_answered' END, i::text, '',
          '101', '', timestamptz '2026-01-01' - i * interval '1 s', now(), 0, 200, 16, 'caller', '[]',
          CASE WHEN i % 2 = 0 THEN '74951230001' ELSE '74951230002' END,
          i || E'\\n101' || CASE WHEN i % 50 = 0 THEN ' кузнецов' ELSE '' END
       FROM generate_series(1, ${CALLS}) i, unnest(ARRAY[$1::uuid, $2::uuid]) d(id)`,
      [domain, newId<DomainId>(START + 1)],
    );
    await asOwner(
      ours.ownerUrl,
      `INSERT INTO call_party (call_id, ordinal, domain_id, role, subject, kind, peer_number, peer_name, started_at, talk_ms)
       SELECT call_id, 0, domain_id, 'user', $2, kind, a_number, '', started_at, 0 FROM call WHERE domain_id = $1`,
      [domain, user],
    );
    await asOwner(ours.ownerUrl, 'VACUUM ANALYZE call, call_party');
  });
  afterAll(() => ours.close());

  const every = (step: number) =>
    Array.from({ length: Math.floor(CALLS / step) }, (_, n) => String((n + 1) * step));
  const of = { role: 'user' as const, id: user };
  it.each<readonly [string, CallFilter, readonly string[]]>([
    ['a name of one call in fifty', { search: 'Кузнецов' }, every(50)],
    ['with a kind that is rare', { search: 'Кузнецов', kinds: ['voicemail'] }, every(6_000)],
    ['with a direction nobody has', { search: 'Кузнецов', direction: 'out' }, []],
    ['with a line', { search: 'Кузнецов', lines: ['74951230002'] }, []],
    ['with one of two lines', { search: 'Кузнецов', lines: ['74951230001', '1'] }, every(50)],
    ['the last call of all', { search: '24999' }, ['24999']],
    ['in a journal', { search: 'Кузнецов', of }, every(50)],
    ['in a journal, a rare kind', { search: 'Кузнецов', of, kinds: ['voicemail'] }, every(6_000)],
    ['in a journal, a line', { search: 'Кузнецов', of, lines: ['74951230001'] }, every(50)],
    ['in a journal, the last call', { search: '24999', of }, ['24999']],
  ])('%s', async (_, filter, wanted) => {
    const rows = await readAll(ours, domain, filter, 45);
    expect(rows.map(row => row.aNumber)).toEqual(wanted);
    expect(rows.every(row => row.domain === domain)).toBe(true);
    expect(await ours.store.callHistory.count(domain, filter)).toBe(wanted.length);
  });

  it('the bound of a total is kept on both sides of what is looked through', async () => {
    const count = (most: number) => ours.store.callHistory.count(domain, { search: 'кузнецов' }, most);
    expect(await Promise.all([100, 200, 499, 500].map(count))).toEqual([null, null, null, 500]);
  });

  const plan = async (query: string) =>
    (await asOwner(ours.ownerUrl, `EXPLAIN (ANALYZE, COSTS OFF) ${query}`, [domain]))
      .map(row => String(row['QUERY PLAN']))
      .join('\n');

  it('the newest calls are looked through in an index alone, no further than the page needs', async () => {
    const text = await plan(`SELECT c.call_id FROM (SELECT t.call_id, t.started_at, t.search,
        row_number() OVER (ORDER BY t.started_at DESC, t.call_id DESC) AS n
        FROM call t WHERE t.domain_id = $1 ORDER BY t.started_at DESC, t.call_id DESC LIMIT 10000) c
      WHERE strpos(c.search, 'кузнецов') > 0 ORDER BY c.started_at DESC, c.call_id DESC LIMIT 10`);
    expect(text).toContain('Index Only Scan using call_text');
    expect(text).not.toContain('Sort');
    expect(text).toMatch(/call_text on call t \(actual time=.* rows=50\d?(\.00)? loops=1\)/);
  });

  it('behind them a frequent name with a rare kind fetches the calls that have both', async () => {
    const text =
      await plan(`SELECT t.call_id FROM call t WHERE call_grams(t.domain_id, t.search) @> call_grams($1::uuid, 'кузнецов')
        AND call_facets(t.domain_id, t.direction, t.kind, t.line) && ARRAY[right($1::uuid::text, 4) || 'kvoicemail']`);
    expect(text).toMatch(/Bitmap Index Scan on call_search \(actual time=.* rows=[4-8](\.00)? loops=1\)/);
  });

  it('a name longer than an index holds is kept, and found by its beginning', async () => {
    const record = callRecord(domain, user, START, { aName: `Долгоимянный ${'ъ'.repeat(5_000)}` });
    await ours.store.saveCallRecords([record], { node: 'long', segment: 1, offset: 1 });
    const { rows } = await ours.store.callHistory.page(domain, { search: 'долгоимянный', limit: 5 });
    expect(rows.map(row => row.callId)).toEqual([record.call.callId]);
    expect(rows[0]?.aName).toBe(record.call.aName);
  });
});

describe('ADM-1 pages of a long history', () => {
  let ours: FreshStore;
  const domain = newId<DomainId>(START);

  beforeAll(async () => {
    ours = await (await startTestDatabase()).freshStore();
    await asOwner(
      ours.ownerUrl,
      `INSERT INTO call (call_id, domain_id, direction, kind, a_number, a_name, b_number, b_name, started_at, ended_at,
          talk_ms, sip_status, q850, ended_by, protocol, line, search)
       SELECT gen_random_uuid(), CASE WHEN i % 3 = 0 THEN $1::uuid ELSE gen_random_uuid() END, 'in',
          CASE WHEN i = 30 THEN 'voicemail' ELSE 'in_answered' END, '7916' || i, '', '101', '', now() - i * interval '1 s',
          now(), 0, 200, 16, 'caller', '[]', '74951230001', '7916' || i || E'\\n101' || CASE WHEN i = 30000 THEN ' иголка' ELSE '' END
       FROM generate_series(1, 30000) i`,
      [domain],
    );
    await asOwner(ours.ownerUrl, 'ANALYZE call');
  });
  afterAll(() => ours.close());

  it('what stands behind thousands of newer calls is found', async () => {
    const page = await ours.store.callHistory.page(domain, { search: 'Иголка', limit: 50 });
    expect(page.rows.map(row => row.aNumber)).toEqual(['791630000']);
    expect(await ours.store.callHistory.count(domain, { search: 'Иголка' })).toBe(1);
    expect(await ours.store.callHistory.count(domain, { search: '7916' })).toBeNull();
    expect(await ours.store.callHistory.count(domain, {})).toBe(10_000);
  });

  it.each([
    [
      'rare words are found through the index of grams',
      `SELECT t.call_id FROM call t WHERE t.domain_id = $1 AND call_grams(t.domain_id, t.search) @> call_grams($1, 'иголка')
         AND strpos(t.search, 'иголка') > 0`,
      'call_search',
    ],
    [
      'a kind is walked through its index',
      `SELECT t.call_id FROM call t WHERE t.domain_id = $1 AND t.direction = 'in' AND t.kind = 'voicemail'
         ORDER BY t.started_at DESC, t.call_id DESC LIMIT 50`,
      'call_kind_page',
    ],
    [
      'a line is walked through its index',
      `SELECT t.call_id FROM call t WHERE t.domain_id = $1 AND t.line = '74951230001' AND t.direction = 'in'
         AND t.kind = 'voicemail' ORDER BY t.started_at DESC, t.call_id DESC LIMIT 50`,
      'call_line_page',
    ],
  ])('%s', async (_, query, index) => {
    const plan = await asOwner(ours.ownerUrl, `EXPLAIN ${query}`, [domain]);
    const text = plan.map(row => String(row['QUERY PLAN'])).join('\n');
    expect(text).toContain(index);
    expect(text).not.toContain('Seq Scan');
  });
});
