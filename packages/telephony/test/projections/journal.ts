/** Journals for the tests of projections, written as the flows write them. */
import { CAUSES } from '@kommutator/model/cause';
import type { CallEvent, JournalRecord, Party, TargetResult, Wanted } from '@kommutator/model/events';
import type {
  CallId,
  DomainId,
  ForwardingRuleId,
  GroupId,
  LegId,
  NumberId,
  UserId,
} from '@kommutator/model/ids';

export const START = Date.parse('2021-03-24T08:30:00Z');

export type Timed = readonly [seconds: number, event: CallEvent];

export const journal = (timed: readonly Timed[]): JournalRecord[] =>
  timed.map(([seconds, event], seq) => ({
    v: 1,
    call: 'call-1' as CallId,
    domain: 'domain-1' as DomainId,
    seq,
    at: START + seconds * 1000,
    event,
  }));

export const person = (name: string, number: string): Party => ({
  kind: 'user',
  number,
  name,
  user: `user-${name}` as UserId,
});
export const anna = person('Анна', '101');
export const boris = person('Борис', '102');
export const vera = person('Вера', '103');
export const outside: Party = { kind: 'pstn', number: '79161234567', name: '' };
export const mobile: Party = { kind: 'pstn', number: '79037765222', name: '' };
export const DID = { id: 'number-1' as NumberId, digits: '74951230001' };

export const toUser = (who: Party): Wanted => ({
  kind: 'user',
  user: who.user as UserId,
  number: who.number,
  name: who.name,
});
export const SALES: Wanted = {
  kind: 'group',
  group: 'group-sales' as GroupId,
  number: '500',
  name: 'Продажи',
};

export const leg = (id: string): LegId => id as LegId;

export const incoming = (from: Party = outside): Timed[] => [
  [
    0,
    {
      type: 'call.started',
      direction: 'in',
      from,
      dialled: DID.digits,
      number: DID,
      sipCallId: 'sip-caller',
    },
  ],
  started(0, 'caller', from, 'caller'),
];

export const dialled = (direction: 'int' | 'out', from: Party, to: string, number?: typeof DID): Timed[] => [
  [
    0,
    {
      type: 'call.started',
      direction,
      from,
      dialled: to,
      sipCallId: 'sip-caller',
      ...(number && { number }),
    },
  ],
  started(0, 'caller', from, 'caller'),
];

export const started = (
  at: number,
  id: string,
  party: Party,
  role: 'caller' | 'target' = 'target',
  via: 'user' | 'forwarding' | 'trunk' = 'user',
): Timed => [
  at,
  {
    type: 'leg.started',
    leg: leg(id),
    role,
    party,
    sipCallId: `sip-${id}`,
    ...(role === 'target' && { via }),
  },
];

export const wanted = (at: number, what: Wanted): Timed => [at, { type: 'wanted', what }];

/** A contact number rings; `user` is who it rings for. */
export const rings = (
  at: number,
  id: string,
  party: Party,
  user: Party = party,
  via: 'user' | 'forwarding' = 'user',
): Timed[] => [
  [
    at,
    {
      type: 'target.rang',
      user: user.user as UserId,
      number: party.number,
      rule: `rule-${id}` as ForwardingRuleId,
    },
  ],
  started(at, id, party, 'target', via),
  [at, { type: 'leg.ringing', leg: leg(id) }],
];

export const result = (at: number, party: Party, what: TargetResult, user: Party = party): Timed => [
  at,
  { type: 'target.result', user: user.user as UserId, number: party.number, result: what },
];

/** Answered, talked and hung up by the caller. */
export const talk = (at: number, until: number, id: string, party: Party, user: Party = party): Timed[] => [
  [at, { type: 'leg.answered', leg: leg(id) }],
  result(at, party, 'answered', user),
  ...conversation(at, until, id, party),
];

export const conversation = (at: number, until: number, id: string, party: Party): Timed[] => [
  [at, { type: 'leg.answered', leg: leg('caller') }],
  [at, { type: 'talk.started', a: leg('caller'), b: leg(id), answeredBy: party }],
  [until, { type: 'leg.ended', leg: leg('caller'), cause: CAUSES.normal, by: 'remote' }],
  [until, { type: 'talk.ended', a: leg('caller'), b: leg(id) }],
  [until, { type: 'leg.ended', leg: leg(id), cause: CAUSES.normal, by: 'us' }],
  over(until, 'caller'),
];

export const over = (
  at: number,
  by: 'caller' | 'callee' | 'system',
  cause: (typeof CAUSES)[keyof typeof CAUSES] = CAUSES.normal,
): Timed => [at, { type: 'call.ended', by, cause }];
