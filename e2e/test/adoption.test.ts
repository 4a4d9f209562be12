/** Signalling dies in the middle of talks: nobody who talks hears it, and every call ends and is recorded as it should. */
import { SystemClock } from '@kommutator/base';
import {
  callWith,
  earOf,
  embeddedUrl,
  eventually,
  metricsOf,
  openPhone,
  type RealPhone,
  type RunningExchange,
  startExchange,
  timesRecorded,
  untilQuiet,
} from '@kommutator/e2e';
import type { PhoneCall } from '@kommutator/telephony/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

const clock = new SystemClock();
const TALKS = 20;
let exchange: RunningExchange;
let anna: RealPhone;
let boris: RealPhone;
let pstn: RealPhone;

beforeAll(async () => {
  exchange = await startExchange();
  anna = await openPhone(exchange, { login: 'anna', hz: 500 });
  boris = await openPhone(exchange, { login: 'boris', hz: 900 });
  pstn = await openPhone(exchange, { hz: 1100 });
  for (const { phone } of [anna, boris]) expect(await phone.registers()).toBe(200);
});

afterAll(async () => {
  for (const phone of [anna, boris, pstn]) await phone?.[Symbol.asyncDispose]();
  await exchange?.[Symbol.asyncDispose]();
});

interface Talk {
  readonly caller: PhoneCall;
  readonly called: PhoneCall;
}

async function talk(index: number): Promise<Talk> {
  const caller = await pstn.phone.calls('74951230003', { from: `7916000${String(index).padStart(4, '0')}` });
  const called = await anna.phone.rings();
  called.answers();
  await caller.decided;
  await Promise.all([earOf(caller).untilHears(500), earOf(called).untilHears(1100)]);
  return { caller, called };
}

/** Packets of voice lost on the way to that ear, by their sequence numbers. */
function lost(call: PhoneCall): number {
  const numbers = earOf(call).peer.heard.map(({ sequence }) => sequence);
  return numbers.slice(1).reduce((sum, each, i) => sum + ((each - (numbers[i] ?? each) - 1) & 0xffff), 0);
}

/** Ids of the calls an administrator's page shows as going on. */
async function liveCalls(): Promise<readonly string[]> {
  const at = `http://127.0.0.1:${exchange.httpPort}`;
  const signIn = await fetch(`${at}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: at },
    body: JSON.stringify({ domain: 'demo.kommutator.test', login: 'admin', password: 'Demo-1234' }),
  });
  const cookie = signIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const answer = await fetch(`${at}/api/calls/live`, { headers: { cookie } });
  const { items } = (await answer.json()) as { readonly items: readonly { readonly id: string }[] };
  return items.map(({ id }) => id).sort();
}

async function killSignalling(): Promise<void> {
  const pid = (await exchange.processes()).get('signalling');
  if (pid === undefined) throw new Error(`no signalling:\n${exchange.output()}`);
  process.kill(pid, 'SIGKILL');
}

test('DESIGN §2, §6 kill -9 of signalling in twenty talks: no voice is lost, hold and keys go on, either side ends its call, each is recorded once', async () => {
  const talks: Talk[] = [];
  for (let i = 0; i < TALKS; i++) talks.push(await talk(i));
  // Not a talk: it cannot go on, and its phone is told.
  const echo = await boris.phone.calls('999');
  await echo.decided;
  const [first, second] = talks as [Talk, Talk];
  await second.called.holds();
  await earOf(second.caller).untilHearsSpeech();
  const before = earOf(first.caller).packets;
  const shown = await eventually(clock, liveCalls, calls => calls.length === TALKS + 1);

  await killSignalling();
  expect(await echo.over).toMatchObject({ byMe: false });
  await eventually(
    clock,
    () => metricsOf(exchange),
    seen => seen.get('kommutator_calls') === TALKS,
    20_000,
  );
  expect(earOf(first.caller).packets).toBeGreaterThan(before);
  const still = await eventually(clock, liveCalls, calls => calls.length === TALKS);
  expect(shown).toEqual(expect.arrayContaining([...still]));
  for (const { caller, called } of talks) expect([lost(caller), lost(called)]).toEqual([0, 0]);

  await first.caller.sends('42#');
  await earOf(first.called).untilKeys('42#');
  await second.called.holds(false);
  await earOf(second.caller).untilHears(500);
  await first.caller.holds();
  await earOf(first.called).untilHearsSpeech();

  for (const [i, { caller, called }] of talks.entries()) {
    const [leaver, other] = i % 2 === 0 ? [caller, called] : [called, caller];
    leaver.hangsUp();
    expect(await other.over).toMatchObject({ byMe: false, status: 200 });
  }
  const ids = [...talks.map(({ caller }) => caller.callId), echo.callId];
  const url = embeddedUrl(exchange.dataDir);
  const all = (seen: ReadonlyMap<string, number>) => seen.size === ids.length;
  const seen = await eventually(clock, () => timesRecorded(url, ids), all, 20_000);
  expect(new Set(seen.values())).toEqual(new Set([1]));
  await untilQuiet(exchange);
}, 180_000);

test('ADM-4 the protocol of a call that outlived signalling reads as one conversation', async () => {
  const { caller, called } = await talk(99);
  await killSignalling();
  await eventually(
    clock,
    () => metricsOf(exchange),
    seen => seen.get('kommutator_calls') === 1,
    20_000,
  );
  caller.hangsUp();
  await called.over;
  const url = embeddedUrl(exchange.dataDir);
  const id = await eventually(
    clock,
    () => callWith(url, caller.callId),
    found => found !== null,
  );
  const { output } = await exchange.command('calls', id ?? '');
  expect(output.match(/Разговор/g)?.length ?? 0).toBeLessThanOrEqual(2);
  expect(output).toContain('Завершение вызова: вызывающий');
});
