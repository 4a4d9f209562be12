/** The call history under load: a million records of 200 tenants, read the way the API reads them. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { SystemClock } from '@kommutator/base';
import {
  type CallFilter,
  migrate,
  openStore,
  type PageKey,
  type Store,
  silentLog,
  startEmbedded,
} from '@kommutator/store';
import { Client } from 'pg';

export interface QueryFigures {
  readonly name: string;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
  /** Rows a page had, in the mean. */
  readonly rows: number;
}

export interface ExportFigures {
  readonly format: string;
  readonly rows: number;
  readonly seconds: number;
  /** Peak of the exporting process, MB resident. */
  readonly peak: number;
  readonly size: number;
}

const TENANTS = 200;
const domainOf = (n: number): string =>
  `01999999-0000-7000-8000-${(n * 7919).toString(16).padStart(12, '0')}`;

/**
 * Zipf over tenants (the first has a sixth of all calls), three years, inserted in the order of time as in life; the
 * numbers of callers are more often those of a few, a fifth have a name.
 */
const fill = (records: number): readonly string[] => [
  'DROP INDEX call_search, call_text, call_kind_page, call_line_page, call_page, call_party_page',
  `CREATE TEMP TABLE tenant AS SELECT n, ('01999999-0000-7000-8000-' || lpad(to_hex(n * 7919), 12, '0'))::uuid AS id,
     sum(1.0 / n) OVER (ORDER BY n) / (SELECT sum(1.0 / k) FROM generate_series(1, ${TENANTS}) k) AS upto
     FROM generate_series(1, ${TENANTS}) n`,
  'SELECT setseed(0.42)',
  `INSERT INTO call (call_id, domain_id, direction, kind, a_number, a_name, b_number, b_name, started_at, answered_at,
     ended_at, talk_ms, sip_status, q850, ended_by, protocol, line, mos, search)
   SELECT gen_random_uuid(), id, direction, kind, a_number, a_name, b_number, b_name, started_at,
     CASE WHEN kind ~ 'answered' THEN started_at + interval '8 s' END, started_at + interval '70 s', 62000, 200, 16,
     'caller', protocol, CASE WHEN direction <> 'int' THEN line END, 4.3,
     lower(concat_ws(chr(10), a_number, a_name, b_number, b_name))
   FROM (
     SELECT tenant.id, CASE WHEN k < 0.55 THEN 'in' WHEN k < 0.85 THEN 'out' ELSE 'int' END AS direction,
       CASE WHEN k < 0.25 THEN 'in_answered' WHEN k < 0.33 THEN 'in_missed' WHEN k < 0.48 THEN 'group_answered'
            WHEN k < 0.5499 THEN 'group_missed' WHEN k < 0.55 THEN 'voicemail' WHEN k < 0.78 THEN 'out_answered'
            WHEN k < 0.85 THEN 'out_failed' WHEN k < 0.95 THEN 'internal_answered' ELSE 'internal_failed' END AS kind,
       '79' || lpad(((power(p, 2) * 300000000)::bigint)::text, 9, '0') AS a_number,
       CASE WHEN p < 0.2 THEN (ARRAY['Иван', 'Пётр', 'Анна', 'Мария', 'Ольга'])[1 + (p * 25)::int % 5] || ' '
         || (ARRAY['Иванов', 'Петров', 'Сидоров', 'Кузнецов'])[1 + (p * 700)::int % 4] ELSE '' END AS a_name,
       (100 + (q * 40)::int)::text AS b_number,
       (ARRAY['Анна', 'Борис', 'Вера', 'Глеб'])[1 + (q * 40)::int % 4] || ' '
         || (ARRAY['Продажи', 'Поддержка', 'Смирнов'])[1 + (q * 40)::int % 3] AS b_name,
       '7495' || lpad((n * 10 + (q * 10)::int % 5)::text, 7, '0') AS line,
       timestamptz '2026-11-22' - t * interval '1000 days' AS started_at,
       '[{"offset":0,"key":"call.incoming","params":{},"object":"74951230003","level":"main"},
         {"offset":10,"key":"to.user","params":{},"object":"Анна","level":"main"},
         {"offset":20,"key":"contact.called","params":{},"object":"anna@demo.kommutator.test","level":"main"},
         {"offset":8000,"key":"answer","params":{},"object":"Анна","level":"main"},
         {"offset":70000,"key":"ended.caller","params":{"sip":200,"q850":16},"object":"","level":"detail"}]'::jsonb
         AS protocol
     FROM (SELECT random() AS d, random() AS k, random() AS p, random() AS q, random() AS t
             FROM generate_series(1, ${records})) r
     JOIN LATERAL (SELECT * FROM tenant WHERE upto >= r.d ORDER BY upto LIMIT 1) tenant ON true
     ORDER BY t DESC
   ) calls`,
  `INSERT INTO call_party (call_id, ordinal, domain_id, role, subject, kind, peer_number, peer_name, started_at, talk_ms)
   SELECT call_id, 0, domain_id, 'user', ('00000000-0000-7000-8000-' || lpad(b_number, 12, '0'))::uuid, kind, a_number,
     a_name, started_at, talk_ms FROM call`,
  'CREATE INDEX call_page ON call (domain_id, started_at DESC, call_id DESC)',
  'CREATE INDEX call_kind_page ON call (domain_id, direction, kind, started_at DESC, call_id DESC)',
  `CREATE INDEX call_line_page ON call (domain_id, line, direction, kind, started_at DESC, call_id DESC)
     WHERE line IS NOT NULL`,
  'CREATE INDEX call_text ON call (domain_id, started_at DESC, call_id DESC) INCLUDE (direction, kind, line, search)',
  `CREATE INDEX call_search ON call USING gin
     (call_grams(domain_id, search), call_facets(domain_id, direction, kind, line))`,
  `CREATE INDEX call_party_page ON call_party (domain_id, role, subject, kind, started_at DESC, call_id DESC,
     ordinal DESC)`,
  'VACUUM ANALYZE call, call_party',
];

