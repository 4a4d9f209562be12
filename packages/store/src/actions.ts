/** The action history as it is read (ADM-8); writing stands in transaction.ts. */
import type { DomainId } from '@kommutator/model/ids';
import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { Actor, FieldChange } from './actor.ts';
import type { Tables } from './database/tables.ts';

export interface ActionRow {
  readonly id: string;
  /** Unix ms. */
  readonly at: number;
  readonly actorId: string | null;
  readonly actorLogin: string;
  readonly actorName: string;
  readonly ip: string | null;
  readonly source: Actor['source'];
  readonly objectType: string;
  readonly objectId: string | null;
  readonly objectName: string;
  readonly action: string;
  readonly changes: readonly FieldChange[];
}

/** Combined by AND; periods are [from, to) in Unix ms. */
export interface ActionQuery {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Id, or part of the actor's name or login. */
  readonly actor?: string | undefined;
  readonly object?: string | undefined;
  readonly action?: string | undefined;
  /** Part of the object's name or type. */
  readonly search?: string | undefined;
  readonly before?: { readonly at: number; readonly id: string } | undefined;
  /** 1–200. */
  readonly limit: number;
}

export interface ActionPage {
  readonly rows: readonly ActionRow[];
  readonly more: boolean;
  /** On the first page; null = more than are counted. */
  readonly total: number | null;
}

const MOST_COUNTED = 10_000;

/** Newest first, of one domain. */
export async function readActions(
  db: Transaction<Tables>,
  domain: DomainId,
  query: ActionQuery,
): Promise<ActionPage> {
  const { before, limit } = query;
  const conditions = conditionsOf(domain, query);
  const key = before
    ? sql`AND (at, action_id) < (${new Date(before.at).toISOString()}::timestamptz, ${before.id}::uuid)`
    : sql``;
  const { rows } = await sql<{
    action_id: string;
    at: Date;
    actor_id: string | null;
    actor_login: string;
    actor_name: string;
    ip: string | null;
    source: Actor['source'];
    object_type: string;
    object_id: string | null;
    object_name: string;
    action: string;
    changes: readonly FieldChange[];
  }>`SELECT action_id, at, actor_id, actor_login, actor_name, ip, source, object_type, object_id, object_name, action,
      changes FROM action_history WHERE ${conditions} ${key} ORDER BY at DESC, action_id DESC LIMIT ${limit + 1}`.execute(
    db,
  );
  const counted = before
    ? null
    : await sql<{ n: bigint }>`SELECT count(*) AS n FROM (
        SELECT 1 FROM action_history WHERE ${conditions} LIMIT ${MOST_COUNTED + 1}) counted`.execute(db);
  const n = counted === null ? null : Number(counted.rows[0]?.n ?? 0);
  return {
    rows: rows.slice(0, limit).map(row => ({
      id: row.action_id,
      at: row.at.getTime(),
      actorId: row.actor_id,
      actorLogin: row.actor_login,
      actorName: row.actor_name,
      ip: row.ip,
      source: row.source,
      objectType: row.object_type,
      objectId: row.object_id,
      objectName: row.object_name,
      action: row.action,
      changes: row.changes,
    })),
    more: rows.length > limit,
    total: n === null || n > MOST_COUNTED ? null : n,
  };
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function conditionsOf(
  domain: DomainId,
  { from, to, actor, object, action, search }: ActionQuery,
): RawBuilder<unknown> {
  const parts: RawBuilder<unknown>[] = [sql`domain_id = ${domain}::uuid`];
  if (from !== undefined) parts.push(sql`at >= ${new Date(from).toISOString()}::timestamptz`);
  if (to !== undefined) parts.push(sql`at < ${new Date(to).toISOString()}::timestamptz`);
  if (object !== undefined) parts.push(sql`object_type = ${object}`);
  if (action !== undefined) parts.push(sql`action = ${action}`);
  const has = (text: string, ...columns: readonly string[]) =>
    sql`(${sql.join(
      columns.map(column => sql`strpos(lower(${sql.ref(column)}), ${text.trim().toLowerCase()}) > 0`),
      sql` OR `,
    )})`;
  if (actor !== undefined && actor.trim() !== '') {
    // What is hidden of the provider's people is not found by it either.
    const named = sql`(source <> 'provider' AND ${has(actor, 'actor_name', 'actor_login')})`;
    parts.push(UUID.test(actor.trim()) ? sql`actor_id = ${actor.trim()}::uuid` : named);
  }
  if (search !== undefined && search.trim() !== '') parts.push(has(search, 'object_name', 'object_type'));
  return sql.join(parts, sql` AND `);
}
