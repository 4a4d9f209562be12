import type { GroupId, UserId } from '@kommutator/model/ids';
import { type FieldChange, fieldChanges } from '../actor.ts';
import type { DomainTx } from '../transaction.ts';
import { insertRow } from './rows.ts';

export type ExtensionOwner = { readonly user: UserId } | { readonly group: GroupId };

/** Gives an internal number to a user or group, or takes it away (null). A number in use is refused as taken. */
export async function setExtension(
  tx: DomainTx,
  owner: ExtensionOwner,
  extension: string | null,
): Promise<readonly FieldChange[]> {
  const column = 'user' in owner ? 'user_id' : 'group_id';
  const id = 'user' in owner ? owner.user : owner.group;
  const rows = tx.db
    .selectFrom('extension')
    .select('extension')
    .where('domain_id', '=', tx.domain)
    .where(column, '=', id);
  const before = (await rows.executeTakeFirst())?.extension ?? null;
  if (before === extension) return [];
  if (before !== null)
    await tx.db.deleteFrom('extension').where('domain_id', '=', tx.domain).where(column, '=', id).execute();
  if (extension !== null) await insertRow(tx, 'extension', { extension, [column]: id });
  return fieldChanges({ extension: before }, { extension });
}

/** An internal number that is a service of the exchange, e.g. the echo test. */
export async function addServiceExtension(tx: DomainTx, extension: string, service: 'echo'): Promise<void> {
  await insertRow(tx, 'extension', { extension, service });
  await tx.record({
    objectType: 'extension',
    objectId: null,
    objectName: extension,
    action: 'create',
    changes: fieldChanges({}, { extension, service }),
  });
}
