/** Refusals as `application/problem+json` (RFC 9457). */
import type { Language } from '@kommutator/model/messages';
import { type Refusal, renderRefusal, statusOf } from '@kommutator/model/refusals';
import { z } from 'zod';

export const PROBLEM_TYPE = 'application/problem+json';

const parameters = z.record(z.string(), z.union([z.string(), z.number()]));

/** What every refusal looks like. */
export const Problem = z.looseObject({
  type: z.string().describe('about:blank: the code says it all'),
  title: z.string().describe('In the language of the request'),
  status: z.number().int(),
  code: z.string().describe('Stable, of the catalogue of refusals'),
  parameters,
  requestId: z.string(),
  errors: z
    .array(z.object({ field: z.string(), code: z.string(), parameters, message: z.string() }))
    .optional(),
});
export type Problem = z.output<typeof Problem>;

export interface ProblemContext {
  readonly language: Language;
  readonly requestId: string;
}

/** One refusal of a whole request, or the fields of a form that were refused. */
export function problemOf(
  refused: Refusal | readonly Refusal[],
  { language, requestId }: ProblemContext,
  details: Readonly<Record<string, unknown>> = {},
): Problem {
  const all: readonly Refusal[] = Array.isArray(refused) ? refused : [refused];
  const [first] = all;
  const fields = all.filter(each => each.field !== undefined);
  // Several fields share the status of the first; one that is no field's speaks for itself.
  const whole: Refusal =
    first && (all.length === 1 || fields.length < all.length)
      ? (all.find(each => each.field === undefined) ?? first)
      : { code: 'request.invalid', params: {} };
  return {
    ...details,
    type: 'about:blank',
    title: renderRefusal(whole, language),
    status: statusOf(first ?? whole),
    code: whole.code,
    parameters: { ...whole.params },
    requestId,
    ...(fields.length > 0
      ? {
          errors: fields.map(each => ({
            field: each.field ?? '',
            code: each.code,
            parameters: { ...each.params },
            message: renderRefusal(each, language),
          })),
        }
      : {}),
  };
}
