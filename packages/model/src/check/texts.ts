import type { Message } from '../messages/index.ts';

/** How a step is marked on the scheme: the call goes this way, does not, or neither. */
export type Mark = 'yes' | 'no' | 'info';

interface StepText extends Message {
  readonly mark: Mark;
}

const yes = (ru: string, en: string): StepText => ({ mark: 'yes', ru, en });
const no = (ru: string, en: string): StepText => ({ mark: 'no', ru, en });
const info = (ru: string, en: string): StepText => ({ mark: 'info', ru, en });

/** What «Проверить маршрут» says. */
export const CHECK_TEXTS = {
  'call.incoming': info('Вызов с номера {from} на номер {to}', 'Call from {from} to {to}'),
  'call.incomingHidden': info('Вызов без номера на номер {to}', 'Call without a number to {to}'),
  'call.dialled': info('{from} набирает {to}', '{from} dials {to}'),

  'number.notConnected': no('Номер {number} не подключён', 'Number {number} is not connected'),
  'number.own': yes(
    'Собственный номер {number}: внутренний вызов по его правилам',
    'Own number {number}: an internal call by its rules',
  ),

  'rule.fits': yes('Правило {priority}: подходит', 'Rule {priority}: fits'),
  'rule.inactive': no('Правило {priority}: выключено', 'Rule {priority}: switched off'),
  'rule.outsideSchedule': no(
    'Правило {priority}: не действует в это время ({schedule})',
    'Rule {priority}: not in force at this time ({schedule})',
  ),
  'rule.noCallerNumber': no(
    'Правило {priority}: номер вызывающего не определён',
    'Rule {priority}: the caller has no number',
  ),
  'rule.prefixMismatch': no(
    'Правило {priority}: номер вызывающего не начинается с {prefixes}',
    'Rule {priority}: the caller’s number does not begin with {prefixes}',
  ),
  'rule.covered': info(
    'Правило {priority}: не проверялось, вызов принят правилом выше',
    'Rule {priority}: not looked at, a rule above has taken the call',
  ),
  'rule.none': no('Нет подходящего правила маршрутизации', 'No routing rule fits'),

  'target.user': yes('Переадресация на пользователя {name} ({number})', 'To user {name} ({number})'),
  'target.group': yes('Переадресация на группу {name}', 'To group {name}'),
  'target.service': yes('Служебный номер {number}', 'Service number {number}'),
  'target.end': yes('Завершение вызова', 'End of the call'),
  'target.unsupported': no(
    'Объект правила не обслуживается: {target}',
    'The object of the rule cannot be served: {target}',
  ),

  'level.rings': yes('Звонят с {from} по {to} с', 'Ring from {from} to {to} s'),
  'level.nobody': no('Звонить некому', 'There is nobody to ring'),
  'contact.rings': yes('{number}: звонит {seconds} с', '{number}: rings {seconds} s'),
  'contact.notRegistered': no(
    '{number}: телефон не подключён, пропускается',
    '{number}: no phone is connected, skipped',
  ),
  'contact.restricted': no(
    '{number}: направление запрещено, пропускается',
    '{number}: the direction is forbidden, skipped',
  ),
  'contact.noNumber': no(
    '{number}: не задан номер для исходящих вызовов, пропускается',
    '{number}: no number for outgoing calls is set, skipped',
  ),
  'contact.foreign': no(
    '{number}: адрес вне домена, пропускается',
    '{number}: an address outside the domain, skipped',
  ),
  'contact.malformed': no('{number}: неверный адрес, пропускается', '{number}: malformed, skipped'),
  'contact.disabled': no('{number}: выключен', '{number}: switched off'),
  'contact.outsideSchedule': no(
    '{number}: не по расписанию ({schedule})',
    '{number}: not in its schedule ({schedule})',
  ),
  'contact.leftOut': no(
    '{number}: уступает номерам с расписанием того же приоритета',
    '{number}: gives way to scheduled numbers of the same priority',
  ),

  'group.all': yes('Звонят участники одновременно: {count}', 'Members ring at once: {count}'),
  'group.member': info('{name} ({number})', '{name} ({number})'),
  'group.noMembers': no('В группе нет пользователей', 'The group has no users'),
  'group.noAlgorithm': no('Алгоритм распределения не задан', 'No distribution algorithm is set'),

  'dial.emergency': yes(
    'Экстренный вызов {number}: без ограничений',
    'Emergency call {number}: without limits',
  ),
  'dial.pickup': yes('Перехват вызова своей группы', 'Pick-up of a call of the own group'),
  'dial.pickupOf': yes('Перехват вызова номера {number}', 'Pick-up of the call of {number}'),
  'dial.pstn': yes(
    'Вызов в сеть общего пользования: {number}, показывается номер {outgoingNumber}',
    'Call to the public network: {number}, shown number {outgoingNumber}',
  ),
  'dial.forbidden': no('Данное направление вызовов запрещено', 'Calls in this direction are not allowed'),
  'dial.noNumber': no('Не задан номер для исходящих вызовов', 'No number for outgoing calls is set'),
  'dial.unknown': no('Набранный номер не существует', 'The number dialled does not exist'),

  'direction.local': info('Местное направление', 'Local direction'),
  'direction.mobile': info('Мобильное направление', 'Mobile direction'),
  'direction.intercity': info('Междугородное направление', 'Long-distance direction'),
  'direction.international': info('Международное направление', 'International direction'),
  'direction.tollfree': info('Бесплатный номер 8-800', 'Toll-free number'),

  'end.code': no('Вызывающий получит {sip}/{q850}', 'The caller gets {sip}/{q850}'),
  'end.unanswered': info(
    'Никто не ответит: вызывающий получит {sip}/{q850} через {seconds} с',
    'If nobody answers: the caller gets {sip}/{q850} after {seconds} s',
  ),
  'end.busy': info(
    'Занято на первом уровне: вызывающий сразу получит {sip}/{q850}',
    'Busy on the first level: the caller gets {sip}/{q850} at once',
  ),
} as const satisfies Record<string, StepText>;

export type CheckKey = keyof typeof CHECK_TEXTS;
