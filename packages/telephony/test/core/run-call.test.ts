import { CAUSES } from '@kommutator/model/cause';
import { describe, expect, it } from 'vitest';
import { runCall } from '../../src/run-call.ts';
import { FakeHouse, NOTHING_LEFT } from '../support/fake-house.ts';
import { FakeLeg } from '../support/fake-line.ts';

const arrivalOf = (x: FakeHouse, leg: FakeLeg) => ({
  leg,
  config: x.config,
  from: { kind: 'user' as const, user: x.config.users[0] ?? never() },
  dialled: '102',
  callerNumber: null,
  privacy: false,
  hops: 0,
});
const never = (): never => {
  throw new Error('a domain without users');
};
const anna = () => new FakeLeg({ kind: 'user', number: '101', name: 'Анна' });
const house = () => new FakeHouse({ users: { anna: { extension: '101' } } });

describe('the root task of a call', () => {
  it('numbers its events densely from 0, begins with call.started and ends with one call.ended', async () => {
    const x = house();
    const leg = anna();
    await runCall(x.house, arrivalOf(x, leg), { direction: 'int' }, async call => {
      await call.caller.answer();
      leg.end();
    });
    expect(x.journal.records.map(({ seq, event }) => `${seq} ${event.type}`)).toEqual([
      '0 call.started',
      '1 leg.started',
      '2 leg.answered',
      '3 leg.ended',
      '4 call.ended',
    ]);
    expect(x.journal.flushed).toBe(5);
    expect(x.left).toEqual(NOTHING_LEFT);
  });

  it('LegEnded of the caller ends it as the caller’s will', async () => {
    const x = house();
    const leg = anna();
    leg.end(CAUSES.cancelled);
    await runCall(x.house, arrivalOf(x, leg), { direction: 'int' }, call => call.caller.answer());
    expect(x.journal.eventsOf().at(-1)).toEqual({
      type: 'call.ended',
      by: 'caller',
      cause: CAUSES.cancelled,
    });
  });

  it('a flow that breaks hangs up with 500 and is logged; the promise does not reject', async () => {
    const x = house();
    const leg = anna();
    await runCall(x.house, arrivalOf(x, leg), { direction: 'int' }, async () => {
      throw new TypeError('bug');
    });
    expect(leg.hungUp).toEqual(CAUSES.systemEnd);
    expect(x.journal.eventsOf().at(-1)).toMatchObject({ type: 'call.ended', by: 'system' });
    expect(x.log.lines[0]).toContain('bug');
  });

  it('nothing is noted behind the end', async () => {
    const x = house();
    let late = () => {};
    await runCall(x.house, arrivalOf(x, anna()), { direction: 'int' }, async call => {
      late = () => call.note({ type: 'route.end' });
    });
    late();
    expect(x.story.at(-1)).toBe('call.ended');
  });

  it('DESIGN §2.8 keeps the configuration it began with while the domain changes', async () => {
    const x = new FakeHouse({ users: { anna: { extension: '101' }, boris: { extension: '102' } } });
    await x.userCalls('anna', '102');
    x.change({ users: { anna: { extension: '101' }, boris: { extension: '102', forwarding: [] } } });
    await x.clock.advance(39_000);
    expect(x.lines.open).toHaveLength(1);
    await x.clock.advance(1_000);
    const second = await x.userCalls('anna', '102');
    expect(second.hungUp).toEqual(CAUSES.nobody);
    expect(x.left).toEqual(NOTHING_LEFT);
  });
});
