import type { Message } from '../messages/index.ts';

/** `detail` lines stand behind a switch (spec 00 §3.2). */
type Level = 'main' | 'detail';

interface ProtocolText extends Message {
  readonly level: Level;
}

const main = (ru: string, en: string): ProtocolText => ({ level: 'main', ru, en });
const detail = (ru: string, en: string): ProtocolText => ({ level: 'detail', ru, en });

/** Every line of «Протокол вызова» (ADM-4.2, GRP-35, RTE-45.11); the object column follows the text. */
export const PROTOCOL_TEXTS = {
  'call.incoming': main('Вызов на входящую линию', 'Call to incoming line'),
  'call.privateRoute': main('Вызов из частного маршрута', 'Call from private route'),
  'call.internal': main('Внутренний вызов', 'Internal call'),
  'call.outgoing': main('Исходящий вызов', 'Outgoing call'),

  'list.black': main('Вызов отклонён: чёрный список', 'Call rejected: black list'),
  'list.white': main(
    'Вызов отклонён: номера нет в белом списке',
    'Call rejected: the number is not in the white list',
  ),
  'channel.noneIncoming': main('Нет свободных входящих каналов', 'No free incoming channels'),
  'channel.noneOutgoing': main('Нет свободных исходящих каналов', 'No free outgoing channels'),
  'domain.blocked': main('Домен заблокирован', 'The domain is blocked'),
  'route.crm': main('Маршрутизация по данным CRM', 'Routed by CRM data'),
  'route.rule': detail('Правило маршрутизации {priority}', 'Routing rule {priority}'),
  'route.none': main('Нет подходящего правила маршрутизации', 'No routing rule fits'),
  'route.end': main('Завершение вызова', 'End of call'),
  'route.unsupported': main('Объект не обслуживается', 'The object cannot be served'),
  'number.unknown': main('Набранный номер не существует', 'The number dialled does not exist'),
  'outgoingNumber.none': main('Не задан номер для исходящих вызовов', 'No number for outgoing calls is set'),
  'direction.forbidden': main('Направление запрещено', 'Direction forbidden'),
  'route.forbidden': main('Запрещено ограничением маршрута', 'Forbidden by the restriction of the route'),
  'money.none': main('Недостаточно средств', 'Not enough money'),

  'to.user': main('Переадресация на пользователя', 'To user'),
  'to.group': main('Переадресация на группу', 'To group'),
  'to.groupAcd': main('Переадресация на группу ACD', 'To ACD group'),
  'to.service': main('Служебный номер', 'Service number'),
  'to.privateRoute': main('Вызов в частный маршрут', 'Call to private route'),
  'to.voicemail': main('Голосовая почта', 'Voicemail'),
  'to.fax': main('Факс', 'Fax'),

  'group.noAlgorithm': main('Алгоритм распределения не задан', 'No distribution algorithm is set'),
  'group.noOperators': main('Нет активных операторов', 'No active operators'),
  'group.greeting': main('Проигрывание приветствия', 'Greeting played'),
  'group.queued': main('Постановка в очередь', 'Queued'),
  'group.vip': main('VIP-номер, приоритет {priority}', 'VIP number, priority {priority}'),
  'group.offered': main('Распределение на оператора', 'Offered to operator'),
  'group.operatorMissed': main('Оператор не ответил', 'The operator did not answer'),
  'group.requeued': main('Возврат в начало очереди', 'Back to the head of the queue'),
  'group.operatorAnswered': main('Ответ оператора', 'Answered by operator'),
  'group.callerLeft': main('Абонент положил трубку', 'The caller hung up'),
  'group.transferred': main('Переведен', 'Transferred'),
  'group.voicemail': main('Голосовая почта группы', 'Voicemail of the group'),

  'ivr.scenario': main('Голосовой сценарий', 'Voice scenario'),
  'ivr.menu': main('Меню', 'Menu'),
  'ivr.key': main('Нажата клавиша {key}', 'Key {key} pressed'),
  'ivr.timeout': main('Таймаут', 'Timeout'),
  'ivr.error': main('Ошибка ввода {error} из {max}', 'Input error {error} of {max}'),
  'ivr.extension': main('Донабор', 'Extension dialled'),
  'ivr.tooManyErrors': main('Превышено количество ошибок ввода', 'Too many input errors'),
  'ivr.hangup': main('Отключение', 'Disconnected'),

  'level.started': detail('Приоритет дозвона {level}', 'Ring level {level}'),
  'contact.called': main('Вызов контактного номера', 'Contact number rung'),
  'number.called': detail('Вызов номера', 'Number called'),
  'leg.ringing': detail('Вызывается', 'Ringing'),
  'target.noAnswer': main('Нет ответа', 'No answer'),
  'target.busy': main('Занято', 'Busy'),
  'target.rejected': main('Занято: вызов отклонён', 'Busy: declined'),
  'target.unavailable': main('Недоступен', 'Unavailable'),
  'target.failed': main('Недоступен: сбой соединения', 'Unavailable: connection failed'),
  'target.cancelled': detail('Вызов номера прекращён', 'Ringing stopped'),
  'skipped.notRegistered': main('Недоступен: телефон не подключён', 'Unavailable: no phone connected'),
  'skipped.noChannel': main(
    'Недоступен: нет свободных исходящих каналов',
    'Unavailable: no free outgoing channels',
  ),
  'skipped.noNumber': main(
    'Недоступен: не задан номер для исходящих вызовов',
    'Unavailable: no number for outgoing calls is set',
  ),
  'skipped.noTrunk': main('Недоступен: нет связи с оператором', 'Unavailable: the carrier is out of reach'),
  'skipped.loop': main('Недоступен: слишком много переадресаций', 'Unavailable: too many redirections'),
  'skipped.malformed': main('Недоступен: неверный номер', 'Unavailable: malformed number'),
  'skipped.foreign': main('Недоступен: адрес вне домена', 'Unavailable: an address outside the domain'),

  'media.refused': main('Нет голосовых ресурсов', 'No voice resources'),
  'media.lost': main('Потеряна связь с медиасервером', 'Media server lost'),
  'media.silent': main('Прекратился голосовой поток', 'Voice stream stopped'),

  answer: main('Ответ', 'Answer'),
  'talk.ended': detail('Окончание разговора', 'End of conversation'),
  'talk.hold': main('Удержание', 'Hold'),
  'talk.unhold': main('Снятие с удержания', 'Hold released'),
  'talk.transfer': main('Перевод вызова', 'Call transfer'),
  'talk.return': main('Возврат к разговору', 'Back to the conversation'),
  'talk.transferToFax': main('Перевод на факс', 'Transfer to fax'),
  'conference.joined': main('Участник добавлен в конференцию', 'Participant joined the conference'),
  'conference.left': main('Участник отключён от конференции', 'Participant left the conference'),
  pickup: main('Перехват вызова', 'Call pick-up'),

  'ended.caller': detail('Завершение вызова: вызывающий', 'End of call: caller'),
  'ended.callee': detail('Завершение вызова: вызываемый', 'End of call: called party'),
  'ended.system': detail('Завершение вызова: система', 'End of call: system'),
} as const satisfies Record<string, ProtocolText>;

export type ProtocolKey = keyof typeof PROTOCOL_TEXTS;
