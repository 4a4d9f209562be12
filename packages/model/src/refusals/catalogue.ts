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
  'request.malformed': {
    status: 400,
    ru: 'Запрос не удалось разобрать',
    en: 'The request cannot be read',
  },
  'request.notFound': {
    status: 404,
    ru: 'Такого адреса нет',
    en: 'There is no such address',
  },
  'request.method': {
    status: 405,
    ru: 'Этот метод здесь не поддерживается. Можно: {allowed}',
    en: 'This method is not supported here. Allowed: {allowed}',
  },
  'request.tooLarge': {
    status: 413,
    ru: 'Запрос слишком велик',
    en: 'The request is too large',
  },
  'request.mediaType': {
    status: 415,
    ru: 'Тип данных запроса не поддерживается, нужен application/json',
    en: 'This media type is not supported, send application/json',
  },
  'request.tooMany': {
    status: 429,
    ru: 'Слишком много запросов. Повторите через {seconds} с',
    en: 'Too many requests. Try again in {seconds} s',
  },
  'request.invalid': {
    status: 422,
    ru: 'Проверьте выделенные поля',
    en: 'Check the marked fields',
  },
  'session.none': {
    status: 401,
    ru: 'Войдите в систему',
    en: 'Sign in first',
  },
  'access.forbidden': {
    status: 403,
    ru: 'Недостаточно прав',
    en: 'You may not do this',
  },
  'access.foreignOrigin': {
    status: 403,
    ru: 'Запрос пришёл с чужого сайта',
    en: 'The request comes from another site',
  },
  'access.csrf': {
    status: 403,
    ru: 'Обновите страницу и повторите действие',
    en: 'Reload the page and try again',
  },
  'job.running': {
    status: 409,
    ru: 'Выгрузка уже формируется',
    en: 'An export is being made already',
  },
  'job.notReady': {
    status: 409,
    ru: 'Файл ещё не готов',
    en: 'The file is not ready yet',
  },
  'job.expired': {
    status: 410,
    ru: 'Срок хранения файла истёк. Сформируйте выгрузку ещё раз',
    en: 'The file was kept no longer. Make the export again',
  },
  'job.crashed': {
    status: 500,
    ru: 'Выгрузку не удалось сформировать',
    en: 'The export could not be made',
  },
  'export.tooManyRows': {
    status: 422,
    ru: 'Слишком много строк: не больше {max}. Выберите период короче или другой формат',
    en: 'Too many rows: at most {max}. Choose a shorter period or another format',
  },
  'period.reversed': {
    status: 422,
    ru: 'Конец периода раньше начала',
    en: 'The end of the period is before its beginning',
  },
  'object.notFound': {
    status: 404,
    ru: 'Объект не найден',
    en: 'Not found',
  },
  'object.taken': {
    status: 409,
    ru: 'Такое значение уже занято',
    en: 'This value is already in use',
  },
  version_conflict: {
    status: 409,
    ru: 'Данные изменены другим пользователем',
    en: 'The data were changed by another user',
  },
  'field.required': {
    status: 422,
    ru: 'Обязательное поле',
    en: 'Required',
  },
  'field.invalid': {
    status: 422,
    ru: 'Недопустимое значение',
    en: 'Not a permitted value',
  },
  'field.unknown': {
    status: 422,
    ru: 'Неизвестное поле',
    en: 'Unknown field',
  },
  'field.tooShort': {
    status: 422,
    ru: 'Не короче {min}',
    en: 'At least {min} long',
  },
  'field.tooLong': {
    status: 422,
    ru: 'Не длиннее {max}',
    en: 'At most {max} long',
  },
  'field.tooSmall': {
    status: 422,
    ru: 'Не меньше {min}',
    en: 'At least {min}',
  },
  'field.tooBig': {
    status: 422,
    ru: 'Не больше {max}',
    en: 'At most {max}',
  },
  'signIn.wrong': {
    status: 401,
    ru: 'Неверный логин, пароль или домен',
    en: 'Wrong login, password or domain',
  },
  'signIn.locked': {
    status: 429,
    ru: 'Слишком много попыток входа. Повторите через {minutes} минут',
    en: 'Too many attempts to sign in. Try again in {minutes} minutes',
  },
  'signIn.expired': {
    status: 401,
    ru: 'Время на ввод кода истекло. Войдите заново',
    en: 'The time for the code is over. Sign in again',
  },
  'code.wrong': {
    status: 422,
    ru: 'Неверный код',
    en: 'Wrong code',
  },
  'totp.on': {
    status: 409,
    ru: 'Двухфакторный вход уже включён',
    en: 'Two-factor sign-in is on already',
  },
  'totp.notBegun': {
    status: 409,
    ru: 'Сначала получите секрет для приложения',
    en: 'Get the secret for the application first',
  },
  'totp.off': {
    status: 409,
    ru: 'Двухфакторный вход выключен',
    en: 'Two-factor sign-in is off',
  },
  'link.expired': {
    status: 410,
    ru: 'Ссылка недействительна или устарела',
    en: 'The link is not valid any more',
  },
  'password.wrong': {
    status: 422,
    ru: 'Неверный текущий пароль',
    en: 'Wrong current password',
  },
  'password.short': {
    status: 422,
    ru: 'Не менее {min} символов: латинские буквы и цифры',
    en: 'At least {min} characters: Latin letters and digits',
  },
  'password.long': {
    status: 422,
    ru: 'Не более {max} символов',
    en: 'At most {max} characters',
  },
  'password.characters': {
    status: 422,
    ru: 'Только латинские буквы, цифры и знаки',
    en: 'Latin letters, digits and signs only',
  },
  'password.letter': {
    status: 422,
    ru: 'Нужна хотя бы одна латинская буква',
    en: 'At least one Latin letter is needed',
  },
  'password.digit': {
    status: 422,
    ru: 'Нужна хотя бы одна цифра',
    en: 'At least one digit is needed',
  },
  'password.login': {
    status: 422,
    ru: 'Пароль не должен совпадать с логином',
    en: 'The password must differ from the login',
  },
  'server.busy': {
    status: 503,
    ru: 'Сервер занят. Повторите через несколько секунд',
    en: 'The server is busy. Try again in a few seconds',
  },
  'server.failed': {
    status: 500,
    ru: 'Внутренняя ошибка. Сообщите поддержке номер запроса',
    en: 'Internal error. Tell the support the number of the request',
  },
  'server.unavailable': {
    status: 503,
    ru: 'База данных временно недоступна. Звонки продолжают работать',
    en: 'The database is temporarily unavailable. Calls go on',
  },
} as const satisfies Record<string, RefusalText>;

export type RefusalCode = keyof typeof REFUSALS;
