import { fastifyCookie as cookie } from '@fastify/cookie';
import type { FastifyRequest } from 'fastify';

export const SESSION_COOKIE = 'kommutator_session';

type Cookies = Readonly<Record<string, string | undefined>>;

/** Cookies the browser sent. */
export const cookiesOf = (request: Pick<FastifyRequest, 'headers'>): Cookies =>
  request.headers.cookie === undefined ? {} : cookie.parse(request.headers.cookie);
