import { sql } from 'kysely';
import { type FieldConflict, Refused } from '../database/errors.ts';
import type { DomainTx } from '../transaction.ts';

/**
 * Refuses as stale when somebody changed one of these fields of an object after version `since` to something else;
 * what others changed elsewhere is nobody's conflict.
 * @param fields by column, as the caller wants them.
 */
export async function refuseConflicts(
  tx: DomainTx,
  object: string,
  fields: Readonly<Record<string, unknown>>,
  since: number,
): Promise<void> {
  const { rows } = await sql<{ at: Date; by: string; field: string; theirs: unknown }>`
    SELECT DISTINCT ON (change->>'field') a.at, a.actor_name AS by, change->>'field' AS field, change->'new' AS theirs
      FROM action_history a, jsonb_array_elements(a.changes) AS change
     WHERE a.domain_id = ${tx.domain} AND a.object_id = ${object}::uuid AND a.domain_version > ${since}
       AND change->>'field' = ANY (${Object.keys(fields)})
     ORDER BY change->>'field', a.seq DESC`.execute(tx.db);
  const changed: FieldConflict[] = rows
    .filter(row => JSON.stringify(row.theirs) !== JSON.stringify(fields[row.field]))
    .map(row => ({ ...row, yours: fields[row.field], at: row.at.getTime() }));
  if (changed.length === 0) return;
  const { version } = await tx.db
    .selectFrom('domain')
    .select('version')
    .where('domain_id', '=', tx.domain)
    .executeTakeFirstOrThrow();
  throw new Refused({ code: 'stale', version: Number(version), changed });
}
