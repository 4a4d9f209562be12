/** Rows of an export of calls as they are printed: the domain's (ADM-5, ADM-7), or one's own (ACC-35, USR-51). */
import type { DomainSnapshot } from '@kommutator/model/config';
import { findExtension } from '@kommutator/model/lookup';
import type { Language } from '@kommutator/model/messages';
import { CALL_KIND_TEXTS } from '@kommutator/model/record';
import { zoneOffset } from '@kommutator/model/schedule';
import type { CallFilter, CallSummary } from '@kommutator/store';

/** A cell: text, or a number of seconds. */
export type Cell = string | number;

const HEADS = {
  domain: {
    ru: ['Абонент А', 'Абонент Б', 'Тип вызова', 'Дата', 'Время', 'Длительность', 'Запись'],
    en: ['Party A', 'Party B', 'Type', 'Date', 'Time', 'Duration', 'Recording'],
  },
  own: {
    ru: ['Дата и время', 'Тип', 'Собеседник', 'Номер', 'Продолжительность', 'Секунды'],
    en: ['Date and time', 'Type', 'Peer', 'Number', 'Duration', 'Seconds'],
  },
} as const;
const DIRECTIONS = {
  in: { ru: 'Входящий', en: 'Incoming' },
  out: { ru: 'Исходящий', en: 'Outgoing' },
  int: { ru: 'Внутренний', en: 'Internal' },
} as const;
const RECORDED = { ru: 'Нет', en: 'No' } as const;

export interface ExportTable {
  readonly heads: readonly string[];
  row(call: CallSummary): readonly Cell[];
}

/** Times in the domain's zone. */
export function exportTable(config: DomainSnapshot, filter: CallFilter, language: Language): ExportTable {
  const zoned = (at: number) => new Date(at + zoneOffset(at, config.timezone)).toISOString();
  const day = (iso: string) => `${iso.slice(8, 10)}.${iso.slice(5, 7)}.${iso.slice(0, 4)}`;
  if (filter.of)
    return {
      heads: HEADS.own[language],
      row: call => {
        const { party, talkMs, kind, startedAt } = call;
        const iso = zoned(startedAt);
        const peer = party?.peerNumber ?? '';
        const seconds = Math.round(talkMs / 1000);
        return [
          `${day(iso)} ${iso.slice(11, 16)}`,
          CALL_KIND_TEXTS[kind][language],
          party?.peerName || peer,
          peer,
          words(seconds, language),
          seconds,
        ];
      },
    };
  const uri = (number: string) => `sip:${userPart(config, number)}@${config.name}`;
  return {
    heads: HEADS.domain[language],
    row: call => {
      const iso = zoned(call.startedAt);
      const called = call.direction === 'in' ? (call.line ?? call.bNumber) : call.bNumber;
      return [
        uri(call.aNumber),
        uri(called),
        DIRECTIONS[call.direction][language],
        day(iso),
        iso.slice(11, 19),
        Math.round(call.talkMs / 1000),
        RECORDED[language],
      ];
    },
  };
}

/** The login of an internal number, else the number itself (ADM-7.3). */
function userPart(config: DomainSnapshot, number: string): string {
  const found = number.length <= 5 ? findExtension(config, number) : undefined;
  return found?.kind === 'user' ? found.user.login : number || 'anonymous';
}

/** «1 мин. 29 сек.» (ACC-31.4). */
function words(seconds: number, language: Language): string {
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const [hour, minute, second] = language === 'ru' ? ['ч.', 'мин.', 'сек.'] : ['h', 'min', 's'];
  return [
    ...(h > 0 ? [`${h} ${hour}`] : []),
    ...(h > 0 || m > 0 ? [`${m} ${minute}`] : []),
    `${s} ${second}`,
  ].join(' ');
}

/** `calls_<домен>_<с>_<по>.xls`; one's own by login (ADM-5, ACC-35). */
export function exportName(
  config: DomainSnapshot,
  filter: CallFilter,
  o: { readonly login: string; readonly format: string; readonly now: number },
): string {
  const day = (at: number) => new Date(at + zoneOffset(at, config.timezone)).toISOString().slice(0, 10);
  const whose = filter.of?.role === 'user' ? ownerLogin(config, filter, o.login) : config.name;
  const until = filter.to === undefined ? o.now : filter.to - 1;
  const parts = ['calls', whose, ...(filter.from === undefined ? [] : [day(filter.from)]), day(until)];
  return `${parts.join('_').replaceAll(/[^a-zA-Z0-9._-]/g, '')}.${o.format}`;
}

const ownerLogin = (config: DomainSnapshot, { of }: CallFilter, login: string): string =>
  config.users.find(user => user.id === of?.id)?.login ?? login;
