import { CAUSES } from '@kommutator/model/cause';
import { describe, expect, it } from 'vitest';
import { refuse } from '../../src/refuse.ts';
import { runCall } from '../../src/run-call.ts';
import { FakeHouse, NOTHING_LEFT } from '../support/fake-house.ts';
import { FakeLeg } from '../support/fake-line.ts';

const office = () => new FakeHouse({ users: { anna: { extension: '101' }, boris: { extension: '102' } } });

describe('refusing', () => {
  /** A caller who is answered and then refused. */
  const refused = (x: FakeHouse) => {
    const leg = new FakeLeg({ kind: 'user', number: '101', name: '' });
    const [user] = x.config.users;
    if (!user) throw new Error('no users');
    const from = { kind: 'user' as const, user };
    const arrival = {
      leg,
      from,
      config: x.config,
      dialled: '1',
      callerNumber: null,
      privacy: false,
      hops: 0,
    };
    const done = runCall(x.house, arrival, { direction: 'int' }, async call => {
      await call.caller.answer();
      await refuse(call, call.caller, CAUSES.busy);
    });
    return { leg, done };
  };

  it('USR-42.9 an answered caller hears five seconds of busy tone before the BYE', async () => {
    const x = office();
    const { leg, done } = refused(x);
    await x.clock.advance(4_999);
    expect([leg.heard, leg.endCause]).toEqual([['busy'], null]);
    await x.clock.advance(1);
    await done;
    expect(leg.hungUp).toEqual(CAUSES.busy);
    expect(x.left).toEqual(NOTHING_LEFT);
  });

  it('USR-42.9 a caller who leaves during the tone leaves no timer behind', async () => {
    const x = office();
    const { leg, done } = refused(x);
    await x.clock.advance(1_000);
    leg.end();
    await done;
    expect(x.left).toEqual(NOTHING_LEFT);
  });
});

describe('joining two legs', () => {
  it('a target that goes as it answers: the caller is not answered for nothing', async () => {
    const x = office();
    const caller = await x.userCalls('anna', '102');
    const target = x.lines.nth(0);
    target.answers();
    target.leg.end();
    await x.clock.settle();
    expect([caller.answered, caller.hungUp]).toEqual([false, CAUSES.normal]);
    expect(x.journal.eventsOf().at(-1)).toMatchObject({ type: 'call.ended', by: 'callee' });
    expect(x.story).not.toContain('talk.started');
    expect(x.left).toEqual(NOTHING_LEFT);
  });

  it('a caller who cancels as the target answers: the target gets BYE, no talk is written down', async () => {
    const x = office();
    const caller = await x.userCalls('anna', '102');
    x.lines.nth(0).answers();
    caller.end(CAUSES.cancelled);
    await x.clock.settle();
    expect(x.lines.nth(0).leg.hungUp).toEqual(CAUSES.cancelled);
    expect(x.journal.eventsOf().at(-1)).toMatchObject({ type: 'call.ended', by: 'caller' });
    expect(x.story).not.toContain('talk.started');
    expect(x.left).toEqual(NOTHING_LEFT);
  });
});
