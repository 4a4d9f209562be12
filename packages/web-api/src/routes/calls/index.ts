/** The call history, calls going on, one call with its protocol. */
import { listCalls, liveCalls, readCall } from '@kommutator/use-cases';
import { z } from 'zod';
import { type Route, route } from '../../route.ts';
import { byId, pageOf, paging, split } from '../lists.ts';
import { Call, CallCard, callFilter } from './schema.ts';

export const callRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: '/api/calls',
    right: 'calls.own',
    summary: 'Call history, newest first; without the right `calls.all` the own one',
    schema: { query: z.strictObject({ ...callFilter, ...paging }), responses: { 200: pageOf(Call) } },
  }).handle(async ({ query, session, services }) => {
    const page = await listCalls(services, session, {
      ...query,
      type: split(query.type),
      line: split(query.line),
    });
    if (!page.ok) return { refused: page.error };
    return { status: 200, body: { ...page.value, items: [...page.value.items] } };
  }),
  route({
    method: 'GET',
    url: '/api/calls/live',
    right: 'calls.own',
    summary: 'Calls going on now, newest first',
    schema: { responses: { 200: z.object({ items: z.array(Call) }) } },
  }).handle(({ session, services: { live, clock } }) => ({
    status: 200,
    body: { items: [...liveCalls(live, session, clock.wall())] },
  })),
  route({
    method: 'GET',
    url: '/api/calls/{id}',
    right: 'calls.own',
    summary: 'One call: protocol, journey, quality of its legs',
    schema: { params: byId, responses: { 200: CallCard } },
  }).handle(async ({ params, session, services, language }) => {
    const { store, live, clock } = services;
    const card = await readCall({ store, live, now: clock.wall() }, session, params.id, language);
    return card.ok ? { status: 200, body: CallCard.parse(card.value) } : { refused: card.error };
  }),
];
