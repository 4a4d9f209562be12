/** A small company for the tests of rules. */
import type {
  DomainSnapshot,
  ForwardingRule,
  GroupConfig,
  NumberConfig,
  RoutingRule,
  UserConfig,
} from '../../src/config/index.ts';
import type {
  DomainId,
  E164,
  ForwardingRuleId,
  GroupId,
  NumberId,
  RoutingRuleId,
  UserId,
} from '../../src/ids/index.ts';
import type { Period, Schedule, Weekday } from '../../src/schedule/index.ts';

const WEEK: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 7];
const DAY_NAMES = ['пн', 'вт', 'ср', 'чт', 'пт', 'сб', 'вс'];

/** «пн-пт 10:00-19:00» or «10:00-19:00» for every day. */
function period(text: string): Period {
  const [days, times] = text.includes(' ') ? (text.split(' ') as [string, string]) : ['пн-вс', text];
  const [first, last] = days.split('-') as [string, string?];
  const from = DAY_NAMES.indexOf(first) + 1;
  const to = last ? DAY_NAMES.indexOf(last) + 1 : from;
  const minute = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
  const [start, end] = times.split('-') as [string, string];
  return { days: WEEK.filter(day => day >= from && day <= to), from: minute(start), to: minute(end) };
}

export const schedule = (...periods: string[]): Schedule => periods.map(period);

/** Wall time of Moscow, which is UTC+3 all year. */
export const moscow = (local: string): number => Date.parse(`${local}+03:00`);

export function user(login: string, extension: string, more: Partial<UserConfig> = {}): UserConfig {
  return {
    id: `user-${login}` as UserId,
    login,
    displayName: login[0]?.toUpperCase() + login.slice(1),
    extension,
    outgoingNumber: null,
    restriction: null,
    isOperator: false,
    voicemailOn: false,
    forwarding: [contact('sip', 10, { target: `${login}@demo.kommutator.test` })],
    ...more,
  };
}

export function contact(
  type: ForwardingRule['type'],
  priority: number,
  more: Partial<ForwardingRule> = {},
): ForwardingRule {
  return {
    id: `${type}-${priority}` as ForwardingRuleId,
    type,
    target: type === 'mobile' ? '79037765222' : '74957650000',
    priority,
    ringTime: 40,
    schedule: [],
    enabled: true,
    ...more,
  };
}

export function group(name: string, extension: string | null, more: Partial<GroupConfig> = {}): GroupConfig {
  return {
    id: `group-${name}` as GroupId,
    name,
    extension,
    algorithm: 'all',
    voicemailOn: false,
    members: [],
    ...more,
  };
}

/** Rules in the order given, priorities 1…n. */
export function number(
  digits: string,
  rules: readonly Omit<RoutingRule, 'id' | 'priority'>[] = [],
  more: Partial<NumberConfig> = {},
): NumberConfig {
  return {
    id: `number-${digits}` as NumberId,
    digits: digits as E164,
    kind: 'main',
    class: 'city',
    rules: rules.map((rule, i) => ({
      ...rule,
      id: `rule-${i + 1}` as RoutingRuleId,
      priority: i + 1,
    })),
    ...more,
  };
}

export function domain(more: Partial<DomainSnapshot> = {}): DomainSnapshot {
  return {
    id: 'domain-demo' as DomainId,
    version: 1,
    name: 'demo.kommutator.test',
    company: 'Демо',
    timezone: 'Europe/Moscow',
    language: 'ru',
    homeCodes: ['495', '499'],
    defaultOutgoingNumber: '74951230001' as E164,
    restriction: 'none',
    pickupCode: '*8',
    channels: { incoming: 5, outgoing: 5 },
    forwardingPolicy: 'simultaneous',
    users: [],
    groups: [],
    pickupGroups: [],
    numbers: [number('74951230001')],
    serviceExtensions: [{ extension: '999', service: 'echo' }],
    scenarios: [],
    ...more,
  };
}
