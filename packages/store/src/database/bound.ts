/** Start-up check of tenancy (DESIGN rule 7): the application role must not be able to see past its tenant. */
import { type Kysely, sql } from 'kysely';
import { APP } from './roles.ts';
import type { Tables } from './tables.ts';

/** The application role could read or change another tenant's rows: the program must not start. */
export class TenancyFailure extends Error {
  override readonly name = 'TenancyFailure';
}

/** Call history is read by one module with a mandatory domain (0003-calls.sql). */
const EXEMPT = ['call', 'call_leg', 'call_party'];
/** The application may add to these, never change them. */
const APPEND_ONLY = ['action_history'];

interface Finding {
  readonly problem: string;
}

/** @throws TenancyFailure that lists everything wrong. */
export async function assertAppRoleIsBound(app: Kysely<Tables>): Promise<void> {
  const { rows } = await sql<Finding>`
    SELECT 'the application connects as ' || session_user AS problem WHERE session_user <> ${APP}
    UNION ALL
    SELECT 'role ' || rolname || ' may bypass row-level security' FROM pg_roles
      WHERE (rolsuper OR rolbypassrls) AND pg_has_role(session_user, oid, 'MEMBER')
    UNION ALL
    SELECT 'the application may act as ' || rolname FROM pg_roles
      WHERE rolname <> session_user AND pg_has_role(session_user, oid, 'MEMBER')
        AND (NOT rolsuper AND NOT rolbypassrls)
        AND EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid AND relnamespace = 'public'::regnamespace)
    UNION ALL
    SELECT 'the application owns ' || relname FROM pg_class WHERE relowner = session_user::regrole
    UNION ALL
    SELECT 'table ' || c.relname || ' has no row-level security'
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'domain_id' AND NOT a.attisdropped
     WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
       AND NOT c.relrowsecurity AND c.relname <> ALL (${EXEMPT})
    UNION ALL
    SELECT 'the application may change ' || t FROM unnest(${APPEND_ONLY}::text[]) AS t
     WHERE has_any_column_privilege(session_user, t, 'UPDATE') OR has_table_privilege(session_user, t, 'DELETE')
        OR has_table_privilege(session_user, t, 'TRUNCATE')`.execute(app);
  if (rows.length > 0) throw new TenancyFailure(rows.map(row => row.problem).join('; '));
}
