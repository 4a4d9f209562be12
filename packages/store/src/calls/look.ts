/**
 * Searches of the history in two steps: the newest calls are looked through, which finds what is frequent, and behind
 * them the index of grams is asked, which is quick for what is rare.
 */
import type { CallId, DomainId } from '@kommutator/model/ids';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Tables } from '../database/tables.ts';
import { type CallFilter, found, type Looking, type PageKey, probe, residual, walk } from './walk.ts';

interface Step {
  /** Rows looked through. */
  readonly limit: number;
  /** Taken only when what came before found so many. */
  readonly least: number;
}

/** Of a domain some 180 pages of an index: what one call in a hundred has fills a page of 100. */
const STEPS: readonly Step[] = [{ limit: 10_000, least: 0 }];
/** Of a journal the call of every row is fetched for its text, so more only for what one row in a hundred has. */
const JOURNAL_STEPS: readonly Step[] = [
  { limit: 500, least: 0 },
  { limit: 4_000, least: 5 },
];

/** What a journal's rows are judged by is known only of their calls. */
export const hasResidual = ({ of, direction, lines }: CallFilter): boolean =>
  of !== undefined && (direction !== undefined || lines !== undefined);

const stepsOf = ({ of }: CallFilter): readonly Step[] => (of ? JOURNAL_STEPS : STEPS);

interface Probed {
  readonly started_at: Date;
  readonly call_id: CallId;
  readonly ordinal: number;
  readonly n: bigint;
  readonly fits: boolean;
}

const keyOf = (row: Pick<Probed, 'started_at' | 'call_id' | 'ordinal'>): PageKey => ({
  startedAt: row.started_at.getTime(),
  callId: row.call_id,
  ordinal: row.ordinal,
});

const keysOf = (keys: readonly Probed[]): RawBuilder<unknown> =>
  sql`SELECT * FROM unnest(${keys.map(key => key.started_at.toISOString())}::timestamptz[],
    ${keys.map(key => key.call_id)}::uuid[], ${keys.map(key => key.ordinal)}::smallint[]) u(started_at, call_id, ordinal)`;

/** Keys behind what was looked through. */
function behind(domain: DomainId, { filter, before, words, wanted }: Looking): RawBuilder<unknown> {
  const everything = words
    ? found(domain, filter, before, words)
    : walk(domain, filter, before, Number.MAX_SAFE_INTEGER);
  const judged = hasResidual(filter)
    ? sql`JOIN call c USING (call_id) WHERE c.domain_id = ${domain}::uuid AND ${residual(filter)}`
    : sql``;
  return sql`WITH f AS MATERIALIZED (${everything})
    SELECT f.started_at, f.call_id, f.ordinal FROM f ${judged}
    ORDER BY f.started_at DESC, f.call_id DESC, f.ordinal DESC LIMIT ${wanted}`;
}

/** A query of up to `wanted` keys `(started_at, call_id, ordinal)`, the newest that fit; null when there are none. */
export async function lookFor(
  app: Kysely<Tables>,
  domain: DomainId,
  o: Looking,
): Promise<RawBuilder<unknown> | null> {
  const hits: Probed[] = [];
  let { before } = o;
  for (const { limit, least } of stepsOf(o.filter)) {
    if (hits.length < least) break;
    const wanted = o.wanted - hits.length;
    const { rows } = await sql<Probed>`${probe(domain, { ...o, before, limit, wanted })}`.execute(app);
    hits.push(...rows.filter(row => row.fits));
    const last = rows.find(row => row.n === BigInt(limit));
    if (hits.length === o.wanted || !last) return hits.length === 0 ? null : keysOf(hits);
    before = keyOf(last);
  }
  const rest = behind(domain, { ...o, before, wanted: o.wanted - hits.length });
  return sql`(${keysOf(hits)}) UNION ALL (${rest})`;
}

/** How many fit; `wanted` when there are as many or more. */
export async function countFound(app: Kysely<Tables>, domain: DomainId, o: Looking): Promise<number> {
  let found = 0;
  let { before } = o;
  for (const { limit, least } of stepsOf(o.filter)) {
    if (found < least) break;
    const looked = await countLooked(app, domain, { ...o, before, limit, wanted: o.wanted - found });
    found += looked.found;
    if (found >= o.wanted || !looked.last) return found;
    before = looked.last;
  }
  const rest = countBehind(domain, { ...o, before, wanted: o.wanted - found });
  const { rows } = await sql<{ n: bigint }>`SELECT count(*) AS n FROM (${rest}) r`.execute(app);
  return found + Number(rows[0]?.n ?? 0);
}

/** @returns `last` = the key the step ended at, with more behind it; null when all was seen or as many found as wanted. */
async function countLooked(
  app: Kysely<Tables>,
  domain: DomainId,
  o: Looking & { readonly limit: number },
): Promise<{ readonly found: number; readonly last: PageKey | null }> {
  const ofLast = sql`FILTER (WHERE h.n = ${o.limit})`;
  const { rows } = await sql<{ n: bigint; at: Date | null; id: CallId | null; ordinal: number | null }>`
    SELECT count(*) FILTER (WHERE h.fits) AS n, max(h.started_at) ${ofLast} AS at, max(h.call_id::text) ${ofLast} AS id,
      max(h.ordinal) ${ofLast} AS ordinal
    FROM (${probe(domain, o)}) h`.execute(app);
  const { n, at, id, ordinal } = rows[0] ?? { n: 0n, at: null, id: null, ordinal: null };
  const last = at && id && ordinal !== null ? keyOf({ started_at: at, call_id: id, ordinal }) : null;
  return { found: Number(n), last };
}

/** The same keys in no order: what is counted need not be sorted. */
function countBehind(domain: DomainId, { filter, before, words, wanted }: Looking): RawBuilder<unknown> {
  const keys = words
    ? found(domain, filter, before, words)
    : walk(domain, filter, before, Number.MAX_SAFE_INTEGER);
  if (!hasResidual(filter)) return sql`SELECT 1 FROM (${keys}) h LIMIT ${wanted}`;
  return sql`SELECT 1 FROM (${keys}) h JOIN call c USING (call_id)
    WHERE c.domain_id = ${domain}::uuid AND ${residual(filter)} LIMIT ${wanted}`;
}
