/** An exchange that is attacked while its users telephone: no timing is asserted, `npm run bench -- --only flood` measures. */
import { connect } from 'node:net';
import { SystemClock } from '@kommutator/base';
import {
  allowManyCalls,
  answerEverything,
  audioAt,
  eventually,
  metricsOf,
  openPhone,
  placeCalls,
  type RunningExchange,
  startExchange,
  startFlood,
  untilQuiet,
} from '@kommutator/e2e';
import { expect, test } from 'vitest';

const clock = new SystemClock();
const RATE = 20;
const SECONDS = 6;

/** Ends when the exchange closes it or says something. */
async function registerOverTcp({ sipPort }: RunningExchange, localAddress: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: sipPort, localAddress });
  socket.on('error', () => {});
  let heard = '';
  socket.on('data', piece => {
    heard += piece;
    socket.destroy();
  });
  socket.write(
    `REGISTER sip:demo.kommutator.test SIP/2.0\r\nVia: SIP/2.0/TCP ${localAddress};branch=z9hG4bKtcp\r\nFrom: <sip:anna@demo.kommutator.test>;tag=1\r\nTo: <sip:anna@demo.kommutator.test>\r\nCall-ID: tcp\r\nCSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n`,
  );
  // A reset is an end as well.
  await new Promise(closed => socket.once('close', closed));
  return heard.split('\r\n')[0] ?? '';
}

test('DESIGN §5 guessers and scanners are limited and banned; calls, registrations and known phones do not notice', async () => {
  await using exchange = await startExchange({ env: { LOG_LEVEL: 'warn' } });
  await allowManyCalls(exchange);
  await using anna = await openPhone(exchange, { login: 'anna', hz: 500 });
  await using pstn = await openPhone(exchange, { hz: 900 });
  await using vera = await openPhone(exchange, { login: 'vera', hz: 700, host: '127.9.0.9' });
  expect([await anna.phone.registers(), await vera.phone.registers()]).toEqual([200, 200]);
  answerEverything(anna.stack, audioAt('127.0.0.1', 9));

  const flood = await startFlood({ clock, port: exchange.sipPort, registers: 400, invites: 300, sources: 4 });
  const load = await placeCalls({
    stack: pstn.stack,
    clock,
    exchange: { protocol: 'udp', address: '127.0.0.1', port: exchange.sipPort },
    rate: RATE,
    calls: RATE * SECONDS,
    holdFor: 500,
    numbers: ['74951230003'],
    offer: audioAt('127.0.0.1', 9),
  });
  // A phone behind none of these addresses refreshes in the middle of it.
  expect(await vera.phone.registers()).toBe(200);
  const { sent, heard, sentBytes, heardBytes } = await flood.stop();
  expect(load.failed).toEqual([]);
  expect(load.acknowledged).toHaveLength(RATE * SECONDS);

  const seen = await metricsOf(exchange);
  expect(seen.get('kommutator_registrations')).toBe(2);
  expect(seen.get('kommutator_sip_bans')).toBe(2);
  expect(seen.get('kommutator_sip_scanners')).toBeGreaterThan(100);
  const unread = (seen.get('kommutator_sip_banned') ?? 0) + (seen.get('kommutator_sip_limited') ?? 0);
  expect(unread).toBeGreaterThan(sent / 2);
  expect(heard).toBeLessThan(sent / 5);
  expect(heardBytes).toBeLessThan(sentBytes / 2);

  expect(exchange.output()).toMatch(/SECURITY event=ban source=127\.7\.0\.1 minutes=60 count=1/);
  expect(exchange.output()).toMatch(
    /SECURITY event=scanner source=127\.7\.0\.[34] transport=udp method=INVITE/,
  );
  expect(exchange.output().length).toBeLessThan(200_000);

  expect(await registerOverTcp(exchange, '127.7.0.1')).toBe('');
  const listed = await exchange.command('bans');
  expect(listed.output).toMatch(/^127\.7\.0\.1 {2}[a-z ]+, (?:59|60) min left$/m);
  expect((await exchange.command('bans', 'lift', '127.7.0.1')).output).toContain('127.7.0.1 is heard again.');
  expect((await exchange.command('bans', 'lift', '127.7.0.1')).code).toBe(1);
  expect(await registerOverTcp(exchange, '127.7.0.1')).toBe('SIP/2.0 401 Unauthorized');
  await eventually(
    clock,
    async () => (await metricsOf(exchange)).get('kommutator_sip_bans'),
    bans => bans === 1,
  );
  await untilQuiet(exchange);
}, 90_000);
