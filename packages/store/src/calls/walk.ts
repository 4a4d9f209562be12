/**
 * SQL that walks the history newest first through its indexes, whatever the filter (ADM-1, ADM-2): one walk per value of
 * what is filtered by, each in the order of the page, merged. No filter makes a query read more than it shows.
 */
import type { CallDirection } from '@kommutator/model/events';
import type { CallId, DomainId, GroupId, UserId } from '@kommutator/model/ids';
import { CALL_KINDS, type CallKind, isAnswered } from '@kommutator/model/record';
import { type RawBuilder, sql } from 'kysely';

/** The last row of the page before: rows that arrive meanwhile shift nothing. */
export interface PageKey {
  /** Unix ms. */
  readonly startedAt: number;
  readonly callId: CallId;
  /** Place in the call's parties, in the journal of a user or a group; 0 in the domain's. */
  readonly ordinal: number;
}

/** Filters of ADM-2 and ACC-33, combined by AND; what is left out does not filter. */
export interface CallFilter {
  /** Unix ms, inclusive. */
  readonly from?: number;
  /** Unix ms, exclusive. */
  readonly to?: number;
  readonly kinds?: readonly CallKind[];
  readonly direction?: CallDirection;
  readonly answered?: boolean;
  /** Our public numbers, digits. */
  readonly lines?: readonly string[];
  /** Substring of names, numbers, logins. */
  readonly search?: string;
  /** The journal of one user or group: its own rows, with kinds as it sees them (ACC-32). */
  readonly of?:
    | { readonly role: 'user'; readonly id: UserId }
    | { readonly role: 'group'; readonly id: GroupId };
}

/** What is looked for: rows that fit a filter, have one of the words and come after a key. */
export interface Looking {
  readonly filter: CallFilter;
  readonly before: PageKey | undefined;
  /** Null = any text. */
  readonly words: readonly string[] | null;
  readonly wanted: number;
}

const DIRECTIONS: readonly CallDirection[] = ['in', 'out', 'int'];

const kindsOf = ({ kinds, answered }: CallFilter): readonly CallKind[] =>
  CALL_KINDS.filter(
    kind => (!kinds || kinds.includes(kind)) && (answered === undefined || isAnswered(kind) === answered),
  );

const time = (ms: number): RawBuilder<unknown> => sql`${new Date(ms).toISOString()}::timestamptz`;

/** Period and cursor, as conditions on the columns every index ends with. */
function within(
  { from, to }: CallFilter,
  before: PageKey | undefined,
  parties: boolean,
): RawBuilder<unknown> {
  const parts: RawBuilder<unknown>[] = [sql`true`];
  if (from !== undefined) parts.push(sql`t.started_at >= ${time(from)}`);
  if (to !== undefined) parts.push(sql`t.started_at < ${time(to)}`);
  if (before) {
    const { startedAt, callId, ordinal } = before;
    parts.push(
      parties
        ? sql`(t.started_at, t.call_id, t.ordinal) < (${time(startedAt)}, ${callId}::uuid, ${ordinal}::smallint)`
        : sql`(t.started_at, t.call_id) < (${time(startedAt)}, ${callId}::uuid)`,
    );
  }
  return sql.join(parts, sql` AND `);
}

/** The rows of the call table that fit all but the search, as conditions for `t`. */
function domainConditions(domain: DomainId, filter: CallFilter, before?: PageKey): RawBuilder<unknown> {
  const parts = [sql`t.domain_id = ${domain}::uuid`, within(filter, before, false)];
  if (filter.direction) parts.push(sql`t.direction = ${filter.direction}`);
  if (isFaceted(filter)) parts.push(sql`t.kind = ANY(${[...kindsOf(filter)]}::text[])`);
  if (filter.lines) parts.push(sql`t.line = ANY(${[...filter.lines]}::text[])`);
  return sql.join(parts, sql` AND `);
}

const isFaceted = ({ kinds, direction, answered }: CallFilter): boolean =>
  kinds !== undefined || direction !== undefined || answered !== undefined;

