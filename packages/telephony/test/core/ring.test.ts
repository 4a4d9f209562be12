import { CAUSES } from '@kommutator/model/cause';
import { describe, expect, it } from 'vitest';
import { trunkOf } from '../../src/testing/memory-ports.ts';
import { FakeHouse, NOTHING_LEFT } from '../support/fake-house.ts';

const users = { anna: { extension: '101', name: 'Анна' }, boris: { extension: '102', name: 'Борис' } };
const numbers = { '74951230001': [{ to: { user: 'boris' } }] };
const destination = (host: string) => ({ host, port: 5060, protocol: 'udp' as const });

describe('ringing one target', () => {
  it('USR-42.5 rings for its own time counted from the INVITE, then cancels', async () => {
    const x = new FakeHouse({ users });
    const caller = await x.userCalls('anna', '102');
    await x.clock.advance(39_999);
    expect(x.lines.nth(0).leg.endCause).toBeNull();
    await x.clock.advance(1);
    expect(x.lines.nth(0).leg.hungUp).toEqual(CAUSES.noAnswer);
    expect(caller.hungUp).toEqual(CAUSES.noAnswer);
    expect(x.left).toEqual(NOTHING_LEFT);
  });

  it('USR-42.6 a login with three phones is one target, busy only when all are', async () => {
    const x = new FakeHouse({ users });
    x.lines.phones.set('boris', 3);
    const caller = await x.userCalls('anna', '102');
    expect(x.lines.invites).toHaveLength(3);
    x.lines.nth(0).refuses(CAUSES.busy);
    x.lines.nth(1).refuses(CAUSES.busy);
    await x.clock.settle();
    expect(caller.endCause).toBeNull();
    x.lines.nth(2).refuses(CAUSES.busy);
    await x.clock.settle();
    expect(caller.hungUp).toEqual(CAUSES.busy);
    expect(x.journal.all('target.rang')).toHaveLength(1);
    expect(x.left).toEqual(NOTHING_LEFT);
  });

  it('USR-42.6 a login with one busy and one silent phone is unavailable', async () => {
    const x = new FakeHouse({ users });
    x.lines.phones.set('boris', 2);
    const caller = await x.userCalls('anna', '102');
    x.lines.nth(0).refuses(CAUSES.busy);
    await x.clock.advance(40_000);
    expect(caller.hungUp).toEqual(CAUSES.noAnswer);
  });

  it('USR-42.5 of two simultaneous 200 the later one gets BYE', async () => {
    const x = new FakeHouse({ users });
    x.lines.phones.set('boris', 2);
    const caller = await x.userCalls('anna', '102');
    x.lines.nth(0).answers();
    x.lines.nth(1).answers();
    await x.clock.settle();
    expect(x.lines.nth(0).leg.endCause).toBeNull();
    expect(x.lines.nth(1).leg.hungUp).toEqual(CAUSES.elsewhere);
    expect(caller.heard).toContain('leg 102');
    caller.end();
    await x.clock.settle();
    expect(x.lines.nth(0).leg.hungUp).toEqual(CAUSES.normal);
    expect(x.left).toEqual(NOTHING_LEFT);
  });

  it('RTE-15.9 the caller hears ringback when something rings, and once however many phones ring', async () => {
    const x = new FakeHouse({ users });
    x.lines.phones.set('boris', 2);
    const caller = await x.userCalls('anna', '102');
    expect(caller.heard).toEqual([]);
    x.lines.nth(0).rings();
    x.lines.nth(1).rings();
    await x.clock.settle();
    expect(caller.heard).toEqual(['ringback']);
    caller.end(CAUSES.cancelled);
    await x.clock.settle();
    expect(x.left).toEqual(NOTHING_LEFT);
  });

  it('USR-44.3 early media is passed on a call to the public network and nowhere else', async () => {
    const x = new FakeHouse({ users, numbers });
    const caller = await x.userCalls('anna', '89161234567');
    x.lines.nth(0).rings();
    await x.clock.settle();
    x.lines.nth(0).onEarlyMedia();
    expect(caller.heard).toEqual(['ringback', 'leg 79161234567']);
    caller.end(CAUSES.cancelled);
    const internal = await x.userCalls('anna', '102');
    x.lines.nth(1).rings();
    x.lines.nth(1).onEarlyMedia();
    await x.clock.settle();
    expect(internal.heard).toEqual(['ringback']);
    internal.end(CAUSES.cancelled);
    await x.clock.settle();
    expect(x.left).toEqual(NOTHING_LEFT);
  });
});

