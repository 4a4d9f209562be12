/** Jobs that survive a restart: a queue for the runner, lists for their owners. */
import { newId } from '@kommutator/base';
import type { DomainId } from '@kommutator/model/ids';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { Tables } from './database/tables.ts';
import type { DomainTx } from './transaction.ts';

export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

/** What an export of calls is made from; `ask` of the job. */
export interface ExportAsk {
  readonly format: 'xls' | 'xlsx' | 'csv';
  readonly filter: Readonly<Record<string, unknown>>;
  readonly language: 'ru' | 'en';
  readonly login: string;
}

/** Times are Unix ms. */
export interface JobRow {
  readonly id: string;
  readonly domain: DomainId;
  readonly person: string;
  readonly kind: 'calls';
  readonly ask: ExportAsk;
  readonly state: JobState;
  /** 0…1. */
  readonly progress: number;
  readonly rows: number;
  readonly attempts: number;
  readonly createdAt: number;
  readonly finishedAt: number | null;
  readonly fileName: string | null;
  readonly size: number | null;
  /** Code of the refusal; null = none. */
  readonly failure: string | null;
  readonly expiresAt: number;
}

/** Whose job. */
interface JobOwner {
  readonly domain: DomainId;
  readonly person: string;
}

/** ADM-6.4: the list keeps so many. */
const MOST_LISTED = 20;
/** Tried again so often after a crash in the middle. */
const MOST_ATTEMPTS = 3;

/** Queues a job; refused as taken while another of the same person waits or runs. */
export async function addJob(
  tx: DomainTx,
  o: { readonly person: string; readonly ask: ExportAsk; readonly lives: number },
): Promise<string> {
  const id = newId<string>(tx.now);
  await sql`INSERT INTO job (job_id, domain_id, person_id, kind, ask, created_at, expires_at)
    VALUES (${id}::uuid, ${tx.domain}::uuid, ${o.person}::uuid, 'calls', ${JSON.stringify(o.ask)}::jsonb,
      ${new Date(tx.now).toISOString()}::timestamptz, ${new Date(tx.now + o.lives).toISOString()}::timestamptz)`.execute(
    tx.db,
  );
  await tx.record({
    objectType: 'export',
    objectId: id,
    objectName: o.ask.format,
    action: 'create',
    changes: [{ field: 'filter', old: null, new: o.ask.filter }],
  });
  return id;
}

export interface JobStore {
  /** Newest first. */
  list(owner: JobOwner): Promise<readonly JobRow[]>;
  /** Null = absent or somebody else's. */
  find(owner: JobOwner, id: string): Promise<JobRow | null>;
  /** Ends one that waits or runs. @returns null when there is none such. */
  cancel(owner: JobOwner, id: string, now: number): Promise<JobRow | null>;
  /** Forgets one that is over. */
  remove(owner: JobOwner, id: string): Promise<boolean>;
  /** The oldest that waits, now running; null = none. */
  claim(): Promise<JobRow | null>;
  /** After a restart: what ran is to be run again, or has failed too often. */
  requeue(now: number): Promise<void>;
  /** @returns false when it was cancelled meanwhile. */
  progress(id: string, progress: number, rows: number): Promise<boolean>;
  /** @returns null when it was cancelled meanwhile. */
  finish(
    id: string,
    now: number,
    how:
      | { readonly fileName: string; readonly size: number; readonly rows: number }
      | { readonly failure: string },
  ): Promise<JobRow | null>;
  /** Which of these are done: their files are to stay. */
  finished(ids: readonly string[]): Promise<readonly string[]>;
  /** Takes out those whose time is over. @returns their ids: the files are the runner's to remove. */
  expire(now: number): Promise<readonly string[]>;
}

const stamp = (ms: number) => sql`${new Date(ms).toISOString()}::timestamptz`;
const mine = ({ domain, person }: JobOwner) =>
  sql`domain_id = ${domain}::uuid AND person_id = ${person}::uuid`;

