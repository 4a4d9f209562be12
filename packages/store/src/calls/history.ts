/**
 * Call history of one domain (ADM-1). These tables have no row-level security: this is the only module that reads them,
 * and no function here works without a domain.
 */
import type { CallId, DomainId } from '@kommutator/model/ids';
import type { CallKind, CallLegRow, CallPartyRow, CallRecord, CallRow } from '@kommutator/model/record';
import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely';
import type { Tables } from '../database/tables.ts';
import { countFound, hasResidual, lookFor } from './look.ts';
import { searchWords } from './search-text.ts';
import { type CallFilter, type PageKey, walk, walkUnordered } from './walk.ts';

/** A row of the journal: everything of a call but its protocol. */
export interface CallSummary extends Omit<CallRow, 'protocol'> {
  /** Place in the call's parties, in the journal of a user or a group; 0 in the domain's. */
  readonly ordinal: number;
  /** Of the worst leg. */
  readonly mos: number | null;
  /** In the journal of a user or a group: the other side, kind and talk as it had them (ACC-32). */
  readonly party: Pick<CallPartyRow, 'peerNumber' | 'peerName' | 'note'> | null;
}

export interface PageQuery extends CallFilter {
  readonly before?: PageKey;
  /** 1–2 000. */
  readonly limit: number;
}

export interface CallPage {
  readonly rows: readonly CallSummary[];
  readonly more: boolean;
}

const MAX_PAGE = 2_000;
/** Counted no further (UI.md «загружено 100 из 12 340»): an index is walked for it. */
const MOST_COUNTED = 100_000;
/** Of a search every row counted is read. */
const MOST_FOUND_COUNTED = 1_000;

/** Newest first. */
export async function readPage(
  app: Kysely<Tables>,
  domain: DomainId,
  { before, limit, ...filter }: PageQuery,
): Promise<CallPage> {
  const wanted = Math.max(1, Math.min(limit, MAX_PAGE)) + 1;
  const words = filter.search === undefined ? null : searchWords(filter.search);
  const keys =
    words || hasResidual(filter)
      ? await lookFor(app, domain, { filter, before, words, wanted })
      : walk(domain, filter, before, wanted);
  const found = keys ? await rows(app, domain, keys, filter.of !== undefined) : [];
  return { rows: found.slice(0, wanted - 1).map(summaryOf), more: found.length === wanted };
}

interface Row extends Omit<Selectable<Tables['call']>, 'protocol' | 'search'> {
  readonly ordinal: number;
  readonly party_kind: CallKind | null;
  readonly party_talk_ms: bigint | null;
  readonly peer_number: string | null;
  readonly peer_name: string | null;
  readonly note: Readonly<Record<string, string>> | null;
}

/** The rows behind keys, in their order. */
async function rows(
  app: Kysely<Tables>,
  domain: DomainId,
  keys: RawBuilder<unknown>,
  journal: boolean,
): Promise<readonly Row[]> {
  const party = journal
    ? sql`p.kind AS party_kind, p.talk_ms AS party_talk_ms, p.peer_number, p.peer_name, p.note`
    : sql`NULL AS party_kind, NULL::bigint AS party_talk_ms, NULL AS peer_number, NULL AS peer_name, NULL AS note`;
  const join = journal ? sql`JOIN call_party p ON p.call_id = k.call_id AND p.ordinal = k.ordinal` : sql``;
  const query = sql<Row>`WITH k AS MATERIALIZED (${keys})
    SELECT c.call_id, c.domain_id, c.direction, c.kind, c.a_number, c.a_name, c.b_number, c.b_name, c.number_id, c.line,
      c.mos, c.started_at, c.answered_at, c.ended_at, c.talk_ms, c.sip_status, c.q850, c.ended_by, k.ordinal, ${party}
    FROM k JOIN call c ON c.call_id = k.call_id AND c.domain_id = ${domain}::uuid ${join}
    ORDER BY k.started_at DESC, k.call_id DESC, k.ordinal DESC`;
  return (await query.execute(app)).rows;
}

/**
 * How many rows fit, counted up to a bound.
 * @param atMost counted so far; 100 000 by indexes, 1 000 when a search must read every row, when left out.
 * @returns null when there are more.
 */
