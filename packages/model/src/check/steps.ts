import type { Cause } from '../cause/index.ts';
import type { Params } from '../messages/index.ts';
import type { Schedule } from '../schedule/index.ts';
import { CHECK_TEXTS, type CheckKey, type Mark } from './texts.ts';

/** One thing that would happen to the call, with what follows from it. */
export interface CheckStep {
  readonly key: CheckKey;
  readonly mark: Mark;
  readonly params: Params;
  /** Shown as its summary where the text has a place for it. */
  readonly schedule?: Schedule;
  readonly steps: readonly CheckStep[];
}

export function step(
  key: CheckKey,
  params: Params = {},
  steps: readonly CheckStep[] = [],
  schedule?: Schedule | null,
): CheckStep {
  return { key, mark: CHECK_TEXTS[key].mark, params, steps, ...(schedule && { schedule }) };
}

export const endsWith = ({ sip, q850 }: Cause): CheckStep => step('end.code', { sip, q850 });
