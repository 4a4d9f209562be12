/** Exports as jobs: asked for, watched, fetched, ended by whoever asked (ADM-5, ADM-6, ACC-35). */
import type { Result } from '@kommutator/base';
import type { Language } from '@kommutator/model/messages';
import { accept, type Refusal, refuse } from '@kommutator/model/refusals';
import { type Actor, addJob, type ExportAsk, type JobRow, type Store } from '@kommutator/store';
import { type CallsAsk, filterOf } from '../calls/list-calls.ts';
import { asRefusal } from '../refusals.ts';
import type { DomainSession } from '../session.ts';

/** Times are ISO 8601. */
export interface Job {
  readonly id: string;
  readonly kind: JobRow['kind'];
  readonly state: JobRow['state'];
  readonly progress: number;
  readonly rows: number;
  readonly createdAt: string;
  readonly finishedAt: string | null;
  readonly fileName: string | null;
  readonly size: number | null;
  readonly failure: string | null;
  readonly expiresAt: string;
}

/** The runner, as whoever asks for a job sees it. */
export interface JobRunner {
  /** There is something to do, or somebody changed his mind. */
  wake(): void;
  /** Where the file of a finished job stands. */
  fileOf(id: string): string;
  /** Removes it. */
  drop(id: string): void;
}

/** Kept 7 days (ADM-6.4). */
const LIVES = 7 * 24 * 3_600_000;

export const shownJob = (row: JobRow): Job => ({
  id: row.id,
  kind: row.kind,
  state: row.state,
  progress: row.progress,
  rows: row.rows,
  createdAt: new Date(row.createdAt).toISOString(),
  finishedAt: row.finishedAt === null ? null : new Date(row.finishedAt).toISOString(),
  fileName: row.fileName,
  size: row.size,
  failure: row.failure,
  expiresAt: new Date(row.expiresAt).toISOString(),
});

export interface JobsContext {
  readonly store: Store;
  readonly jobs: JobRunner;
}

const ownerOf = ({ domain, person }: DomainSession) => ({ domain: domain.id, person: person.id });

/** @returns `job.running` while another of the same person is not over. */
export async function orderExport(
  { store, jobs }: JobsContext,
  session: DomainSession,
  actor: Actor,
  ask: { readonly format: ExportAsk['format']; readonly filter: CallsAsk; readonly language: Language },
): Promise<Result<Job, Refusal>> {
  const filter = filterOf(session, ask.filter);
  if (!filter.ok) return filter;
  const { format, language } = ask;
  const job: ExportAsk = { format, language, filter: { ...filter.value }, login: session.person.login };
  const added = await store.inDomain(actor, session.domain.id, tx =>
    addJob(tx, { person: session.person.id, ask: job, lives: LIVES }),
  );
  if (!added.ok)
    return added.error.code === 'taken'
      ? refuse('job.running')
      : { ok: false, error: asRefusal(added.error) };
  jobs.wake();
  return readJob({ store }, session, added.value.value);
}

export async function listJobs(
  { store }: Pick<JobsContext, 'store'>,
  session: DomainSession,
): Promise<readonly Job[]> {
  return (await store.jobs.list(ownerOf(session))).map(shownJob);
}

export async function readJob(
  { store }: Pick<JobsContext, 'store'>,
  session: DomainSession,
  id: string,
): Promise<Result<Job, Refusal>> {
  const row = await store.jobs.find(ownerOf(session), id);
  return row ? accept(shownJob(row)) : refuse('object.notFound');
}

/** @returns path and name; `job.notReady`, `job.expired`. */
export async function jobFile(
  { store, jobs, now }: JobsContext & { readonly now: number },
  session: DomainSession,
  id: string,
): Promise<Result<{ readonly path: string; readonly name: string; readonly size: number }, Refusal>> {
  const row = await store.jobs.find(ownerOf(session), id);
  if (!row) return refuse('object.notFound');
  if (row.expiresAt <= now) return refuse('job.expired');
  if (row.state !== 'done' || row.fileName === null || row.size === null) return refuse('job.notReady');
  return accept({ path: jobs.fileOf(id), name: row.fileName, size: row.size });
}

/** Ends one that waits or runs; forgets one that is over, with its file. */
export async function dropJob(
  { store, jobs, now }: JobsContext & { readonly now: number },
  session: DomainSession,
  id: string,
): Promise<Result<null, Refusal>> {
  const owner = ownerOf(session);
  const cancelled = await store.jobs.cancel(owner, id, now);
  if (cancelled) {
    jobs.wake();
    return accept(null);
  }
  if (!(await store.jobs.remove(owner, id))) return refuse('object.notFound');
  jobs.drop(id);
  return accept(null);
}
