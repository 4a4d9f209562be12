import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SystemClock } from '@kommutator/base';
import { eventually } from './history.ts';

const scenarios = fileURLToPath(new URL('../sipp/', import.meta.url));

export interface SippOptions {
  /** File in `e2e/sipp`, without its ending. */
  readonly scenario: string;
  readonly port: number;
  readonly transport?: 'udp' | 'tcp';
  /** Where it sends to; left out for a listener. */
  readonly target?: string;
  readonly service?: string;
  /** Calls per second. */
  readonly rate?: number;
  /** Ends by itself after so many. */
  readonly calls?: number;
  /** ms of talk. */
  readonly hold?: number;
  /** Lines of an injection file. */
  readonly fields?: readonly string[];
  readonly limit?: number;
  /** Call-ID of each call: `%u` is its number, from 1. */
  readonly callId?: string;
  /** Seconds after which it gives up and fails. */
  readonly timeout?: number;
  /** Keeps all that it receives: {@link SippResult.received}. */
  readonly messages?: boolean;
}

export interface SippResult {
  /** 0 when every call went as the scenario says. */
  readonly code: number | null;
  readonly successful: number;
  readonly failed: number;
  readonly retransmissions: number;
  /** Share of calls by time to the 200, upper bounds in ms. */
  readonly setup: Readonly<Record<string, number>>;
  /** CPU seconds of the generator itself. */
  readonly seconds: number;
  /** What went otherwise than the scenario says, in SIPp's words. */
  readonly errors: string;
  /** SIP messages that came, in their order; empty unless asked for. */
  readonly received: readonly string[];
}

export interface RunningSipp {
  readonly done: Promise<SippResult>;
  stop(): void;
}

/** Starts SIPp in the background with statistics of one line a second; a listener listens when this resolves. */
export async function sipp(o: SippOptions): Promise<RunningSipp> {
  const folder = await mkdtemp(join(tmpdir(), 'sipp-'));
  const file = (name: string) => join(folder, name);
  const child = spawn('sipp', await argumentsOf(o, file), { stdio: 'ignore', cwd: folder });
  const started = performance.now();
  const done = once(child, 'exit').then(async ([code]) => {
    const read = (name: string) => readFile(file(name), 'utf8').catch(() => '');
    const result = {
      code: code as number | null,
      seconds: (performance.now() - started) / 1000,
      ...readStatistics(await read('stats.csv')),
      errors: await read('errors.log'),
      received: readReceived(await read('messages.log')),
    };
    await rm(folder, { recursive: true, force: true });
    return result;
  });
  if (!o.target) await eventually(new SystemClock(), () => listens(o.port), Boolean, 10_000);
  return { done, stop: () => child.kill('SIGUSR1') };
}

/** Whether a UDP socket has that port, without touching it (proc(5)). */
async function listens(port: number): Promise<boolean> {
  const sockets = await readFile('/proc/net/udp', 'latin1');
  return sockets.includes(`:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000`);
}

async function argumentsOf(o: SippOptions, file: (name: string) => string): Promise<string[]> {
  const args = [
    '-sf',
    join(scenarios, `${o.scenario}.xml`),
    '-i',
    '127.0.0.1',
    '-mi',
    '127.0.0.1',
    '-nostdin',
  ];
  args.push('-p', String(o.port), '-t', o.transport === 'tcp' ? 't1' : 'u1', '-buff_size', '4194304');
  args.push('-trace_stat', '-stf', file('stats.csv'), '-fd', '1');
  args.push('-trace_err', '-error_file', file('errors.log'));
  if (o.messages) args.push('-trace_msg', '-message_file', file('messages.log'));
  if (o.service) args.push('-s', o.service);
  if (o.rate) args.push('-r', String(o.rate));
  if (o.calls) args.push('-m', String(o.calls));
  if (o.hold !== undefined) args.push('-d', String(o.hold));
  if (o.limit) args.push('-l', String(o.limit));
  if (o.callId) args.push('-cid_str', o.callId);
  if (o.timeout) args.push('-timeout', `${o.timeout}s`, '-timeout_error');
  if (o.fields) {
    await writeFile(file('fields.csv'), ['SEQUENTIAL', ...o.fields, ''].join('\n'));
    args.push('-inf', file('fields.csv'));
  }
  if (o.target) args.push(o.target);
  return args;
}

function readStatistics(
  csv: string,
): Pick<SippResult, 'successful' | 'failed' | 'retransmissions' | 'setup'> {
  const lines = csv.trim().split('\n');
  const names = (lines[0] ?? '').split(';');
  const last = (lines.at(-1) ?? '').split(';');
  const value = (name: string) => Number(last[names.indexOf(name)] ?? 0);
  const setup: Record<string, number> = {};
  names.forEach((name, i) => {
    const bound = /ResponseTimeRepartitionsetup_(.+)/.exec(name)?.[1];
    if (bound) setup[bound] = Number(last[i]);
  });
  return {
    successful: value('SuccessfulCall(C)'),
    failed: value('FailedCall(C)'),
    retransmissions: value('Retransmissions(C)'),
    setup,
  };
}

/** The log has a line of dashes, a line that says which way, an empty line and the message, again and again. */
function readReceived(log: string): readonly string[] {
  return log
    .split(/^-{20,}.*$/m)
    .filter(entry => /message received/.test(entry.slice(0, 200)))
    .map(entry => entry.slice(entry.search(/\n\r?\n/)).trimStart());
}