export async function countCalls(
  app: Kysely<Tables>,
  domain: DomainId,
  filter: CallFilter,
  atMost?: number,
): Promise<number | null> {
  const words = filter.search === undefined ? null : searchWords(filter.search);
  const usual = words || hasResidual(filter) ? MOST_FOUND_COUNTED : MOST_COUNTED;
  const most = atMost ?? usual;
  const n =
    words || hasResidual(filter)
      ? await countFound(app, domain, { filter, before: undefined, words, wanted: most + 1 })
      : await counted(app, sql`${walkUnordered(domain, filter)} LIMIT ${most + 1}`);
  return n > most ? null : n;
}

async function counted(app: Kysely<Tables>, keys: RawBuilder<unknown>): Promise<number> {
  const { rows } = await sql<{ n: bigint }>`SELECT count(*) AS n FROM (${keys}) counted`.execute(app);
  return Number(rows[0]?.n ?? 0);
}

/** Everything of one call; null when it is absent or another domain's. */
export async function readCall(
  app: Kysely<Tables>,
  domain: DomainId,
  id: CallId,
): Promise<CallRecord | null> {
  const call = await app
    .selectFrom('call')
    .selectAll()
    .where('domain_id', '=', domain)
    .where('call_id', '=', id)
    .executeTakeFirst();
  if (!call) return null;
  const legs = await app
    .selectFrom('call_leg')
    .selectAll()
    .where('domain_id', '=', domain)
    .where('call_id', '=', id)
    .orderBy('started_at')
    .orderBy('leg_id')
    .execute();
  const parties = await app
    .selectFrom('call_party')
    .selectAll()
    .where('domain_id', '=', domain)
    .where('call_id', '=', id)
    .orderBy('ordinal')
    .execute();
  return { call: callOf(call), legs: legs.map(legOf), parties: parties.map(partyOf) };
}

const count = (value: bigint | null): number | null => (value === null ? null : Number(value));

const rowOf = (row: Omit<Selectable<Tables['call']>, 'protocol' | 'search'>): Omit<CallRow, 'protocol'> => ({
  callId: row.call_id,
  domain: row.domain_id,
  direction: row.direction,
  kind: row.kind,
  aNumber: row.a_number,
  aName: row.a_name,
  bNumber: row.b_number,
  bName: row.b_name,
  numberId: row.number_id,
  line: row.line,
  startedAt: row.started_at.getTime(),
  answeredAt: row.answered_at?.getTime() ?? null,
  endedAt: row.ended_at.getTime(),
  talkMs: Number(row.talk_ms),
  sipStatus: row.sip_status,
  q850: row.q850,
  endedBy: row.ended_by,
});

const callOf = (row: Selectable<Tables['call']>): CallRow => ({ ...rowOf(row), protocol: row.protocol });

const summaryOf = (row: Row): CallSummary => ({
  ...rowOf(row),
  kind: row.party_kind ?? row.kind,
  talkMs: Number(row.party_talk_ms ?? row.talk_ms),
  ordinal: row.ordinal,
  mos: row.mos,
  party:
    row.party_kind === null
      ? null
      : { peerNumber: row.peer_number ?? '', peerName: row.peer_name ?? '', note: row.note },
});

const legOf = (row: Selectable<Tables['call_leg']>): CallLegRow => ({
  callId: row.call_id,
  legId: row.leg_id,
  domain: row.domain_id,
  role: row.role,
  kind: row.kind,
  number: row.number,
  user: row.user_id,
  trunk: row.trunk_id,
  sipCallId: row.sip_call_id,
  startedAt: row.started_at.getTime(),
  answeredAt: row.answered_at?.getTime() ?? null,
  endedAt: row.ended_at.getTime(),
  sipStatus: row.sip_status,
  q850: row.q850,
  packetsIn: count(row.packets_in),
  packetsOut: count(row.packets_out),
  loss: row.loss,
  jitterMs: row.jitter_ms,
  mos: row.mos,
  rttMs: row.rtt_ms,
  farLoss: row.far_loss,
  farJitterMs: row.far_jitter_ms,
  farMos: row.far_mos,
});

const partyOf = (row: Selectable<Tables['call_party']>): CallPartyRow => ({
  callId: row.call_id,
  domain: row.domain_id,
  role: row.role,
  subject: row.subject,
  kind: row.kind,
  peerNumber: row.peer_number,
  peerName: row.peer_name,
  startedAt: row.started_at.getTime(),
  talkMs: Number(row.talk_ms),
  note: row.note,
});
