/** The call history, page by page (ADM-1, ADM-2), and a user's own (ACC-31). */
import type { Result } from '@kommutator/base';
import type { CallId, GroupId, UserId } from '@kommutator/model/ids';
import { CALL_KINDS, type CallKind } from '@kommutator/model/record';
import { accept, type Refusal, refuse } from '@kommutator/model/refusals';
import type { CallFilter, PageKey, Store } from '@kommutator/store';
import { badCursor, type Page, type PageAsk, readCursor, writeCursor } from '../pages.ts';
import type { DomainSession } from '../session.ts';
import { type CallItem, itemOf } from './item.ts';

/** Filters as the API takes them. */
export interface CallsAsk {
  /** ISO 8601; [from, to). */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Codes of kinds. */
  readonly type?: readonly string[] | undefined;
  readonly direction?: 'in' | 'out' | 'internal' | undefined;
  readonly result?: 'answered' | 'unanswered' | undefined;
  /** Digits of our numbers. */
  readonly line?: readonly string[] | undefined;
  readonly user?: string | undefined;
  readonly group?: string | undefined;
  readonly search?: string | undefined;
}

const isKind = (code: string): code is CallKind => CALL_KINDS.some(kind => kind === code);

/**
 * The filter of the store. Who may not see the calls of the domain sees his own, whatever he asks for (ACC-8).
 * @returns refusals `field.invalid` for an unknown type (ACC-32), `period.reversed` (ADM-2).
 */
export function filterOf(session: DomainSession, ask: CallsAsk): Result<CallFilter, Refusal> {
  const from = ask.from === undefined ? undefined : Date.parse(ask.from);
  const to = ask.to === undefined ? undefined : Date.parse(ask.to);
  if (from !== undefined && to !== undefined && from > to) return refuse('period.reversed', {}, 'to');
  const kinds = ask.type?.filter(isKind);
  if (kinds && kinds.length !== ask.type?.length) return refuse('field.invalid', {}, 'type');
  return accept({
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(kinds && kinds.length > 0 ? { kinds } : {}),
    ...(ask.direction ? { direction: ask.direction === 'internal' ? ('int' as const) : ask.direction } : {}),
    ...(ask.result ? { answered: ask.result === 'answered' } : {}),
    ...(ask.line && ask.line.length > 0 ? { lines: ask.line } : {}),
    ...(ask.search ? { search: ask.search } : {}),
    ...journalOf(session, ask),
  });
}

function journalOf(session: DomainSession, { user, group }: CallsAsk): Pick<CallFilter, 'of'> {
  if (!session.rights.has('calls.all')) return { of: { role: 'user', id: session.person.id as UserId } };
  if (user !== undefined) return { of: { role: 'user', id: user as UserId } };
  return group === undefined ? {} : { of: { role: 'group', id: group as GroupId } };
}

/** `total` stands on the first page alone; null there = more than are counted. */
export async function listCalls(
  { store }: { readonly store: Store },
  session: DomainSession,
  ask: CallsAsk & PageAsk,
): Promise<Result<Page<CallItem>, Refusal>> {
  const filter = filterOf(session, ask);
  if (!filter.ok) return filter;
  const before = ask.cursor === undefined ? undefined : keyOf(ask.cursor);
  if (before === null) return badCursor();
  const { id } = session.domain;
  const [page, total] = await Promise.all([
    store.callHistory.page(id, { ...filter.value, limit: ask.limit, ...(before ? { before } : {}) }),
    before ? null : store.callHistory.count(id, filter.value),
  ]);
  const last = page.rows.at(-1);
  const next = page.more && last ? writeCursor([last.startedAt, last.callId, last.ordinal]) : null;
  return accept({ items: page.rows.map(itemOf), next, total });
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** What a timestamp of JavaScript can hold. */
const LATEST = 8.64e15;

function keyOf(cursor: string): PageKey | null {
  const [startedAt, callId, ordinal] = readCursor(cursor) ?? [];
  if (typeof startedAt !== 'number' || !(Math.abs(startedAt) <= LATEST)) return null;
  if (typeof callId !== 'string' || !UUID.test(callId)) return null;
  if (typeof ordinal !== 'number' || !Number.isInteger(ordinal) || ordinal < 0 || ordinal > 32_767)
    return null;
  return { startedAt, callId: callId as CallId, ordinal };
}
