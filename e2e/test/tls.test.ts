/** SIP over TLS with the certificate the exchange made for itself. */
import { openPhone, type RealPhone, type RunningExchange, startExchange } from '@kommutator/e2e';
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

test('kommutator doctor knows the TLS port and the certificate', async () => {
  const { output } = await exchange.command('doctor');
  expect(output).toMatch(/✓ SIP port \d+\/tls +in use by the running exchange/);
  expect(output).toMatch(/✓ TLS certificate +.*self-signed, valid until \d{4}-/);
});
