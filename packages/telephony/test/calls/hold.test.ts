import { describe, expect, it } from 'vitest';
import { projectCall } from '../../src/projections/index.ts';
import {
  DEMO,
  type HoldOptions,
  type Phone,
  type VirtualExchange,
  virtualExchange,
} from '../../src/testing/index.ts';
import { dials, noted, phonesOf } from './support.ts';

const MUSIC = 'clip:melody:hold';
const ANNA = 'voice of 10.1.0.1:4000';
const BORIS = 'voice of 10.1.0.2:4000';
const PSTN = 'voice of 10.9.0.1:4000';

/** Anna has called boris, and they talk. */
async function talk() {
  const x = virtualExchange(DEMO);
  const [anna, boris] = await phonesOf(x, 'anna', 'boris');
  await dials(x, anna, '102');
  boris.answers();
  await x.settles();
  return { x, anna, boris };
}

const both = async (...phones: readonly Phone[]) => Promise.all(phones.map(phone => phone.hears()));

const holds = async (x: VirtualExchange, phone: Phone, on = true, o?: HoldOptions) => {
  expect(await phone.call.holds(on, o)).toBe(200);
  await x.settles();
};

/** The protocol without its offsets. */
const protocolOf = ({ journal }: VirtualExchange) =>
  projectCall(journal.records)?.call.protocol.map(({ key, object }) => `${key} ${object}`.trimEnd());

describe('DESIGN §2 hold is answered here, and the other side hears our music', () => {
  const ways: readonly Required<HoldOptions>[] = (['INVITE', 'UPDATE'] as const).flatMap(by =>
    (['sendonly', 'inactive', 'zeros'] as const).map(how => ({ how, by })),
  );

  it.each(ways)('RFC 3264 §8.4 ADM-28.3 by $by with $how', async o => {
    const { x, anna, boris } = await talk();
    const before = x.network.log.length;
    await holds(x, boris, true, o);
    expect(await anna.hears()).toBe(MUSIC);
    await x.clock.advance(60_000);
    expect(await anna.hears()).toBe(MUSIC);
    await holds(x, boris, false, o);
    expect(await both(anna, boris)).toEqual([BORIS, ANNA]);
    expect(x.network.log.slice(before).some(({ to }) => to.address === '10.1.0.1')).toBe(false);
    boris.hangsUp();
    await x.expectNothingLeft();
  });

  it('ADM-4 «Удержание» and «Снятие с удержания» say who', async () => {
    const { x, anna, boris } = await talk();
    await holds(x, boris);
    await holds(x, boris, true, { how: 'inactive' });
    await holds(x, boris, false);
    await holds(x, anna);
    anna.hangsUp();
    await x.expectNothingLeft();
    const lines = protocolOf(x) ?? [];
    expect(lines.slice(lines.indexOf('answer Борис'))).toEqual([
      'answer Борис',
      'talk.hold Борис',
      'talk.unhold Борис',
      'talk.hold Анна',
      'talk.ended',
      'ended.caller',
    ]);
  });

  it('ADM-28 both hold each other: each takes his own back', async () => {
    const { x, anna, boris } = await talk();
    await holds(x, anna);
    await holds(x, boris);
    // Neither listens.
    expect(await both(anna, boris)).toEqual(['silence', 'silence']);
    await holds(x, anna, false);
    expect(await both(anna, boris)).toEqual([MUSIC, 'silence']);
    await holds(x, boris, false);
    expect(await both(anna, boris)).toEqual([BORIS, ANNA]);
    anna.hangsUp();
    await x.expectNothingLeft();
  });

  it('no voice and no key of either side passes', async () => {
    const { x, anna, boris } = await talk();
    await holds(x, boris);
    await anna.sends('1');
    await boris.sends('2');
    expect([anna, boris].map(({ call }) => call.audio.keysHeard())).toEqual(['', '']);
    expect(await both(anna, boris)).toEqual([MUSIC, 'silence']);
    anna.hangsUp();
    await x.expectNothingLeft();
  });

  it('a phone that is silent on hold is not lost; the other one is, when its RTP stops', async () => {
    const { x, anna, boris } = await talk();
    await holds(x, boris);
    x.engine.flow('10.1.0.2:4000', 'lost');
    await x.clock.advance(120_000);
    expect([anna.call.talking, boris.call.talking]).toEqual([true, true]);
    anna.call.forgets();
    x.engine.flow('10.1.0.1:4000', 'lost');
    await x.settles();
    expect(boris.call.talking).toBe(false);
    anna.hangsUp();
    await x.settles();
    await x.expectNothingLeft();
  });

  it('ADM-28.4 who holds hangs up: the other side is let go; nobody waits for longer than 30 min', async () => {
    const { x, anna, boris } = await talk();
    await holds(x, boris);
    boris.hangsUp();
    await x.settles();
    expect(anna.call.end).toMatchObject({ byMe: false, status: 200 });
    expect(noted(x, 'call.ended')).toMatchObject([{ by: 'callee' }]);
    await x.expectNothingLeft();

    const other = await talk();
    await holds(other.x, other.anna);
    await other.x.clock.advance(10 * 60_000);
    await holds(other.x, other.anna, false);
    await holds(other.x, other.anna);
    await other.x.clock.advance(30 * 60_000 - 1);
    expect(other.boris.call.talking).toBe(true);
    await other.x.clock.advance(1);
    expect([other.anna.call.end?.reasons, other.boris.call.end?.reasons]).toEqual([
      ['Q.850;cause=102;text="Held too long"'],
      ['Q.850;cause=102;text="Held too long"'],
    ]);
    expect(noted(other.x, 'call.ended')).toMatchObject([{ by: 'system', cause: { sip: 200 } }]);
    await other.x.expectNothingLeft();
  });
});

