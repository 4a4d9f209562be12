import type {
  DomainSnapshot,
  ForwardingRule,
  GroupAlgorithm,
  GroupConfig,
  NumberConfig,
  Restriction,
  RoutingRule,
  RoutingTarget,
  UserConfig,
} from '@kommutator/model/config';
import type {
  DomainId,
  E164,
  ForwardingRuleId,
  GroupId,
  NumberId,
  PickupGroupId,
  RoutingRuleId,
  ScenarioId,
  UserId,
} from '@kommutator/model/ids';
import type { Schedule } from '@kommutator/model/schedule';

/** A contact number of a user as a test writes it; the user's own SIP number where `target` is left out. */
export interface RuleInput {
  readonly type?: ForwardingRule['type'];
  /** A login of the domain, `login@domain`, or E.164 digits. */
  readonly target?: string;
  readonly priority?: number;
  /** Seconds; 40 when left out. */
  readonly ringTime?: number;
  readonly schedule?: Schedule;
  readonly enabled?: boolean;
}

export interface UserInput {
  readonly extension: string;
  readonly name?: string;
  readonly outgoingNumber?: string;
  readonly restriction?: Restriction;
  readonly operator?: boolean;
  readonly voicemail?: boolean;
  /** His own SIP number for 40 s when left out. */
  readonly forwarding?: readonly RuleInput[];
}

export interface GroupInput {
  readonly extension?: string;
  readonly algorithm?: GroupAlgorithm;
  readonly voicemail?: boolean;
  /** Logins. */
  readonly members?: readonly string[];
}

/** Users by login, groups and scenarios by name. */
export type TargetInput =
  | 'end'
  | { readonly user: string }
  | { readonly group: string }
  | { readonly ivr: string }
  | { readonly voicemailOf: { readonly user: string } | { readonly group: string } };

export interface RoutingInput {
  readonly to: TargetInput;
  readonly active?: boolean;
  readonly schedule?: Schedule;
  readonly prefixes?: readonly string[];
}

/** A domain as a test writes it; ids are made of the names. */
export interface ConfigInput
  extends Partial<
    Pick<
      DomainSnapshot,
      | 'version'
      | 'name'
      | 'company'
      | 'timezone'
      | 'language'
      | 'homeCodes'
      | 'restriction'
      | 'pickupCode'
      | 'channels'
      | 'forwardingPolicy'
    >
  > {
  readonly defaultOutgoingNumber?: string;
  readonly users?: Readonly<Record<string, UserInput>>;
  readonly groups?: Readonly<Record<string, GroupInput>>;
  readonly scenarios?: readonly string[];
  /** Members of each pickup group, by login. */
  readonly pickupGroups?: readonly (readonly string[])[];
  /** Rules of each number, in their order. */
  readonly numbers?: Readonly<Record<string, readonly RoutingInput[]>>;
  /** Internal number of the echo test. */
  readonly echo?: string;
}

export const userId = (login: string) => `user-${login}` as UserId;
export const groupId = (name: string) => `group-${name}` as GroupId;
const scenarioId = (name: string) => `scenario-${name}` as ScenarioId;

/** The snapshot of a domain with everything a test did not mention at its usual value. */
export function configOf(input: ConfigInput = {}): DomainSnapshot {
  const name = input.name ?? 'demo.kommutator.test';
  return {
    id: `domain-${name}` as DomainId,
    version: input.version ?? 1,
    name,
    company: input.company ?? 'Демо',
    timezone: input.timezone ?? 'Europe/Moscow',
    language: input.language ?? 'ru',
    homeCodes: input.homeCodes ?? ['495', '499'],
    defaultOutgoingNumber: (input.defaultOutgoingNumber ?? null) as E164 | null,
    restriction: input.restriction ?? 'none',
    pickupCode: input.pickupCode === undefined ? '*8' : input.pickupCode,
    channels: input.channels ?? { incoming: 30, outgoing: 30 },
    forwardingPolicy: input.forwardingPolicy ?? 'simultaneous',
    users: Object.entries(input.users ?? {}).map(([login, user]) => userOf(name, login, user)),
    groups: Object.entries(input.groups ?? {}).map(([title, group]) => groupOf(title, group)),
    pickupGroups: (input.pickupGroups ?? []).map((members, i) => ({
      id: `pickup-${i + 1}` as PickupGroupId,
      name: `Перехват ${i + 1}`,
      members: members.map(userId),
    })),
    numbers: Object.entries(input.numbers ?? {}).map(([digits, rules], i) =>
      numberOf(digits, rules, i === 0),
    ),
    serviceExtensions: input.echo === undefined ? [] : [{ extension: input.echo, service: 'echo' }],
    scenarios: (input.scenarios ?? []).map(title => ({ id: scenarioId(title), name: title })),
  };
}

function userOf(domain: string, login: string, input: UserInput): UserConfig {
  return {
    id: userId(login),
    login,
    displayName: input.name ?? login,
    extension: input.extension,
    outgoingNumber: (input.outgoingNumber ?? null) as E164 | null,
    restriction: input.restriction ?? null,
    isOperator: input.operator ?? false,
    voicemailOn: input.voicemail ?? false,
    forwarding: (input.forwarding ?? [{}]).map((rule, i) => forwardingOf(domain, login, rule, i)),
  };
}

function forwardingOf(domain: string, login: string, rule: RuleInput, index: number): ForwardingRule {
  const type = rule.type ?? 'sip';
  const target = rule.target ?? login;
  return {
    id: `forwarding-${login}-${index + 1}` as ForwardingRuleId,
    type,
    target: type === 'sip' && !target.includes('@') ? `${target}@${domain}` : target,
    priority: rule.priority ?? 10,
    ringTime: rule.ringTime ?? 40,
    schedule: rule.schedule ?? [],
    enabled: rule.enabled ?? true,
  };
}

function groupOf(name: string, input: GroupInput): GroupConfig {
  return {
    id: groupId(name),
    name,
    extension: input.extension ?? null,
    algorithm: input.algorithm ?? 'all',
    voicemailOn: input.voicemail ?? false,
    members: (input.members ?? []).map(login => ({ user: userId(login), priority: 1 })),
  };
}

function numberOf(digits: string, rules: readonly RoutingInput[], main: boolean): NumberConfig {
  return {
    id: `number-${digits}` as NumberId,
    digits: digits as E164,
    kind: main ? 'main' : 'additional',
    class: digits.startsWith('7800') ? 'tollfree' : 'city',
    rules: rules.map((rule, i): RoutingRule => {
      const priority = i + 1;
      return {
        id: `rule-${digits}-${priority}` as RoutingRuleId,
        priority,
        active: rule.active ?? true,
        schedule: rule.schedule ?? null,
        prefixes: rule.prefixes ?? null,
        target: targetOf(rule.to),
      };
    }),
  };
}

function targetOf(to: TargetInput): RoutingTarget {
  if (to === 'end') return { kind: 'end' };
  if ('user' in to) return { kind: 'user', user: userId(to.user) };
  if ('group' in to) return { kind: 'group', group: groupId(to.group) };
  if ('ivr' in to) return { kind: 'ivr', scenario: scenarioId(to.ivr) };
  const of = to.voicemailOf;
  return {
    kind: 'voicemail',
    of: 'user' in of ? { kind: 'user', user: userId(of.user) } : { kind: 'group', group: groupId(of.group) },
  };
}