/** Newest `limit` rows of the domain's history as `(started_at, call_id, ordinal)`, the search left aside. */
function domainWalk(
  domain: DomainId,
  filter: CallFilter,
  before: PageKey | undefined,
  limit: number,
): RawBuilder<unknown> {
  const columns = sql`t.started_at, t.call_id, 0::smallint AS ordinal`;
  const order = sql`ORDER BY t.started_at DESC, t.call_id DESC LIMIT ${limit}`;
  const bounds = sql`t.domain_id = ${domain}::uuid AND ${within(filter, before, false)}`;
  if (!isFaceted(filter) && !filter.lines) return sql`SELECT ${columns} FROM call t WHERE ${bounds} ${order}`;
  const directions = filter.direction ? [filter.direction] : DIRECTIONS;
  const facets = sql`unnest(${[...directions]}::text[]) d, unnest(${[...kindsOf(filter)]}::text[]) k`;
  const lines = filter.lines ? sql`, unnest(${[...filter.lines]}::text[]) l` : sql``;
  const ofLine = filter.lines ? sql`AND t.line = l` : sql``;
  return sql`SELECT w.* FROM ${facets}${lines} CROSS JOIN LATERAL (
    SELECT ${columns} FROM call t WHERE ${bounds} AND t.direction = d AND t.kind = k ${ofLine} ${order}) w
    ORDER BY w.started_at DESC, w.call_id DESC LIMIT ${limit}`;
}

/** The same of the journal of one user or group. */
function partyWalk(
  domain: DomainId,
  filter: CallFilter & Required<Pick<CallFilter, 'of'>>,
  before: PageKey | undefined,
  limit: number,
): RawBuilder<unknown> {
  const { role, id } = filter.of;
  return sql`SELECT w.* FROM unnest(${[...kindsOf(filter)]}::text[]) k CROSS JOIN LATERAL (
    SELECT t.started_at, t.call_id, t.ordinal FROM call_party t
    WHERE t.domain_id = ${domain}::uuid AND t.role = ${role} AND t.subject = ${id}::uuid AND t.kind = k
      AND ${within(filter, before, true)}
    ORDER BY t.started_at DESC, t.call_id DESC, t.ordinal DESC LIMIT ${limit}) w
    ORDER BY w.started_at DESC, w.call_id DESC, w.ordinal DESC LIMIT ${limit}`;
}

/** Newest `limit` keys that fit all but the search. */
export const walk = (
  domain: DomainId,
  filter: CallFilter,
  before: PageKey | undefined,
  limit: number,
): RawBuilder<unknown> => {
  const { of } = filter;
  return of ? partyWalk(domain, { ...filter, of }, before, limit) : domainWalk(domain, filter, before, limit);
};

/**
 * What a search looks through, newest first: of the domain the newest `limit` calls, whatever they are, read from the
 * index `call_text` alone; of a journal its newest `limit` rows of the kinds asked for, with what of their calls is judged
 * by. `n` counts them.
 */
function lookedThrough(
  domain: DomainId,
  filter: CallFilter,
  before: PageKey | undefined,
  limit: number,
): RawBuilder<unknown> {
  const { of } = filter;
  if (!of)
    return sql`SELECT t.started_at, t.call_id, 0::smallint AS ordinal, t.direction, t.kind, t.line, t.search,
        row_number() OVER (ORDER BY t.started_at DESC, t.call_id DESC) AS n
      FROM call t WHERE t.domain_id = ${domain}::uuid AND ${within(filter, before, false)}
      ORDER BY t.started_at DESC, t.call_id DESC LIMIT ${limit}`;
  return sql`SELECT w.started_at, w.call_id, w.ordinal, c.direction, c.kind, c.line, c.search, w.n
    FROM (SELECT v.*, row_number() OVER (ORDER BY v.started_at DESC, v.call_id DESC, v.ordinal DESC) AS n
      FROM (${partyWalk(domain, { ...filter, of }, before, limit)}) v) w
    CROSS JOIN LATERAL (SELECT t.direction, t.kind, t.line, t.search FROM call t
      WHERE t.call_id = w.call_id AND t.domain_id = ${domain}::uuid OFFSET 0) c
    ORDER BY w.started_at DESC, w.call_id DESC, w.ordinal DESC`;
}

/**
 * Up to `wanted` keys that fit among the newest `limit`, as `(started_at, call_id, ordinal, n, fits)`; stops at the last
 * it needs. The key number `limit` is in the answer whether it fits or not: a search goes on behind it.
 */
export function probe(domain: DomainId, o: Looking & { readonly limit: number }): RawBuilder<unknown> {
  const { filter, before, words, limit, wanted } = o;
  const order = filter.of
    ? sql`s.started_at DESC, s.call_id DESC, s.ordinal DESC`
    : sql`s.started_at DESC, s.call_id DESC`;
  return sql`SELECT s.* FROM (
      SELECT c.started_at, c.call_id, c.ordinal, c.n, (${judged(filter)} AND ${words ? contains(words) : sql`true`}) AS fits
      FROM (${lookedThrough(domain, filter, before, limit)}) c) s
    WHERE s.fits OR s.n = ${limit} ORDER BY ${order} LIMIT ${wanted}`;
}

