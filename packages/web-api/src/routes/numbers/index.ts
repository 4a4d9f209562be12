/** Public numbers with their routing schemes. */
import { listNumbers, numberScheme } from '@kommutator/use-cases';
import { z } from 'zod';
import { type Route, route } from '../../route.ts';
import { byId, Named, pageOf } from '../lists.ts';

const Target = z.object({ type: z.string(), id: z.string().nullable(), name: z.string().nullable() });
const problem = z.enum(['noAlgorithm', 'noMembers', 'unsupported']).nullable();
const Channels = z.object({ used: z.number().int(), limit: z.number().int() });

const NumberItem = z.object({
  id: z.string(),
  digits: z.string(),
  kind: z.enum(['main', 'additional']),
  class: z.enum(['city', 'tollfree']),
  state: z.literal('active'),
  filter: z.literal('none'),
  isDefaultOutgoing: z.boolean(),
  rules: z.array(
    z.object({
      id: z.string(),
      priority: z.number().int(),
      active: z.boolean(),
      schedule: z.string().nullable(),
      prefixes: z.array(z.string()).nullable(),
      target: Target,
      dead: z.enum(['covered']).nullable().describe('Why the rule can get no call (RTE-12.3)'),
      problem: problem.describe('Why its object would not take the call'),
    }),
  ),
  usedBy: z.array(Named),
});

const Scheme = z.object({
  number: NumberItem,
  nodes: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(['number', 'condition', 'object', 'end']),
      priority: z.number().int().nullable(),
      rule: z.string().nullable(),
      schedule: z.string().nullable(),
      prefixes: z.array(z.string()).nullable(),
      target: Target.nullable(),
      look: z.enum(['normal', 'off', 'dead']),
      problem,
    }),
  ),
  edges: z.array(z.object({ from: z.string(), to: z.string() })),
});

const Numbers = pageOf(NumberItem).extend({
  channels: Channels.extend({ incoming: Channels, outgoing: Channels }),
});

export const numberRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: '/api/numbers',
    right: 'numbers.read',
    summary: 'Public numbers with their rules, and the channels of the domain',
    schema: { responses: { 200: Numbers } },
  }).handle(async ({ session, services, language }) => {
    const numbers = await listNumbers(services, session, language);
    if (!numbers) return { refused: { code: 'object.notFound', params: {} } };
    return { status: 200, body: Numbers.parse({ ...numbers, next: null }) };
  }),
  route({
    method: 'GET',
    url: '/api/numbers/{id}/scheme',
    right: 'numbers.read',
    summary: 'The routing scheme of one number, as nodes and edges',
    schema: { params: byId, responses: { 200: Scheme } },
  }).handle(async ({ params, session, services, language }) => {
    const scheme = await numberScheme(services, session, params.id, language);
    return scheme.ok ? { status: 200, body: Scheme.parse(scheme.value) } : { refused: scheme.error };
  }),
];