describe('ways out to the public network', () => {
  const two = (x: FakeHouse) => {
    x.directory.setTrunks([
      trunkOf('a', { destinations: [destination('10.9.0.1'), destination('10.9.0.2')], priority: 1 }),
      trunkOf('b', { destinations: [destination('10.9.0.3')], priority: 2 }),
    ]);
    return x;
  };
  const wayOf = (x: FakeHouse, index: number) => {
    const { to } = x.lines.nth(index).order;
    return to.kind === 'trunk' ? `${to.trunk.name}/${to.destination}` : to.kind;
  };

  it('a dead destination, then a trunk that is out of order, then the next trunk answers', async () => {
    const x = two(new FakeHouse({ users, numbers }));
    const caller = await x.userCalls('anna', '89161234567');
    x.lines.nth(0).fails('timeout');
    await x.clock.settle();
    x.lines.nth(1).refuses({ sip: 503, q850: 42, text: 'Service Unavailable' });
    await x.clock.settle();
    expect([0, 1, 2].map(i => wayOf(x, i))).toEqual(['a/0', 'a/1', 'b/0']);
    expect(x.channels.total).toBe(1);
    x.lines.nth(2).answers();
    await x.clock.settle();
    caller.end();
    await x.clock.settle();
    expect(x.left).toEqual(NOTHING_LEFT);
  });

  it('a subscriber who is busy is not asked again through another trunk', async () => {
    const x = two(new FakeHouse({ users, numbers }));
    const caller = await x.userCalls('anna', '89161234567');
    x.lines.nth(0).refuses({ sip: 603, q850: 21, text: 'Decline' });
    await x.clock.settle();
    expect(x.lines.invites).toHaveLength(1);
    expect(caller.hungUp).toEqual({ sip: 603, q850: 21, text: 'Decline' });
    expect(x.left).toEqual(NOTHING_LEFT);
  });

  it('all ways dead: 480 with Q.850 27', async () => {
    const x = two(new FakeHouse({ users, numbers }));
    const caller = await x.userCalls('anna', '89161234567');
    for (const i of [0, 1, 2]) {
      x.lines.nth(i).fails('transport');
      await x.clock.settle();
    }
    expect(caller.hungUp).toEqual(CAUSES.trunkDown);
    expect(x.left).toEqual(NOTHING_LEFT);
  });

  it('the caller leaves while the second way is tried: nothing goes on to the third', async () => {
    const x = two(new FakeHouse({ users, numbers }));
    const caller = await x.userCalls('anna', '89161234567');
    x.lines.nth(0).fails('transport');
    await x.clock.settle();
    caller.end(CAUSES.cancelled);
    await x.clock.settle();
    expect(x.lines.nth(1).leg.hungUp).toEqual(CAUSES.cancelled);
    expect(x.lines.invites).toHaveLength(2);
    expect(x.left).toEqual(NOTHING_LEFT);
  });
});

describe('redirection by a phone (USR-42.11)', () => {
  it('a 302 is followed once to a public number, as a forwarded leg with a channel', async () => {
    const x = new FakeHouse({ users, numbers });
    const caller = await x.userCalls('anna', '102');
    x.lines.nth(0).refuses({ sip: 302, q850: 31, text: 'Moved' }, ['sip:89031112233@phone']);
    await x.clock.settle();
    const { order } = x.lines.nth(1);
    expect(order.to).toMatchObject({ kind: 'trunk', number: '79031112233' });
    expect(order.from.number).toBe('74951230001');
    expect(order.divertedBy?.user.login).toBe('boris');
    expect(order.hops).toBe(1);
    expect(x.channels.used(x.config.id).outgoing).toBe(1);
    x.lines.nth(1).answers();
    await x.clock.settle();
    expect(caller.heard).toContain('leg 79031112233');
    caller.end();
    await x.clock.settle();
    expect(x.left).toEqual(NOTHING_LEFT);
  });

  it('a second 302 is not followed', async () => {
    const x = new FakeHouse({ users: { ...users, vera: { extension: '103' } } });
    const caller = await x.userCalls('anna', '102');
    x.lines.nth(0).refuses({ sip: 302, q850: 31, text: 'Moved' }, ['sip:103@phone']);
    await x.clock.settle();
    x.lines.nth(1).refuses({ sip: 302, q850: 31, text: 'Moved' }, ['sip:102@phone']);
    await x.clock.settle();
    expect(x.lines.invites).toHaveLength(2);
    expect(caller.hungUp?.sip).toBe(480);
    expect(x.left).toEqual(NOTHING_LEFT);
  });

  it('a 302 to a forbidden direction makes the target unavailable', async () => {
    const x = new FakeHouse({
      users: { ...users, boris: { extension: '102', restriction: 'international' } },
      numbers,
    });
    await x.userCalls('anna', '102');
    x.lines.nth(0).refuses({ sip: 302, q850: 31, text: 'Moved' }, ['sip:810375291234567@phone']);
    await x.clock.settle();
    expect(x.lines.invites).toHaveLength(1);
    expect(x.left).toEqual(NOTHING_LEFT);
  });

  it('more than five redirections: 483, and a fifth is the last that leaves', async () => {
    const mobile = { type: 'mobile' as const, target: '79031112233' };
    const x = new FakeHouse({ users: { boris: { extension: '102', forwarding: [mobile] } }, numbers });
    await x.pstnCalls('74951230001', '79161234567', { hops: 4 });
    expect(x.lines.nth(0).order.hops).toBe(5);
    x.lines.nth(0).refuses(CAUSES.busy);
    const looped = await x.pstnCalls('74951230001', '79161234567', { hops: 5 });
    expect(x.lines.invites).toHaveLength(1);
    expect(x.journal.all('target.skipped')[0]).toMatchObject({ why: 'loop' });
    expect(looped.hungUp?.sip).toBe(480);
    const refused = await x.pstnCalls('74951230001', '79161234567', { hops: 6 });
    expect(refused.hungUp).toEqual(CAUSES.tooManyHops);
    expect(x.left).toEqual(NOTHING_LEFT);
  });
});
