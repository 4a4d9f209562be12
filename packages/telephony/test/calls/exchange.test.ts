import { describe, expect, it } from 'vitest';
import { DEMO, virtualExchange } from '../../src/testing/index.ts';
import { dials, phonesOf } from './support.ts';

describe('the exchange', () => {
  it('DESIGN §2 under overload new calls get 503 with Retry-After, emergency calls and talks pass', async () => {
    const x = virtualExchange(DEMO);
    const [anna, boris, vera] = await phonesOf(x, 'anna', 'boris', 'vera');
    const talk = await dials(x, anna, '102');
    boris.answers();
    await x.settles();
    x.exchange.setOverload(true);
    const refused = await dials(x, vera, '101');
    expect(refused.end?.status).toBe(503);
    const last = x.network.log.findLast(({ line }) => line.includes(' 503 '));
    expect(last?.text).toMatch(/Retry-After: \d+/);
    expect(x.exchange.counters().shed).toBe(1);
    const emergency = await dials(x, vera, '112');
    expect(x.pstn.history).toHaveLength(1);
    expect(talk.talking).toBe(true);
    emergency.hangsUp();
    x.exchange.setOverload(false);
    const taken = await dials(x, vera, '101');
    expect(taken.ringing).toBe(180);
    taken.hangsUp();
    talk.hangsUp();
    await x.expectNothingLeft();
  });

  it('drain waits for the talk that goes on and takes no new call', async () => {
    const x = virtualExchange(DEMO);
    const [anna, boris, vera] = await phonesOf(x, 'anna', 'boris', 'vera');
    const talk = await dials(x, anna, '102');
    boris.answers();
    await x.settles();
    let drained = false;
    const draining = x.exchange.drain().then(() => {
      drained = true;
    });
    expect((await dials(x, vera, '101')).end?.status).toBe(503);
    await x.clock.advance(60_000);
    expect(drained).toBe(false);
    talk.hangsUp();
    await draining;
    expect(x.exchange.calls).toBe(0);
    await x.expectNothingLeft();
  });

  it('close ends what goes on, and every call has its end in the journal', async () => {
    const x = virtualExchange(DEMO);
    const [anna, boris, vera] = await phonesOf(x, 'anna', 'boris', 'vera');
    const talk = await dials(x, anna, '102');
    boris.answers();
    const ringing = await dials(x, vera, '101');
    await x.settles();
    expect(x.exchange.activeCalls().map(({ dialled }) => dialled)).toEqual(['102', '101']);
    await x.exchange.close();
    await x.settles();
    expect([talk.talking, ringing.end?.status]).toEqual([false, 500]);
    expect(x.journal.all('call.ended')).toHaveLength(2);
    expect(x.exchange.calls).toBe(0);
  });
});
