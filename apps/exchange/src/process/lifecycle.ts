import { type Clock, Settled, SystemClock } from '@kommutator/base';
import type { Log } from '@kommutator/telephony';
import { type Config, loadConfig } from '../config/index.ts';
import { type Paths, pathsOf } from '../files/paths.ts';
import { createLog } from './log.ts';

/** Parent → child. */
export type ParentWord =
  | { readonly do: 'stop' }
  | { readonly do: 'drain' }
  /** To the office alone: the address of the owner. */
  | { readonly do: 'useDatabase'; readonly url: string };
/** Child → parent. */
export type ChildWord =
  | { readonly is: 'ready' }
  | { readonly is: 'drained' }
  | { readonly is: 'calls'; readonly calls: number }
  | { readonly is: 'health'; readonly missing: readonly string[] };

export interface Surroundings {
  readonly config: Config;
  readonly paths: Paths;
  readonly clock: Clock;
  readonly log: Log;
  /** Tells the parent; nothing happens when there is none. */
  readonly tell: (word: ChildWord) => void;
  /** The address of the database's owner, when the parent has said it; null when it said to stop first. */
  readonly databaseUrl: Promise<string | null>;
}

export interface Running {
  stop(): Promise<void>;
  /** Takes no new work; says `drained` when what goes on is over. */
  drain?(): void;
}

/**
 * Runs one child process: reads the settings, starts `main`, stops when the parent says so or is gone. Ctrl-C is the
 * parent's business: it stops the processes in their order. A bug that reaches the top ends the process, the parent
 * starts it again.
 */
export async function runChild(
  name: string,
  main: (around: Surroundings) => Promise<Running>,
): Promise<void> {
  const config = loadConfig(process.env);
  if (!config.ok) throw new Error(config.error.join('\n'));
  const log = createLog(name, config.value.logLevel);
  const databaseUrl = new Settled<string | null>();
  const around: Surroundings = {
    config: config.value,
    paths: pathsOf(config.value.dataDir),
    clock: new SystemClock(),
    log,
    tell: word => {
      if (process.connected) process.send?.(word, undefined, undefined, () => {});
    },
    databaseUrl: databaseUrl.promise,
  };
  process.on('SIGINT', () => {});
  process.on('uncaughtException', error => {
    log.error({ error: String(error), stack: error.stack }, 'process ends: an error nobody handled');
    process.exit(1);
  });
  let stopping = false;
  const running = main(around);
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    databaseUrl.settle(null);
    await (await running).stop();
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('disconnect', () => void stop());
  process.on('message', word => {
    const told = word as ParentWord;
    if (told.do === 'stop') void stop();
    else if (told.do === 'useDatabase') databaseUrl.settle(told.url);
    else void running.then(it => it.drain?.());
  });
  try {
    await running;
  } catch (error) {
    log.error({ error: error instanceof Error ? error.message : String(error) }, 'process cannot start');
    process.exit(1);
  }
  around.tell({ is: 'ready' });
}
