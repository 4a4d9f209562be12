/** «История действий» (ADM-8): who changed what, and how. */
import type { Result } from '@kommutator/base';
import type { DomainId } from '@kommutator/model/ids';
import { accept, type Refusal, refuse } from '@kommutator/model/refusals';
import type { ActionQuery, ActionRow, Store } from '@kommutator/store';
import { badCursor, type Page, type PageAsk, readCursor, writeCursor } from '../pages.ts';
import type { DomainSession } from '../session.ts';

export interface ActionsAsk extends PageAsk {
  /** ISO 8601; [from, to). */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Id, or part of a name or login. */
  readonly actor?: string | undefined;
  /** Type of object. */
  readonly object?: string | undefined;
  readonly action?: string | undefined;
  /** Part of the object's name. */
  readonly search?: string | undefined;
}

export interface ActionItem {
  readonly id: string;
  readonly at: string;
  readonly actor: {
    readonly id: string | null;
    readonly name: string;
    readonly login: string | null;
    readonly role: string | null;
    readonly address: string | null;
  };
  readonly action: string;
  readonly object: { readonly type: string; readonly id: string | null; readonly name: string };
  readonly changes: readonly {
    readonly field: string;
    readonly before: unknown;
    readonly after: unknown;
    /** Values of secrets are never kept: only that one was changed. */
    readonly secret: boolean;
  }[];
}

export async function listActions(
  { store }: { readonly store: Store },
  session: DomainSession,
  ask: ActionsAsk,
): Promise<Result<Page<ActionItem>, Refusal>> {
  const before = ask.cursor === undefined ? undefined : keyOf(ask.cursor);
  if (before === null) return badCursor();
  const from = ask.from === undefined ? undefined : Date.parse(ask.from);
  const to = ask.to === undefined ? undefined : Date.parse(ask.to);
  if (from !== undefined && to !== undefined && from > to) return refuse('period.reversed', {}, 'to');
  const query: ActionQuery = { ...ask, from, to, before };
  const domain: DomainId = session.domain.id;
  const { rows, more, total } = await store.actions(domain, query);
  const last = rows.at(-1);
  return accept({
    items: rows.map(shownAction),
    next: more && last ? writeCursor([last.at, last.id]) : null,
    total,
  });
}

/** The provider's people are «Администратор системы», without login and address (ADM-8.4, POOL-20). */
export const shownAction = (row: ActionRow): ActionItem => {
  const hidden = row.source === 'provider';
  return {
    id: row.id,
    at: new Date(row.at).toISOString(),
    actor: {
      id: hidden ? null : row.actorId,
      name: hidden ? '' : row.actorName,
      login: hidden ? null : row.actorLogin || null,
      role: row.source,
      address: hidden ? null : row.ip,
    },
    action: row.action,
    object: { type: row.objectType, id: row.objectId, name: row.objectName },
    changes: row.changes.map(change =>
      'secret' in change
        ? { field: change.field, before: null, after: null, secret: true }
        : { field: change.field, before: change.old ?? null, after: change.new ?? null, secret: false },
    ),
  };
};

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function keyOf(cursor: string): { readonly at: number; readonly id: string } | null {
  const [at, id] = readCursor(cursor) ?? [];
  if (typeof at !== 'number' || !(Math.abs(at) <= 8.64e15)) return null;
  return typeof id === 'string' && UUID.test(id) ? { at, id } : null;
}
