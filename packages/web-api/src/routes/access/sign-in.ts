/** Sign-in, the session itself, sign-out (ACC-4, ACC-5). */
import type { Session } from '@kommutator/use-cases';
import { type OpenedSession, readMe, secondStep, signIn, signOut } from '@kommutator/use-cases';
import { z } from 'zod';
import { sessionCookie } from '../../cookies.ts';
import { type Refused, type Route, route } from '../../route.ts';
import type { RouteServices } from '../../services.ts';
import { refusedWithPause } from './refused.ts';
import { Code, MeBody, meAnswer, Token, TypedPassword } from './shapes.ts';

/** The first answer of a session, with its cookie. */
async function opened(services: RouteServices, { token, session, maxAge }: OpenedSession, secure: boolean) {
  const answer = await meOf(services, session);
  if ('refused' in answer) return answer;
  const cookie = sessionCookie(token, secure, maxAge);
  return { ...answer, headers: { ...answer.headers, 'set-cookie': cookie } } as const;
}

/** Me, or that he is gone. */
export async function meOf(services: RouteServices, session: Session) {
  const me = await readMe(services.access, session);
  if (!me) return { refused: { code: 'session.none', params: {} } } satisfies Refused;
  return { status: 200, ...meAnswer(me) } as const;
}

const SecondStep = z.object({ second: z.literal('totp'), ticket: z.string() }).meta({ id: 'SecondStep' });

export const signInRoutes: readonly Route[] = [
  route({
    method: 'POST',
    url: '/api/session',
    right: 'anyone',
    summary: 'Sign in',
    schema: {
      body: z.object({
        domain: z
          .string()
          .trim()
          .max(253)
          .describe('Empty for a pool’s administrator and the provider’s own'),
        login: z.string().trim().min(1).max(300),
        password: TypedPassword,
        remember: z.boolean().default(false),
      }),
      responses: { 200: z.union([MeBody, SecondStep]) },
    },
  }).handle(async ({ body, services, ip, agent, secure }) => {
    const signed = await signIn(services.access, body, { ip, agent });
    if (!signed.ok) return refusedWithPause(signed.error);
    if (signed.value.second === 'totp')
      return { status: 200, body: { second: 'totp', ticket: signed.value.ticket } };
    return opened(services, signed.value.opened, secure);
  }),
  route({
    method: 'POST',
    url: '/api/session/second',
    right: 'anyone',
    summary: 'Second step of a sign-in',
    schema: { body: z.object({ ticket: Token, code: Code }), responses: { 200: MeBody } },
  }).handle(async ({ body, services, ip, agent, secure }) => {
    const signed = await secondStep(services.access, body, { ip, agent });
    return signed.ok ? opened(services, signed.value, secure) : refusedWithPause(signed.error);
  }),
  route({
    method: 'GET',
    url: '/api/session',
    right: 'signedIn',
    summary: 'Who is signed in',
    schema: { responses: { 200: MeBody } },
  }).handle(({ services, session }) => meOf(services, session)),
  route({
    method: 'DELETE',
    url: '/api/session',
    right: 'signedIn',
    summary: 'Sign out',
    schema: { responses: { 204: null } },
  }).handle(async ({ services, session, secure }) => {
    await signOut(services.access, session);
    return { status: 204, headers: { 'set-cookie': sessionCookie('', secure, 0) } };
  }),
];
