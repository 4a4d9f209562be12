/** Refusals are values: a code with parameters, rendered by whoever shows them from one catalogue (DESIGN rule 6). */
import type { Result } from '@kommutator/base';
import { fill, type Language, type Params } from '../messages/index.ts';
import { REFUSALS, type RefusalCode } from './catalogue.ts';

export { REFUSALS, type RefusalCode } from './catalogue.ts';

export interface Refusal {
  readonly code: RefusalCode;
  readonly params: Params;
  /** Path of the input it is about, e.g. `schedule.periods.1.to`. */
  readonly field?: string;
}

/** A refused result. */
export function refuse(
  code: RefusalCode,
  params: Params = {},
  field?: string,
): { readonly ok: false; readonly error: Refusal } {
  return { ok: false, error: field === undefined ? { code, params } : { code, params, field } };
}

/** An accepted result. Here and not from `base`, whose door opens onto Node: this package runs in browsers too. */
export const accept = <T>(value: T): Result<T, never> => ({ ok: true, value });

/** HTTP status of a refusal (spec 00 §3.1). */
export const statusOf = (refusal: Refusal): number => REFUSALS[refusal.code].status;

/** The text a person sees. */
export const renderRefusal = (refusal: Refusal, language: Language): string =>
  fill(REFUSALS[refusal.code][language], refusal.params);
