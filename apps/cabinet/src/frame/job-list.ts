/** Jobs as a list: pure. */
import type { Job } from '../api/words.ts';

/** The list with a job put in: in its place when known, else first. What is over stays over, whatever comes late. */
export function withJob(jobs: readonly Job[], job: Job): readonly Job[] {
  const at = jobs.findIndex(({ id }) => id === job.id);
  const known = jobs[at];
  if (!known) return [job, ...jobs];
  return isOver(known) && !isOver(job) ? jobs : jobs.with(at, job);
}

export const isOver = ({ state }: Job): boolean => state !== 'queued' && state !== 'running';
