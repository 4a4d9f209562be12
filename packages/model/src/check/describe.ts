import { fill, type Language } from '../messages/index.ts';
import { summary } from '../schedule/index.ts';
import type { CheckStep } from './steps.ts';
import { CHECK_TEXTS, type Mark } from './texts.ts';

export interface CheckLine {
  /** 0 = outermost. */
  readonly depth: number;
  readonly mark: Mark;
  readonly text: string;
}

/** The steps as lines of text, each with how deep it stands. */
export function describe(steps: readonly CheckStep[], language: Language, depth = 0): CheckLine[] {
  return steps.flatMap(({ key, mark, params, schedule, steps: inner }) => {
    const places = schedule ? { ...params, schedule: summary(schedule, language) } : params;
    const line = { depth, mark, text: fill(CHECK_TEXTS[key][language], places) };
    return [line, ...describe(inner, language, depth + 1)];
  });
}
