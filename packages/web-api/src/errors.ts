/** What goes wrong outside a handler's rules: unknown addresses, unreadable requests, bugs, a database that is away. */
import type { Refusal } from '@kommutator/model/refusals';
import { StoreUnavailable } from '@kommutator/store';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { sendRefused } from './exchange.ts';
import { refusalsOf } from './issues.ts';
import type { Refused, Route } from './route.ts';
import type { Services } from './services.ts';
import { cabinetPage } from './static-files.ts';

const RETRY_AFTER_S = '5';

const BY_STATUS: Readonly<Record<number, Refusal['code']>> = {
  400: 'request.malformed',
  // Of the server of files: a way out of its folder.
  403: 'request.notFound',
  404: 'request.notFound',
  413: 'request.tooLarge',
  415: 'request.mediaType',
};

const one = (code: Refusal['code']): Refused => ({ refused: { code, params: {} } });

function refusalOf(error: unknown): Refused | null {
  if (error instanceof StoreUnavailable)
    return { ...one('server.unavailable'), headers: { 'retry-after': RETRY_AFTER_S } };
  if (hasZodFastifySchemaValidationErrors(error)) {
    // An id that is none names nothing.
    if (error.validationContext === 'params') return one('object.notFound');
    return { refused: refusalsOf(error.validation) };
  }
  if (!(error instanceof Error) || !('statusCode' in error)) return null;
  const code = BY_STATUS[Number(error.statusCode)];
  return code === undefined ? null : one(code);
}

/** An address that cannot even be decoded. */
export function refuseUnreadable(_error: Error, request: FastifyRequest, reply: FastifyReply): void {
  void sendRefused(request, reply, one('request.malformed'));
}

/** The server's answers to all of it. */
export function answerErrors(
  server: FastifyInstance,
  routes: readonly Route[],
  { log }: Services,
  cabinet: string | null,
): void {
  server.setErrorHandler((error, request, reply) => {
    const refused = refusalOf(error);
    if (!refused) {
      const text = error instanceof Error ? error.stack : String(error);
      log.error(
        { request: request.id, method: request.method, url: request.url, error: text },
        'request failed',
      );
    }
    return sendRefused(request, reply, refused ?? one('server.failed'));
  });
  server.setNotFoundHandler(async (request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    const allowed = methodsOf(routes, path);
    if (allowed.length > 0) {
      const refusal: Refusal = { code: 'request.method', params: { allowed: allowed.join(', ') } };
      return sendRefused(request, reply, { refused: refusal, headers: { allow: allowed.join(', ') } });
    }
    if (cabinet !== null && wantsPage(request.method, path, request.headers.accept))
      return cabinetPage(reply, cabinet);
    return sendRefused(request, reply, one('request.notFound'));
  });
}

/** Addresses inside the cabinet are its own router's; files, API and doors of other protocols are not. */
const wantsPage = (method: string, path: string, accept: string | undefined): boolean =>
  (method === 'GET' || method === 'HEAD') &&
  (accept ?? '').includes('text/html') &&
  !/^\/(api|sip|metrics|health|ready|assets)(\/|$)/.test(path);

/** RFC 9110 §15.5.6: what an address does support. */
function methodsOf(routes: readonly Route[], path: string): readonly string[] {
  const found = routes.filter(({ url }) => matches(url, path)).map(({ method }) => method as string);
  const all = new Set(found.includes('GET') ? [...found, 'HEAD'] : found);
  return [...all].sort();
}

function matches(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  return (
    wanted.length === given.length &&
    wanted.every((part, index) => (part.startsWith('{') ? given[index] !== '' : part === given[index]))
  );
}
