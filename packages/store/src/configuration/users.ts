import { newId } from '@kommutator/base';
import type { Restriction } from '@kommutator/model/config';
import type { NumberId, UserId } from '@kommutator/model/ids';
import type { Language } from '@kommutator/model/messages';
import type { FieldChange } from '../actor.ts';
import type { DomainTx } from '../transaction.ts';
import { setExtension } from './extensions.ts';
import { addForwardingRule } from './forwarding.ts';
import { insertRow, recordCreated, recordUpdated, updateRow } from './rows.ts';

export interface UserSettings {
  readonly displayName: string;
  readonly extension: string;
  readonly outgoingNumber: NumberId | null;
  readonly restriction: Restriction | null;
  readonly isOperator: boolean;
  readonly isDomainAdmin: boolean;
  readonly voicemailOn: boolean;
  /** Where letters to him go; null = none. */
  readonly email: string | null;
  /** «Должность» */
  readonly position: string;
  /** Of his cabinet; null = the domain's. */
  readonly language: Language | null;
}

export interface NewUser extends Partial<Omit<UserSettings, 'displayName' | 'extension'>> {
  /** Unique in the domain, never changes (USR-13). */
  readonly login: string;
  readonly displayName: string;
  readonly extension: string;
}

/** Priority and ring time of the own SIP address that every user starts with (USR-38). */
const OWN_PHONE = { priority: 10, ringTime: 40 };

const columns = (settings: Partial<UserSettings>) => ({
  display_name: settings.displayName,
  outgoing_number_id: settings.outgoingNumber,
  restriction: settings.restriction,
  is_operator: settings.isOperator,
  email: settings.email,
  position: settings.position,
  language: settings.language,
  is_domain_admin: settings.isDomainAdmin,
  voicemail_on: settings.voicemailOn,
});

/** A user with internal number and the own SIP address as first contact number. */
export async function createUser(tx: DomainTx, user: NewUser): Promise<UserId> {
  const id = newId<UserId>(tx.now);
  const row = {
    user_id: id,
    login: user.login,
    ...columns({
      outgoingNumber: null,
      restriction: null,
      isOperator: false,
      isDomainAdmin: false,
      voicemailOn: false,
      ...user,
    }),
  };
  await insertRow(tx, 'pbx_user', row);
  await insertRow(tx, 'extension', { extension: user.extension, user_id: id });
  const subject = { objectType: 'user', objectId: id, objectName: user.displayName } as const;
  await recordCreated(tx, subject, { ...row, extension: user.extension });
  const { name } = await tx.db
    .selectFrom('domain')
    .select('name')
    .where('domain_id', '=', tx.domain)
    .executeTakeFirstOrThrow();
  await addForwardingRule(tx, id, {
    type: 'sip',
    target: `${user.login}@${name}`,
    ...OWN_PHONE,
    schedule: [],
    enabled: true,
  });
  return id;
}

/** Only what is given changes. */
export async function updateUser(tx: DomainTx, id: UserId, settings: Partial<UserSettings>): Promise<void> {
  const key = { table: 'pbx_user', column: 'user_id', id } as const;
  const { before, changes } = await updateRow(tx, key, columns(settings));
  const moved: readonly FieldChange[] =
    settings.extension === undefined ? [] : await setExtension(tx, { user: id }, settings.extension);
  await recordUpdated(tx, { objectType: 'user', objectId: id, objectName: String(before.display_name) }, [
    ...changes,
    ...moved,
  ]);
}
