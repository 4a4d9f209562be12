import type { Refusal } from '@kommutator/model/refusals';
import type { StoreRefusal } from '@kommutator/store';

/** A refusal of the store in the words of the catalogue. */
export function asRefusal(refused: StoreRefusal): Refusal {
  switch (refused.code) {
    case 'not-found':
      return { code: 'object.notFound', params: {}, field: refused.field };
    case 'taken':
      return { code: 'object.taken', params: {}, field: refused.field };
    case 'invalid':
      return { code: 'field.invalid', params: {}, field: refused.field };
    case 'stale':
      return { code: 'version_conflict', params: { version: refused.version } };
  }
}
