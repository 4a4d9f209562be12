/** SIP over connections: TLS with the certificate the exchange made for itself, and what else a stream may do. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { SystemClock } from '@kommutator/base';
import {
  eventually,
  openBaresip,
  openPhone,
  type RealPhone,
  type RunningExchange,
  startExchange,
} from '@kommutator/e2e';
import { afterAll, beforeAll, expect, test } from 'vitest';

let exchange: RunningExchange;
let anna: RealPhone;
let boris: RealPhone;

beforeAll(async () => {
  exchange = await startExchange();
  anna = await openPhone(exchange, { login: 'anna', hz: 500, protocol: 'tls' });
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

test('RFC 3261 §26.2 anna calls over TLS; both hear each other', async () => {
  const call = await anna.phone.calls('102');
  await boris.phone.rings();
  boris.phone.answers();
  await call.decided;
  expect(call.talking).toBe(true);
  await Promise.all([ear(anna).untilHears(900), ear(boris).untilHears(500)]);
  boris.phone.hangsUp();
  await call.over;
});

test('RFC 5626 §4.3 anna is called over the connection of her registration', async () => {
  const call = await boris.phone.calls('101');
  const ringing = await anna.phone.rings();
  anna.phone.answers();
  await call.decided;
  await Promise.all([ear(anna).untilHears(900), ear(boris).untilHears(500)]);
  anna.phone.hangsUp();
  await Promise.all([call.over, ringing.over]);
});

test('RFC 5626 §4.2.1 a phone whose connection is gone is not rung any more', async () => {
  const vera = await openPhone(exchange, { login: 'vera', hz: 700, protocol: 'tls' });
  expect(await vera.phone.registers()).toBe(200);
  await vera[Symbol.asyncDispose]();
  await expect.poll(() => exchange.output()).toContain('connection of a contact lost');
  const call = await boris.phone.calls('103');
  expect(await call.over).toMatchObject({ status: 480 });
});

test.each(['tcp', 'tls'] as const)(
  'baresip calls over %s and is called over it; both hear each other',
  async transport => {
    const clock = new SystemClock();
    await using baresip = await openBaresip(exchange, { login: 'gleb', hz: 700, transport });
    const hears = (hz: number) => eventually(clock, () => baresip.hasHeard(hz), Boolean, 20_000);
    await baresip.command('dial', '102');
    await boris.phone.rings();
    boris.phone.answers();
    await baresip.next('CALL_ESTABLISHED');
    await Promise.all([hears(900), ear(boris).untilHears(700)]);
    await baresip.command('hangup');
    await baresip.next('CALL_CLOSED');
    const call = await anna.phone.calls('104');
    await baresip.next('CALL_INCOMING');
    await baresip.command('accept');
    await call.decided;
    expect(call.talking).toBe(true);
    await Promise.all([hears(500), ear(anna).untilHears(700)]);
    anna.phone.hangsUp();
    await call.over;
  },
);

test('RFC 3261 §18.3, RFC 5626 §4.4.1 a TCP stream byte by byte, pings in it, three requests in one segment', async () => {
  const socket = connect(exchange.sipPort, '127.0.0.1');
  await once(socket, 'connect');
  socket.setNoDelay(true);
  let said = '';
  socket.on('data', chunk => {
    said += String(chunk);
  });
  const register = (n: number) =>
    'REGISTER sip:demo.kommutator.test SIP/2.0\r\n' +
    `Via: SIP/2.0/TCP 127.0.0.1:5999;branch=z9hG4bKbytes${n};rport\r\nMax-Forwards: 70\r\n` +
    'From: <sip:anna@demo.kommutator.test>;tag=b\r\nTo: <sip:anna@demo.kommutator.test>\r\n' +
    `Call-ID: bytes${n}\r\nCSeq: 1 REGISTER\r\nContact: <sip:anna@127.0.0.1:5999;transport=tcp>\r\n` +
    'Content-Length: 0\r\n\r\n';
  const challenges = (n: number) => expect.poll(() => said.split('SIP/2.0 401 ').length - 1).toBe(n);
  for (const byte of Buffer.from(register(1))) {
    socket.write(Buffer.from([byte]));
    await new Promise(setImmediate);
  }
  await challenges(1);
  said = '';
  socket.write('\r\n\r\n');
  await expect.poll(() => said).toBe('\r\n');
  socket.write(register(2) + register(3) + register(4));
  await challenges(3);
  socket.destroy();
});

test('kommutator doctor knows the TLS port and the certificate', async () => {
  const { output } = await exchange.command('doctor');
  expect(output).toMatch(/✓ SIP port \d+\/tls +in use by the running exchange/);
  expect(output).toMatch(/✓ TLS certificate +.*self-signed, valid until \d{4}-/);
});
