import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface ExchangeOptions {
  /** Kept folder to start from; a fresh one is made and removed at the end when left out. */
  readonly dataDir?: string;
  /** A free one when left out; given to start again where phones expect the exchange. */
  readonly sipPort?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** The product, started as a user starts it, on free ports with a data folder of its own. */
export interface RunningExchange extends AsyncDisposable {
  readonly dataDir: string;
  readonly sipPort: number;
  readonly sipTlsPort: number;
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly output: () => string;
  /** Pid of the parent. */
  readonly pid: number;
  /** Pids of the processes below the parent, by the role in their command line. */
  processes(): Promise<ReadonlyMap<string, number>>;
  /** Resolves when /health says 200. */
  healthy(): Promise<void>;
  /** Runs `kommutator <args>` against this exchange. */
  command(...args: string[]): Promise<{ readonly code: number | null; readonly output: string }>;
  /** Ctrl-C; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** Starts the whole process tree and waits until calls can be taken. */
export async function startExchange(o: ExchangeOptions = {}): Promise<RunningExchange> {
  const dataDir = o.dataDir ?? (await openFolder());
  const [freePort, sipTlsPort, httpPort, httpsPort] = await freePorts();
  const sipPort = o.sipPort ?? freePort;
  const rtp = 20_000 + (process.pid % 8) * 2_500;
  const env = {
    ...process.env,
    DATA_DIR: dataDir,
    SIP_PORT: String(sipPort),
    SIP_TLS_PORT: String(sipTlsPort),
    SIP_HOST: '127.0.0.1',
    HTTP_PORT: String(httpPort),
    HTTPS_PORT: String(httpsPort),
    HTTP_HOST: '127.0.0.1',
    RTP_PORTS: `${rtp}-${rtp + 2_499}`,
    LOG_LEVEL: 'info',
    SYNTHETIC_CALL_SECONDS: '0',
    ...o.env,
  };
  const child = spawn(process.execPath, [join(root, 'apps/exchange/src/main.ts'), 'start'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // A test that runs out of time never gets to its disposal, and vitest ends its process with SIGTERM.
  const lasts = ['exit', 'SIGTERM', 'disconnect'] as const;
  const end = () => child.kill('SIGINT');
  for (const last of lasts) process.on(last, end);
  child.once('exit', () => {
    for (const last of lasts) process.off(last, end);
  });
  let output = '';
  child.stdout.on('data', chunk => (output += chunk));
  child.stderr.on('data', chunk => (output += chunk));
  const health = `http://127.0.0.1:${httpPort}/health`;
  const exchange: RunningExchange = {
    dataDir,
    sipPort,
    sipTlsPort,
    httpPort,
    httpsPort,
    pid: child.pid as number,
    output: () => output,
    processes: () => processesBelow(child.pid as number),
    healthy: () => waitHealthy(health, child, () => output),
    command: (...args) => run(args, env),
    stop: () => stop(child),
    [Symbol.asyncDispose]: async () => {
      await stop(child);
      if (!o.dataDir) await rm(dataDir, { recursive: true, force: true });
    },
  };
  await exchange.healthy().catch(async error => {
    await exchange[Symbol.asyncDispose]();
    throw error;
  });
  return exchange;
}

/** As root the database runs under an account of its own, which must reach the folder. */
async function openFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kommutator-e2e-'));
  await chmod(folder, 0o755);
  return folder;
}

async function freePorts(): Promise<[number, number, number, number]> {
  const servers = await Promise.all([0, 0, 0, 0].map(() => listen()));
  const [a = 0, b = 0, c = 0, d = 0] = servers.map(s => (s.address() as { port: number }).port);
  await Promise.all(servers.map(s => new Promise(done => s.close(done))));
  return [a, b, c, d];
}

async function listen() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** Polls as a load balancer would: the process has no other way to say that it is ready. */
async function waitHealthy(url: string, child: ChildProcess, output: () => string): Promise<void> {
  const until = Date.now() + 60_000;
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`the exchange ended with ${child.exitCode}:\n${output()}`);
    const answer = await fetch(url).catch(() => null);
    if (answer?.status === 200) return;
    await new Promise(resume => setImmediate(() => setTimeout(resume, 50)));
  }
  throw new Error(`not healthy within 60 s:\n${output()}`);
}

async function run(args: string[], env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [join(root, 'apps/exchange/src/main.ts'), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', chunk => (output += chunk));
  child.stderr.on('data', chunk => (output += chunk));
  const [code] = await once(child, 'close');
  return { code: code as number | null, output };
}

async function stop(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  child.kill('SIGINT');
  const [code] = await once(child, 'exit');
  return code as number | null;
}

/** Reads /proc: which of our roles runs under which pid. */
async function processesBelow(parent: number): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const entry of await readdir('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const ppid = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    if (ppid !== parent) continue;
    const line = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
    const role = line.map(part => /\/src\/(signalling|media|office)\//.exec(part)?.[1]).find(Boolean);
    if (role) found.set(role, pid);
    else if ((await readlink(`/proc/${pid}/exe`).catch(() => '')).endsWith('/postgres'))
      found.set('postgres', pid);
  }
  return found;
}
