/** What the endpoints of access speak of. */
import type { Me } from '@kommutator/use-cases';
import { z } from 'zod';

/** Kopecks: whole, and exact far beyond any balance. */
const kopecks = z.number().int();

export const MeBody = z
  .object({
    user: z.object({
      id: z.string(),
      login: z.string(),
      displayName: z.string(),
      extension: z.string().nullable(),
      position: z.string().nullable(),
      email: z.string().nullable(),
      language: z.enum(['ru', 'en']),
      totp: z.boolean().describe('Signs in with a second factor'),
    }),
    domain: z
      .object({
        id: z.string(),
        name: z.string(),
        visibleName: z.string(),
        company: z.string(),
        timezone: z.string(),
      })
      .nullable(),
    area: z.enum(['domain', 'personal', 'pool', 'provider']),
    roles: z.array(z.string()),
    rights: z.array(z.string()),
    csrf: z.string().describe('For the header x-csrf-token of every change'),
    balance: kopecks.nullable().describe('Kopecks'),
    blocks: z.array(z.object({ kind: z.string(), since: z.string() })),
    counters: z.object({ users: z.number(), groups: z.number(), numbers: z.number() }).nullable(),
    outgoingNumber: z.string().nullable(),
    brand: z.object({ name: z.string(), accent: z.string(), logoUrl: z.string().nullable() }),
    features: z.array(z.string()),
  })
  .meta({ id: 'Me' });

/** The product's own; a provider's will come from his settings. */
const BRAND = { name: 'Коммутатор', accent: '#4c6ef5', logoUrl: null };

/** With the version as ETag, so that a form can say what it was filled from. */
export function meAnswer(me: Me): {
  readonly body: z.output<typeof MeBody>;
  readonly headers: Record<string, string>;
} {
  const { version, ...body } = me;
  return {
    body: {
      ...body,
      roles: [...body.roles],
      rights: [...body.rights],
      // Blocks and features belong to billing and tariffs; without these nobody is blocked and nothing is switched.
      blocks: [],
      features: [],
      brand: BRAND,
    },
    headers: version === null ? {} : { etag: `W/"${version}"` },
  };
}

export const Code = z.string().trim().min(1).max(20).describe('Of the application, or a recovery code');
/** What somebody types before it is known to be right: only as long as it may be. */
export const TypedPassword = z.string().min(1).max(200);
export const Token = z.string().min(1).max(100);
