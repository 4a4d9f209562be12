/** Letters on their way out, and the log of those that went (ACC-6, ACC-7). */
import { newId } from '@kommutator/base';
import type { DomainId } from '@kommutator/model/ids';
import type { Kysely } from 'kysely';
import { stamp } from '../database/rows.ts';
import type { Tables } from '../database/tables.ts';

export interface NewLetter {
  readonly domain: DomainId | null;
  /** What it is about: `password-link`, `password-changed`. */
  readonly kind: string;
  readonly recipient: string;
  /** Sealed; erased when the letter is sent or given up. */
  readonly content: string;
}

export interface DueLetter {
  readonly id: string;
  readonly recipient: string;
  readonly content: string;
  /** Made so far. */
  readonly attempts: number;
}

/** A line of the mail log. */
export interface LoggedLetter {
  readonly id: string;
  readonly kind: string;
  readonly recipient: string;
  readonly state: 'waiting' | 'sent' | 'failed';
  readonly attempts: number;
  readonly failure: string | null;
}

export async function addLetter(db: Kysely<Tables>, letter: NewLetter, now: number): Promise<string> {
  const id = newId(now);
  const { domain, kind, recipient, content } = letter;
  const at = { created_at: stamp(now), next_at: stamp(now) };
  await db
    .insertInto('letter')
    .values({
      letter_id: id,
      domain_id: domain,
      kind,
      recipient,
      content,
      ...at,
      done_at: null,
      failure: null,
    })
    .execute();
  return id;
}

/** The oldest that may be tried now. */
export async function dueLetters(
  db: Kysely<Tables>,
  now: number,
  limit: number,
): Promise<readonly DueLetter[]> {
  const rows = await db
    .selectFrom('letter')
    .select(['letter_id', 'recipient', 'content', 'attempts'])
    .where('state', '=', 'waiting')
    .where('next_at', '<=', new Date(now))
    .orderBy('next_at')
    .limit(limit)
    .execute();
  return rows.map(row => ({
    id: row.letter_id,
    recipient: row.recipient,
    content: row.content ?? '',
    attempts: row.attempts,
  }));
}

/** What became of an attempt; without `nextAt` it was the last one. */
export async function letterTried(
  db: Kysely<Tables>,
  id: string,
  outcome: { readonly now: number; readonly failure: string | null; readonly nextAt?: number },
): Promise<void> {
  const { now, failure, nextAt } = outcome;
  const again = failure !== null && nextAt !== undefined;
  await db
    .updateTable('letter')
    .set(update => ({
      attempts: update('attempts', '+', 1),
      failure: failure?.slice(0, 500) ?? null,
      ...(again
        ? { next_at: stamp(nextAt) }
        : {
            state: failure === null ? ('sent' as const) : ('failed' as const),
            content: null,
            done_at: stamp(now),
          }),
    }))
    .where('letter_id', '=', id)
    .execute();
}

/** The mail log of one domain (null = of the provider and the pools), newest first. */
export async function mailLog(
  db: Kysely<Tables>,
  domain: DomainId | null,
  limit: number,
): Promise<readonly LoggedLetter[]> {
  const rows = await db
    .selectFrom('letter')
    .select(['letter_id', 'kind', 'recipient', 'state', 'attempts', 'failure'])
    .where('domain_id', domain === null ? 'is' : '=', domain)
    .orderBy('created_at', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ letter_id, ...row }) => ({ id: letter_id, ...row }));
}
