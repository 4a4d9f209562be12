/** What zod found wrong, as refusals of single fields. */
import type { Refusal } from '@kommutator/model/refusals';

/** An issue as the type provider hands it on. */
interface Issue {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message?: string | undefined;
  readonly params?: Readonly<Record<string, unknown>>;
}

const number = (value: unknown): number =>
  typeof value === 'number' || typeof value === 'bigint' ? Number(value) : 0;

/** @returns one refusal per field; an unknown key is a field too. */
export const refusalsOf = (issues: readonly Issue[]): readonly Refusal[] => issues.flatMap(refusals);

function refusals({ keyword, instancePath, message, params = {} }: Issue): readonly Refusal[] {
  const field = instancePath.replace(/^\//, '').replaceAll('/', '.');
  const sized = params.origin === 'string' || params.origin === 'array';
  switch (keyword) {
    case 'too_small':
      if (sized && number(params.minimum) === 1) return [{ code: 'field.required', params: {}, field }];
      return [
        { code: sized ? 'field.tooShort' : 'field.tooSmall', params: { min: number(params.minimum) }, field },
      ];
    case 'too_big':
      return [
        { code: sized ? 'field.tooLong' : 'field.tooBig', params: { max: number(params.maximum) }, field },
      ];
    case 'unrecognized_keys': {
      const keys = Array.isArray(params.keys) ? params.keys.map(String) : [];
      const prefix = field === '' ? '' : `${field}.`;
      return keys.map(key => ({ code: 'field.unknown', params: {}, field: `${prefix}${key}` }) as const);
    }
    case 'invalid_type':
      if (message?.endsWith('received undefined')) return [{ code: 'field.required', params: {}, field }];
      return [{ code: 'field.invalid', params: {}, field }];
    default:
      return [{ code: 'field.invalid', params: {}, field }];
  }
}