const user = (n: number) => `00000000-0000-7000-8000-${String(100 + n).padStart(12, '0')}`;
type Of = NonNullable<CallFilter['of']>;
const journal = (n: number): Of => ({ role: 'user', id: user(n) as Extract<Of, { role: 'user' }>['id'] });

interface Question {
  readonly name: string;
  /** @param tenant number; @param r 0…1 */
  readonly filter: (tenant: number, r: number) => CallFilter;
  /** From somewhere in the history, not its beginning. */
  readonly deep?: boolean;
  /** With the total, as the first page is read. */
  readonly counted?: boolean;
}

const LINE = (tenant: number) => `7495${String(tenant * 10 + 2).padStart(7, '0')}`;
const MONTH = 30 * 86_400_000;
const END = Date.parse('2026-11-22');

const QUESTIONS: readonly Question[] = [
  { name: 'first page', filter: () => ({}) },
  { name: 'first page and total', filter: () => ({}), counted: true },
  { name: 'page from anywhere in three years', filter: () => ({}), deep: true },
  { name: 'missed', filter: () => ({ direction: 'in', answered: false }) },
  { name: 'missed, total too', filter: () => ({ direction: 'in', answered: false }), counted: true },
  { name: 'rare kind (1 in 10 000)', filter: () => ({ kinds: ['voicemail'] }) },
  { name: 'one line, not accepted', filter: tenant => ({ lines: [LINE(tenant)], answered: false }) },
  {
    name: 'one line, rare kind, month',
    filter: (tenant, r) => ({
      lines: [LINE(tenant)],
      kinds: ['voicemail'],
      from: END - r * 30 * MONTH - MONTH,
      to: END - r * 30 * MONTH,
    }),
  },
  {
    name: 'month, accepted, total too',
    filter: (_, r) => ({ answered: true, from: END - r * 30 * MONTH - MONTH, to: END - r * 30 * MONTH }),
    counted: true,
  },
  {
    name: '7 digits of a number',
    filter: (_, r) => ({
      search: String(Math.floor(r * r * 3e8))
        .padStart(9, '0')
        .slice(0, 7),
    }),
  },
  {
    name: '7 digits, total too',
    filter: (_, r) => ({
      search: String(Math.floor(r * r * 3e8))
        .padStart(9, '0')
        .slice(0, 7),
    }),
    counted: true,
  },
  { name: '4 digits', filter: (_, r) => ({ search: String(1000 + Math.floor(r * 8999)) }) },
  {
    name: '4 digits, total too',
    filter: (_, r) => ({ search: String(1000 + Math.floor(r * 8999)) }),
    counted: true,
  },
  { name: '3 digits, in every second row', filter: () => ({ search: '790' }), counted: true },
  { name: 'family name, 1 in 20', filter: () => ({ search: 'кузнецов' }), counted: true },
  { name: 'family name from anywhere', filter: () => ({ search: 'Кузнецов' }), deep: true },
  { name: 'a name nobody has', filter: () => ({ search: 'шварцнеггер' }), counted: true },
  {
    name: 'name, missed, one line',
    filter: tenant => ({ search: 'кузнецов', direction: 'in', answered: false, lines: [LINE(tenant)] }),
    counted: true,
  },
  { name: 'journal of a user', filter: (_, r) => ({ of: journal(Math.floor(r * 40)) }), counted: true },
  {
    name: 'journal of a user, 7 digits',
    filter: (_, r) => ({
      of: journal(Math.floor(r * 40)),
      search: String(Math.floor(r * r * 3e8))
        .padStart(9, '0')
        .slice(0, 7),
    }),
    counted: true,
  },
];

