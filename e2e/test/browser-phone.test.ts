/** Chromium with JsSIP: registers over WebSocket, calls and is called by phones on other transports, hears sound. */
import {
  type Browser,
  type BrowserPhone,
  openPhone,
  type RealPhone,
  type RunningExchange,
  startBrowser,
  startExchange,
} from '@kommutator/e2e';
import { afterAll, beforeAll, expect, test } from 'vitest';

let exchange: RunningExchange;
let browser: Browser;
let anna: BrowserPhone;
let gleb: BrowserPhone;
let boris: RealPhone;

beforeAll(async () => {
  exchange = await startExchange();
  browser = await startBrowser();
  anna = await browser.open(exchange, { login: 'anna', hz: 500 });
  gleb = await browser.open(exchange, { login: 'gleb', protocol: 'wss', hz: 1_300 });
  boris = await openPhone(exchange, { login: 'boris', hz: 900 });
  expect(await boris.phone.registers()).toBe(200);
});

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await boris?.[Symbol.asyncDispose]();
  await exchange?.[Symbol.asyncDispose]();
});

const ear = (of: RealPhone) => {
  if (!of.media.latest) throw new Error('the phone has no call');
  return of.media.latest;
};

test('RFC 7118 the echo test: a browser hears itself, encrypted', async () => {
  await anna.calls('999');
  await anna.happens('confirmed');
  await anna.hears(500);
  expect(await anna.stats()).toMatchObject({ state: 'connected', cipher: 'AEAD_AES_128_GCM' });
  await anna.hangsUp();
  await anna.happens('ended local');
});

test('a browser calls a phone on UDP: both hear each other, the phone hangs up', async () => {
  await anna.calls('102');
  await boris.phone.rings();
  boris.phone.answers();
  await anna.happens('confirmed');
  await Promise.all([anna.hears(900), ear(boris).untilHears(500)]);
  boris.phone.hangsUp();
  await anna.happens('ended remote');
});

test('a phone on UDP calls a browser: both hear each other, the browser hangs up', async () => {
  const call = await boris.phone.calls('101');
  await anna.happens('rings 102');
  await anna.answers();
  await call.decided;
  expect(call.talking).toBe(true);
  await Promise.all([anna.hears(900), ear(boris).untilHears(500)]);
  await anna.hangsUp();
  await call.over;
});

test('from browser to browser, one over WS and one over WSS', async () => {
  await anna.calls('104');
  await gleb.happens('rings 101');
  await gleb.answers();
  await anna.happens('confirmed');
  await Promise.all([anna.hears(1_300), gleb.hears(500)]);
  await gleb.hangsUp();
  await anna.happens('ended remote');
});

test('RFC 3264 §8.4 a browser holds: the phone hears music, then the voice again', async () => {
  await anna.calls('102');
  await boris.phone.rings();
  boris.phone.answers();
  await anna.happens('confirmed');
  await ear(boris).untilHears(500);
  await anna.holds();
  await anna.happens('hold local');
  await ear(boris).untilHearsSpeech();
  await anna.unholds();
  await anna.happens('unhold local');
  await Promise.all([anna.hears(900), ear(boris).untilHears(500)]);
  boris.phone.hangsUp();
  await anna.happens('ended remote');
});

test('RFC 4733 keys pressed in a browser arrive at the phone', async () => {
  await anna.calls('102');
  await boris.phone.rings();
  boris.phone.answers();
  await anna.happens('confirmed');
  await ear(boris).untilHears(500);
  await anna.presses('5#');
  await ear(boris).untilKeys('5#');
  await anna.hangsUp();
  await anna.happens('ended local');
});

test('a caller who gives up while a browser rings', async () => {
  const call = await boris.phone.calls('101');
  await anna.happens('rings 102');
  boris.phone.hangsUp();
  await call.over;
  await anna.happens('failed remote');
});
