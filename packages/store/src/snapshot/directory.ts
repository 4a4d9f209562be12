/** What every node knows of the whole exchange, read in one consistent view. */
import type { DirectorySnapshot, TrunkConfig } from '@kommutator/model/config';
import type { Kysely, Selectable } from 'kysely';
import type { Tables } from '../database/tables.ts';

/** Reads the directory as the system role. */
export function readDirectory(system: Kysely<Tables>): Promise<DirectorySnapshot> {
  return system
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async db => {
      const { version } = await db.selectFrom('directory').select('version').executeTakeFirstOrThrow();
      const domains = await db
        .selectFrom('domain')
        .select(['domain_id', 'name', 'version'])
        .orderBy('domain_id')
        .execute();
      const numbers = await db
        .selectFrom('number')
        .select(['digits', 'domain_id as domain'])
        .orderBy('digits')
        .execute();
      const trunks = await db.selectFrom('trunk').selectAll().orderBy('priority').orderBy('name').execute();
      const credentials = await db
        .selectFrom('sip_credential')
        .selectAll()
        .orderBy('domain_id')
        .orderBy('login')
        .orderBy('sip_credential_id')
        .execute();
      return {
        version: Number(version),
        domains: domains.map(row => ({ id: row.domain_id, name: row.name, version: Number(row.version) })),
        numbers,
        trunks: trunks.map(trunkOf),
        credentials: credentials.map(row => ({
          id: row.sip_credential_id,
          kind: row.kind,
          login: row.login,
          domain: row.domain_id,
          user: row.user_id,
          ha1: { md5: row.ha1_md5, sha256: row.ha1_sha256 },
          privateOnly: row.private_only,
        })),
      };
    });
}

function trunkOf(row: Selectable<Tables['trunk']>): TrunkConfig {
  return {
    id: row.trunk_id,
    name: row.name,
    enabled: row.enabled,
    trusts: row.trusts,
    destinations: row.destinations,
    registration:
      row.registration === null || row.registration_secret === null
        ? null
        : { ...row.registration, secret: row.registration_secret },
    numberFormat: row.number_format,
    calledIn: row.called_in,
    prefixes: row.prefixes,
    priority: row.priority,
    maxCalls: row.max_calls,
  };
}
