/** What machines ask: alive, ready, figures, the description of the API. */
import { z } from 'zod';
import { type Route, route } from '../../route.ts';

const Health = z.object({ status: z.string(), missing: z.array(z.string()).optional() });

/** The nil UUID is nobody's. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

const health = (url: string, summary: string): Route =>
  route({
    method: 'GET',
    url,
    right: 'anyone',
    summary,
    schema: { responses: { 200: Health, 503: Health } },
  }).handle(({ services }) => {
    const now = services.health();
    return 'missing' in now
      ? { status: 503, body: { status: now.status, missing: [...now.missing] } }
      : { status: 200, body: { status: now.status } };
  });

export const systemRoutes: readonly Route[] = [
  health('/health', 'Whether calls can be taken'),
  route({
    method: 'GET',
    url: '/ready',
    right: 'anyone',
    summary: 'Whether calls can be taken and settings read and changed: /health and the database',
    schema: { responses: { 200: Health, 503: Health } },
  }).handle(async ({ services }) => {
    const now = services.health();
    const database = await services.store.access.readAccount(NOBODY).then(
      () => [],
      () => ['database'],
    );
    const missing = [...('missing' in now ? now.missing : []), ...database];
    return missing.length === 0
      ? { status: 200, body: { status: 'ok' } }
      : { status: 503, body: { status: 'unavailable', missing } };
  }),
  route({
    method: 'GET',
    url: '/metrics',
    right: 'anyone',
    summary: 'Figures of all processes, in the format of Prometheus',
    schema: { responses: { 200: { raw: ['text/plain'] } } },
  }).handle(async ({ services }) => {
    const { type, text } = await services.metrics();
    return { status: 200, raw: text, type };
  }),
  route({
    method: 'GET',
    url: '/api/openapi.json',
    right: 'anyone',
    summary: 'This description (OpenAPI 3.1)',
    schema: { responses: { 200: z.looseObject({}) } },
  }).handle(({ services }) => ({ status: 200, body: { ...services.openApi() } })),
];
