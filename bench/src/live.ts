/** Pages that watch the calls of a domain while it is called: how late they hear of it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { RunningExchange } from '@kommutator/e2e';
import { costOf, spent } from './process-cost.ts';
import { measureSetUps, type SetUpFigures } from './set-ups.ts';

export interface LiveFigures extends Pick<SetUpFigures, 'successful' | 'failed'> {
  readonly pages: number;
  readonly rate: number;
  /** Words about new calls that were looked at: of every tenth page. */
  readonly heard: number;
  /** Of those that should have been heard, the share that was. */
  readonly share: number;
  /** ms from the INVITE to the page. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Pages that were still connected at the end. */
  readonly connected: number;
  /** Megabytes a second to all pages. */
  readonly traffic: number;
  /** CPU of the office, cores. */
  readonly office: number;
}

/** Pages of one session (web-api allows 20). */
const PER_SESSION = 20;

async function cookies(exchange: RunningExchange, count: number): Promise<string[]> {
  const origin = `http://127.0.0.1:${exchange.httpPort}`;
  const all: string[] = [];
  for (let n = 0; n < count; n++) {
    const answer = await fetch(`${origin}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin },
      body: JSON.stringify({ domain: 'demo.kommutator.test', login: 'admin', password: 'Demo-1234' }),
    });
    const cookie = answer.headers.get('set-cookie')?.split(';')[0];
    if (!answer.ok || !cookie) throw new Error(`sign-in: ${answer.status}`);
    all.push(cookie);
  }
  return all;
}

/** In a process of their own: what they cost is not the office's. */
async function openPages(exchange: RunningExchange, pages: number): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('./live-pages.ts', import.meta.url));
  const sessions = await cookies(exchange, Math.ceil(pages / PER_SESSION));
  const child = spawn(
    process.execPath,
    [script, `ws://127.0.0.1:${exchange.httpPort}/api/live`, String(pages), ...sessions],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  if (!child.stdout) throw new Error('no output');
  await once(child.stdout, 'data');
  return child;
}

export async function measureLive(
  exchange: RunningExchange,
  o: { readonly pages: number; readonly rate: number; readonly seconds: number; readonly phonePort: number },
): Promise<LiveFigures> {
  const child = await openPages(exchange, o.pages);
  const before = await costOf(exchange);
  const began = performance.now();
  const calls = await measureSetUps(exchange, {
    rate: o.rate,
    seconds: o.seconds,
    hold: 500,
    phonePort: o.phonePort,
  });
  const took = (performance.now() - began) / 1000;
  const office = (spent(before, await costOf(exchange)).get('office') ?? 0) / took;
  child.stdin?.end();
  if (!child.stdout) throw new Error('no output');
  const said = JSON.parse(await text(child.stdout));
  const looking = Math.ceil(o.pages / 10);
  return {
    pages: o.pages,
    rate: o.rate,
    successful: calls.successful,
    failed: calls.failed,
    heard: said.heard,
    share: said.heard / (calls.calls * looking),
    p50: said.p50,
    p99: said.p99,
    max: said.max,
    connected: said.connected,
    traffic: said.bytes / 1e6 / took,
    office,
  };
}
