/**
 * `npm run bench`: starts an exchange of its own on free ports, loads it, and prints the figures DESIGN §5 asks for as
 * Markdown. Needs SIPp. Only addresses of this machine are used. Options: `--only set-ups|relay|registers|flood|web|browser|history|live`, `--quick`.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { allowManyCalls, type RunningExchange, startExchange } from '@kommutator/e2e';
import { measureBrowserCalls } from './browser-calls.ts';
import { measureFlood } from './flood.ts';
import { measureHistory } from './history.ts';
import { measureLive } from './live.ts';
import { costOf } from './process-cost.ts';
import { measureRegisters } from './registers.ts';
import { measureRelay } from './relay.ts';
import { measureReference, measureSetUps, registerPhone, type SetUpFigures } from './set-ups.ts';
import { measureWeb } from './web-vitals.ts';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    rates: { type: 'string' },
    calls: { type: 'string' },
  },
});
const seconds = options.quick ? 5 : 20;
const numbers = (text: string | undefined, otherwise: number[]) => text?.split(',').map(Number) ?? otherwise;
const wanted = (part: string) => !options.only || options.only === part;
const say = (line = '') => console.log(line);
const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);

const share = (setup: Readonly<Record<string, number>>, bound: string): string => {
  const all = Object.values(setup).reduce((sum, n) => sum + n, 0);
  let below = 0;
  for (const [label, count] of Object.entries(setup)) {
    below += count;
    if (label === `<${bound}`) break;
  }
  return all === 0 ? '–' : `${((below / all) * 100).toFixed(2)} %`;
};

const rowOf = (name: string, f: Pick<SetUpFigures, 'successful' | 'failed' | 'retransmissions' | 'setup'>) =>
  `| ${name} | ${f.successful} | ${f.failed} | ${f.retransmissions} | ${share(f.setup, '10')} | ${share(f.setup, '20')} | ${share(f.setup, '100')} |`;

async function benchSetUps(exchange: RunningExchange): Promise<void> {
  const rates = numbers(options.rates, [50, 100, 200, 300, 400]);
  say('### Routed inbound calls: trunk → number → rule → user, answered, ended, recorded\n');
  say(
    '| calls/s | successful | failed | retransmissions | 200 within 10 ms | within 20 ms | within 100 ms |',
  );
  say('|---|---|---|---|---|---|---|');
  const all: SetUpFigures[] = [];
  await registerPhone(exchange, 'anna', 25_070);
  for (const rate of rates) {
    const figures = await measureSetUps(exchange, { rate, seconds, hold: 500, phonePort: 25_070 });
    all.push(figures);
    say(rowOf(String(rate), figures));
  }
  const reference = await measureReference({ rate: rates.at(-1) ?? 100, seconds, phonePort: 25_170 });
  say(rowOf(`${rates.at(-1)}, SIPp to SIPp`, reference));
  say('\n| calls/s | CPU ms per call: signalling | media | office | database | all |');
  say('|---|---|---|---|---|---|');
  for (const { rate, cpu } of all) {
    const of = (role: string) => cpu.get(role) ?? 0;
    const total = [...cpu.values()].reduce((sum, one) => sum + one, 0);
    say(
      `| ${rate} | ${['signalling', 'media', 'office', 'postgres'].map(r => of(r).toFixed(2)).join(' | ')} | ${total.toFixed(2)} |`,
    );
  }
  say();
}

async function benchRelay(exchange: RunningExchange): Promise<void> {
  say('### Relayed G.711 calls, 20 ms packets both ways\n');
  say(
    '| calls | packets/s through | lost | delay p50 | p99 | max | CPU µs per packet | media process, cores | memory per call |',
  );
  say('|---|---|---|---|---|---|---|---|---|');
  await registerPhone(exchange, 'anna', 26_070);
  for (const calls of numbers(options.calls, [50, 150, 250, 350])) {
    const f = await measureRelay(exchange, {
      calls,
      seconds,
      phonePort: 26_070,
      number: '74951230003',
    });
    const lost = (((f.sent - f.received) / f.sent) * 100).toFixed(3);
    say(
      `| ${f.calls} | ${(f.received / f.seconds).toFixed(0)} | ${lost} % | ${f.delay.p50.toFixed(2)} ms | ${f.delay.p99.toFixed(2)} ms | ${f.delay.max.toFixed(1)} ms | ${f.perPacket.toFixed(1)} | ${f.core.toFixed(2)} | ${(f.memoryPerCall / 1000).toFixed(0)} kB |`,
    );
  }
  say();
}

async function benchRegisters(exchange: RunningExchange): Promise<void> {
  say('### REGISTER with digest\n');
  say('| REGISTER/s | successful | failed | CPU ms of signalling each |');
  say('|---|---|---|---|');
  for (const rate of numbers(options.rates, [500, 1000, 2000])) {
    const f = await measureRegisters(exchange, { rate, seconds, port: 27_070 });
    say(`| ${rate} | ${f.successful} | ${f.failed} | ${f.cpu.toFixed(3)} |`);
  }
  say();
}

const FLOODS = [
  { name: 'nobody attacks', flood: null },
  { name: '8 addresses', flood: { registers: 5_000, invites: 2_000, sources: 8 } },
  { name: '1 000 addresses', flood: { registers: 5_000, invites: 2_000, sources: 1_000 } },
] as const;

async function benchFlood(exchange: RunningExchange): Promise<void> {
  say('### 50 calls a second under a flood: 5 000 REGISTER with wrong passwords and 2 000 INVITE a second\n');
  say(
    '| flood from | calls | failed | INVITE to 200: p50 | p99 | max | flood sent/s | not read | answered/s | bans | signalling, cores |',
  );
  say('|---|---|---|---|---|---|---|---|---|---|---|');
  await measureFlood(exchange, { rate: 50, seconds: 5, flood: null });
  for (const { name, flood } of FLOODS) {
    const f = await measureFlood(exchange, { rate: 50, seconds, flood });
    const delays = [f.delay.p50, f.delay.p99, f.delay.max].map(ms => `${ms.toFixed(1)} ms`).join(' | ');
    say(
      `| ${name} | ${f.placed} | ${f.failed} | ${delays} | ${f.sent.toFixed(0)} | ${(f.unread * 100).toFixed(1)} % | ${f.heard.toFixed(0)} | ${f.bans} | ${f.core.toFixed(2)} |`,
    );
  }
  say();
}

async function benchLive(exchange: RunningExchange): Promise<void> {
  say('### Live channel: pages that watch all calls of one domain\n');
  say(
    '| pages | calls/s | calls failed | heard by pages that read | INVITE to page: p50 | p99 | max | connected at the end | MB/s | office, cores |',
  );
  say('|---|---|---|---|---|---|---|---|---|---|');
  await registerPhone(exchange, 'anna', 28_070);
  for (const [pages, rate] of options.quick
    ? [[20, 20] as const]
    : ([
        [50, 50],
        [50, 200],
        [500, 20],
        [500, 100],
        [500, 200],
      ] as const)) {
    const f = await measureLive(exchange, { pages, rate, seconds, phonePort: 28_070 });
    const late = [f.p50, f.p99, f.max].map(ms => `${ms} ms`).join(' | ');
    say(
      `| ${f.pages} | ${f.rate} | ${f.failed} | ${(f.share * 100).toFixed(1)} % | ${late} | ${f.connected} | ${f.traffic.toFixed(1)} | ${f.office.toFixed(2)} |`,
    );
  }
  say();
}

async function benchHistory(): Promise<void> {
  const records = options.quick ? 100_000 : 1_000_000;
  const f = await measureHistory({ records, times: options.quick ? 50 : 200 });
  say(`### History: ${records} records of 200 tenants, pages of 100\n`);
  say(
    `Loaded in ${f.loaded.toFixed(0)} s; ${Object.entries(f.sizes)
      .map(each => each.join(' '))
      .join(', ')}.\n`,
  );
  say('| question | rows in the mean | p50 | p95 | max |');
  say('|---|---|---|---|---|');
  for (const q of f.queries) {
    const took = [q.p50, q.p95, q.max].map(ms => `${ms.toFixed(1)} ms`).join(' | ');
    say(`| ${q.name} | ${q.rows.toFixed(0)} | ${took} |`);
  }
  say('\n| export | rows | seconds | peak of the process, MB | file, MB |');
  say('|---|---|---|---|---|');
  for (const { format, rows, seconds: took, peak, size } of f.exports)
    say(`| ${format} | ${rows} | ${took.toFixed(1)} | ${peak.toFixed(0)} | ${(size / 1e6).toFixed(1)} |`);
  say();
}

async function benchWeb(): Promise<void> {
  const f = await measureWeb();
  say('### Cabinet in Chromium, headless, painted by the processor\n');
  say('| what | measured |');
  say('|---|---|');
  say(`| LCP: sign-in, call history | ${f.lcp.first.toFixed(0)} ms, ${f.lcp.signedIn.toFixed(0)} ms |`);
  say(`| CLS | ${f.cls.toFixed(3)} |`);
  say(`| INP: filter, search, open and close a call | ${f.inp.toFixed(0)} ms |`);
  const { fps, longestFrame, rowsInPage } = f.scroll;
  say(
    `| scrolling a list of 100 000 rows | ${fps.toFixed(0)} frames/s, longest ${longestFrame.toFixed(0)} ms, ${rowsInPage} rows in the page |`,
  );
  say(
    `| event → row painted, ${f.live.events} events | p50 ${f.live.p50.toFixed(0)} ms, p95 ${f.live.p95.toFixed(0)} ms |`,
  );
  say();
}

say(
  `Machine: ${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}; generators on the same machine.\n`,
);
if (wanted('browser')) {
  say('### Browser calls: DTLS-SRTP, one media thread\n');
  say(await measureBrowserCalls(100, seconds));
}
if (options.only === 'browser') process.exit(0);
if (wanted('history')) await benchHistory();
if (options.only === 'history') process.exit(0);
if (wanted('web')) await benchWeb();
if (options.only === 'web') process.exit(0);
await using exchange = await startExchange({ env: { RTP_PORTS: '30000-39999', LOG_LEVEL: 'warn' } });
await allowManyCalls(exchange);
say('### Idle\n');
say('| process | resident MB | descriptors |');
say('|---|---|---|');
for (const [role, one] of await costOf(exchange)) {
  say(`| ${role} | ${megabytes(one.resident)} | ${one.descriptors} |`);
}
say();
if (wanted('set-ups')) await benchSetUps(exchange);
if (wanted('relay')) await benchRelay(exchange);
if (wanted('registers')) await benchRegisters(exchange);
if (wanted('flood')) await benchFlood(exchange);
if (wanted('live')) await benchLive(exchange);
