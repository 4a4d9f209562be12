/** Codes of the action history in words (ADM-8, ADM-9.2); a code of a newer server is shown as it is. */
import type { TFunction } from 'i18next';
import type { Action } from '../../api/words.ts';
import type texts from '../../locales/ru/actions.json';

export type Translate = TFunction<['actions', 'frame']>;

export interface ActionWords {
  action(code: string): string;
  object(code: string): string;
  field(code: string): string;
  actor(actor: Action['actor']): string;
  value(value: unknown): string;
}

type Group = 'actionType' | 'objectType' | 'fieldName' | 'role';

export function wordsOf(t: Translate): ActionWords {
  const word = (group: Group, code: string): string =>
    t(`${group}.${code}` as `fieldName.${keyof (typeof texts)['fieldName']}`, { defaultValue: code });
  return {
    action: code => word('actionType', code),
    object: code => word('objectType', code),
    field: code => word('fieldName', code),
    // The provider's people are nameless here (ADM-8.4).
    actor: ({ name, role }) => name || word('role', role ?? 'system'),
    value: value => {
      if (value === null || value === undefined || value === '') return '–';
      if (typeof value === 'boolean') return value ? t('yes') : t('no');
      return typeof value === 'string' ? value : JSON.stringify(value);
    },
  };
}
