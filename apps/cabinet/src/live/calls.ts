/** Live calls on a list read page by page: pure, so that no row is ever doubled or lost unseen. */
import type { Call } from '../api/words.ts';

export interface CallEvent {
  readonly event: 'new' | 'changed' | 'ended';
  readonly call: Call;
}

/** What of the filter can be judged here; `open` = everything else fits (no search, no line, not ended in the past). */
export interface LiveFilter {
  readonly direction?: string | undefined;
  readonly result?: string | undefined;
  readonly search?: string | undefined;
  readonly line?: string | undefined;
  /** The period has ended: nothing new belongs to it. */
  readonly past: boolean;
}

const digitsOf = (text: string): string => text.replace(/\D/g, '').replace(/^8(?=\d{10}$)/, '7');

/** Whether a call belongs to the filtered list (ADM-2, ACC-33.7). */
function fits(call: Call, filter: LiveFilter): boolean {
  if (filter.past) return false;
  if (filter.direction && call.direction !== filter.direction) return false;
  if (filter.result && (call.answeredAt !== null) !== (filter.result === 'answered')) return false;
  if (filter.line && call.line !== filter.line) return false;
  const search = filter.search?.trim().toLowerCase();
  if (!search) return true;
  const digits = digitsOf(search);
  const texts = [call.from, call.to].flatMap(party => [party.number, party.name ?? '']);
  return texts.some(
    text => text.toLowerCase().includes(search) || (digits !== '' && digitsOf(text).includes(digits)),
  );
}

/** The rows the channel told of, newest first, bounded; what they replace in pages keeps its place. */
export function withEvent(rows: readonly Call[], { call }: CallEvent, limit = 500): readonly Call[] {
  const at = rows.findIndex(row => row.id === call.id);
  if (at >= 0) return rows.with(at, call);
  const before = rows.findIndex(row => row.startedAt <= call.startedAt);
  const next = before < 0 ? [...rows, call] : rows.toSpliced(before, 0, call);
  return next.length > limit ? next.slice(0, limit) : next;
}

/**
 * Pages of the history with what the channel told since.
 * @returns rows in order, and how many of them no page holds yet
 */
export function merged(
  pages: readonly Call[],
  told: readonly Call[],
  filter: LiveFilter,
): { readonly rows: readonly Call[]; readonly fresh: readonly Call[] } {
  const news = new Map(told.map(call => [call.id, call]));
  const rows = pages.map(row => {
    const newer = news.get(row.id);
    news.delete(row.id);
    return newer && !(row.endedAt !== null && newer.endedAt === null) ? newer : row;
  });
  const fresh = [...news.values()].filter(call => fits(call, filter));
  return { rows, fresh };
}

/** Whether a call told on the channel is one of that internal number: the own list holds own calls only. */
export const concerns = ({ call }: CallEvent, extension: string): boolean =>
  call.from.number === extension || call.to.number === extension;
