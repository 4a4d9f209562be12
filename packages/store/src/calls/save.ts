/** Rows of finished calls, projected from the journal exactly once (DESIGN rule 3). */
import type { CallRecord } from '@kommutator/model/record';
import { type Kysely, sql, type Transaction } from 'kysely';
import { jsonRows, stamp } from '../database/rows.ts';
import type { Tables } from '../database/tables.ts';
import { LONGEST_SEARCH, searchText } from './search-text.ts';

/** How far a node's journal is projected: the end of the last record saved. */
export interface Checkpoint {
  readonly node: string;
  /** Number of the journal's segment file; later segments have greater numbers. */
  readonly segment: number;
  /** Bytes from the start of the segment. */
  readonly offset: number;
}

/**
 * Saves all records and the checkpoint in one transaction. A call saved before is left as it is, with its legs and
 * parties, so a batch may be repeated after a failure. The checkpoint never moves back.
 */
export async function saveCallRecords(
  system: Kysely<Tables>,
  records: readonly CallRecord[],
  checkpoint: Checkpoint,
): Promise<void> {
  await system.transaction().execute(async db => {
    if (records.length > 0) await insert(db, records);
    await sql`INSERT INTO journal_checkpoint AS c (node, segment, "offset")
      VALUES (${checkpoint.node}, ${checkpoint.segment}, ${checkpoint.offset})
      ON CONFLICT (node) DO UPDATE SET segment = excluded.segment, "offset" = excluded."offset"
      WHERE (c.segment, c."offset") < (excluded.segment, excluded."offset")`.execute(db);
  });
}

/** In the order of call ids: two writers of the same calls wait for each other, they do not deadlock. */
async function insert(db: Transaction<Tables>, records: readonly CallRecord[]): Promise<void> {
  const calls = records.map(({ call, legs }) => ({
    ...call,
    mos: worst(legs.flatMap(leg => [leg.mos ?? [], leg.farMos ?? []].flat())),
    startedAt: stamp(call.startedAt),
    answeredAt: stamp(call.answeredAt),
    endedAt: stamp(call.endedAt),
    search: searchText([call.aNumber, call.aName, call.bNumber, call.bName]),
  }));
  const legs = records.flatMap(record =>
    record.legs.map(leg => ({
      ...leg,
      startedAt: stamp(leg.startedAt),
      answeredAt: stamp(leg.answeredAt),
      endedAt: stamp(leg.endedAt),
    })),
  );
  const parties = records.flatMap(record =>
    record.parties.map((party, ordinal) => ({ ...party, ordinal, startedAt: stamp(party.startedAt) })),
  );
  await sql`WITH legs AS (
      SELECT * FROM jsonb_to_recordset(${jsonRows(legs)}::jsonb) AS n("callId" uuid, "legId" uuid, domain uuid,
        role text, kind text, number text, "user" uuid, trunk uuid, "sipCallId" text, "startedAt" timestamptz,
        "answeredAt" timestamptz, "endedAt" timestamptz, "sipStatus" smallint, q850 smallint, "packetsIn" bigint,
        "packetsOut" bigint, loss double precision, "jitterMs" double precision, mos double precision,
        "rttMs" double precision, "farLoss" double precision, "farJitterMs" double precision,
        "farMos" double precision)
    ), parties AS (
      SELECT * FROM jsonb_to_recordset(${jsonRows(parties)}::jsonb) AS n("callId" uuid, ordinal smallint, domain uuid,
        role text, subject uuid, kind text, "peerNumber" text, "peerName" text, "startedAt" timestamptz,
        "talkMs" bigint, note jsonb)
    ), logins AS (
      SELECT p."callId", string_agg(DISTINCT u.login, chr(10)) AS logins
      FROM parties p JOIN pbx_user u ON u.domain_id = p.domain AND u.user_id = p.subject
      WHERE p.role = 'user' GROUP BY p."callId"
    ), fresh AS (
      INSERT INTO call (call_id, domain_id, direction, kind, a_number, a_name, b_number, b_name, number_id, started_at,
        answered_at, ended_at, talk_ms, sip_status, q850, ended_by, protocol, line, mos, search)
      SELECT "callId", domain, direction, kind, "aNumber", "aName", "bNumber", "bName", "numberId", "startedAt",
        "answeredAt", "endedAt", "talkMs", "sipStatus", q850, "endedBy", protocol, line,
        mos, left(concat_ws(chr(10), search, logins), ${LONGEST_SEARCH})
      FROM jsonb_to_recordset(${jsonRows(calls)}::jsonb) AS n("callId" uuid, domain uuid, direction text, kind text,
        "aNumber" text, "aName" text, "bNumber" text, "bName" text, "numberId" uuid, "startedAt" timestamptz,
        "answeredAt" timestamptz, "endedAt" timestamptz, "talkMs" bigint, "sipStatus" smallint, q850 smallint,
        "endedBy" text, protocol jsonb, line text, mos real, search text)
      LEFT JOIN logins USING ("callId")
      ORDER BY "callId"
      ON CONFLICT (call_id) DO NOTHING
      RETURNING call_id
    ), fresh_legs AS (
      INSERT INTO call_leg (call_id, leg_id, domain_id, role, kind, number, user_id, trunk_id, sip_call_id, started_at,
        answered_at, ended_at, sip_status, q850, packets_in, packets_out, loss, jitter_ms, mos,
        rtt_ms, far_loss, far_jitter_ms, far_mos)
      SELECT "callId", "legId", domain, role, kind, number, "user", trunk, "sipCallId", "startedAt", "answeredAt",
        "endedAt", "sipStatus", q850, "packetsIn", "packetsOut", loss, "jitterMs", mos,
        "rttMs", "farLoss", "farJitterMs", "farMos"
      FROM legs n JOIN fresh ON fresh.call_id = n."callId"
      ON CONFLICT DO NOTHING
    )
    INSERT INTO call_party (call_id, ordinal, domain_id, role, subject, kind, peer_number, peer_name, started_at,
      talk_ms, note)
    SELECT "callId", ordinal, domain, role, subject, kind, "peerNumber", "peerName", "startedAt", "talkMs",
      nullif(note, 'null'::jsonb)
    FROM parties n JOIN fresh ON fresh.call_id = n."callId"
    ON CONFLICT DO NOTHING`.execute(db);
}

const worst = (mos: readonly number[]): number | null => (mos.length === 0 ? null : Math.min(...mos));

/** Where the projection of a node's journal goes on; null = from its beginning. */
export async function readCheckpoint(system: Kysely<Tables>, node: string): Promise<Checkpoint | null> {
  const row = await system
    .selectFrom('journal_checkpoint')
    .selectAll()
    .where('node', '=', node)
    .executeTakeFirst();
  return row ? { node, segment: Number(row.segment), offset: Number(row.offset) } : null;
}
