import { describe, expect, test } from 'vitest';
import type { DomainSnapshot, ForwardingRule } from '../src/config/index.ts';
import {
  afterLevel,
  classify,
  forwardingLevels,
  levelResult,
  type TargetOutcome,
} from '../src/forwarding/index.ts';
import type { UserId } from '../src/ids/index.ts';
import { contact, domain, moscow, schedule, user } from './support/domain.ts';

const WH = schedule('пн-пт 10:00-19:00', 'сб 10:00-16:00');
const OFF = { enabled: false };
const S = (priority: number, more: Partial<ForwardingRule> = {}) => contact('sip', priority, more);
const M = (priority: number, more: Partial<ForwardingRule> = {}) => contact('mobile', priority, more);
const L = (priority: number, more: Partial<ForwardingRule> = {}) => contact('landline', priority, more);

/** Levels in the letters of USR-43: «M S» = M first, then S; «MS» = together. */
function rings(rules: readonly ForwardingRule[], wall: number, more: Partial<DomainSnapshot> = {}): string {
  const anna = user('anna', '101', { forwarding: rules });
  const letters = { sip: 'S', mobile: 'M', landline: 'L' };
  return forwardingLevels(domain({ users: [anna], ...more }), anna.id, wall)
    .levels.map(level => level.map(rule => letters[rule.type]).join(''))
    .join(' ');
}

const B = [M(5, { schedule: WH }), S(10)];
const C = [S(4), M(5, { schedule: WH })];
const D = [S(4), M(4, { schedule: WH })];
const K = [M(5, { schedule: schedule('19:00-00:00', '00:00-10:00') }), S(10)];
const M1 = [M(5, { schedule: WH }), S(5), L(5)];
const WED = '2021-04-14T12:00:00';
const SUN = '2021-04-18T12:00:00';

describe('USR-43 levels of the scenario', () => {
  test.each<[string, readonly ForwardingRule[], string, string, string]>([
    // row, rules, arrival, `simultaneous`, `scheduled-wins`
    ['A1', [S(10)], '2021-04-12T11:00:00', 'S', 'S'],
    ['B1', B, WED, 'M S', 'M S'],
    ['B2', B, '2021-04-16T19:00:00', 'S', 'S'],
    ['B3', B, '2021-04-16T18:59:59', 'M S', 'M S'],
    ['B4 in', B, '2021-04-17T15:59:59', 'M S', 'M S'],
    ['B4 out', B, '2021-04-17T16:00:00', 'S', 'S'],
    ['B5', B, SUN, 'S', 'S'],
    ['B8 out', B, '2021-04-12T09:59:59', 'S', 'S'],
    ['B8 in', B, '2021-04-12T10:00:00', 'M S', 'M S'],
    ['B9', B, '2021-04-16T18:59:50', 'M S', 'M S'],
    ['C1', C, WED, 'S M', 'S M'],
    ['C2', C, '2021-04-14T20:00:00', 'S', 'S'],
    ['C3', C, SUN, 'S', 'S'],
    ['C4', C, '2021-04-16T18:59:50', 'S M', 'S M'],
    ['D1', D, WED, 'SM', 'M'],
    ['D2', D, '2021-04-17T16:30:00', 'S', 'S'],
    ['D3', D, SUN, 'S', 'S'],
    ['D4', D, WED, 'SM', 'M'],
    ['E1', [S(10), M(20)], SUN, 'S M', 'S M'],
    ['F1', [S(10), M(10)], SUN, 'SM', 'SM'],
    ['F6', [S(10), M(10), L(20)], SUN, 'SM L', 'SM L'],
    // A whole week is stored as no schedule (USR-39.8).
    ['F7', [S(10), M(10, { schedule: [] })], SUN, 'SM', 'SM'],
    ['G1', [S(10, OFF), M(20, OFF)], WED, '', ''],
    ['H1', [S(10, { schedule: WH })], SUN, '', ''],
    ['I1', [S(1), M(2, OFF), L(3)], SUN, 'S L', 'S L'],
    ['I2', [S(1), M(2), L(3)], SUN, 'S M L', 'S M L'],
    ['K1 before midnight', K, '2021-04-14T23:59:59', 'M S', 'M S'],
    ['K1 at midnight', K, '2021-04-15T00:00:00', 'M S', 'M S'],
    ['L1', [M(5, { schedule: WH }), L(5, { schedule: WH }), S(10)], WED, 'ML S', 'ML S'],
    ['L2', [M(5, { schedule: WH }), L(5)], WED, 'ML', 'M'],
    ['M1 Wednesday', M1, WED, 'MSL', 'M'],
    ['M1 Sunday', M1, SUN, 'SL', 'SL'],
    ['order of the list', [L(3), S(1), M(2)], SUN, 'S M L', 'S M L'],
  ])('USR-43 %s', (_row, rules, local, simultaneous, scheduledWins) => {
    expect(rings(rules, moscow(local))).toBe(simultaneous);
    expect(rings(rules, moscow(local), { forwardingPolicy: 'scheduled-wins' })).toBe(scheduledWins);
  });

  test('USR-43 J1 the domain zone decides: 05:30 UTC is 10:30 in Yekaterinburg', () => {
    const at = Date.parse('2021-04-14T05:30:00Z');
    expect(rings(B, at, { timezone: 'Asia/Yekaterinburg' })).toBe('M S');
    expect(rings(B, at)).toBe('S');
  });

  test('USR-42 every rule says why it rings or not; an unknown user has no levels', () => {
    const rules = [S(4), M(4, { schedule: WH }), L(5, OFF), M(6, { schedule: schedule('вс 00:00-00:00') })];
    const anna = user('anna', '101', { forwarding: rules });
    const config = domain({ users: [anna], forwardingPolicy: 'scheduled-wins' });
    const reasons = forwardingLevels(config, anna.id, moscow(WED)).reasons;
    expect(Object.fromEntries(reasons.map(r => [r.rule.id, r.reason]))).toEqual({
      'sip-4': 'leftOut',
      'mobile-4': 'rings',
      'landline-5': 'disabled',
      'mobile-6': 'outsideSchedule',
    });
    expect(forwardingLevels(config, 'nobody' as UserId, 0)).toEqual({ levels: [], reasons: [] });
  });
});

