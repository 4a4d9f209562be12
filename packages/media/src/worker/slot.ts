import type { EventLoopUtilization } from 'node:perf_hooks';
import { type MessagePort, Worker } from 'node:worker_threads';
import { Settled } from '@kommutator/base';
import type { Answer, Command, Event } from '../protocol.ts';
import type { FromThread, ThreadOptions, ToThread } from './messages.ts';

/** More commands without an answer are refused: the thread is behind, and a late answer helps no call. */
const OUTSTANDING = 256;

export interface SlotEvents {
  event(event: Event): void;
  log(line: string): void;
  died(why: string): void;
}

/** One thread as the pool sees it. */
export class Slot {
  /** It has answered at least once: it is no crash at the start. */
  alive = false;
  readonly #worker: Worker;
  readonly #events: SlotEvents;
  readonly #outstanding = new Map<number, Settled<Answer>>();
  #seq = 0;
  #batch: (readonly [number, Command])[] = [];
  #ended = false;
  #measured: EventLoopUtilization | undefined;

  constructor(options: ThreadOptions, events: SlotEvents) {
    this.#events = events;
    this.#worker = new Worker(new URL('./thread.ts', import.meta.url), { workerData: options });
    this.#worker.on('message', (message: FromThread) => this.#hear(message));
    this.#worker.on('error', error => this.#die(error instanceof Error ? error.message : String(error)));
    this.#worker.on('exit', code => this.#die(`exit ${code}`));
  }

  /** Commands of one turn of the loop go out as one message. `close` is never refused: it only makes things better. */
  command(command: Command): Promise<Answer> {
    if (this.#ended) return Promise.resolve({ ok: false, refused: 'gone' });
    if (this.#outstanding.size >= OUTSTANDING && command.do !== 'close') {
      return Promise.resolve({ ok: false, refused: 'overload' });
    }
    const seq = this.#seq++;
    const answer = new Settled<Answer>();
    this.#outstanding.set(seq, answer);
    if (this.#batch.push([seq, command]) === 1) queueMicrotask(() => this.#flush());
    return answer.promise;
  }

  /** Hands the thread its end of a line to another. */
  link(port: MessagePort): void {
    const message: ToThread = { link: port };
    this.#worker.postMessage(message, [port]);
  }

  /** Share of time its loop was busy since the last look, 0…1. Its start is not counted: that is no load. */
  busy(): number {
    if (!this.alive) return 0;
    const { performance } = this.#worker;
    const now = performance.eventLoopUtilization();
    const before = this.#measured;
    this.#measured = now;
    return before ? performance.eventLoopUtilization(now, before).utilization : 0;
  }

  /** Ends the thread without a word. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  /** Ends the thread, and nobody is told. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#worker.terminate();
  }

  #flush(): void {
    const message: ToThread = { commands: this.#batch };
    this.#batch = [];
    this.#worker.postMessage(message);
  }

  #hear({ news }: FromThread): void {
    this.alive = true;
    for (const item of news) {
      if ('is' in item) this.#events.event(item);
      else if ('log' in item) this.#events.log(item.log);
      else {
        this.#outstanding.get(item[0])?.settle(item[1]);
        this.#outstanding.delete(item[0]);
      }
    }
  }

  #die(why: string): void {
    for (const answer of this.#outstanding.values()) answer.settle({ ok: false, refused: 'gone' });
    this.#outstanding.clear();
    if (this.#ended) return;
    this.#ended = true;
    this.#events.died(why);
  }
}
