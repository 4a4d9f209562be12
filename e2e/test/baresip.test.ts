/** Debian's baresip, a softphone of the field that knows nothing of us: registers, calls, is called, holds. */
import { SystemClock } from '@kommutator/base';
import {
  type Baresip,
  earOf,
  eventually,
  metricsOf,
  openBaresip,
  openPhone,
  type RealPhone,
  type RunningExchange,
  startExchange,
  untilQuiet,
} from '@kommutator/e2e';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

const clock = new SystemClock();
let exchange: RunningExchange;
let anna: RealPhone;
/** gleb, 104. */
let baresip: Baresip;

beforeAll(async () => {
  exchange = await startExchange();
  anna = await openPhone(exchange, { login: 'anna', hz: 500 });
  expect(await anna.phone.registers()).toBe(200);
  baresip = await openBaresip(exchange, { login: 'gleb', hz: 700 });
});

afterAll(async () => {
  await baresip?.[Symbol.asyncDispose]();
  await anna?.[Symbol.asyncDispose]();
  await exchange?.[Symbol.asyncDispose]();
});

afterEach(() => {
  for (const call of anna.phone.history) call.hangsUp();
});

const untilHeard = (hz: number) => eventually(clock, () => baresip.hasHeard(hz), Boolean, 20_000);

test('USR-13 it registers with digest', async () => {
  const registered = async () => (await metricsOf(exchange)).get('kommutator_registrations');
  await eventually(clock, registered, count => count === 2);
});

test('DESIGN §4 it calls 999 and hears its own voice behind the greeting', async () => {
  await baresip.command('dial', '999');
  await baresip.next('CALL_ESTABLISHED');
  await untilHeard(700);
  await baresip.command('hangup');
  await baresip.next('CALL_CLOSED');
});

test('ACC-15 it calls anna: both hear each other; it hangs up', async () => {
  await baresip.command('dial', '101');
  const ringing = await anna.phone.rings();
  expect(ringing.from?.uri.user).toBe('104');
  await baresip.next('CALL_RINGING');
  ringing.answers();
  await baresip.next('CALL_ESTABLISHED');
  await Promise.all([earOf(ringing).untilHears(700), untilHeard(500)]);
  await baresip.command('hangup');
  expect(await ringing.over).toMatchObject({ byMe: false });
  await baresip.next('CALL_CLOSED');
});

test('ACC-15 anna calls it: both hear each other; it holds and anna hears music; she hangs up', async () => {
  const call = await anna.phone.calls('104');
  await baresip.next('CALL_INCOMING');
  await baresip.command('accept');
  await call.decided;
  await baresip.next('CALL_ESTABLISHED');
  await Promise.all([earOf(call).untilHears(700), untilHeard(500)]);
  await baresip.command('hold');
  await earOf(call).untilHearsSpeech();
  await baresip.command('resume');
  await earOf(call).untilHears(700);
  call.hangsUp();
  await baresip.next('CALL_CLOSED');
});

test('USR-43 A4 it declines: anna gets 486', async () => {
  const call = await anna.phone.calls('104');
  await baresip.next('CALL_INCOMING');
  await baresip.command('hangup');
  expect(await call.over).toMatchObject({ status: 486 });
});

test('RFC 3261 §9 anna gives up while it rings', async () => {
  const call = await anna.phone.calls('104');
  await baresip.next('CALL_INCOMING');
  call.hangsUp();
  expect(await call.over).toMatchObject({ status: 487 });
  await baresip.next('CALL_CLOSED');
});

test('DESIGN §2 rule 2 nothing is left of all these calls', () => untilQuiet(exchange));
