/** What is in the earpiece, packet by packet: transcoding, silence before the answer, hold music, keys, early media. */
import { SystemClock } from '@kommutator/base';
import {
  earOf,
  eventually,
  freeUdpPort,
  openPhone,
  type RealPhone,
  type RtpAudio,
  type RunningExchange,
  startExchange,
  untilQuiet,
} from '@kommutator/e2e';
import type { IncomingCall, OutgoingCall } from '@kommutator/telephony/testing';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

const clock = new SystemClock();
let exchange: RunningExchange;
/** PCMU alone, and a payload type of her own for keys. */
let anna: RealPhone;
/** PCMA alone. */
let boris: RealPhone;
/** Without telephone-event: her keys are tones. */
let vera: RealPhone;
let pstn: RealPhone;
const phones = () => [anna, boris, vera, pstn];

beforeAll(async () => {
  const port = await freeUdpPort();
  exchange = await startExchange({ env: { DEMO_TRUNK: `127.0.0.1:${port}` } });
  pstn = await openPhone(exchange, { hz: 1100, port });
  anna = await openPhone(exchange, { login: 'anna', hz: 500, codecs: ['PCMU'], telephoneEvent: 96 });
  boris = await openPhone(exchange, { login: 'boris', hz: 900, codecs: ['PCMA'] });
  vera = await openPhone(exchange, { login: 'vera', hz: 700, telephoneEvent: null });
  for (const { phone } of [anna, boris, vera]) expect(await phone.registers()).toBe(200);
});

afterAll(async () => {
  for (const phone of phones()) await phone?.[Symbol.asyncDispose]();
  await exchange?.[Symbol.asyncDispose]();
});

afterEach(async () => {
  const calls = phones().flatMap(({ phone }) => phone.history);
  for (const call of calls) call.hangsUp();
  await Promise.all(calls.map(call => call.over));
});

/** A conversation, from INVITE to the first words. */
async function talk(from: RealPhone, number: string, to: RealPhone): Promise<[OutgoingCall, IncomingCall]> {
  const call = await from.phone.calls(number);
  const ringing = await to.phone.rings();
  ringing.answers();
  await call.decided;
  expect(call.talking).toBe(true);
  return [call, ringing];
}

const payloadTypes = ({ peer }: RtpAudio) => [...new Set(peer.heard.map(({ payloadType }) => payloadType))];

/** One SSRC for the whole life of the leg, and no number of its sequence missing (DESIGN §2). */
function expectOneStream({ peer: { heard } }: RtpAudio): void {
  expect(new Set(heard.map(({ ssrc }) => ssrc)).size).toBe(1);
  const [first] = heard;
  if (!first) throw new Error('nothing was heard');
  const numbers = heard.map(({ sequence }) => (sequence - first.sequence) & 0xffff);
  expect(numbers).toEqual(numbers.map((_, i) => i));
}

describe('codecs', () => {
  test('DESIGN §2 a PCMU phone and a PCMA phone hear each other, each in its own law', async () => {
    const [call, ringing] = await talk(anna, '102', boris);
    const [annas, boriss] = [earOf(call), earOf(ringing)];
    await Promise.all([annas.untilHears(900), boriss.untilHears(500)]);
    expect([payloadTypes(annas), payloadTypes(boriss)]).toEqual([[0], [8]]);
  });

  test('RFC 3261 §13.2.1 the same when the caller leaves the offer to the exchange', async () => {
    const call = await anna.phone.calls('102', { delayedOffer: true });
    const ringing = await boris.phone.rings();
    ringing.answers();
    await call.decided;
    await Promise.all([earOf(call).untilHears(900), earOf(ringing).untilHears(500)]);
  });

  test('RFC 4733 keys pass between phones with different payload types, both ways', async () => {
    const [call, ringing] = await talk(anna, '102', boris);
    await Promise.all([earOf(call).untilHears(900), earOf(ringing).untilHears(500)]);
    await call.sends('1*5#');
    await earOf(ringing).untilKeys('1*5#');
    await ringing.sends('790D');
    await earOf(call).untilKeys('790D');
    expect(payloadTypes(earOf(call)).sort()).toEqual([0, 96]);
    expect(payloadTypes(earOf(ringing)).sort()).toEqual([101, 8]);
  });
});

