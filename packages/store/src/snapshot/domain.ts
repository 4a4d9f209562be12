/** What a decision reads of one domain, read in one consistent view (DESIGN rule 8). */
import type { DomainSnapshot } from '@kommutator/model/config';
import type { DomainId, NumberId } from '@kommutator/model/ids';
import type { Kysely, Transaction } from 'kysely';
import type { Tables } from '../database/tables.ts';
import { readGroups, readPickupGroups, readServices } from './groups.ts';
import { readNumbers } from './numbers.ts';
import { readUsers } from './users.ts';

/** One domain's part of a read-only transaction. */
export interface Reading {
  readonly db: Transaction<Tables>;
  readonly domain: DomainId;
}

/** Null = no such domain. Reads as the system role. */
export function readDomain(system: Kysely<Tables>, domain: DomainId): Promise<DomainSnapshot | null> {
  return system
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async db => {
      const reading: Reading = { db, domain };
      const row = await db
        .selectFrom('domain')
        .selectAll()
        .where('domain_id', '=', domain)
        .executeTakeFirst();
      if (!row) return null;
      const numbers = await readNumbers(reading);
      const digits = new Map(numbers.map(number => [number.id, number.digits]));
      const digitsOf = (id: NumberId | null) => (id === null ? null : (digits.get(id) ?? null));
      return {
        id: row.domain_id,
        version: Number(row.version),
        name: row.name,
        company: row.company,
        timezone: row.timezone,
        language: row.language,
        homeCodes: row.home_codes,
        defaultOutgoingNumber: digitsOf(row.default_outgoing_number_id),
        restriction: row.restriction,
        pickupCode: row.pickup_code,
        channels: { incoming: row.incoming_channels, outgoing: row.outgoing_channels },
        forwardingPolicy: row.forwarding_policy,
        users: await readUsers(reading, digitsOf),
        groups: await readGroups(reading),
        pickupGroups: await readPickupGroups(reading),
        numbers,
        serviceExtensions: await readServices(reading),
        scenarios: await db
          .selectFrom('ivr_scenario')
          .select(['ivr_scenario_id as id', 'name'])
          .where('domain_id', '=', domain)
          .orderBy('name')
          .execute(),
      };
    });
}
