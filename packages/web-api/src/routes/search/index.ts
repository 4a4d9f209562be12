/** Ctrl K. */
import { search } from '@kommutator/use-cases';
import { z } from 'zod';
import { type Route, route } from '../../route.ts';

const Found = z.object({
  kind: z.enum(['user', 'group', 'number', 'call']),
  id: z.string(),
  title: z.string(),
  subtitle: z.string().nullable(),
});

export const searchRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: '/api/search',
    right: 'search',
    summary: 'Users, groups, numbers and calls by a few letters, as far as one may see them',
    schema: {
      query: z.strictObject({ q: z.string().max(100) }),
      responses: { 200: z.object({ items: z.array(Found) }) },
    },
  }).handle(async ({ query, session, services }) => ({
    status: 200,
    body: { items: [...(await search(services, session, query.q))] },
  })),
];
