/**
 * `npm run soak`: hours of ordinary work in one go. An exchange of its own takes routed calls at a steady rate, phones
 * register, relayed calls with real audio stay up; every minute memory, descriptors, ports and timers are read. At the
 * end all calls are gone and every gauge must be back where it was. Options: `--minutes 30`, `--rate 200` (calls/s),
 * `--talks 40` (relayed calls), `--registers 20` (REGISTER/s). Exit code 1 when a call failed or something stayed.
 */
import { parseArgs } from 'node:util';
import { SystemClock } from '@kommutator/base';
import {
  allowManyCalls,
  metricsOf,
  openAdministration,
  type RunningExchange,
  startExchange,
  untilQuiet,
} from '@kommutator/e2e';
import { addRoutingRule } from '@kommutator/store';
import { perHour } from './growth.ts';
import { costOf } from './process-cost.ts';
import { measureRegisters } from './registers.ts';
import { measureRelay } from './relay.ts';
import { measureSetUps, registerPhone } from './set-ups.ts';

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    rate: { type: 'string', default: '200' },
    talks: { type: 'string', default: '40' },
    registers: { type: 'string', default: '20' },
  },
});
const seconds = Number(options.minutes) * 60;
const EVERY = 60_000;
/** ms until finished transactions are forgotten (RFC 3261 §17: 32 s) and the rest has settled. */
const FORGET = 40_000;
/** Seconds of a quarter of the rate before anything is measured. */
const WARM_UP = 20;
/** Timers and descriptors of the house's own chores come and go. */
const CHORES = 3;
const PORTS = { calls: 25_070, talks: 26_070, registers: 27_070 };
const GAUGES = [
  'calls',
  'legs',
  'sip_transactions',
  'sip_tombstones',
  'sip_dialogs',
  'media_endpoints',
  'registrations',
  'timers',
] as const;
const PROCESSES = ['signalling', 'media', 'office'] as const;

interface Sample {
  /** ms since the load began. */
  readonly at: number;
  readonly resident: Readonly<Record<string, number>>;
  readonly descriptors: Readonly<Record<string, number>>;
  readonly gauges: Readonly<Record<string, number>>;
}

/** A number of the demo without rules. */
const TALKS_NUMBER = '74951230004';

const clock = new SystemClock();
const say = (line = '') => console.log(line);
const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);

async function read(exchange: RunningExchange, began: number): Promise<Sample> {
  const [cost, metrics] = await Promise.all([costOf(exchange), metricsOf(exchange)]);
  const of = (what: 'resident' | 'descriptors') =>
    Object.fromEntries(PROCESSES.map(name => [name, cost.get(name)?.[what] ?? 0]));
  return {
    at: clock.now() - began,
    resident: of('resident'),
    descriptors: of('descriptors'),
    gauges: Object.fromEntries(GAUGES.map(name => [name, metrics.get(`kommutator_${name}`) ?? Number.NaN])),
  };
}

const row = (name: string, s: Sample) =>
  `| ${[
    name,
    ...PROCESSES.map(process => megabytes(s.resident[process] ?? 0)),
    ...PROCESSES.map(process => s.descriptors[process]),
    ...GAUGES.map(gauge => s.gauges[gauge]),
  ].join(' | ')} |`;

/** Samples until told to stop. */
async function watch(exchange: RunningExchange, stop: AbortSignal): Promise<Sample[]> {
  const began = clock.now();
  const samples: Sample[] = [];
  while (!stop.aborted) {
    const sample = await read(exchange, began);
    samples.push(sample);
    say(row(`${(sample.at / 60_000).toFixed(0)} min`, sample));
    await clock.sleep(EVERY, stop).catch(() => {});
  }
  return samples;
}

/** Connects a number to a user, as an administrator would. */
async function routeTo(login: string, digits: string): Promise<void> {
  await using administration = await openAdministration(exchange);
  const [user, domain] = [await administration.user(login), await administration.domain()];
  const number = domain.numbers.find(one => one.digits === digits);
  if (!number) throw new Error(`no number ${digits}`);
  await administration.apply(tx =>
    addRoutingRule(tx, number.id, {
      active: true,
      schedule: null,
      prefixes: null,
      target: { kind: 'user', user: user.id },
    }),
  );
}

await using exchange = await startExchange({
  env: { RTP_PORTS: '30000-39999', LOG_LEVEL: 'warn', TRACE_MB: '256' },
});
await allowManyCalls(exchange);
await routeTo('boris', TALKS_NUMBER);
await registerPhone(exchange, 'anna', PORTS.calls);
await registerPhone(exchange, 'boris', PORTS.talks);
await registerPhone(exchange, 'vera', PORTS.registers);
// The first calls pay for compilation: nobody opens an exchange at full load.
await measureSetUps(exchange, {
  rate: Number(options.rate) / 4,
  seconds: WARM_UP,
  hold: 2_000,
  phonePort: PORTS.calls,
});
await clock.sleep(FORGET);
const quiet = await read(exchange, clock.now());

say(
  `### Soak: ${options.minutes} minutes, ${options.rate} calls/s, ${options.talks} talks, ${options.registers} REGISTER/s\n`,
);
say(
  `| | ${[...PROCESSES.map(name => `${name} MB`), ...PROCESSES.map(name => `${name} fd`), ...GAUGES].join(' | ')} |`,
);
say(`|${'---|'.repeat(1 + PROCESSES.length * 2 + GAUGES.length)}`);
say(row('before', quiet));
const over = new AbortController();
const watching = watch(exchange, over.signal);
const [calls, talks, registers] = await Promise.all([
  measureSetUps(exchange, { rate: Number(options.rate), seconds, hold: 2_000, phonePort: PORTS.calls }),
  measureRelay(exchange, {
    calls: Number(options.talks),
    seconds,
    phonePort: PORTS.talks,
    number: TALKS_NUMBER,
  }),
  measureRegisters(exchange, { rate: Number(options.registers), seconds, port: PORTS.registers }),
]);
over.abort();
const samples = await watching;
await untilQuiet(exchange);
await clock.sleep(FORGET);
const after = await read(exchange, clock.now());
say(row('after', after));

const settled = samples.slice(Math.floor(samples.length / 3));
say('\n| what | measured |\n|---|---|');
say(`| calls placed, failed, retransmissions | ${calls.calls}, ${calls.failed}, ${calls.retransmissions} |`);
say(`| packets sent, lost | ${talks.sent}, ${Math.max(0, talks.sent - talks.received)} |`);
say(
  `| one-way delay p50, p99, max | ${[talks.delay.p50, talks.delay.p99, talks.delay.max].map(ms => `${ms.toFixed(1)} ms`).join(', ')} |`,
);
say(`| REGISTER failed | ${registers.failed} |`);
for (const name of PROCESSES) {
  const slope = perHour(settled.map(s => [s.at, s.resident[name] ?? 0]));
  say(`| growth of ${name} over the last two thirds | ${(slope / 1e6).toFixed(1)} MB/h |`);
}
const more = (now = Number.NaN, before = Number.NaN) => !(now <= before + CHORES);
const stayed = GAUGES.filter(name => more(after.gauges[name], quiet.gauges[name]));
const open = PROCESSES.filter(name => more(after.descriptors[name], quiet.descriptors[name]));
say(`| gauges that did not come back | ${stayed.join(', ') || 'none'} |`);
say(`| descriptors that did not come back | ${open.join(', ') || 'none'} |`);
if (calls.failed > 0 || registers.failed > 0 || stayed.length + open.length > 0) process.exitCode = 1;
