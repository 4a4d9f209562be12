/** Users with presence, groups. */
import { forwardingScheme, listGroups, listUsers, readUser } from '@kommutator/use-cases';
import { z } from 'zod';
import { type Route, route } from '../../route.ts';
import { byId, Named, pageOf, paging, text } from '../lists.ts';

const User = z.object({
  id: z.string(),
  extension: z.string(),
  login: z.string(),
  displayName: z.string(),
  position: z.string().nullable(),
  isAdmin: z.boolean(),
  isOperator: z.boolean(),
  recording: z.boolean(),
  voicemailOn: z.boolean(),
  outgoingNumber: z.string().nullable().describe('null = the number of the domain'),
  restriction: z.string().describe('Own or inherited'),
  pickupGroup: Named.nullable(),
  groups: z.array(Named),
  numbers: z.array(z.string()).describe('Public numbers with a rule that leads to the user'),
  contacts: z.array(z.object({ type: z.string(), target: z.string() })),
  presence: z.object({
    state: z.enum(['offline', 'online', 'ringing', 'busy']),
    devices: z.number().int(),
    since: z.string().nullable(),
    peer: z.string().nullable(),
  }),
});

const UserCard = User.extend({
  forwarding: z.object({
    rules: z.array(
      z.object({
        id: z.string(),
        type: z.string(),
        target: z.string(),
        priority: z.number().int(),
        ringTime: z.number().int().describe('Seconds'),
        schedule: z.string().nullable(),
        enabled: z.boolean(),
        now: z.enum(['rings', 'disabled', 'outsideSchedule', 'leftOut']),
      }),
    ),
    voicemailOn: z.boolean(),
  }),
});

const Group = z.object({
  id: z.string(),
  name: z.string(),
  extension: z.string().nullable(),
  algorithm: z.string(),
  members: z.number().int(),
});

export const userRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: '/api/users',
    right: 'users.read',
    summary: 'Users: pickup groups by name with their users, then users without one',
    schema: { query: z.strictObject({ ...paging, search: text }), responses: { 200: pageOf(User) } },
  }).handle(async ({ query, session, services }) => {
    const page = await listUsers(services, session, query);
    return page.ok ? { status: 200, body: pageOf(User).parse(page.value) } : { refused: page.error };
  }),
  route({
    method: 'GET',
    url: '/api/users/{id}',
    right: 'users.read',
    summary: 'One user with the scheme of his incoming calls',
    schema: { params: byId, responses: { 200: UserCard } },
  }).handle(async ({ params, session, services, language }) => {
    const found = await readUser(services, session, params.id);
    if (!found.ok) return { refused: found.error };
    const { item, user, config } = found.value;
    const forwarding = forwardingScheme(config, user, services.clock.wall(), language);
    return { status: 200, body: UserCard.parse({ ...item, forwarding }) };
  }),
  route({
    method: 'GET',
    url: '/api/groups',
    right: 'groups.read',
    summary: 'Call-handling groups, by name',
    schema: { responses: { 200: pageOf(Group) } },
  }).handle(async ({ session, services }) => {
    const items = [...(await listGroups(services, session))];
    return { status: 200, body: { items, next: null, total: items.length } };
  }),
];
