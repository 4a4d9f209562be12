/**
 * Call history of one domain (ADM-1). These tables have no row-level security: this is the only module that reads them,
 * and no function here works without a domain.
 */
import type { CallId, DomainId } from '@kommutator/model/ids';
import type { CallLegRow, CallPartyRow, CallRecord, CallRow } from '@kommutator/model/record';
import type { Kysely, Selectable } from 'kysely';
import { sql } from 'kysely';
import type { Tables } from '../database/tables.ts';

/** The last row of the page before: rows that arrive meanwhile shift nothing. */
export interface PageKey {
  /** Unix ms. */
  readonly startedAt: number;
  readonly callId: CallId;
}

export interface PageQuery {
  readonly before?: PageKey;
  /** 1–500. */
  readonly limit: number;
}

const MAX_PAGE = 500;

/** Newest first. */
export async function readPage(
  app: Kysely<Tables>,
  domain: DomainId,
  { before, limit }: PageQuery,
): Promise<readonly CallRow[]> {
  let query = app
    .selectFrom('call')
    .selectAll()
    .where('domain_id', '=', domain)
    .orderBy('started_at', 'desc')
    .orderBy('call_id', 'desc')
    .limit(Math.max(1, Math.min(limit, MAX_PAGE)));
  if (before)
    query = query.where(
      sql<boolean>`(started_at, call_id) < (${new Date(before.startedAt).toISOString()}::timestamptz, ${before.callId}::uuid)`,
    );
  return (await query.execute()).map(callOf);
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

const callOf = (row: Selectable<Tables['call']>): CallRow => ({
  callId: row.call_id,
  domain: row.domain_id,
  direction: row.direction,
  kind: row.kind,
  aNumber: row.a_number,
  aName: row.a_name,
  bNumber: row.b_number,
  bName: row.b_name,
  numberId: row.number_id,
  startedAt: row.started_at.getTime(),
  answeredAt: row.answered_at?.getTime() ?? null,
  endedAt: row.ended_at.getTime(),
  talkMs: Number(row.talk_ms),
  sipStatus: row.sip_status,
  q850: row.q850,
  endedBy: row.ended_by,
  protocol: row.protocol,
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
