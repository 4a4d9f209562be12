/** Own sessions in other browsers (ACC-5). */
import { endOtherSessions, endOwnSession, ownSessions } from '@kommutator/use-cases';
import { z } from 'zod';
import { type Route, route } from '../../route.ts';

const Item = z.object({
  id: z.string(),
  current: z.boolean(),
  createdAt: z.string(),
  seenAt: z.string(),
  address: z.string(),
  agent: z.string(),
});

export const sessionRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: '/api/sessions',
    right: 'signedIn',
    summary: 'Own sessions',
    schema: { responses: { 200: z.object({ items: z.array(Item) }) } },
  }).handle(async ({ services, session }) => {
    const all = await ownSessions(services.access, session);
    const items = all.map(each => ({
      ...each,
      current: each.id === session.id,
      createdAt: new Date(each.createdAt).toISOString(),
      seenAt: new Date(each.seenAt).toISOString(),
    }));
    return { status: 200, body: { items } };
  }),
  route({
    method: 'DELETE',
    url: '/api/sessions/{id}',
    right: 'signedIn',
    summary: 'End one of the own sessions',
    schema: { params: z.object({ id: z.uuid() }), responses: { 204: null } },
  }).handle(async ({ services, session, params }) => {
    const ended = await endOwnSession(services.access, session, params.id);
    return ended.ok ? { status: 204 } : { refused: ended.error };
  }),
  route({
    method: 'DELETE',
    url: '/api/sessions',
    right: 'signedIn',
    summary: 'End all own sessions but this one',
    schema: { responses: { 204: null } },
  }).handle(async ({ services, session }) => {
    await endOtherSessions(services.access, session);
    return { status: 204 };
  }),
];
