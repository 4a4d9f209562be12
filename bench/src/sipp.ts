import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const scenarios = fileURLToPath(new URL('../../e2e/sipp/', import.meta.url));

export interface SippOptions {
  readonly scenario: 'register' | 'uas-phone' | 'uac-trunk';
  readonly port: number;
  /** Where it sends to; left out for a listener. */
  readonly target?: string;
  readonly service?: string;
  /** Calls per second. */
  readonly rate?: number;
  readonly calls?: number;
  /** ms of talk. */
  readonly hold?: number;
  /** Lines of an injection file. */
  readonly fields?: readonly string[];
  readonly limit?: number;
}

export interface SippResult {
  readonly code: number | null;
  readonly successful: number;
  readonly failed: number;
  readonly retransmissions: number;
  /** Share of calls by time to the 200, upper bounds in ms. */
  readonly setup: Readonly<Record<string, number>>;
  /** CPU seconds of the generator itself. */
  readonly seconds: number;
}

export interface RunningSipp {
  readonly done: Promise<SippResult>;
  stop(): void;
}

/** Starts SIPp in the background with statistics of one line a second. */
export async function sipp(o: SippOptions): Promise<RunningSipp> {
  const folder = await mkdtemp(join(tmpdir(), 'sipp-'));
  const stats = join(folder, 'stats.csv');
  const args = [
    '-sf', join(scenarios, `${o.scenario}.xml`),
    '-i', '127.0.0.1', '-p', String(o.port), '-nostdin', '-trace_stat', '-stf', stats, '-fd', '1',
    '-mi', '127.0.0.1', '-buff_size', '4194304',
  ]; // biome-ignore format: one option with its value a line would hide the shape
  if (o.service) args.push('-s', o.service);
  if (o.rate) args.push('-r', String(o.rate));
  if (o.calls) args.push('-m', String(o.calls));
  if (o.hold !== undefined) args.push('-d', String(o.hold));
  if (o.limit) args.push('-l', String(o.limit));
  if (o.fields) {
    const file = join(folder, 'fields.csv');
    await writeFile(file, ['SEQUENTIAL', ...o.fields, ''].join('\n'));
    args.push('-inf', file);
  }
  if (o.target) args.push(o.target);
  const child = spawn('sipp', args, { stdio: 'ignore', cwd: folder });
  const started = performance.now();
  const done = once(child, 'exit').then(async ([code]) => {
    const result = readStatistics(await readFile(stats, 'utf8').catch(() => ''));
    await rm(folder, { recursive: true, force: true });
    return { code: code as number | null, seconds: (performance.now() - started) / 1000, ...result };
  });
  return { done, stop: () => child.kill('SIGUSR1') };
}

function readStatistics(csv: string): Omit<SippResult, 'code' | 'seconds'> {
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
