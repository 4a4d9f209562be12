import { describe, expect, it } from 'vitest';
import { DEMO, trunkTo, virtualExchange } from '../../src/testing/index.ts';
import { dials } from './support.ts';

const MUSIC = 'clip:melody:hold';
const ANNA = '10.1.0.1';
const CARRIER = '10.9.0.7';
/** One second less than anybody may be held (ADM-28.4). */
const HALF_AN_HOUR = 30 * 60_000 - 1_000;

/** How a phone or a carrier lets its session be refreshed (RFC 4028). */
const WITH_UPDATE = { supported: ['timer'] };
const BY_REINVITE = { supported: ['timer'], allow: ['INVITE', 'ACK', 'BYE', 'CANCEL', 'OPTIONS'] };

describe('RFC 4028 a call between a TCP phone and a UDP trunk that is held for half an hour', () => {
  it.each([
    {
      who: 'both take UPDATE',
      caller: 'carrier',
      phone: WITH_UPDATE,
      trunk: WITH_UPDATE,
      by: ['UPDATE', 'UPDATE'],
    },
    {
      who: 'the phone takes no UPDATE',
      caller: 'carrier',
      phone: BY_REINVITE,
      trunk: WITH_UPDATE,
      by: ['INVITE', 'UPDATE'],
    },
    {
      who: 'the called carrier takes no UPDATE',
      caller: 'anna',
      phone: WITH_UPDATE,
      trunk: BY_REINVITE,
      by: ['UPDATE', 'INVITE'],
    },
  ])('RFC 4028 §7.4 $who: refreshed on both legs, and still held', async ({ caller, phone, trunk, by }) => {
    const x = virtualExchange(DEMO, { trunks: [trunkTo('carrier', CARRIER)] });
    const carrier = x.carrier('carrier', CARRIER, trunk);
    const anna = x.phone('anna', { protocol: 'tcp', ...phone });
    await anna.registers();
    // Who calls refreshes his leg, we refresh that of the called side.
    if (caller === 'anna') await dials(x, anna, '89161112233');
    else await carrier.calls('74951230003', { from: '79161234567' });
    await x.settles();
    (caller === 'anna' ? carrier : anna).answers();
    await x.settles();
    const { call } = carrier;
    expect(await anna.hears()).toBe(`voice of ${CARRIER}:4000`);
    expect(await anna.call.holds()).toBe(200);
    await x.settles();
    expect(await carrier.hears()).toBe(MUSIC);
    x.network.log.length = 0;
    await x.clock.advance(HALF_AN_HOUR);

    expect([anna.call.talking, call.talking]).toEqual([true, true]);
    expect(await carrier.hears()).toBe(MUSIC);
    const refreshes = (address: string) =>
      x.network.log.filter(
        ({ from, to, line }) =>
          [from.address, to.address].includes(address) && /^(UPDATE|INVITE) /.test(line),
      );
    for (const [index, address] of [ANNA, CARRIER].entries()) {
      const seen = refreshes(address);
      expect(seen.length).toBeGreaterThanOrEqual(1);
      expect(new Set(seen.map(({ line }) => line.split(' ')[0]))).toEqual(new Set([by[index]]));
    }
    expect(
      x.network.log.filter(({ to }) => to.address === ANNA).every(({ to }) => to.protocol === 'tcp'),
    ).toBe(true);

    expect(await anna.call.holds(false)).toBe(200);
    await x.settles();
    expect([await anna.hears(), await carrier.hears()]).toEqual([
      `voice of ${CARRIER}:4000`,
      `voice of ${ANNA}:4000`,
    ]);
    // Another half hour of talk: nothing but refreshes keeps it alive.
    await x.clock.advance(30 * 60_000);
    expect([anna.call.talking, call.talking]).toEqual([true, true]);
    anna.hangsUp();
    await x.settles();
    expect(call.end).toMatchObject({ byMe: false });
    await x.expectNothingLeft();
  });

  it('RFC 4028 §10 the carrier vanishes meanwhile: the phone on hold is let go, and does not wait for ever', async () => {
    const x = virtualExchange(DEMO, { trunks: [trunkTo('carrier', CARRIER)] });
    const carrier = x.carrier('carrier', CARRIER, WITH_UPDATE);
    const anna = x.phone('anna', { protocol: 'tcp', ...WITH_UPDATE });
    await anna.registers();
    await dials(x, anna, '89161112233');
    carrier.answers();
    await x.settles();
    expect(await anna.call.holds()).toBe(200);
    x.network.link('10.0.0.1', CARRIER, { loss: 1 }).link(CARRIER, '10.0.0.1', { loss: 1 });
    await x.clock.advance(20 * 60_000);
    expect(anna.call.end).toMatchObject({ byMe: false });
    carrier.hangsUp();
    await x.clock.advance(60_000);
    expect(x.left).toMatchObject({ calls: 0, legs: 0, dialogs: 0 });
  });
});
