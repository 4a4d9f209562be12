/** A desk phone with SRTP over TLS (RFC 4568, RFC 8643), by baresip, with a browser and a phone in clear at the other end. */
import { SystemClock } from '@kommutator/base';
import {
  type Baresip,
  type Browser,
  type BrowserPhone,
  eventually,
  metricsOf,
  openBaresip,
  openPhone,
  type RealPhone,
  type RunningExchange,
  startBrowser,
  startExchange,
} from '@kommutator/e2e';
import { afterAll, beforeAll, expect, test } from 'vitest';

const clock = new SystemClock();
let exchange: RunningExchange;
let browser: Browser;
let anna: BrowserPhone;
let boris: RealPhone;
/** vera, 103: takes SRTP where she can have it. */
let willing: Baresip;
/** gleb, 104: takes SRTP or nothing. */
let strict: Baresip;

beforeAll(async () => {
  exchange = await startExchange();
  willing = await openBaresip(exchange, { login: 'vera', transport: 'tls', encryption: 'srtp', hz: 1_300 });
  strict = await openBaresip(exchange, { login: 'gleb', transport: 'tls', encryption: 'srtp-mand', hz: 700 });
  boris = await openPhone(exchange, { login: 'boris', hz: 900 });
  expect(await boris.phone.registers()).toBe(200);
  browser = await startBrowser();
  anna = await browser.open(exchange, { login: 'anna', hz: 500 });
  const registered = async () => (await metricsOf(exchange)).get('kommutator_registrations');
  await eventually(clock, registered, count => count === 4);
});

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  for (const one of [willing, strict, boris]) await one?.[Symbol.asyncDispose]();
  await exchange?.[Symbol.asyncDispose]();
});

const untilHeard = (phone: Baresip, hz: number) =>
  eventually(clock, () => phone.hasHeard(hz), Boolean, 20_000);
const ear = () => {
  if (!boris.media.latest) throw new Error('boris has no call');
  return boris.media.latest;
};

test('RFC 4568 a phone that insists on SRTP calls the echo test', async () => {
  await strict.command('dial', '999');
  await strict.next('CALL_ESTABLISHED');
  await untilHeard(strict, 700);
  await strict.command('hangup');
  await strict.next('CALL_CLOSED');
});

test.each([
  ['that takes SRTP where it can', () => willing, '103', 1_300],
  ['that insists on SRTP', () => strict, '104', 700],
] as const)('RFC 8643 a phone in clear calls one %s', async (_, phone, number, hz) => {
  const call = await boris.phone.calls(number);
  await phone().next('CALL_INCOMING');
  await phone().command('accept');
  await call.decided;
  expect(call.talking).toBe(true);
  await Promise.all([ear().untilHears(hz), untilHeard(phone(), 900)]);
  boris.phone.hangsUp();
  await phone().next('CALL_CLOSED');
});

test('it calls a browser, and a browser calls it: each in its own protection', async () => {
  await strict.command('dial', '101');
  await anna.happens('rings 104');
  await anna.answers();
  await strict.next('CALL_ESTABLISHED');
  await Promise.all([anna.hears(700), untilHeard(strict, 500)]);
  await anna.hangsUp();
  await strict.next('CALL_CLOSED');
  await anna.calls('103');
  await willing.next('CALL_INCOMING');
  await willing.command('accept');
  await anna.happens('confirmed');
  await Promise.all([anna.hears(1_300), untilHeard(willing, 500)]);
  await willing.command('hangup');
  await anna.happens('ended remote');
});