describe('keys as tones', () => {
  test('ITU-T Q.24 a phone without telephone-event: its tones become events, events become tones, none twice', async () => {
    const [ringing, call] = await talk(anna, '103', vera);
    await Promise.all([earOf(call).untilHears(500), earOf(ringing).untilHears(700)]);
    await call.sends('1*5#9');
    await earOf(ringing).untilKeys('1*5#9');
    await ringing.sends('70D');
    await earOf(call).untilKeys('70D');
    // The voices go on where they were, and nothing more comes of the keys.
    await Promise.all([earOf(call).untilHears(500), earOf(ringing).untilHears(700)]);
    expect([earOf(ringing).keysHeard(), earOf(call).keysHeard()]).toEqual(['1*5#9', '70D']);
    expectOneStream(earOf(call));
    expectOneStream(earOf(ringing));
  });

  test('SIP INFO: keys of a phone that tells them so arrive as events, and as tones', async () => {
    const [ringing, call] = await talk(anna, '103', vera);
    await Promise.all([earOf(call).untilHears(500), earOf(ringing).untilHears(700)]);
    expect(await call.informs('3')).toEqual([200]);
    await earOf(ringing).untilKeys('3');
    // She speaks INFO: so is she spoken to.
    await ringing.sends('4');
    await eventually(
      clock,
      async () => call.informed,
      told => told.length > 0,
    );
    expect(call.informed).toEqual(['application/dtmf-relay: Signal=4 Duration=160']);
    expect(earOf(call).keysHeard()).toBe('');
  });
});

describe('before the answer', () => {
  test('RTE-15.9 a colleague rings: 180, and not one packet until he answers', async () => {
    const call = await anna.phone.calls('102');
    const ringing = await boris.phone.rings();
    // Long enough for twenty packets, had there been any.
    await clock.sleep(400);
    expect([call.ringing, earOf(call).packets, earOf(ringing).packets]).toEqual([180, 0, 0]);
    ringing.answers();
    await call.decided;
    await earOf(call).untilHears(900);
  });

  test('USR-44.3 what the public network says before its answer is heard by the caller', async () => {
    const call = await anna.phone.calls('89161112233');
    const atPstn = await pstn.phone.rings('79161112233');
    atPstn.progresses();
    await earOf(call).untilHears(1100);
    expect([call.ringing, call.talking]).toEqual([183, false]);
    atPstn.answers();
    await call.decided;
    await Promise.all([earOf(call).untilHears(1100), earOf(atPstn).untilHears(500)]);
    expectOneStream(earOf(call));
  });

  test('RFC 3960 a refusal behind early media reaches the caller as it is', async () => {
    const call = await anna.phone.calls('89161112233');
    const atPstn = await pstn.phone.rings('79161112233');
    atPstn.progresses();
    await earOf(call).untilHears(1100);
    atPstn.refuses(404);
    expect(await call.over).toMatchObject({ status: 404 });
  });
});

describe('hold', () => {
  test('ADM-45 boris holds: anna hears music instead of him, and him again afterwards; her stream never breaks', async () => {
    const [call, ringing] = await talk(anna, '102', boris);
    const [annas, boriss] = [earOf(call), earOf(ringing)];
    await Promise.all([annas.untilHears(900), boriss.untilHears(500)]);
    expect(await ringing.holds()).toBe(200);
    await annas.untilHearsSpeech();
    expect(await ringing.holds(false)).toBe(200);
    await Promise.all([annas.untilHears(900), boriss.untilHears(500)]);
    expectOneStream(annas);
  });

  test('ADM-45 the public network hears the music too, whoever called', async () => {
    const call = await pstn.phone.calls('74951230003', { from: '79161234567' });
    const ringing = await anna.phone.rings();
    ringing.answers();
    await call.decided;
    await earOf(call).untilHears(500);
    expect(await ringing.holds()).toBe(200);
    await earOf(call).untilHearsSpeech();
    expect(await ringing.holds(false)).toBe(200);
    await earOf(call).untilHears(500);
  });
});

describe('pick-up', () => {
  test('USR-20.5 *8102: anna takes the call that rings at boris and both hear each other at once', async () => {
    const call = await vera.phone.calls('102');
    const atBoris = await boris.phone.rings();
    const picked = await anna.phone.calls('*8102');
    await Promise.all([call.decided, picked.decided]);
    await Promise.all([earOf(call).untilHears(500), earOf(picked).untilHears(700)]);
    expect((await atBoris.over).reasons.join()).toContain('SIP;cause=200');
    expectOneStream(earOf(call));
  });
});

test('DESIGN §2 rule 2 nothing is left of all these calls', () => untilQuiet(exchange));