/** What is judged row by row while looking through: `c` is a call with its text. */
function judged(filter: CallFilter): RawBuilder<unknown> {
  if (filter.of) return residual(filter);
  const parts: RawBuilder<unknown>[] = [sql`true`];
  if (filter.direction) parts.push(sql`c.direction = ${filter.direction}`);
  if (isFaceted(filter)) parts.push(sql`c.kind = ANY(${[...kindsOf(filter)]}::text[])`);
  if (filter.lines) parts.push(sql`c.line = ANY(${[...filter.lines]}::text[])`);
  return sql.join(parts, sql` AND `);
}

/** All keys that fit all but the search, in no order: for counting. */
export function walkUnordered(domain: DomainId, filter: CallFilter): RawBuilder<unknown> {
  const { of } = filter;
  if (!of) return sql`SELECT t.call_id FROM call t WHERE ${domainConditions(domain, filter)}`;
  return sql`SELECT p.call_id FROM call_party p
    WHERE p.domain_id = ${domain}::uuid AND p.role = ${of.role} AND p.subject = ${of.id}::uuid
      AND p.kind = ANY(${[...kindsOf(filter)]}::text[]) AND ${withinParties(filter, undefined)}`;
}

/** What a journal's direction and line are judged by: columns of the call, which the parties do not have. */
export function residual(filter: CallFilter): RawBuilder<unknown> {
  const parts: RawBuilder<unknown>[] = [sql`true`];
  if (filter.of && filter.direction) parts.push(sql`c.direction = ${filter.direction}`);
  if (filter.of && filter.lines) parts.push(sql`c.line = ANY(${[...filter.lines]}::text[])`);
  return sql.join(parts, sql` AND `);
}

/** Whether a call's text has one of the words. */
const contains = (words: readonly string[]): RawBuilder<unknown> =>
  sql`(${sql.join(
    words.map(word => sql`strpos(c.search, ${word}) > 0`),
    sql` OR `,
  )})`;

/** All keys whose text has one of the words, through the index of grams; for words that are rare. */
export function found(
  domain: DomainId,
  filter: CallFilter,
  before: PageKey | undefined,
  words: readonly string[],
): RawBuilder<unknown> {
  const { of } = filter;
  const grams = sql`(${sql.join(
    words.map(word => sql`call_grams(t.domain_id, t.search) @> call_grams(${domain}::uuid, ${word})`),
    sql` OR `,
  )})`;
  const text = sql`(${sql.join(
    words.map(word => sql`strpos(t.search, ${word}) > 0`),
    sql` OR `,
  )})`;
  if (!of)
    return sql`SELECT t.started_at, t.call_id, 0::smallint AS ordinal FROM call t
      WHERE ${domainConditions(domain, filter, before)} AND ${grams} AND ${facets(domain, filter)} AND ${text}`;
  return sql`SELECT p.started_at, p.call_id, p.ordinal FROM call t
    JOIN call_party p ON p.call_id = t.call_id
    WHERE t.domain_id = ${domain}::uuid AND ${grams} AND ${text} AND p.domain_id = ${domain}::uuid
      AND p.role = ${of.role} AND p.subject = ${of.id}::uuid AND p.kind = ANY(${[...kindsOf(filter)]}::text[])
      AND ${withinParties(filter, before)}`;
}

/** What fits all but the search, as the index of grams knows it. */
function facets(domain: DomainId, filter: CallFilter): RawBuilder<unknown> {
  const mark = domain.slice(-4);
  const oneOf = (values: readonly string[]) =>
    sql`call_facets(t.domain_id, t.direction, t.kind, t.line) && ${[...values]}::text[]`;
  const parts: RawBuilder<unknown>[] = [sql`true`];
  if (filter.direction) parts.push(oneOf([`${mark}d${filter.direction}`]));
  if (isFaceted(filter)) parts.push(oneOf(kindsOf(filter).map(kind => `${mark}k${kind}`)));
  if (filter.lines) parts.push(oneOf(filter.lines.map(line => `${mark}l${line}`)));
  return sql.join(parts, sql` AND `);
}

function withinParties({ from, to }: CallFilter, before: PageKey | undefined): RawBuilder<unknown> {
  const parts: RawBuilder<unknown>[] = [sql`true`];
  if (from !== undefined) parts.push(sql`p.started_at >= ${time(from)}`);
  if (to !== undefined) parts.push(sql`p.started_at < ${time(to)}`);
  if (before)
    parts.push(
      sql`(p.started_at, p.call_id, p.ordinal) < (${time(before.startedAt)}, ${before.callId}::uuid, ${before.ordinal}::smallint)`,
    );
  return sql.join(parts, sql` AND `);
}
