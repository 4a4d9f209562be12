/** The HTTP side of the office: every endpoint, the description of the API, the cabinet's files. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from '@fastify/helmet';
import { newId, SystemClock } from '@kommutator/base';
import Fastify, { type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { answerErrors, refuseUnreadable } from './errors.ts';
import { mount } from './mount.ts';
import { describeApi } from './openapi.ts';
import { RateLimits } from './rate-limits.ts';
import type { Route } from './route.ts';
import { ROUTES } from './routes/index.ts';
import { POLICY } from './security-policy.ts';
import type { Services } from './services.ts';
import { serveCabinet } from './static-files.ts';
import { Upgrades } from './upgrades.ts';

/** Bytes of a JSON body; uploads come as files and have limits of their own. */
const LARGEST_BODY = 256 * 1024;

export interface WebApiOptions {
  readonly services: Services;
  /** Folder of the built cabinet; null = none is served. */
  readonly cabinet: string | null;
}

export interface WebApi {
  /** Of a listening server, see `listenHttp`. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  /** Who takes connections that become something else than HTTP: `/sip`, `/api/live`. */
  readonly upgrades: Upgrades;
  readonly routes: readonly Route[];
  /** For tests and tools: a request without a socket. */
  readonly inject: FastifyInstance['inject'];
  /** The OpenAPI 3.1 document. */
  openApi(): object;
  close(): Promise<void>;
}

/** Ready to be handed requests. */
export async function createWebApi({ services, cabinet }: WebApiOptions): Promise<WebApi> {
  const { clock } = services;
  const server = Fastify({
    bodyLimit: LARGEST_BODY,
    genReqId: () => newId(clock.wall()),
    requestIdHeader: false,
    // A reverse proxy on this machine says who asked, and whether over TLS.
    trustProxy: 'loopback',
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: refuseUnreadable,
  });
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(serializerCompiler);
  // Nothing but JSON is read: a form of another site cannot send that without asking first (CORS).
  server.removeContentTypeParser('text/plain');
  answerErrors(server, ROUTES, services, cabinet);
  await server.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: POLICY },
    // The same host serves plain HTTP on another port, which browsers would then refuse.
    hsts: false,
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'same-origin' },
  });
  server.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
  await describeApi(server);
  const given = { ...services, openApi: () => server.swagger() };
  const limits = new RateLimits(clock);
  for (const route of ROUTES) mount(server, route, given, limits);
  if (cabinet !== null) await serveCabinet(server, cabinet);
  await server.ready();
  return {
    handle: (request, response) => server.routing(request, response),
    upgrades: new Upgrades(),
    routes: ROUTES,
    inject: server.inject.bind(server) as FastifyInstance['inject'],
    openApi: () => server.swagger(),
    close: () => server.close(),
  };
}

/** The OpenAPI 3.1 document alone: nothing is asked of the services. */
export async function describeWebApi(): Promise<object> {
  const clock = new SystemClock();
  const web = await createWebApi({ services: { clock } as unknown as Services, cabinet: null });
  const document = web.openApi();
  await web.close();
  return document;
}
