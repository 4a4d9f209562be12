/** Roles of the database (DESIGN rule 7): owner owns, app is bound to one tenant, system works for all. */
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import type { Client } from 'pg';

export const OWNER = 'kommutator_owner';
export const APP = 'kommutator_app';
export const SYSTEM = 'kommutator_system';

/** What the login roles are called and, on a server that asks for one, their password. */
export interface RoleSecrets {
  /** Passwords are derived from it; null = the server trusts its private socket. */
  readonly key: Buffer | null;
}

/** The password of a login role, the same on every node that holds the master key. */
const rolePassword = (role: string, { key }: RoleSecrets): string | null =>
  key === null ? null : createHmac('sha256', key).update(`database role ${role}`).digest('base64url');

/** Address of the same database for another role. */
export function urlFor(role: string, ownerUrl: string, secrets: RoleSecrets): string {
  const url = new URL(ownerUrl);
  url.username = role;
  url.password = rolePassword(role, secrets) ?? '';
  return url.toString();
}

/**
 * Makes the three roles as `client`'s user: a superuser, or the owner of the database with CREATEROLE.
 * No role gets BYPASSRLS (only a superuser could give it): system sees all tenants by policy.
 */
export async function ensureRoles(client: Client, secrets: RoleSecrets): Promise<void> {
  await ensureRole(client, OWNER, 'NOLOGIN', null);
  await ensureRole(client, APP, 'LOGIN', rolePassword(APP, secrets));
  await ensureRole(client, SYSTEM, 'LOGIN', rolePassword(SYSTEM, secrets));
  const { rows } = await client.query<{ database: string }>('SELECT current_database() AS database');
  const database = client.escapeIdentifier(rows[0]?.database ?? '');
  // From PostgreSQL 16 on, membership through CREATEROLE alone does not allow SET ROLE: grant it to ourselves.
  await client.query(`GRANT ${OWNER} TO CURRENT_USER`);
  await client.query(`GRANT CREATE, CONNECT, TEMPORARY ON DATABASE ${database} TO ${OWNER}`);
  await client.query(`GRANT CONNECT ON DATABASE ${database} TO ${APP}, ${SYSTEM}`);
  await client.query(`GRANT USAGE, CREATE ON SCHEMA public TO ${OWNER}`);
  await client.query(`GRANT USAGE ON SCHEMA public TO ${APP}, ${SYSTEM}`);
  await client.query('REVOKE CREATE ON SCHEMA public FROM PUBLIC');
}

async function ensureRole(
  client: Client,
  role: string,
  login: string,
  password: string | null,
): Promise<void> {
  await client
    .query(`CREATE ROLE ${role} ${login} NOCREATEDB NOCREATEROLE INHERIT`)
    .catch((error: { code?: string }) => {
      // Made before, or by another node at this moment.
      if (error.code !== '42710' && error.code !== '23505') throw error;
    });
  if (password !== null)
    await client.query(`ALTER ROLE ${role} PASSWORD ${client.escapeLiteral(scramVerifier(role, password))}`);
}

const SCRAM_ITERATIONS = 4096;

/** SCRAM-SHA-256 verifier (RFC 5803): the password itself reaches neither the server's log nor its catalogue. */
function scramVerifier(role: string, password: string): string {
  const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const salt = hmac(Buffer.from(password), `salt of ${role}`).subarray(0, 16);
  const salted = pbkdf2Sync(password, salt, SCRAM_ITERATIONS, 32, 'sha256');
  const stored = createHash('sha256').update(hmac(salted, 'Client Key')).digest();
  const server = hmac(salted, 'Server Key');
  return `SCRAM-SHA-256$${SCRAM_ITERATIONS}:${salt.toString('base64')}$${stored.toString('base64')}:${server.toString('base64')}`;
}
