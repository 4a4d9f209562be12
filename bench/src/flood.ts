import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { SystemClock } from '@kommutator/base';
import {
  answerEverything,
  audioAt,
  type FloodOptions,
  type FloodResult,
  metricsOf,
  openPhone,
  placeCalls,
  type RunningExchange,
} from '@kommutator/e2e';
import { costOf, spent } from './process-cost.ts';

/** What the attackers' thread is told. */
export type FloodOrder = Omit<FloodOptions, 'clock'>;

export interface FloodFigures {
  readonly placed: number;
  readonly failed: number;
  /** ms from INVITE to 200, the phone's own time included. */
  readonly delay: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Cores of the signalling process. */
  readonly core: number;
  /** Messages of the attackers a second, and the answers they got. */
  readonly sent: number;
  readonly heard: number;
  /** Of the messages sent, those that were not read. */
  readonly unread: number;
  readonly bans: number;
}

/** Calls from the trunk at a steady rate, with or without a flood from other addresses beside them. */
export async function measureFlood(
  exchange: RunningExchange,
  o: { readonly rate: number; readonly seconds: number; readonly flood: Omit<FloodOrder, 'port'> | null },
): Promise<FloodFigures> {
  const clock = new SystemClock();
  await using anna = await openPhone(exchange, { login: 'anna', hz: 500 });
  await using pstn = await openPhone(exchange, { hz: 900 });
  if ((await anna.phone.registers()) !== 200) throw new Error('the phone could not register');
  answerEverything(anna.stack, audioAt('127.0.0.1', 9));
  const first = await metricsOf(exchange);
  const attack = o.flood && (await attackers({ ...o.flood, port: exchange.sipPort }));
  const before = await costOf(exchange);
  const load = await placeCalls({
    stack: pstn.stack,
    clock,
    exchange: { protocol: 'udp', address: '127.0.0.1', port: exchange.sipPort },
    rate: o.rate,
    calls: o.rate * o.seconds,
    holdFor: 500,
    numbers: ['74951230003'],
    offer: audioAt('127.0.0.1', 9),
  });
  const [after, seen] = [await costOf(exchange), await metricsOf(exchange)];
  const told = attack ? await attack.stop() : { sent: 0, heard: 0 };
  const figure = (name: string) =>
    (seen.get(`kommutator_sip_${name}`) ?? 0) - (first.get(`kommutator_sip_${name}`) ?? 0);
  const sorted = load.setUps.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return {
    placed: load.placed,
    failed: load.failed.length,
    delay: { p50: at(0.5), p99: at(0.99), max: at(1) },
    core: (spent(before, after).get('signalling') ?? 0) / o.seconds,
    sent: told.sent / o.seconds,
    heard: told.heard / o.seconds,
    unread: (figure('limited') + figure('banned')) / Math.max(1, told.sent),
    bans: seen.get('kommutator_sip_bans') ?? 0,
  };
}

async function attackers(order: FloodOrder): Promise<{ stop(): Promise<FloodResult> }> {
  const worker = new Worker(new URL('./flood-worker.ts', import.meta.url), { workerData: order });
  await once(worker, 'message');
  return {
    async stop() {
      const told = once(worker, 'message');
      worker.postMessage('stop');
      const [result] = await told;
      return result as FloodResult;
    },
  };
}
