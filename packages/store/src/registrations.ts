/** Registrations that outlive a restart of a machine (ports: RegistrationStore). */
import type { RegistrationRecord } from '@kommutator/model/events';
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { jsonRows, stamp } from './database/rows.ts';
import type { Tables } from './database/tables.ts';

/** What names one registration: address of record and contact. */
export type RegistrationKey = Pick<RegistrationRecord, 'domain' | 'login' | 'contact'>;

/**
 * Writes and removes bindings in one transaction. A later registration is never overwritten by an earlier one;
 * bindings of a user who is gone are dropped.
 */
export async function saveRegistrations(
  system: Kysely<Tables>,
  upserts: readonly RegistrationRecord[],
  removals: readonly RegistrationKey[],
): Promise<void> {
  if (upserts.length === 0 && removals.length === 0) return;
  await system.transaction().execute(async db => {
    if (removals.length > 0)
      await sql`DELETE FROM registration r USING jsonb_to_recordset(${jsonRows(removals)}::jsonb)
        AS gone(domain uuid, login text, contact text)
        WHERE r.domain_id = gone.domain AND r.login = gone.login AND r.contact = gone.contact`.execute(db);
    if (upserts.length > 0) await upsert(db, upserts);
  });
}

async function upsert(db: Kysely<Tables>, records: readonly RegistrationRecord[]): Promise<void> {
  // The last of several writes of one binding wins; SQL would refuse to touch a row twice.
  const latest = new Map(
    records.map(record => [`${record.domain} ${record.login} ${record.contact}`, record] as const),
  );
  const rows = [...latest.values()].map(record => ({
    ...record,
    registeredAt: stamp(record.registeredAt),
    expiresAt: stamp(record.expiresAt),
  }));
  await sql`INSERT INTO registration
      (domain_id, user_id, login, contact, instance, protocol, source_address, source_port, call_id, cseq, path,
       user_agent, q, registered_at, expires_at)
    SELECT n.domain, n."user", n.login, n.contact, n.instance, n.protocol, n."sourceAddress", n."sourcePort", n."callId",
           n.cseq, n.path, n."userAgent", n.q, n."registeredAt", n."expiresAt"
      FROM jsonb_to_recordset(${jsonRows(rows)}::jsonb) AS n(
        domain uuid, "user" uuid, login text, contact text, instance text, protocol text, "sourceAddress" text,
        "sourcePort" integer, "callId" text, cseq bigint, path text[], "userAgent" text, q smallint,
        "registeredAt" timestamptz, "expiresAt" timestamptz)
      JOIN pbx_user u ON u.domain_id = n.domain AND u.user_id = n."user"
    ON CONFLICT (domain_id, login, contact) DO UPDATE SET
      user_id = excluded.user_id, instance = excluded.instance, protocol = excluded.protocol,
      source_address = excluded.source_address, source_port = excluded.source_port, call_id = excluded.call_id,
      cseq = excluded.cseq, path = excluded.path, user_agent = excluded.user_agent, q = excluded.q,
      registered_at = excluded.registered_at, expires_at = excluded.expires_at
    WHERE excluded.registered_at >= registration.registered_at`.execute(db);
}

/** Bindings that have not expired at `now` (Unix ms). */
export async function loadRegistrations(
  system: Kysely<Tables>,
  now: number,
): Promise<readonly RegistrationRecord[]> {
  const rows = await system
    .selectFrom('registration')
    .selectAll()
    .where('expires_at', '>', new Date(now))
    .orderBy('domain_id')
    .orderBy('login')
    .orderBy('contact')
    .execute();
  return rows.map(row => ({
    domain: row.domain_id,
    user: row.user_id,
    login: row.login,
    contact: row.contact,
    instance: row.instance,
    protocol: row.protocol,
    sourceAddress: row.source_address,
    sourcePort: row.source_port,
    callId: row.call_id,
    cseq: Number(row.cseq),
    path: row.path,
    userAgent: row.user_agent,
    q: row.q,
    registeredAt: row.registered_at.getTime(),
    expiresAt: row.expires_at.getTime(),
  }));
}
