import type { Clock, Ms, Timer } from '@kommutator/base';
import { Settled } from '@kommutator/base';
import type { Log } from '@kommutator/telephony';
import type { ChildWord, ParentWord } from '../process/lifecycle.ts';

/** A started process, as far as its keeper needs it. */
export interface ChildHandle {
  readonly pid: number | undefined;
  send(word: ParentWord): void;
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
  onWord: (word: ChildWord) => void;
  /** Called once, also when it could not be started. */
  onExit: (how: string) => void;
}

export type ChildState = 'waiting' | 'starting' | 'ready' | 'stopped';

export interface KeeperOptions {
  readonly name: string;
  readonly spawn: () => ChildHandle;
  readonly clock: Clock;
  readonly log: Log;
  readonly onWord?: (word: ChildWord) => void;
}

/** Pauses before a restart: none the first time; a process that ran for a minute begins anew. */
const PAUSES: readonly Ms[] = [0, 200, 500, 1_000, 2_000, 5_000];
const STEADY: Ms = 60_000;
/** How long a process may take to stop before it is killed. */
const GRACE: Ms = 10_000;

/** Keeps one child process running until told to stop. */
export class ChildKeeper {
  readonly #options: KeeperOptions;
  #child: ChildHandle | null = null;
  #state: ChildState = 'waiting';
  #startedAt: Ms = 0;
  #failures = 0;
  #timer: Timer | null = null;
  #stopped: Settled<void> | null = null;
  #restarts = 0;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  get state(): ChildState {
    return this.#state;
  }

  get restarts(): number {
    return this.#restarts;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    if (this.#child || this.#stopped) return;
    const { clock, spawn } = this.#options;
    this.#timer = null;
    this.#state = 'starting';
    this.#startedAt = clock.now();
    const child = spawn();
    this.#child = child;
    child.onWord = word => {
      if (word.is === 'ready') this.#state = 'ready';
      this.#options.onWord?.(word);
    };
    child.onExit = how => this.#exited(how);
  }

  send(word: ParentWord): void {
    this.#child?.send(word);
  }

  /** Asks it to stop, kills it when it takes too long; resolves when it is gone. */
  async stop(): Promise<void> {
    if (this.#stopped) return this.#stopped.promise;
    const stopped = new Settled<void>();
    this.#stopped = stopped;
    this.#timer?.cancel();
    const child = this.#child;
    if (!child) {
      this.#state = 'stopped';
      stopped.settle();
      return;
    }
    child.send({ do: 'stop' });
    this.#timer = this.#options.clock.after(GRACE, () => {
      this.#options.log.warn({ child: this.#options.name }, 'process does not stop and is killed');
      child.kill('SIGKILL');
    });
    return stopped.promise;
  }

  #exited(how: string): void {
    const { clock, log, name } = this.#options;
    this.#child = null;
    this.#timer?.cancel();
    if (this.#stopped) {
      this.#state = 'stopped';
      this.#stopped.settle();
      return;
    }
    this.#state = 'waiting';
    if (clock.now() - this.#startedAt >= STEADY) this.#failures = 0;
    const pause = PAUSES[Math.min(this.#failures++, PAUSES.length - 1)] ?? 0;
    this.#restarts++;
    log.error({ child: name, how, pause }, 'process ended and is started again');
    if (pause === 0) this.start();
    else this.#timer = clock.after(pause, () => this.start());
  }
}
