/** Who changes something, and what the action history keeps of it (ADM-9). */

/** Every write takes one (DESIGN rule 5). */
export interface Actor {
  /** User of the cabinet, or null: the system itself, a provider's tool. */
  readonly id: string | null;
  /** As they are at the time of the action. */
  readonly login: string;
  readonly name: string;
  readonly ip: string | null;
  readonly source: 'cabinet' | 'pool' | 'provider' | 'api' | 'system';
}

/** The exchange itself: demo data, jobs, migrations of values. */
export const systemActor = (name: string): Actor => ({
  id: null,
  login: '',
  name,
  ip: null,
  source: 'system',
});

/** Types of objects as keys; their labels stand in the message catalogue (ADM-9.2). */
export type ObjectType =
  | 'domain'
  | 'user'
  | 'forwarding_rule'
  | 'group'
  | 'pickup_group'
  | 'number'
  | 'routing_rule'
  | 'ivr_scenario'
  | 'extension'
  | 'sip_credential'
  | 'trunk'
  | 'pool'
  | 'pool_admin'
  | 'provider_user'
  | 'export';

/** One field of an object, old → new; of a secret only that it was changed («изменён»). */
export type FieldChange =
  | { readonly field: string; readonly old: unknown; readonly new: unknown }
  | { readonly field: string; readonly secret: 'changed' };

export interface Action {
  readonly objectType: ObjectType;
  readonly objectId: string | null;
  /** Name at that time. */
  readonly objectName: string;
  readonly action: 'create' | 'update' | 'delete' | 'sign_in' | 'sign_in_locked';
  readonly changes: readonly FieldChange[];
}

/** Fields that differ, compared as JSON. Absent before = created, absent after = deleted. */
export function fieldChanges(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): readonly FieldChange[] {
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...fields].flatMap(field => {
    const old = before[field] ?? null;
    const now = after[field] ?? null;
    return canonical(old) === canonical(now) ? [] : [{ field, old, new: now }];
  });
}

/** JSON with sorted keys: jsonb does not keep the order in which they were written. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

export const secretChanged = (field: string): FieldChange => ({ field, secret: 'changed' });
