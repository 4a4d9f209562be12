/** Who asks, and whether he may: the one place before every handler. */
import type { Refusal } from '@kommutator/model/refusals';
import { isDomainRight, mayCall } from '@kommutator/model/rights';
import type { Session } from '@kommutator/use-cases';
import type { FastifyRequest } from 'fastify';
import { sessionToken } from './cookies.ts';
import { isSecure } from './exchange.ts';
import type { RateLimits } from './rate-limits.ts';
import type { Refused, Route } from './route.ts';
import { sameOrigin } from './same-origin.ts';
import { sameText } from './same-text.ts';
import type { Services } from './services.ts';

const CHANGES = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

export interface Admission {
  readonly session: Session | null;
  /** Null = he may. */
  readonly refused: Refused | null;
}

/** @throws StoreUnavailable. */
export async function admission(
  route: Route,
  { sessions }: Pick<Services, 'sessions'>,
  limits: RateLimits,
  request: FastifyRequest,
): Promise<Admission> {
  // What machines ask has no sessions: figures must come when everything else is shut.
  if (!route.url.startsWith('/api/')) return { session: null, refused: null };
  const early = limits.address(request.ip);
  if (early > 0) return { session: null, refused: tooMany(early) };
  const token = sessionToken(request.headers.cookie);
  const session = token === null ? null : await sessions.find(token);
  const wait = limits.who(session?.id ?? null, request.ip);
  if (wait > 0) return { session, refused: tooMany(wait) };
  const code = refusalOf(route, session, request);
  return { session, refused: code === null ? null : { refused: { code, params: {} } } };
}

function refusalOf(
  { right, method }: Route,
  session: Session | null,
  request: FastifyRequest,
): Refusal['code'] | null {
  const { headers } = request;
  const changes = CHANGES.has(method);
  const said = {
    origin: headers.origin,
    host: headers.host,
    site: headers['sec-fetch-site']?.toString(),
    secure: isSecure(request),
  };
  if (changes && !sameOrigin(said)) return 'access.foreignOrigin';
  if (right === 'anyone') return null;
  if (!session) return 'session.none';
  if (!mayCall(right, session.rights)) return 'access.forbidden';
  if (isDomainRight(right) && !session.domain) return 'access.forbidden';
  if (changes && !sameText(headers['x-csrf-token']?.toString() ?? '', session.csrf)) return 'access.csrf';
  return null;
}

const tooMany = (seconds: number): Refused => ({
  refused: { code: 'request.tooMany', params: { seconds } },
  headers: { 'retry-after': String(seconds) },
});
