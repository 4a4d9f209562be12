/** Starts, adopts, watches and stops the server of one cluster. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Ms } from '@kommutator/base';
import type { StoreLog } from '../log.ts';
import type { Binaries } from './binaries.ts';
import { serverEnvironment } from './cluster.ts';
import { EmbeddedFailure } from './failure.ts';
import type { Place } from './place.ts';
import { alive, observe } from './postmaster.ts';
import { serverArguments } from './settings.ts';

export interface Server {
  readonly pid: number;
  readonly sockets: string;
  /** It was running already. */
  readonly adopted: boolean;
  /** Called once when the process is gone, whoever ended it. */
  onExit(watch: () => void): void;
  /** Fast shutdown; resolves when the process is gone. */
  stop(): Promise<void>;
}

const START_TIMEOUT: Ms = 60_000;
/** A shutdown checkpoint on a slow disk takes long; recovery after a hard end takes longer. */
const STOP_TIMEOUT: Ms = 60_000;
const POLL: Ms = 10;
const WATCH: Ms = 500;
/** Two seconds of tries: a killed server's backends are gone by then. */
const TRIES = 10;
const RETRY: Ms = 200;
const LOG_LIMIT_BYTES = 10 * 1024 * 1024;

export interface RunOptions {
  readonly place: Place;
  readonly binaries: Binaries;
  readonly durable: boolean;
  readonly clock: Clock;
  readonly log: StoreLog;
}

/** Adopts the live server of the folder or starts one; resolves when it takes connections. */
export async function runServer(options: RunOptions): Promise<Server> {
  const { place, clock, log } = options;
  const deadline = clock.deadline(START_TIMEOUT);
  let started = 0;
  let tries = 0;
  let running = false;
  while (!deadline.over) {
    const found = await observe(place.cluster);
    if (found.state === 'ready') {
      const adopted = found.pid !== started;
      log.info({ pid: found.pid, folder: place.cluster, adopted }, 'database server is ready');
      return watched(found.pid, found.sockets, adopted, options);
    }
    if (found.state === 'stale') {
      log.warn({ folder: place.cluster }, 'removing the pid file of a server that is gone');
      await rm(join(place.cluster, 'postmaster.pid'), { force: true });
    } else if (found.state === 'none' && !running) {
      // Backends of a killed server hold its shared memory for a moment: then the new one ends at once and we try again.
      if (tries++ > 0) await clock.sleep(RETRY);
      if (tries > TRIES) break;
      running = true;
      started = await launch(options, () => {
        running = false;
      });
    }
    await clock.sleep(POLL);
  }
  throw new EmbeddedFailure(
    `the database server did not start; last lines of its log:\n${await tail(place)}`,
  );
}

async function launch(options: RunOptions, onExit: () => void): Promise<number> {
  const { place, binaries, durable } = options;
  await rotate(place.logFile);
  const output = openSync(place.logFile, 'a', 0o640);
  try {
    // A session of its own: Ctrl-C in the terminal must not reach it before those who use it.
    const child = spawn(
      join(binaries.bin, 'postgres'),
      ['-D', place.cluster, ...serverArguments({ major: binaries.major, sockets: place.sockets, durable })],
      {
        ...(place.account ?? {}),
        cwd: '/',
        env: serverEnvironment(),
        detached: true,
        stdio: ['ignore', output, output],
      },
    );
    child.once('exit', onExit);
    child.once('error', onExit);
    child.unref();
    return child.pid ?? 0;
  } finally {
    closeSync(output);
  }
}

function watched(pid: number, sockets: string, adopted: boolean, { clock, log }: RunOptions): Server {
  const watchers: (() => void)[] = [];
  let gone = false;
  const check = () => {
    if (alive(pid)) {
      clock.after(WATCH, check);
      return;
    }
    gone = true;
    for (const watch of watchers.splice(0)) watch();
  };
  return {
    pid,
    sockets,
    adopted,
    onExit(watch) {
      watchers.push(watch);
      if (watchers.length === 1) check();
      if (gone) for (const late of watchers.splice(0)) late();
    },
    async stop() {
      for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
        if (!alive(pid)) return;
        process.kill(pid, signal);
        const deadline = clock.deadline(STOP_TIMEOUT);
        while (alive(pid) && !deadline.over) await clock.sleep(POLL);
        if (alive(pid)) log.warn({ pid, signal }, 'the database server does not stop');
      }
    },
  };
}

async function rotate(file: string): Promise<void> {
  const size = await stat(file).then(
    found => found.size,
    () => 0,
  );
  if (size > LOG_LIMIT_BYTES) await rename(file, `${file}.1`);
}

async function tail(place: Place): Promise<string> {
  const text = await readFile(place.logFile, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-8).join('\n');
}
