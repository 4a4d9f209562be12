import { actorOf, type Session } from '@kommutator/use-cases';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { admission } from './admission.ts';
import { isSecure, languageOf, send, sendRefused, speak } from './exchange.ts';
import { PROBLEM_TYPE, Problem } from './problem.ts';
import type { RateLimits } from './rate-limits.ts';
import type { Answer, Request, Route, Schemas } from './route.ts';
import type { RouteServices } from './services.ts';
import { storable } from './storable.ts';

/** Gives the server one endpoint: who asks, whether he may, then the schema, then the handler. */
export function mount(
  server: FastifyInstance,
  route: Route,
  services: RouteServices,
  limits: RateLimits,
): void {
  const { method, url, schema, right, summary } = route;
  const sessions = new WeakMap<FastifyRequest, Session | null>();
  server.route({
    method,
    url: url.replaceAll(/\{(\w+)\}/g, ':$1'),
    schema: {
      ...(schema.params ? { params: schema.params } : {}),
      ...(schema.query ? { querystring: schema.query } : {}),
      ...(schema.body ? { body: schema.body } : {}),
      response: responsesOf(schema),
      summary,
      tags: [areaOfUrl(url)],
      ...(right === 'anyone' ? { security: [] } : {}),
      'x-right': right,
    },
    onRequest: async (request, reply) => {
      const { session, refused } = await admission(route, services, limits, request);
      sessions.set(request, session);
      if (session) speak(request, session.language);
      if (refused) return sendRefused(request, reply, refused);
    },
    preValidation: async (request, reply) => {
      const whole = [request.params, request.query, request.body].every(part => storable(part));
      if (!whole) return sendRefused(request, reply, { refused: { code: 'request.malformed', params: {} } });
    },
    handler: async (request, reply) => {
      const session = sessions.get(request) ?? null;
      const answer: Answer<Schemas> = await route.handler(requestOf(request, session, services));
      return send(request, reply, answer);
    },
  });
}

function requestOf(
  request: FastifyRequest,
  session: Session | null,
  services: RouteServices,
): Request<Schemas, 'signedIn'> {
  const asked = {
    params: request.params,
    query: request.query,
    body: request.body,
    session,
    actor: session && actorOf(session, request.ip),
    services,
    language: languageOf(request),
    id: request.id,
    ip: request.ip,
    agent: request.headers['user-agent'] ?? '',
    secure: isSecure(request),
    ifVersion: versionOf(request.headers['if-match']),
  };
  return asked as unknown as Request<Schemas, 'signedIn'>;
}

/** `W/"12"` or `"12"` (RFC 9110 §8.8.3); anything else is no version of ours and matches none. */
function versionOf(header: string | undefined): number | null {
  if (header === undefined || header.trim() === '*') return null;
  const version = header.trim().match(/^(?:W\/)?"(\d{1,15})"$/)?.[1];
  return version === undefined ? -1 : Number(version);
}

const areaOfUrl = (url: string): string => (url.startsWith('/api/') ? (url.split('/')[2] ?? '') : 'system');

const REFUSED = { description: 'Refused', content: { [PROBLEM_TYPE]: { schema: Problem } } };
const NOTHING = z.null().describe('Nothing');

function responsesOf({ responses }: Schemas): Record<string, unknown> {
  const described = Object.entries(responses).map(([status, response]) => {
    if (response === null) return [status, NOTHING];
    if (!('raw' in response)) return [status, response];
    const content = Object.fromEntries(response.raw.map(type => [type, { schema: z.string() }]));
    return [status, { description: 'A file or text', content }];
  });
  return { ...Object.fromEntries(described), default: REFUSED };
}
