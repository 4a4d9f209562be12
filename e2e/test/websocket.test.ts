/** SIP over WebSocket (RFC 7118) through the HTTP port, as a browser's phone does it, with plain RTP. */

import { once } from 'node:events';
import { connect } from 'node:net';
import { SystemClock, secureBytes } from '@kommutator/base';
import { openPhone, type RealPhone, type RunningExchange, startExchange } from '@kommutator/e2e';
import { answerChallenge, createStack, NonceCount, secureRandom } from '@kommutator/sip';
import { openWebSocketClient } from '@kommutator/sip/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

let exchange: RunningExchange;
let anna: RealPhone;
let boris: RealPhone;

beforeAll(async () => {
  exchange = await startExchange();
  anna = await openPhone(exchange, { login: 'anna', hz: 500, protocol: 'ws' });
  boris = await openPhone(exchange, { login: 'boris', hz: 900 });
  expect(await anna.phone.registers()).toBe(200);
  expect(await boris.phone.registers()).toBe(200);
});

afterAll(async () => {
  for (const phone of [anna, boris]) await phone?.[Symbol.asyncDispose]();
  await exchange?.[Symbol.asyncDispose]();
});

const ear = (of: RealPhone) => {
  if (!of.media.latest) throw new Error('the phone has no call');
  return of.media.latest;
};

/** One calls the other, both hear each other, and the one who was called hangs up. */
async function talk(from: RealPhone, to: RealPhone, number: string, hz: { from: number; to: number }) {
  const call = await from.phone.calls(number);
  await to.phone.rings();
  to.phone.answers();
  await call.decided;
  expect(call.talking).toBe(true);
  await Promise.all([ear(from).untilHears(hz.to), ear(to).untilHears(hz.from)]);
  to.phone.hangsUp();
  await call.over;
}

test('RFC 7118 anna calls from a WebSocket to a phone on UDP', () =>
  talk(anna, boris, '102', { from: 500, to: 900 }));

test('RFC 5626 §4.3 anna is called over the WebSocket of her registration: her Contact is …invalid', () =>
  talk(boris, anna, '101', { from: 900, to: 500 }));

test('RFC 7118 from one WebSocket to another', async () => {
  const gleb = await openPhone(exchange, { login: 'gleb', hz: 700, protocol: 'ws' });
  expect(await gleb.phone.registers()).toBe(200);
  await talk(gleb, anna, '101', { from: 700, to: 500 });
  await gleb[Symbol.asyncDispose]();
});

test('RFC 7118 over TLS, through the HTTPS port: vera calls and is called; her calls to a phone and to a browser', async () => {
  const vera = await openPhone(exchange, { login: 'vera', hz: 1100, protocol: 'wss' });
  expect(await vera.phone.registers()).toBe(200);
  await talk(vera, boris, '102', { from: 1100, to: 900 });
  await talk(boris, vera, '103', { from: 900, to: 1100 });
  await talk(vera, anna, '101', { from: 1100, to: 500 });
  await vera[Symbol.asyncDispose]();
});

test.each([
  ['of this machine', {}, 200],
  ['from the Internet behind a proxy of this machine', { 'X-Forwarded-For': '198.51.100.7' }, 401],
])('DESIGN §2 a demo account over a WebSocket %s', async (_what, forwarded, status) => {
  const url = `ws://127.0.0.1:${exchange.httpPort}/sip`;
  const transport = await openWebSocketClient({ url, headers: forwarded });
  const stack = createStack({
    transport,
    clock: new SystemClock(),
    random: secureRandom,
    userAgent: 'browser',
  });
  const uri = 'sip:demo.kommutator.test';
  const user = '<sip:gleb@demo.kommutator.test>';
  const init = {
    method: 'REGISTER',
    uri,
    from: user,
    to: user,
    contact: '<sip:gleb@x.invalid;transport=ws>',
  };
  const peer = { protocol: 'ws', address: '127.0.0.1', port: exchange.httpPort } as const;
  const challenged = await stack.request({ ...init, cseq: 1, callId: `browser ${status}` }, peer);
  expect(challenged.status).toBe(401);
  const credentials = answerChallenge({
    challenges: challenged.headers.all('WWW-Authenticate'),
    username: 'gleb',
    password: 'Demo-1234',
    method: 'REGISTER',
    uri,
    nonceCount: new NonceCount(),
    random: secureBytes,
  });
  const headers = [['Authorization', credentials ?? '']] as const;
  const answer = await stack.request({ ...init, cseq: 2, callId: `browser ${status}`, headers }, peer);
  expect(answer.status).toBe(status);
  await stack.close();
});

test('RFC 5626 §4.2.1 a browser that is gone is not rung any more', async () => {
  const vera = await openPhone(exchange, { login: 'vera', hz: 700, protocol: 'ws' });
  expect(await vera.phone.registers()).toBe(200);
  await vera[Symbol.asyncDispose]();
  await expect.poll(() => exchange.output()).toContain('connection of a contact lost');
  const call = await boris.phone.calls('103');
  expect(await call.over).toMatchObject({ status: 480 });
});

test('DESIGN §2 a WebSocket is never trusted by its address: an INVITE of the public network is refused', async () => {
  const stranger = await openPhone(exchange, { hz: 700, protocol: 'ws' });
  const call = await stranger.phone.calls('74951230003');
  expect(await call.over).toMatchObject({ status: 403 });
  await stranger[Symbol.asyncDispose]();
});

test('after a restart of signalling browsers come back over the same port', async () => {
  const signalling = (await exchange.processes()).get('signalling');
  if (signalling === undefined) throw new Error('no signalling');
  process.kill(signalling, 'SIGKILL');
  await anna[Symbol.asyncDispose]();
  await expect
    .poll(() => exchange.output(), { timeout: 20_000 })
    .toContain('process ended and is started again');
  await exchange.healthy();
  anna = await openPhone(exchange, { login: 'anna', hz: 500, protocol: 'ws' });
  expect(await anna.phone.registers()).toBe(200);
  await talk(boris, anna, '101', { from: 900, to: 500 });
});

test('SECURITY: a WebSocket request that never ends is answered 408, and others go on meanwhile', async () => {
  const slow = connect(exchange.httpPort, '127.0.0.1');
  slow.on('error', () => {});
  slow.write('GET /sip HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nX-Slow: ');
  let said = '';
  slow.on('data', chunk => {
    said += String(chunk);
  });
  const closed = once(slow, 'close');
  await talk(anna, boris, '102', { from: 500, to: 900 });
  await closed;
  expect(said).toMatch(/^HTTP\/1\.1 408 /);
});