describe('hold before the answer', () => {
  it('RFC 3311 a caller who holds in early media: who answers hears music until he is back', async () => {
    const x = virtualExchange(DEMO);
    const [anna] = await phonesOf(x, 'anna');
    const call = await dials(x, anna, '89161112233');
    const ringing = await x.pstn.rings();
    ringing.progresses();
    await x.settles();
    await holds(x, anna, true, { how: 'inactive', by: 'UPDATE' });
    ringing.answers();
    await x.settles();
    expect(await ringing.hears()).toBe(MUSIC);
    expect(noted(x, 'hold.started')).toHaveLength(1);
    await holds(x, anna, false);
    expect([await call.hears(), await ringing.hears()]).toEqual([PSTN, ANNA]);
    call.hangsUp();
    await x.expectNothingLeft();
  });

  it('USR-20 a picker who holds, and an INVITE without a way for media (RFC 3725): music, no silence', async () => {
    const x = virtualExchange(DEMO);
    const [, vera] = await phonesOf(x, 'anna', 'vera');
    const call = await x.pstn.calls('74951230003', { from: '79161234567', direction: 'inactive' });
    await x.settles();
    await vera.calls('*8', { direction: 'inactive' });
    await x.settles();
    expect(await both(vera, x.pstn)).toEqual(['silence', 'silence']);
    await holds(x, vera, false);
    expect(await vera.hears()).toBe(MUSIC);
    await holds(x, x.pstn, false);
    expect(await both(vera, x.pstn)).toEqual([PSTN, 'voice of 10.1.0.2:4000']);
    call.hangsUp();
    await x.expectNothingLeft();
  });

  it('RFC 3264 §5.1 a caller who only sends from the start has something to say: he is heard', async () => {
    const x = virtualExchange(DEMO);
    const [anna, boris] = await phonesOf(x, 'anna', 'boris');
    const call = await anna.calls('102', { direction: 'sendonly' });
    await boris.rings();
    boris.answers();
    await x.settles();
    expect(await both(anna, boris)).toEqual(['silence', ANNA]);
    expect(noted(x, 'hold.started')).toHaveLength(0);
    call.hangsUp();
    await x.expectNothingLeft();
  });

  it('RFC 3311 §5.2 an offer before the first one is answered is refused with 500 and Retry-After', async () => {
    const x = virtualExchange(DEMO);
    const [anna] = await phonesOf(x, 'anna', 'boris');
    const call = await dials(x, anna, '102');
    expect(await call.holds(true, { by: 'UPDATE' })).toBe(500);
    const refusal = x.network.log.findLast(({ line }) => line.includes(' 500 '));
    expect(refusal?.text).toMatch(/Retry-After: ([0-9]|10)\r/);
    expect(call.ringing).toBe(180);
    call.hangsUp();
    await x.expectNothingLeft();
  });
});
