import type { Message } from '../messages/index.ts';

interface RefusalText extends Message {
  /** HTTP status (spec 00 §3.1): 409 state or uniqueness, 422 field. */
  readonly status: number;
}

/** Every refusal of the product's pure rules. */
export const REFUSALS = {
  'schedule.empty': {
    status: 422,
    ru: 'Добавьте хотя бы один период',
    en: 'Add at least one period',
  },
  'schedule.tooManyPeriods': {
    status: 422,
    ru: 'В расписании может быть не больше {max} периодов',
    en: 'A schedule may have at most {max} periods',
  },
  'schedule.noDays': {
    status: 422,
    ru: 'Выберите хотя бы один день недели',
    en: 'Choose at least one day of the week',
  },
  'schedule.badTime': {
    status: 422,
    ru: 'Укажите время в формате ЧЧ:ММ',
    en: 'Give the time as HH:MM',
  },
  'schedule.endBeforeStart': {
    status: 422,
    ru: 'Время окончания должно быть позже времени начала. Для ночного интервала добавьте два периода: 19:00–00:00 и 00:00–10:00',
    en: 'The end must be later than the start. For a night interval add two periods: 19:00–00:00 and 00:00–10:00',
  },
  'prefix.empty': {
    status: 422,
    ru: 'Укажите хотя бы один префикс',
    en: 'Give at least one prefix',
  },
  'prefix.notDigits': {
    status: 422,
    ru: 'Префикс может содержать только цифры',
    en: 'A prefix may contain digits only',
  },
  'prefix.tooLong': {
    status: 422,
    ru: 'Префикс не может быть длиннее {max} цифр',
    en: 'A prefix may have at most {max} digits',
  },
  'prefix.tooMany': {
    status: 422,
    ru: 'В правиле может быть не больше {max} префиксов',
    en: 'A rule may have at most {max} prefixes',
  },
  'rule.tooMany': {
    status: 422,
    ru: 'У номера может быть не больше {max} правил',
    en: 'A number may have at most {max} rules',
  },
  'rule.staleOrder': {
    status: 409,
    ru: 'Данные изменены другим пользователем',
    en: 'The data were changed by another user',
  },
} as const satisfies Record<string, RefusalText>;

export type RefusalCode = keyof typeof REFUSALS;
