import { CAUSES } from '@kommutator/model/cause';
import { renderProtocol } from '@kommutator/model/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isEnded, projectCall } from '../../src/projections/index.ts';
import {
  anna,
  boris,
  dialled,
  incoming,
  journal,
  leg,
  mobile,
  outside,
  over,
  result,
  rings,
  SALES,
  started,
  type Timed,
  talk,
  toUser,
  vera,
  wanted,
} from './journal.ts';

/** Pieces of calls in any order: more than any flow would write. */
const pieces: readonly Timed[] = [
  ...incoming(),
  ...dialled('int', boris, '101'),
  ...dialled('out', anna, '89161234567'),
  [0, { type: 'route.none' }],
  [0, { type: 'route.end' }],
  [0, { type: 'channel.none', way: 'outgoing' }],
  [0, { type: 'direction.forbidden', number: '375291234567' }],
  [0, { type: 'outgoingNumber.none' }],
  wanted(0, toUser(anna)),
  wanted(0, SALES),
  wanted(0, { kind: 'number', number: '79161234567' }),
  wanted(0, { kind: 'service', service: 'echo', number: '999' }),
  ...rings(1, 'a', anna),
  ...rings(1, 'm', mobile, anna, 'forwarding'),
  started(2, 'p', outside, 'target', 'trunk'),
  [2, { type: 'target.skipped', number: '102', why: 'notRegistered' }],
  result(3, boris, 'busy'),
  [4, { type: 'pickup', by: vera, user: null }],
  [4, { type: 'service.started', service: 'echo' }],
  ...talk(5, 9, 'a', anna),
  ...talk(6, 12, 'm', mobile, anna),
  [13, { type: 'leg.ended', leg: leg('unknown'), cause: CAUSES.busy, by: 'us' }],
  [13, { type: 'leg.quality', leg: leg('a'), packetsIn: 1, packetsOut: 1, loss: 0, jitterMs: 0, mos: 4.4 }],
];

const calls = fc
  .array(fc.tuple(fc.constantFrom(...pieces), fc.integer({ min: -5, max: 100 })), { maxLength: 40 })
  .map(drawn => journal([...incoming(), ...drawn.map(([[, event], at]): Timed => [at, event])]));

test('DESIGN rule 3 any beginning of any journal is projected, twice the same', () => {
  fc.assert(
    fc.property(calls, fc.nat({ max: 42 }), (events, length) => {
      const prefix = events.slice(0, length);
      const record = projectCall(prefix);
      expect(record === null).toBe(prefix.length === 0);
      expect(projectCall(prefix)).toEqual(record);
      expect(projectCall([...prefix, ...prefix])).toEqual(record);
      expect(projectCall(prefix.toReversed())).toEqual(record);
    }),
  );
});

test('ADM-4 offsets never go back, times and durations are in order, every line has a text', () => {
  fc.assert(
    fc.property(calls, events => {
      const record = projectCall(events);
      if (!record) throw new Error('no record');
      const { call, legs } = record;
      const offsets = call.protocol.map(line => line.offset);
      expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
      expect(offsets.every(offset => offset >= 0)).toBe(true);
      expect(call.endedAt).toBeGreaterThanOrEqual(call.startedAt);
      expect(call.talkMs).toBeGreaterThanOrEqual(0);
      for (const row of legs) expect(row.endedAt).toBeGreaterThanOrEqual(row.answeredAt ?? row.startedAt);
      for (const [i, text] of renderProtocol(call.protocol, 'en').entries()) {
        expect(text).not.toContain(call.protocol[i]?.key ?? '');
      }
    }),
  );
});

test('DESIGN rule 3 what comes after the end changes nothing', () => {
  fc.assert(
    fc.property(calls, calls, (before, after) => {
      const timed = (events: typeof before) =>
        events.filter(r => r.event.type !== 'call.ended').map((r): Timed => [1, r.event]);
      const whole: Timed[] = [...timed(before), over(2, 'caller')];
      expect(isEnded(journal(whole))).toBe(true);
      const late: Timed[] = [...whole, ...timed(after), over(9, 'system', CAUSES.systemEnd)];
      expect(projectCall(journal(late))).toEqual(projectCall(journal(whole)));
    }),
  );
});