export function jobStore(system: Kysely<Tables>): JobStore {
  const one = async (query: ReturnType<typeof sql<Row>>): Promise<JobRow | null> => {
    const [row] = (await query.execute(system)).rows;
    return row ? jobOf(row) : null;
  };
  return {
    async list(owner) {
      const { rows } = await sql<Row>`SELECT * FROM job WHERE ${mine(owner)}
        ORDER BY created_at DESC, job_id DESC LIMIT ${MOST_LISTED}`.execute(system);
      return rows.map(jobOf);
    },
    find: (owner, id) => one(sql<Row>`SELECT * FROM job WHERE ${mine(owner)} AND job_id = ${id}::uuid`),
    cancel: (owner, id, now) =>
      one(sql<Row>`UPDATE job SET state = 'cancelled', finished_at = ${stamp(now)}
        WHERE ${mine(owner)} AND job_id = ${id}::uuid AND state IN ('queued', 'running') RETURNING *`),
    async remove(owner, id) {
      const { rows } = await sql`DELETE FROM job WHERE ${mine(owner)} AND job_id = ${id}::uuid
        AND state NOT IN ('queued', 'running') RETURNING 1`.execute(system);
      return rows.length > 0;
    },
    claim: () =>
      one(sql<Row>`UPDATE job SET state = 'running', attempts = attempts + 1, progress = 0, rows = 0
        WHERE job_id = (SELECT job_id FROM job WHERE state = 'queued' ORDER BY created_at, job_id
          FOR UPDATE SKIP LOCKED LIMIT 1) RETURNING *`),
    async requeue(now) {
      await sql`UPDATE job SET
          state = CASE WHEN attempts < ${MOST_ATTEMPTS} THEN 'queued' ELSE 'failed' END,
          failure = CASE WHEN attempts < ${MOST_ATTEMPTS} THEN NULL ELSE 'job.crashed' END,
          finished_at = CASE WHEN attempts < ${MOST_ATTEMPTS} THEN NULL ELSE ${stamp(now)} END
        WHERE state = 'running'`.execute(system);
    },
    async progress(id, progress, rows) {
      const changed = await sql`UPDATE job SET progress = ${progress}, rows = ${rows}
        WHERE job_id = ${id}::uuid AND state = 'running' RETURNING 1`.execute(system);
      return changed.rows.length > 0;
    },
    finish: (id, now, how) =>
      one(
        'failure' in how
          ? sql<Row>`UPDATE job SET state = 'failed', failure = ${how.failure}, finished_at = ${stamp(now)}
              WHERE job_id = ${id}::uuid AND state = 'running' RETURNING *`
          : sql<Row>`UPDATE job SET state = 'done', progress = 1, rows = ${how.rows}, size = ${how.size},
              file_name = ${how.fileName}, finished_at = ${stamp(now)}
              WHERE job_id = ${id}::uuid AND state = 'running' RETURNING *`,
      ),
    async finished(ids) {
      const { rows } = await sql<{ job_id: string }>`SELECT job_id FROM job
        WHERE job_id = ANY(${[...ids]}::uuid[]) AND state = 'done'`.execute(system);
      return rows.map(row => row.job_id);
    },
    async expire(now) {
      const { rows } = await sql<{ job_id: string }>`DELETE FROM job
        WHERE expires_at <= ${stamp(now)} AND state NOT IN ('queued', 'running') RETURNING job_id`.execute(
        system,
      );
      return rows.map(row => row.job_id);
    },
  };
}

type Row = Selectable<Tables['job']>;

const jobOf = (row: Row): JobRow => ({
  id: row.job_id,
  domain: row.domain_id,
  person: row.person_id,
  kind: row.kind,
  ask: row.ask,
  state: row.state,
  progress: row.progress,
  rows: Number(row.rows),
  attempts: row.attempts,
  createdAt: row.created_at.getTime(),
  finishedAt: row.finished_at?.getTime() ?? null,
  fileName: row.file_name,
  size: row.size === null ? null : Number(row.size),
  failure: row.failure,
  expiresAt: row.expires_at.getTime(),
});
