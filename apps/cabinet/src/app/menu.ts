/** What stands in the side menu for whom: by rights, so that the menu never offers what the server refuses (ACC-8, ACC-9). */
import type { Right } from '@kommutator/model/rights';
import type { Me } from '../api/words.ts';
import { count, phoneInMenu } from '../format/index.ts';

export type PageId =
  | 'users'
  | 'groups'
  | 'numbers'
  | 'route-check'
  | 'calls'
  | 'actions'
  | 'my-calls'
  | 'security'
  | 'appearance';

export interface MenuItem {
  readonly id: PageId;
  readonly path: string;
  readonly right: Right | null;
  /** Stands under the item before it. */
  readonly sub?: true;
  /** What follows the colon: «Пользователи: 105». */
  readonly value?: (me: Me, language: string, none: string) => string | null;
}

const MENU: readonly MenuItem[] = [
  {
    id: 'users',
    path: '/users',
    right: 'users.read',
    value: (me, language) => me.counters && count(me.counters.users, language),
  },
  {
    id: 'groups',
    path: '/groups',
    right: 'groups.read',
    value: (me, language) => me.counters && count(me.counters.groups, language),
  },
  {
    id: 'numbers',
    path: '/numbers',
    right: 'numbers.read',
    value: (me, _, none) => (me.outgoingNumber === null ? none : phoneInMenu(me.outgoingNumber)),
  },
  { id: 'route-check', path: '/route-check', right: 'routes.check', sub: true },
  { id: 'calls', path: '/calls', right: 'calls.all' },
  { id: 'actions', path: '/actions', right: 'actions.read', sub: true },
  { id: 'my-calls', path: '/my/calls', right: 'calls.own' },
  { id: 'security', path: '/my/security', right: null },
  { id: 'appearance', path: '/my/appearance', right: null },
];

/** The pages somebody may open, in the order of the menu. */
export const menuOf = (me: Me): readonly MenuItem[] =>
  MENU.filter(({ right }) => right === null || me.rights.includes(right));

/** Where the logo and sign-in lead (ACC-4.1, ACC-10.1). */
export const homeOf = (me: Me): string =>
  me.area === 'domain' ? '/calls' : (menuOf(me)[0]?.path ?? '/my/security');
