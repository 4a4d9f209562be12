/** Own password, profile and second factor (ACC-8, ACC-14, ACC-16). */
import {
  beginTotpSetup,
  changePassword,
  changeProfile,
  confirmTotpSetup,
  switchTotpOff,
} from '@kommutator/use-cases';
import { z } from 'zod';
import { sessionCookie } from '../../cookies.ts';
import { type Route, route } from '../../route.ts';
import { refusedByStore } from '../../stale.ts';
import { refusedWithPause } from './refused.ts';
import { Code, MeBody, TypedPassword } from './shapes.ts';
import { meOf } from './sign-in.ts';

const Profile = z.strictObject({
  displayName: z.string().trim().min(1).max(100).optional(),
  position: z.string().trim().max(100).optional(),
  email: z.email().max(254).nullable().optional(),
  language: z.enum(['ru', 'en']).optional(),
});

export const meRoutes: readonly Route[] = [
  route({
    method: 'PATCH',
    url: '/api/me',
    right: 'profile.own',
    summary: 'Change the own profile; If-Match refuses what somebody else changed meanwhile',
    schema: { body: Profile, responses: { 200: MeBody } },
  }).handle(async ({ body, services, session, actor, ifVersion }) => {
    const done = await changeProfile(services.access, session, body, ifVersion, actor);
    if (!done.ok) return refusedByStore(done.error);
    return meOf(services, session);
  }),
  route({
    method: 'PUT',
    url: '/api/me/password',
    right: 'signedIn',
    summary: 'Change the own password; all other sessions end, this one gets a new cookie and csrf',
    schema: {
      body: z.strictObject({ current: TypedPassword, password: TypedPassword }),
      responses: { 200: z.object({ csrf: z.string() }) },
    },
  }).handle(async ({ body, services, session, actor, secure }) => {
    const done = await changePassword(services.access, session, body, actor);
    if (!done.ok) return refusedWithPause(done.error);
    const { token, csrf, maxAge } = done.value;
    return { status: 200, body: { csrf }, headers: { 'set-cookie': sessionCookie(token, secure, maxAge) } };
  }),
  route({
    method: 'POST',
    url: '/api/me/totp',
    right: 'signedIn',
    summary: 'Begin to switch the second factor on',
    schema: { responses: { 200: z.object({ secret: z.string(), uri: z.string() }) } },
  }).handle(async ({ services, session }) => {
    const begun = await beginTotpSetup(services.access, session);
    return begun.ok ? { status: 200, body: begun.value } : { refused: begun.error };
  }),
  route({
    method: 'POST',
    url: '/api/me/totp/confirm',
    right: 'signedIn',
    summary: 'Switch the second factor on by its first code',
    schema: {
      body: z.strictObject({ code: Code }),
      responses: { 200: z.object({ recoveryCodes: z.array(z.string()) }) },
    },
  }).handle(async ({ body, services, session, actor }) => {
    const codes = await confirmTotpSetup(services.access, session, body.code, actor);
    return codes.ok
      ? { status: 200, body: { recoveryCodes: [...codes.value] } }
      : refusedWithPause(codes.error);
  }),
  route({
    method: 'DELETE',
    url: '/api/me/totp',
    right: 'signedIn',
    summary: 'Switch the second factor off',
    schema: { body: z.strictObject({ password: TypedPassword, code: Code }), responses: { 204: null } },
  }).handle(async ({ body, services, session, actor }) => {
    const done = await switchTotpOff(services.access, session, body, actor);
    return done.ok ? { status: 204 } : refusedWithPause(done.error);
  }),
];
