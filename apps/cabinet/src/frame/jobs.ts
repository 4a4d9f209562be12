/** Long work of the person signed in: read once, then told by the live channel. */
import { type QueryClient, queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { ask } from '../api/request.ts';
import type { Job, Page } from '../api/words.ts';
import { useMay } from '../app/session.ts';
import { useLive } from '../live/index.ts';
import { isOver, withJob } from './job-list.ts';

const jobsQuery = queryOptions({
  queryKey: ['jobs'],
  queryFn: async ({ signal }) => (await ask<Page<Job>>('/jobs', { signal })).items,
});

const put = (client: QueryClient, job: Job) =>
  client.setQueryData(jobsQuery.queryKey, jobs => withJob(jobs ?? [], job));

/** Own jobs, newest first. `onOver` hears of each that ends while the page is open. */
export function useJobs(onOver?: (job: Job) => void): readonly Job[] {
  const client = useQueryClient();
  const may = useMay()('jobs.own');
  const { data } = useQuery({ ...jobsQuery, enabled: may });
  useLive(
    'jobs',
    said => {
      const job = said as Job;
      const before = client.getQueryData(jobsQuery.queryKey)?.find(({ id }) => id === job.id);
      put(client, job);
      if (isOver(job) && !(before && isOver(before))) onOver?.(job);
    },
    may,
  );
  return data ?? [];
}

export type Format = 'xls' | 'xlsx' | 'csv';

/** Orders an export of the calls of a filter (ADM-5). */
export async function orderExport(
  client: QueryClient,
  format: Format,
  filter: Readonly<Record<string, string>>,
): Promise<Job> {
  const job = await ask<Job>('/exports', { method: 'POST', body: { kind: 'calls', format, filter } });
  put(client, job);
  return job;
}

/** Ends a running job, or forgets one that is over together with its file. */
export async function dropJob(client: QueryClient, job: Job): Promise<void> {
  await ask(`/jobs/${job.id}`, { method: 'DELETE' });
  await client.invalidateQueries(jobsQuery);
}

export const fileOf = (job: Job): string => `/api/jobs/${job.id}/file`;
