import { isDomainRight, mayCall } from '@kommutator/model/rights';
import { actorOf, type Session } from '@kommutator/use-cases';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { sessionToken } from './cookies.ts';
import { isSecure, languageOf, refuseRequest, send, speak } from './exchange.ts';
import { PROBLEM_TYPE, Problem } from './problem.ts';
import type { Answer, Request, Route, Schemas } from './route.ts';
import { sameOrigin } from './same-origin.ts';
import { sameText } from './same-text.ts';
import type { RouteServices } from './services.ts';

const CHANGES = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** Gives the server one endpoint: who asks, whether he may, then the schema, then the handler. */
export function mount(server: FastifyInstance, route: Route, services: RouteServices): void {
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
      const session = await sessionOf(request, route, services);
      sessions.set(request, session);
      if (session) speak(request, session.language);
      await admit(route, session, request, reply);
    },
    handler: async (request, reply) => {
      const session = sessions.get(request) ?? null;
      const answer: Answer<Schemas> = await route.handler(requestOf(request, session, services));
      return send(request, reply, answer);
    },
  });
}

/** Who asks; endpoints outside the API have no use for it. */
async function sessionOf(
  request: FastifyRequest,
  route: Route,
  services: RouteServices,
): Promise<Session | null> {
  if (!route.url.startsWith('/api/')) return null;
  const token = sessionToken(request.headers.cookie);
  return token ? services.sessions.find(token) : null;
}

/** Answers itself where the request may not go on. */
async function admit(
  route: Route,
  session: Session | null,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { right, method } = route;
  const refuse = (code: 'session.none' | 'access.forbidden' | 'access.foreignOrigin' | 'access.csrf') =>
    refuseRequest(request, reply, { code, params: {} });
  const changes = CHANGES.has(method);
  if (changes) {
    const { origin, host } = request.headers;
    const site = request.headers['sec-fetch-site'];
    if (!sameOrigin({ origin, host, site: site?.toString(), secure: isSecure(request) }))
      return refuse('access.foreignOrigin');
  }
  if (right === 'anyone') return;
  if (!session) return refuse('session.none');
  if (!mayCall(right, session.rights)) return refuse('access.forbidden');
  if (isDomainRight(right) && !session.domain) return refuse('access.forbidden');
  if (changes && !sameText(request.headers['x-csrf-token']?.toString() ?? '', session.csrf))
    return refuse('access.csrf');
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
