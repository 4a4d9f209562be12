import { describe, expect, it } from 'vitest';
import { DEMO, trunkTo, virtualExchange } from '../../src/testing/index.ts';
import { dials, noted, phonesOf } from './support.ts';

describe('conversations', () => {
  it('two users hear each other, and the one who stays is hung up', async () => {
    const x = virtualExchange(DEMO);
    const [anna, boris] = await phonesOf(x, 'anna', 'boris');
    const call = await dials(x, anna, '102');
    expect(call.ringing).toBe(180);
    boris.answers();
    await x.settles();
    expect([await anna.hears(), await boris.hears()]).toEqual([
      'voice of 10.1.0.2:4000',
      'voice of 10.1.0.1:4000',
    ]);
    expect(x.channels.total).toBe(0);
    await x.clock.advance(61_000);
    boris.hangsUp();
    await x.settles();
    expect(call.end?.status).toBe(200);
    expect(x.journal.eventsOf().at(-1)).toMatchObject({ type: 'call.ended', by: 'callee' });
    const [started, ended] = ['talk.started', 'talk.ended'].map(type =>
      x.journal.records.find(r => r.event.type === type),
    );
    expect((ended?.at ?? 0) - (started?.at ?? 0)).toBe(61_000);
    await x.expectNothingLeft();
  });

  it('DESIGN §4 999 says what it is and gives the caller his voice back', async () => {
    const x = virtualExchange(DEMO);
    const [anna] = await phonesOf(x, 'anna');
    const call = await dials(x, anna, '999');
    expect(await call.hears()).toBe('clip:announcement:echo-test');
    await x.clock.advance(5_000);
    expect(await call.hears()).toBe('echo');
    call.hangsUp();
    await x.expectNothingLeft();
    expect(noted(x, 'service.started')).toHaveLength(1);
  });

  it('USR-44.3 the network’s early media is heard on a direct call and not on a forwarded one', async () => {
    const forwarding = [{ type: 'mobile', target: '79160000001' }] as const;
    const x = virtualExchange({ ...DEMO, users: { ...DEMO.users, boris: { extension: '102', forwarding } } });
    const [anna] = await phonesOf(x, 'anna');
    const direct = await dials(x, anna, '89161112233');
    (await x.pstn.rings('79161112233')).progresses();
    await x.settles();
    expect([direct.ringing, await direct.hears()]).toEqual([183, 'voice of 10.9.0.1:4000']);
    direct.hangsUp();
    const forwarded = await dials(x, anna, '102');
    (await x.pstn.rings('79160000001')).progresses();
    await x.settles();
    expect(forwarded.ringing).toBe(180);
    forwarded.hangsUp();
    await x.expectNothingLeft();
  });

  it('what the public network refuses with is passed to the phone as it is', async () => {
    const x = virtualExchange(DEMO);
    const [anna] = await phonesOf(x, 'anna');
    for (const status of [404, 486, 480, 603]) {
      const call = await dials(x, anna, '89161112233');
      (await x.pstn.rings()).refuses(status);
      await x.settles();
      expect(call.end?.status).toBe(status);
    }
    await x.expectNothingLeft();
  });

  it('a number nobody has: announcement, then 404', async () => {
    const x = virtualExchange(DEMO);
    const [anna] = await phonesOf(x, 'anna');
    const call = await dials(x, anna, '777');
    expect(await call.hears()).toBe('clip:announcement:not-exist');
    await x.clock.advance(5_000);
    expect(call.end?.status).toBe(404);
    expect(noted(x, 'number.unknown')[0]?.number).toBe('777');
    await x.expectNothingLeft();
  });

  it('GRP-31.4 a trunk that is dead for four seconds gives way to the next one', async () => {
    const x = virtualExchange(DEMO, {
      trunks: [trunkTo('dead', '10.9.0.7', { priority: 1 }), trunkTo('alive', '10.9.0.8', { priority: 2 })],
    });
    const alive = x.carrier('alive', '10.9.0.8');
    const [anna] = await phonesOf(x, 'anna');
    const call = await dials(x, anna, '89161112233');
    await x.clock.advance(3_999);
    expect(alive.history).toHaveLength(0);
    await x.clock.advance(1);
    const ringing = await alive.rings();
    ringing.answers();
    await x.settles();
    expect(call.talking).toBe(true);
    call.hangsUp();
    // It comes back: otherwise the exchange would go on asking it by OPTIONS.
    x.carrier('dead', '10.9.0.7');
    await x.expectNothingLeft();
  });

  it('a caller without SDP in his INVITE is offered ours in the 200', async () => {
    const x = virtualExchange(DEMO);
    const [anna, boris] = await phonesOf(x, 'anna', 'boris');
    const call = await anna.calls('102', { delayedOffer: true });
    await boris.rings();
    boris.answers();
    await x.settles();
    expect([await call.hears(), await boris.hears()]).toEqual([
      'voice of 10.1.0.2:4000',
      'voice of 10.1.0.1:4000',
    ]);
    call.hangsUp();
    await x.expectNothingLeft();
  });

  it('keys pressed in a conversation reach the other side', async () => {
    const x = virtualExchange(DEMO);
    const [anna, boris] = await phonesOf(x, 'anna', 'boris');
    const call = await dials(x, anna, '102');
    boris.answers();
    await x.settles();
    await anna.sends('12#');
    expect(boris.call.audio.keysHeard()).toBe('12#');
    call.hangsUp();
    await x.expectNothingLeft();
  });

  it('ACC-32 a talk whose phone is gone without a word is ended by the system and keeps its record', async () => {
    const x = virtualExchange(DEMO);
    const [anna, boris] = await phonesOf(x, 'anna', 'boris');
    await dials(x, anna, '102');
    boris.answers();
    await x.settles();
    boris.call.forgets();
    x.engine.flow('10.1.0.2:4000', 'lost');
    await x.settles();
    expect(noted(x, 'media.failed')).toMatchObject([{ why: 'silent' }]);
    boris.hangsUp();
    await x.settles();
    expect(anna.call.end?.status).toBe(200);
    expect(x.journal.eventsOf().at(-1)).toMatchObject({ type: 'call.ended', by: 'system' });
    expect(noted(x, 'talk.ended')).toHaveLength(1);
    await x.expectNothingLeft();
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('a bad network (seed %i) loses messages, but no call', async seed => {
    const x = virtualExchange(DEMO, { seed });
    const [anna, boris] = await phonesOf(x, 'anna', 'boris');
    x.network.every({ delay: 20, jitter: 60, loss: 0.2, duplicate: 0.1 });
    const call = await anna.calls('102');
    await x.clock.advance(10_000);
    boris.answers();
    await x.clock.advance(20_000);
    expect([call.talking, boris.call.talking]).toEqual([true, true]);
    call.hangsUp();
    await x.clock.advance(40_000);
    expect(boris.call.talking).toBe(false);
    // Good again: pings of the trunk would be repeated for ever.
    x.network.every({ loss: 0 });
    await x.expectNothingLeft();
    expect(noted(x, 'talk.started')).toHaveLength(1);
  });
});
