import { CAUSES } from '@kommutator/model/cause';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InviteOrder } from '../../src/call.ts';
import { FakeHouse, NOTHING_LEFT } from '../support/fake-house.ts';

const MOBILE = '79160000001';
let x: FakeHouse;
let invite: FakeHouse['lines']['invite'];

/** INVITEs to this number or extension break the line. */
function breaksFor(number: string): void {
  x.lines.invite = (order: InviteOrder) => {
    const { to } = order;
    const called = to.kind === 'contact' ? to.user.extension : to.kind === 'trunk' ? to.number : to.uri;
    if (called === number) throw new Error('the line broke');
    return invite(order);
  };
}

beforeEach(() => {
  const forwarding = [
    { priority: 5 },
    { type: 'mobile', target: MOBILE, priority: 5 },
    { target: 'vera', priority: 20 },
  ] as const;
  x = new FakeHouse({
    users: {
      anna: { extension: '101' },
      boris: { extension: '102', forwarding },
      vera: { extension: '103' },
    },
    groups: { Продажи: { extension: '500', members: ['boris', 'vera'] } },
    numbers: { '74951230001': [] },
  });
  invite = x.lines.invite.bind(x.lines);
});

afterEach(() => {
  expect(x.journal.eventsOf().filter(({ type }) => type === 'call.ended')).toHaveLength(1);
  expect(x.log.lines.splice(0).length).toBeGreaterThan(0);
  expect(x.left).toEqual(NOTHING_LEFT);
});

describe('a line that breaks as an INVITE leaves', () => {
  it('is one target less: the others of the level ring and answer', async () => {
    breaksFor(MOBILE);
    const caller = await x.userCalls('anna', '102');
    const ringing = x.lines.nth(0);
    ringing.answers();
    await x.clock.settle();
    expect([caller.answered, ringing.leg.endCause]).toEqual([true, null]);
    caller.end();
    await x.clock.settle();
  });

  it('on the last level too: the caller is told that nobody answers, and nothing rings on', async () => {
    breaksFor('103');
    const caller = await x.userCalls('anna', '102');
    await x.clock.advance(40_000);
    await x.clock.settle();
    expect(caller.hungUp).toEqual(CAUSES.noAnswer);
  });

  it('for everybody of a group: the caller is refused at once', async () => {
    x.lines.invite = () => {
      throw new Error('the line broke');
    };
    const caller = await x.userCalls('anna', '500');
    await x.clock.settle();
    expect(caller.endCause).not.toBeNull();
  });
});

describe('a port that breaks while a level begins', () => {
  it('the Meter: what rings already is cancelled, the channel is given back, the system ends the call', async () => {
    x.meter.hold = () => {
      throw new Error('the meter broke');
    };
    const caller = await x.userCalls('anna', '102');
    await x.clock.settle();
    expect(x.lines.nth(0).leg.hungUp).not.toBeNull();
    expect(caller.hungUp).toEqual(CAUSES.systemEnd);
  });

  it('in one branch of a group: the other branches do not go on to their next level', async () => {
    x.meter.hold = () => {
      throw new Error('the meter broke');
    };
    const caller = await x.userCalls('anna', '500');
    await x.clock.advance(100_000);
    expect(caller.hungUp).toEqual(CAUSES.systemEnd);
    // Boris's and Vera's first phones, and nothing afterwards.
    expect(x.lines.invites.length).toBeLessThanOrEqual(2);
  });
});
