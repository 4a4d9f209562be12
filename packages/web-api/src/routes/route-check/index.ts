/** «Проверить маршрут». */
import { checkRoute } from '@kommutator/use-cases';
import { z } from 'zod';
import { type Route, route } from '../../route.ts';

const CheckAnswer = z.object({
  path: z.array(
    z.object({
      id: z.string(),
      depth: z.number().int(),
      kind: z.string(),
      label: z.string(),
      verdict: z.enum(['taken', 'skipped', 'end']),
      reasons: z.array(
        z.object({
          key: z.string(),
          parameters: z.record(z.string(), z.union([z.string(), z.number()])),
          text: z.string(),
        }),
      ),
    }),
  ),
  end: z.object({ kind: z.string(), text: z.string() }).nullable(),
});

export const routeCheckRoutes: readonly Route[] = [
  route({
    method: 'POST',
    url: '/api/route-check',
    right: 'routes.check',
    summary: 'Where an imagined call would go, and why; nothing is called',
    schema: {
      body: z.strictObject({
        caller: z.string().max(64).describe('Number outside, internal number or login; empty = hidden'),
        number: z.string().min(1).max(64),
        at: z.iso.datetime({ offset: true }).nullable().default(null),
      }),
      responses: { 200: CheckAnswer },
    },
  }).handle(async ({ body, session, services, language }) => {
    const { snapshots, live, clock } = services;
    const answer = await checkRoute({ snapshots, live, now: clock.wall() }, session, body, language);
    return answer.ok ? { status: 200, body: CheckAnswer.parse(answer.value) } : { refused: answer.error };
  }),
];
