import { newId } from '@kommutator/base';
import type { DomainSnapshot } from '@kommutator/model/config';
import type { DomainId, NumberId } from '@kommutator/model/ids';
import type { DomainTx, SystemTx } from '../transaction.ts';
import { recordCreated, recordUpdated, updateRow } from './rows.ts';

export interface DomainSettings
  extends Pick<
    DomainSnapshot,
    | 'company'
    | 'timezone'
    | 'language'
    | 'homeCodes'
    | 'restriction'
    | 'pickupCode'
    | 'channels'
    | 'forwardingPolicy'
  > {
  readonly defaultOutgoingNumber: NumberId | null;
}

export interface NewDomain extends Omit<DomainSettings, 'defaultOutgoingNumber'> {
  /** SIP domain and digest realm, lower case. */
  readonly name: string;
  readonly mode: 'trial' | 'commercial';
  /** Kopecks. */
  readonly balance: bigint;
}

const columns = (settings: Partial<DomainSettings>) => ({
  company: settings.company,
  timezone: settings.timezone,
  language: settings.language,
  home_codes: settings.homeCodes,
  default_outgoing_number_id: settings.defaultOutgoingNumber,
  restriction: settings.restriction,
  pickup_code: settings.pickupCode,
  incoming_channels: settings.channels?.incoming,
  outgoing_channels: settings.channels?.outgoing,
  forwarding_policy: settings.forwardingPolicy,
});

/** A new tenant with its account. */
export async function createDomain(tx: SystemTx, domain: NewDomain): Promise<DomainId> {
  const id = newId<DomainId>(tx.now);
  const inside = tx.in(id);
  const row = {
    name: domain.name,
    mode: domain.mode,
    company: domain.company,
    timezone: domain.timezone,
    language: domain.language,
    home_codes: [...domain.homeCodes],
    default_outgoing_number_id: null,
    restriction: domain.restriction,
    pickup_code: domain.pickupCode,
    incoming_channels: domain.channels.incoming,
    outgoing_channels: domain.channels.outgoing,
    forwarding_policy: domain.forwardingPolicy,
  };
  await tx.db
    .insertInto('domain')
    .values({ domain_id: id, ...row, created_at: new Date(tx.now).toISOString() })
    .execute();
  await tx.db.insertInto('account').values({ domain_id: id, balance: domain.balance }).execute();
  inside.touchDirectory();
  const subject = { objectType: 'domain', objectId: id, objectName: domain.name } as const;
  await recordCreated(inside, subject, { ...row, balance: Number(domain.balance) });
  return id;
}

/** «Общие настройки»: only what is given changes. */
export async function updateDomain(tx: DomainTx, settings: Partial<DomainSettings>): Promise<void> {
  const key = { table: 'domain', column: 'domain_id', id: tx.domain } as const;
  const { before, changes } = await updateRow(tx, key, columns(settings));
  await recordUpdated(
    tx,
    { objectType: 'domain', objectId: tx.domain, objectName: String(before.name) },
    changes,
  );
}
