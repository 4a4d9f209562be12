/** «История действий»; it cannot be changed by anybody: other methods are 405. */
import { listActions } from '@kommutator/use-cases';
import { z } from 'zod';
import { type Route, route } from '../../route.ts';
import { pageOf, paging, period, text } from '../lists.ts';

const Action = z.object({
  id: z.string(),
  at: z.string(),
  actor: z.object({
    id: z.string().nullable(),
    name: z.string().describe('Empty for the provider’s people'),
    login: z.string().nullable(),
    role: z.string().nullable(),
    address: z.string().nullable(),
  }),
  action: z.string(),
  object: z.object({ type: z.string(), id: z.string().nullable(), name: z.string() }),
  changes: z.array(
    z.object({ field: z.string(), before: z.unknown(), after: z.unknown(), secret: z.boolean() }),
  ),
});

export const actionRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: '/api/actions',
    right: 'actions.read',
    summary: 'History of actions, newest first',
    schema: {
      query: z.strictObject({
        ...period,
        ...paging,
        actor: text.describe('Id, or part of a name or login'),
        object: text.describe('Type of object'),
        action: text,
        search: text.describe('Part of the object’s name or type'),
      }),
      responses: { 200: pageOf(Action) },
    },
  }).handle(async ({ query, session, services }) => {
    const page = await listActions(services, session, query);
    return page.ok ? { status: 200, body: pageOf(Action).parse(page.value) } : { refused: page.error };
  }),
];