describe('USR-42.6 what a target’s answer means', () => {
  test.each([
    ...[486, 600, 603].map(sip => [sip, undefined, 'busy'] as const),
    ...[17, 21].map(q850 => [480, q850, 'busy'] as const),
    ...[404, 408, 410, 480, 484, 403, 488, 500, 503, 604].map(
      sip => [sip, undefined, 'unavailable'] as const,
    ),
    ...[1, 3, 18, 19, 20, 27, 31, 34, 38, 41, 102].map(q850 => [480, q850, 'unavailable'] as const),
    [486, 34, 'unavailable'] as const,
    [486, 16, 'busy'] as const,
    [603, 21, 'busy'] as const,
  ])('USR-42.6 %i with Q.850 %s is %s', (sip, q850, expected) => {
    expect(classify(sip, q850)).toBe(expected);
  });
});

describe('USR-42.7 result of a level', () => {
  const busy: TargetOutcome = { result: 'busy', tried: true };
  const silent: TargetOutcome = { result: 'unavailable', tried: true };
  const skipped: TargetOutcome = { result: 'unavailable', tried: false };
  test.each<[string, TargetOutcome[], string]>([
    ['F3', [busy, { result: 'answered', tried: true }], 'answered'],
    ['F4', [busy, busy], 'busy'],
    ['F6', [busy, silent], 'unavailable'],
    ['A3, nobody tried', [skipped], 'unavailable'],
    ['N1, the skipped one does not count', [busy, skipped], 'busy'],
    ['G1, no target', [], 'unavailable'],
  ])('USR-43 %s', (_row, outcomes, expected) => {
    expect(levelResult(outcomes)).toBe(expected);
  });

  test('USR-42.8 busy ends the scenario on the first level tried alone', () => {
    expect(afterLevel('answered', true)).toBe('talk');
    expect(afterLevel('busy', true)).toBe('end');
    expect(afterLevel('busy', false)).toBe('next');
    expect(afterLevel('unavailable', true)).toBe('next');
  });
});
