import { CAUSES } from '@kommutator/model/cause';
import { describe, expect, it } from 'vitest';
import { FakeHouse, NOTHING_LEFT } from '../support/fake-house.ts';

const office = () =>
  new FakeHouse({
    users: { anna: { extension: '101' }, vera: { extension: '103' }, gleb: { extension: '104' } },
    pickupGroups: [['anna', 'vera']],
  });

describe('USR-20 pickup in the same moment', () => {
  it('as the caller leaves: nothing is there to be picked up', async () => {
    const x = office();
    const caller = await x.userCalls('gleb', '101');
    caller.end(CAUSES.cancelled);
    const picker = await x.userCalls('vera', '*8');
    expect(picker.answered).toBe(false);
    expect(picker.hungUp).toEqual(CAUSES.notAvailable);
    expect(x.left).toEqual(NOTHING_LEFT);
  });

  it('as the colleague answers: he has the call, the picker gets 480', async () => {
    const x = office();
    const caller = await x.userCalls('gleb', '101');
    x.lines.nth(0).answers();
    await Promise.resolve();
    await Promise.resolve();
    const picker = await x.userCalls('vera', '*8');
    expect(picker.hungUp?.sip).toBe(480);
    expect(x.lines.nth(0).leg.endCause).toBeNull();
    caller.end();
    await x.clock.settle();
    expect(x.left).toEqual(NOTHING_LEFT);
  });
});
