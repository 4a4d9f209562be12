/** Nothing acknowledged is lost: processes are killed and the database is taken away in the middle of 50 calls a second. */
import { rm } from 'node:fs/promises';
import { SystemClock } from '@kommutator/base';
import {
  allowManyCalls,
  answerEverything,
  audioAt,
  embeddedUrl,
  eventually,
  type LoadResult,
  openPhone,
  placeCalls,
  type RunningExchange,
  startExchange,
  timesRecorded,
} from '@kommutator/e2e';
import { silentLog, startEmbedded } from '@kommutator/store';
import { expect, test } from 'vitest';

const clock = new SystemClock();
const RATE = 50;

/** Anna answers everything; the trunk calls her number all the time. */
async function load(exchange: RunningExchange, seconds: number, database?: string): Promise<LoadResult> {
  await allowManyCalls(exchange, database);
  await using anna = await openPhone(exchange, { login: 'anna', hz: 500 });
  await using pstn = await openPhone(exchange, { hz: 900 });
  expect(await anna.phone.registers()).toBe(200);
  answerEverything(anna.stack, audioAt('127.0.0.1', 9));
  return await placeCalls({
    stack: pstn.stack,
    clock,
    exchange: { protocol: 'udp', address: '127.0.0.1', port: exchange.sipPort },
    rate: RATE,
    calls: RATE * seconds,
    holdFor: 500,
    numbers: ['74951230003'],
    offer: audioAt('127.0.0.1', 9),
  });
}

async function kill(exchange: RunningExchange, role: string): Promise<void> {
  const pid = (await exchange.processes()).get(role);
  if (pid === undefined) throw new Error(`no process ${role}:\n${exchange.output()}`);
  process.kill(pid, 'SIGKILL');
}

/** How many calls failed with which status, from the call of that index on. */
function statuses({ failed }: LoadResult, from = 0): Readonly<Record<number, number>> {
  const counted: Record<number, number> = {};
  for (const { index, status } of failed) if (index >= from) counted[status] = (counted[status] ?? 0) + 1;
  return counted;
}

const everyOnce = (result: LoadResult) => (seen: ReadonlyMap<string, number>) =>
  seen.size === result.acknowledged.length && [...seen.values()].every(times => times === 1);

test('DESIGN §5 kill -9 of each process in turn: every acknowledged end is in the history exactly once, phones stay registered', async () => {
  await using exchange = await startExchange();
  const calls = load(exchange, 22);
  for (const role of ['office', 'media', 'signalling', 'postgres']) {
    await clock.sleep(4_000);
    await kill(exchange, role);
  }
  const result = await calls;
  expect(result.acknowledged.length).toBeGreaterThan(RATE * 10);
  const url = embeddedUrl(exchange.dataDir);
  await eventually(clock, () => timesRecorded(url, result.acknowledged), everyOnce(result));
  // The last two seconds are long after the last kill: anna registered once, at the start.
  expect(statuses(result, RATE * 20)).toEqual({});
}, 120_000);

test('DESIGN §5 the database away under load: calls go on, their records arrive afterwards exactly once', async () => {
  const dataDir = `/tmp/kommutator-e2e-db-${process.pid}`;
  const database = { dataDir, clock, log: silentLog };
  let server = await startEmbedded(database);
  const away = Number(process.env.DATABASE_AWAY_SECONDS ?? 10);
  try {
    await using exchange = await startExchange({ env: { DATABASE_URL: server.ownerUrl } });
    const calls = load(exchange, away + 6, server.ownerUrl);
    await clock.sleep(3_000);
    await server.stop();
    await clock.sleep(away * 1_000);
    server = await startEmbedded(database);
    const result = await calls;
    expect(statuses(result)).toEqual({});
    expect(result.acknowledged.length).toBe(result.placed);
    await eventually(clock, () => timesRecorded(server.ownerUrl, result.acknowledged), everyOnce(result));
  } finally {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}, 240_000);
