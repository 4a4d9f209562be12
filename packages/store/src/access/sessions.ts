/** Sessions of the cabinets, by the hash of their token (ACC-5). */
import { newId } from '@kommutator/base';
import { type Kysely, sql } from 'kysely';
import { stamp } from '../database/rows.ts';
import type { Tables } from '../database/tables.ts';
import { type Person, personOf } from './people.ts';

export interface NewSession {
  readonly person: Person;
  readonly tokenHash: Buffer;
  readonly remembered: boolean;
  readonly address: string;
  readonly agent: string;
  /** Unix ms. */
  readonly now: number;
  readonly endsAt: number;
}

export interface StoredSession {
  readonly id: string;
  readonly createdAt: number;
  readonly seenAt: number;
  readonly address: string;
  readonly agent: string;
}

/** More than this many of one person: the one not seen for longest ends. */
const MOST_SESSIONS = 50;

/** @returns its id. */
export async function openSession(db: Kysely<Tables>, session: NewSession): Promise<string> {
  const { person, tokenHash, remembered, address, agent, now, endsAt } = session;
  const id = newId(now);
  await db.transaction().execute(async tx => {
    await sql`DELETE FROM web_session WHERE account_id = ${person.id} AND session_id NOT IN (
      SELECT session_id FROM web_session WHERE account_id = ${person.id} AND ends_at > ${stamp(now)}
       ORDER BY seen_at DESC LIMIT ${MOST_SESSIONS - 1})`.execute(tx);
    await tx
      .insertInto('web_session')
      .values({
        session_id: id,
        account_id: person.id,
        domain_id: person.domain?.id ?? null,
        token_hash: tokenHash,
        remembered,
        created_at: stamp(now),
        seen_at: stamp(now),
        ends_at: stamp(endsAt),
        address,
        agent: agent.slice(0, 200),
      })
      .execute();
  });
  return id;
}

/** The session and whose it is now; it was seen now. Null = none, ended, or idle too long. */
export async function seeSession(
  db: Kysely<Tables>,
  tokenHash: Buffer,
  now: number,
  idleLimit: number,
): Promise<{ readonly id: string; readonly endsAt: number; readonly person: Person } | null> {
  const { rows } = await sql<{ session_id: string; account_id: string; ends_at: Date }>`
    UPDATE web_session SET seen_at = ${stamp(now)}
     WHERE token_hash = ${tokenHash} AND ends_at > ${stamp(now)}
       AND (remembered OR seen_at > ${stamp(now - idleLimit)})
    RETURNING session_id, account_id, ends_at`.execute(db);
  const session = rows[0];
  if (!session) return null;
  const row = await db
    .selectFrom('cabinet_person')
    .selectAll()
    .where('account_id', '=', session.account_id)
    .executeTakeFirst();
  return row ? { id: session.session_id, endsAt: session.ends_at.getTime(), person: personOf(row) } : null;
}

/** Those that have not ended, the latest seen first. */
export async function listSessions(
  db: Kysely<Tables>,
  account: string,
  now: number,
  idleLimit: number,
): Promise<readonly StoredSession[]> {
  const rows = await db
    .selectFrom('web_session')
    .select(['session_id', 'created_at', 'seen_at', 'address', 'agent'])
    .where('account_id', '=', account)
    .where('ends_at', '>', new Date(now))
    .where(where =>
      where.or([where('remembered', '=', true), where('seen_at', '>', new Date(now - idleLimit))]),
    )
    .orderBy('seen_at', 'desc')
    .execute();
  return rows.map(row => ({
    id: row.session_id,
    createdAt: row.created_at.getTime(),
    seenAt: row.seen_at.getTime(),
    address: row.address,
    agent: row.agent,
  }));
}

/** @returns false when it is absent or somebody else's. */
export async function endSession(db: Kysely<Tables>, account: string, session: string): Promise<boolean> {
  const done = await db
    .deleteFrom('web_session')
    .where('account_id', '=', account)
    .where('session_id', '=', session)
    .executeTakeFirst();
  return done.numDeletedRows > 0n;
}

/** Ends all of a person's, or all but one; the same inside a change of his password. */
export async function endSessions(db: Kysely<Tables>, account: string, except: string | null): Promise<void> {
  const all = db.deleteFrom('web_session').where('account_id', '=', account);
  await (except === null ? all : all.where('session_id', '<>', except)).execute();
}

/**
 * From now on another token names this session.
 * @returns when it ends, if it is remembered beyond the browser's; null = until that closes.
 */
export async function renameSession(
  db: Kysely<Tables>,
  session: string,
  tokenHash: Buffer,
): Promise<number | null> {
  const row = await db
    .updateTable('web_session')
    .set({ token_hash: tokenHash })
    .where('session_id', '=', session)
    .returning(['remembered', 'ends_at'])
    .executeTakeFirst();
  return row?.remembered ? row.ends_at.getTime() : null;
}

/** Rows nobody can use any more. */
export async function forgetEndedSessions(db: Kysely<Tables>, now: number): Promise<void> {
  await db.deleteFrom('web_session').where('ends_at', '<=', new Date(now)).execute();
  await db.deleteFrom('password_link').where('expires_at', '<=', new Date(now)).execute();
}