const PAGE = 100;

/** Every question `times` times, of tenants as often as they have calls: the big ones are asked most. */
async function ask(store: Store, question: Question, times: number): Promise<QueryFigures> {
  const took: number[] = [];
  let rows = 0;
  const harmonic = Array.from({ length: TENANTS }, (_, n) => 1 / (n + 1)).reduce((a, b) => a + b);
  for (let n = 0; n < times; n++) {
    let left = Math.random() * harmonic;
    let tenant = 1;
    while (tenant < TENANTS && left > 1 / tenant) left -= 1 / tenant++;
    const domain = domainOf(tenant) as Parameters<Store['callHistory']['page']>[0];
    const filter = question.filter(tenant, Math.random());
    const before: PageKey | null = question.deep
      ? {
          startedAt: END - Math.random() * 33 * MONTH,
          callId: 'ffffffff-ffff-ffff-ffff-ffffffffffff' as PageKey['callId'],
          ordinal: 0,
        }
      : null;
    const began = performance.now();
    const [page] = await Promise.all([
      store.callHistory.page(domain, { ...filter, limit: PAGE, ...(before && { before }) }),
      question.counted ? store.callHistory.count(domain, filter) : null,
    ]);
    took.push(performance.now() - began);
    rows += page.rows.length;
  }
  took.sort((a, b) => a - b);
  const at = (share: number) => took[Math.min(took.length - 1, Math.floor(share * took.length))] ?? 0;
  return { name: question.name, p50: at(0.5), p95: at(0.95), max: at(1), rows: rows / times };
}

/** In a process of its own, so that the peak is the export's. */
async function exporting(ownerUrl: string, format: string, folder: string): Promise<ExportFigures> {
  const script = fileURLToPath(new URL('./history-export.ts', import.meta.url));
  const child = spawn(
    process.execPath,
    [script, ownerUrl, domainOf(1), format, join(folder, `export.${format}`)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  return { format, ...JSON.parse(await text(child.stdout)) };
}

export async function measureHistory(o: { readonly records: number; readonly times: number }): Promise<{
  readonly loaded: number;
  readonly sizes: Readonly<Record<string, string>>;
  readonly queries: readonly QueryFigures[];
  readonly exports: readonly ExportFigures[];
}> {
  const folder = await mkdtemp(join(tmpdir(), 'kommutator-history-'));
  const clock = new SystemClock();
  const server = await startEmbedded({ dataDir: folder, clock, log: silentLog });
  const { ownerUrl } = server;
  try {
    await migrate(ownerUrl, { key: null }, silentLog);
    const client = new Client({ connectionString: ownerUrl });
    await client.connect();
    const began = performance.now();
    for (const statement of fill(o.records)) await client.query(statement);
    const loaded = (performance.now() - began) / 1000;
    const { rows } = await client.query<{ name: string; size: string }>(
      `SELECT relname AS name, pg_size_pretty(pg_relation_size(oid)) AS size FROM pg_class
        WHERE relname IN ('call', 'call_page', 'call_kind_page', 'call_line_page', 'call_text', 'call_search') ORDER BY 1`,
    );
    await client.end();
    const store = openStore({ ownerUrl, roleKey: null, clock, log: silentLog });
    const queries: QueryFigures[] = [];
    for (const question of QUESTIONS) {
      await ask(store, question, Math.ceil(o.times / 10));
      queries.push(await ask(store, question, o.times));
    }
    await store.close();
    const exports: ExportFigures[] = [];
    for (const format of ['csv', 'xlsx', 'xls']) exports.push(await exporting(ownerUrl, format, folder));
    return { loaded, sizes: Object.fromEntries(rows.map(row => [row.name, row.size])), queries, exports };
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
