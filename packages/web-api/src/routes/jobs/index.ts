/** Exports as jobs. */
import { createReadStream } from 'node:fs';
import { dropJob, jobFile, listJobs, orderExport, readJob } from '@kommutator/use-cases';
import { z } from 'zod';
import { type Route, route } from '../../route.ts';
import { callFilter } from '../calls/schema.ts';
import { byId, pageOf, split } from '../lists.ts';

const Job = z.object({
  id: z.string(),
  kind: z.enum(['calls']),
  state: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
  progress: z.number().describe('0…1'),
  rows: z.number().int(),
  createdAt: z.string(),
  finishedAt: z.string().nullable(),
  fileName: z.string().nullable(),
  size: z.number().int().nullable(),
  failure: z.string().nullable().describe('Code of the catalogue of refusals'),
  expiresAt: z.string(),
});

const TYPES: Readonly<Record<string, string>> = {
  xls: 'application/vnd.ms-excel',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv; charset=utf-8',
};

export const jobRoutes: readonly Route[] = [
  route({
    method: 'POST',
    url: '/api/exports',
    right: 'calls.export',
    summary: 'Orders a file of the call history; without the right `calls.all` of the own one',
    schema: {
      body: z.strictObject({
        kind: z.literal('calls'),
        format: z.enum(['xls', 'xlsx', 'csv']),
        filter: z.strictObject(callFilter).default({}),
      }),
      responses: { 202: Job },
    },
  }).handle(async ({ body, session, actor, services, language }) => {
    const { type, line, ...filter } = body.filter;
    const ask = {
      format: body.format,
      language,
      filter: { ...filter, type: split(type), line: split(line) },
    };
    const job = await orderExport(services, session, actor, ask);
    return job.ok ? { status: 202, body: job.value } : { refused: job.error };
  }),
  route({
    method: 'GET',
    url: '/api/jobs',
    right: 'jobs.own',
    summary: 'Own jobs, newest first; the last 20',
    schema: { responses: { 200: pageOf(Job) } },
  }).handle(async ({ session, services }) => {
    const items = [...(await listJobs(services, session))];
    return { status: 200, body: { items, next: null, total: items.length } };
  }),
  route({
    method: 'GET',
    url: '/api/jobs/{id}',
    right: 'jobs.own',
    summary: 'One job of one’s own',
    schema: { params: byId, responses: { 200: Job } },
  }).handle(async ({ params, session, services }) => {
    const job = await readJob(services, session, params.id);
    return job.ok ? { status: 200, body: job.value } : { refused: job.error };
  }),
  route({
    method: 'GET',
    url: '/api/jobs/{id}/file',
    right: 'jobs.own',
    summary: 'Its file, kept for seven days',
    schema: {
      params: byId,
      responses: { 200: { raw: [TYPES.xls ?? '', TYPES.xlsx ?? '', TYPES.csv ?? ''] } },
    },
  }).handle(async ({ params, session, services }) => {
    const file = await jobFile({ ...services, now: services.clock.wall() }, session, params.id);
    if (!file.ok) return { refused: file.error };
    const { path, name, size } = file.value;
    return {
      status: 200,
      raw: createReadStream(path),
      type: TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
      headers: { 'content-disposition': `attachment; filename="${name}"`, 'content-length': String(size) },
    };
  }),
  route({
    method: 'DELETE',
    url: '/api/jobs/{id}',
    right: 'jobs.own',
    summary: 'Ends a job that is not over; forgets one that is, with its file',
    schema: { params: byId, responses: { 204: null } },
  }).handle(async ({ params, session, services }) => {
    const dropped = await dropJob({ ...services, now: services.clock.wall() }, session, params.id);
    return dropped.ok ? { status: 204 } : { refused: dropped.error };
  }),
];
