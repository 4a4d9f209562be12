/** Insert, update and delete of one tenant row, with what the action history says of it. */
import { sql } from 'kysely';
import { type FieldChange, fieldChanges, type ObjectType } from '../actor.ts';
import { Refused } from '../database/errors.ts';
import type { Tables } from '../database/tables.ts';
import type { DomainTx } from '../transaction.ts';

type Table = keyof Tables & string;
/** Columns of a row as they are written; jsonb through {@link json}. */
export type Columns = Readonly<Record<string, unknown>>;

class Json {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }

  toJSON(): unknown {
    return this.value;
  }
}

/** A value for a jsonb column. */
export const json = (value: unknown): unknown => (value === null ? null : new Json(value));

const parameter = (value: unknown): unknown => (value instanceof Json ? JSON.stringify(value.value) : value);
const plain = (value: unknown): unknown => (value instanceof Json ? value.value : value);

/** Which row: its table, the column of its id and the id. */
export interface RowKey {
  readonly table: Table;
  readonly column: string;
  readonly id: string;
}

/** How the action history names an object. */
export interface Subject {
  readonly objectType: ObjectType;
  readonly objectId: string;
  readonly objectName: string;
}

/** Inserts the row with the transaction's `domain_id`; undefined = the column's default. */
export async function insertRow(tx: DomainTx, table: Table, columns: Columns): Promise<void> {
  const given = Object.entries(columns).filter(([, value]) => value !== undefined);
  const row = { domain_id: tx.domain, ...Object.fromEntries(given) };
  await sql`INSERT INTO ${sql.table(table)} (${sql.join(Object.keys(row).map(name => sql.ref(name)))})
    VALUES (${sql.join(Object.values(row).map(parameter))})`.execute(tx.db);
}

/** The row (changes of a domain come one at a time: no lock); refused as not-found when absent or another tenant's. */
export async function readRow(tx: DomainTx, { table, column, id }: RowKey): Promise<Columns> {
  const { rows } = await sql<Columns>`SELECT * FROM ${sql.table(table)}
    WHERE domain_id = ${tx.domain} AND ${sql.ref(column)} = ${id}`.execute(tx.db);
  const row = rows[0];
  if (!row) throw new Refused({ code: 'not-found', field: column });
  return row;
}

/**
 * Writes the columns that differ (undefined = leave as it is).
 * @returns the row before, and field old → new of what was written.
 */
export async function updateRow(
  tx: DomainTx,
  key: RowKey,
  columns: Columns,
): Promise<{ readonly before: Columns; readonly changes: readonly FieldChange[] }> {
  const before = await readRow(tx, key);
  const wanted = Object.entries(columns).filter(([, value]) => value !== undefined);
  const old = Object.fromEntries(wanted.map(([name]) => [name, before[name]]));
  const changes = fieldChanges(old, Object.fromEntries(wanted.map(([name, value]) => [name, plain(value)])));
  const changed = new Set(changes.map(change => change.field));
  const set = wanted.filter(([name]) => changed.has(name));
  if (set.length > 0)
    await sql`UPDATE ${sql.table(key.table)}
      SET ${sql.join(set.map(([name, value]) => sql`${sql.ref(name)} = ${parameter(value)}`))}
      WHERE domain_id = ${tx.domain} AND ${sql.ref(key.column)} = ${key.id}`.execute(tx.db);
  return { before, changes };
}

/** Deletes the row; refused as not-found when absent. @returns the row as it was. */
export async function deleteRow(tx: DomainTx, key: RowKey): Promise<Columns> {
  const before = await readRow(tx, key);
  await sql`DELETE FROM ${sql.table(key.table)}
    WHERE domain_id = ${tx.domain} AND ${sql.ref(key.column)} = ${key.id}`.execute(tx.db);
  return before;
}

/** Fields of a row as the history shows a creation: all that have a value, without ids of the row itself. */
const shown = (columns: Columns, objectId: string): Columns =>
  Object.fromEntries(
    Object.entries(columns)
      .filter(([name, value]) => name !== 'domain_id' && value !== objectId)
      .map(([name, value]) => [name, plain(value)]),
  );

export const recordCreated = (tx: DomainTx, subject: Subject, columns: Columns): Promise<void> =>
  tx.record({ ...subject, action: 'create', changes: fieldChanges({}, shown(columns, subject.objectId)) });

export const recordDeleted = (tx: DomainTx, subject: Subject, columns: Columns): Promise<void> =>
  tx.record({ ...subject, action: 'delete', changes: fieldChanges(shown(columns, subject.objectId), {}) });

/** Nothing is recorded when nothing changed. */
export async function recordUpdated(
  tx: DomainTx,
  subject: Subject,
  changes: readonly FieldChange[],
): Promise<void> {
  if (changes.length > 0) await tx.record({ ...subject, action: 'update', changes });
}
