/** Jobs as a list: pure. */
import type { Job } from '../api/words.ts';

/** The list with a job put in: in its place when known, else first. */
export function withJob(jobs: readonly Job[], job: Job): readonly Job[] {
  const at = jobs.findIndex(({ id }) => id === job.id);
  return at < 0 ? [job, ...jobs] : jobs.with(at, job);
}

export const isOver = ({ state }: Job): boolean => state !== 'queued' && state !== 'running';
