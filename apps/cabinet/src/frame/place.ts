import type { Found } from '../api/words.ts';

/** Where something found is shown. */
export function placeOf({ kind, id }: Pick<Found, 'kind' | 'id'>, ownOnly: boolean): string {
  switch (kind) {
    case 'user':
      return `/users?user=${id}`;
    case 'group':
      return '/groups';
    case 'number':
      return `/numbers?number=${id}`;
    case 'call':
      return `${ownOnly ? '/my/calls' : '/calls'}?call=${id}`;
  }
}
