/** What an engineer does to a running exchange: looks, asks, restarts, drains. One data folder through two starts. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SystemClock } from '@kommutator/base';
import {
  audioAt,
  callWith,
  earOf,
  embeddedUrl,
  eventually,
  openPhone,
  type RealPhone,
  type RunningExchange,
  startExchange,
  untilQuiet,
} from '@kommutator/e2e';
import type { InviteFailure } from '@kommutator/sip';
import { afterAll, beforeAll, expect, test } from 'vitest';

const clock = new SystemClock();
const CALLER = { from: '79161234567' };
let first: RunningExchange;
/** The one that runs now. */
let exchange: RunningExchange;
let anna: RealPhone;
let boris: RealPhone;
let vera: RealPhone;
let pstn: RealPhone;

beforeAll(async () => {
  first = exchange = await startExchange();
  anna = await openPhone(exchange, { login: 'anna', hz: 500 });
  boris = await openPhone(exchange, { login: 'boris', hz: 900 });
  vera = await openPhone(exchange, { login: 'vera', hz: 700 });
  pstn = await openPhone(exchange, { hz: 1100 });
  for (const { phone } of [anna, boris, vera]) expect(await phone.registers()).toBe(200);
});

afterAll(async () => {
  for (const phone of [anna, boris, vera, pstn]) await phone?.[Symbol.asyncDispose]();
  await exchange?.[Symbol.asyncDispose]();
  await first?.[Symbol.asyncDispose]();
});

const health = async () => {
  const answer = await fetch(`http://127.0.0.1:${exchange.httpPort}/health`);
  return { status: answer.status, body: (await answer.json()) as { readonly missing?: readonly string[] } };
};

test('DESIGN §4 trace prints the ladder of a call; secrets stand neither there nor in the files', async () => {
  const call = await anna.phone.calls('102');
  (await boris.phone.rings()).answers();
  await call.decided;
  await earOf(call).untilHears(900);
  call.hangsUp();
  const known = () => callWith(embeddedUrl(exchange.dataDir), call.callId);
  const id = await eventually(clock, known, found => found !== null);
  const { code, output } = await exchange.command('trace', id ?? '');
  expect(code).toBe(0);
  for (const message of [
    'INVITE 102',
    '407 ',
    '180 Ringing',
    '200 OK (INVITE)',
    'ACK',
    'BYE',
    '200 OK (BYE)',
  ])
    expect(output).toContain(message);
  expect(output).not.toMatch(/authorization|digest|nonce/i);
  const folder = join(exchange.dataDir, 'trace');
  const files = await Promise.all(
    (await readdir(folder)).map(file => readFile(join(folder, file), 'latin1')),
  );
  expect(files.join()).toContain(call.callId);
  expect(files.join()).toMatch(/Proxy-Authorization: \(hidden\)/);
  expect(files.join()).not.toMatch(/response="/);
});

test.each([
  ['anna', '102', 'Борис'],
  ['anna', '777', 'Вызывающий получит 404/1'],
  ['79161234567', '74951230003', 'Анна'],
  ['79161234567', '74951230004', 'Вызывающий получит 486/17'],
  ['79161234567', '74951239999', 'Вызывающий получит 404/1'],
])('DESIGN §2 check-route %s %s says «%s», and so does a live call', async (from, to, said) => {
  const { code, output } = await exchange.command('check-route', from, to);
  expect([code, output]).toEqual([0, expect.stringContaining(said)]);
  const caller = from === 'anna' ? anna : pstn;
  const call = await caller.phone.calls(to, from === 'anna' ? {} : { from });
  const status = Number(/получит (\d{3})/.exec(said)?.[1] ?? 0);
  if (status > 0) {
    expect(await call.over).toMatchObject({ status });
    return;
  }
  await (to === '102' ? boris : anna).phone.rings();
  call.hangsUp();
  await call.over;
});

test('DESIGN §4 /health says 503 while media is away, 200 when it is back; calls go on', async () => {
  const media = (await exchange.processes()).get('media');
  if (media === undefined) throw new Error('no media process');
  process.kill(media, 'SIGKILL');
  const away = await eventually(clock, health, ({ status }) => status === 503);
  expect(away.body.missing).toContain('media');
  await eventually(clock, health, ({ status }) => status === 200);
  const call = await anna.phone.calls('102');
  (await boris.phone.rings()).answers();
  await call.decided;
  await earOf(call).untilHears(900);
  call.hangsUp();
});

test('DESIGN §2 rule 2 nothing is left of all these calls', () => untilQuiet(exchange));

test('DESIGN §5 after Ctrl-C and a second start a call reaches anna, who did not register again', async () => {
  expect(await exchange.stop()).toBe(0);
  const began = clock.now();
  exchange = await startExchange({ dataDir: first.dataDir, sipPort: first.sipPort });
  console.log(`second start: ${Math.round(clock.now() - began)} ms, wanted are 5000`);
  const call = await pstn.phone.calls('74951230003', CALLER);
  const ringing = await anna.phone.rings();
  ringing.answers();
  await call.decided;
  await Promise.all([earOf(call).untilHears(500), earOf(ringing).untilHears(1100)]);
  call.hangsUp();
  await ringing.over;
});

/** The refusal of an INVITE of the public network, as it comes. */
const refused = () =>
  new Promise<InviteFailure>((resolve, reject) => {
    pstn.stack.invite(
      {
        method: 'INVITE',
        uri: `sip:74951230003@127.0.0.1:${exchange.sipPort}`,
        from: '<sip:79161234567@127.0.0.1>',
        to: '<sip:74951230003@127.0.0.1>',
        body: { type: 'application/sdp', bytes: audioAt('127.0.0.1', 9) },
      },
      { protocol: 'udp', address: '127.0.0.1', port: exchange.sipPort },
      {
        provisional: () => undefined,
        answered: () => reject(new Error('answered while draining')),
        failed: resolve,
      },
    );
  });

test('DESIGN §5 drain: calls go on, new ones get 503 with Retry-After, 112 passes; all ends well after the last call', async () => {
  const call = await anna.phone.calls('102');
  const ringing = await boris.phone.rings();
  ringing.answers();
  await call.decided;
  const drained = exchange.command('drain');
  const draining = await eventually(clock, health, ({ status }) => status === 503);
  expect(draining.body.missing).toEqual(['draining']);
  const { status, response } = await refused();
  expect(status).toBe(503);
  expect(Number(response?.headers.get('Retry-After'))).toBeGreaterThan(0);
  const help = await vera.phone.calls('112');
  await help.decided;
  await earOf(help).untilHearsSpeech();
  help.hangsUp();
  await Promise.all([earOf(call).untilHears(900), earOf(ringing).untilHears(500)]);
  call.hangsUp();
  const { code, output } = await drained;
  expect([code, output]).toEqual([0, expect.stringContaining('has stopped')]);
  expect(await exchange.stop()).toBe(0);
});
