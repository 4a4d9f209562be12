/** Password recovery by letter (ACC-7). */
import { askForLink, readLink, useLink } from '@kommutator/use-cases';
import { z } from 'zod';
import { type Route, route } from '../../route.ts';
import { refusedWithPause } from './refused.ts';
import { Token, TypedPassword } from './shapes.ts';

const params = z.object({ token: Token });

export const recoveryRoutes: readonly Route[] = [
  route({
    method: 'POST',
    url: '/api/password-recovery',
    right: 'anyone',
    summary: 'Ask for a link by letter; the answer is always the same',
    schema: {
      body: z.object({ domain: z.string().trim().max(253), login: z.string().trim().min(1).max(300) }),
      responses: { 202: z.object({}) },
    },
  }).handle(({ body, services, ip }) => {
    // Not waited for: how long it takes would tell who exists.
    services.access.background.do(() => askForLink(services.access, body, ip));
    return { status: 202, body: {} };
  }),
  route({
    method: 'GET',
    url: '/api/password-recovery/{token}',
    right: 'anyone',
    summary: 'Whose link it is',
    schema: {
      params,
      responses: { 200: z.object({ login: z.string(), domain: z.string().nullable() }) },
    },
  }).handle(async ({ params: { token }, services }) => {
    const found = await readLink(services.access, token);
    if (!found.ok) return { refused: found.error };
    const { login, domain } = found.value.person;
    return { status: 200, body: { login, domain: domain?.name ?? null } };
  }),
  route({
    method: 'POST',
    url: '/api/password-recovery/{token}',
    right: 'anyone',
    summary: 'Set a new password by a link, once',
    schema: { params, body: z.object({ password: TypedPassword }), responses: { 204: null } },
  }).handle(async ({ params: { token }, body, services, ip }) => {
    const done = await useLink(services.access, token, body.password, ip);
    return done.ok ? { status: 204 } : refusedWithPause(done.error);
  }),
];
