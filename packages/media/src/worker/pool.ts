import { MessageChannel } from 'node:worker_threads';
import type { Ms } from '@kommutator/base';
import { type DtlsCertificate, makeCertificate } from '../dtls/certificate.ts';
import { type EngineOptions, LEASE } from '../engine/engine.ts';
import { Lease } from '../engine/lease.ts';
import type { Answer, Command, Event, MediaEngine } from '../protocol.ts';
import { srtpBackend } from '../srtp/context.ts';
import { Census, place } from './placement.ts';
import { Slot } from './slot.ts';

export interface PoolOptions extends Omit<EngineOptions, 'random'> {
  /** Worker threads, each with an equal part of the ports; at least 1. */
  readonly threads: number;
}

/** A thread that dies so often before its first answer will not live. */
const STILLBORN = 3;
/** How long a measured load is believed. */
const LOAD_FOR: Ms = 1_000;
/** `next` of an `adopt`: number of the thread × this + where it stands there. */
const THREAD = 2 ** 40;

/** A thread that does not answer its last commands in this time is ended all the same. */
const PATIENCE: Ms = 1_000;

/** The media engine of many threads behind one door: commands go to the thread that has the endpoint. */
export class EnginePool implements MediaEngine {
  onEvent: (event: Event) => void = () => {};
  onLost: (why: string) => void = () => {};
  readonly #options: PoolOptions;
  readonly #slots: Slot[] = [];
  readonly #census: Census;
  readonly #lease: Lease;
  readonly #stillborn: number[];
  /** One for all threads: a browser may be answered by any. */
  readonly #certificate: DtlsCertificate;
  #busy: number[];
  #busyAt: Ms = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#certificate = options.certificate ?? makeCertificate(options.clock.wall());
    // The library is made ready once for the process, before threads could do so at the same time.
    srtpBackend();
    this.#lease = new Lease(options.clock, options.leaseMs ?? LEASE, () => this.#expire());
    this.#census = new Census(options.threads);
    this.#stillborn = Array<number>(options.threads).fill(0);
    this.#busy = Array<number>(options.threads).fill(0);
    for (let thread = 0; thread < options.threads; thread++) this.#start(thread);
  }

  async command(command: Command): Promise<Answer> {
    if (this.#closed) return { ok: false, refused: 'gone' };
    this.#lease.renew();
    if (command.do === 'renew') return { ok: true };
    if (command.do === 'adopt') return this.#living(command.after ?? 0);
    if (command.do === 'open') return this.#open(command);
    const thread = this.#census.threadOf(command.ep);
    if (thread === undefined) return { ok: false, refused: 'unknown-endpoint' };
    if (command.do === 'close') this.#census.remove(command.ep);
    return this.#tell(thread, command);
  }

  /** Endpoints open in each thread. */
  counters(): { readonly endpoints: readonly number[] } {
    return { endpoints: [...this.#census.endpoints] };
  }

  /** Ends a thread as a crash would: a drill. */
  async terminate(thread: number): Promise<void> {
    await this.#slots[thread]?.terminate();
  }

  async close(): Promise<void> {
    const answers = Promise.all(this.#closeAll());
    this.#closed = true;
    this.#lease.end();
    const patience = new AbortController();
    await Promise.race([answers, this.#options.clock.sleep(PATIENCE, patience.signal).catch(() => {})]);
    patience.abort();
    await Promise.all(this.#slots.map(slot => slot.end()));
  }

  async #open(command: Extract<Command, { do: 'open' }>): Promise<Answer> {
    const { ep, domain } = command;
    const known = this.#census.threadOf(ep);
    const thread = known ?? this.#place(domain);
    if (known === undefined) this.#census.add(ep, domain, thread);
    const answer = await this.#tell(thread, command);
    // `unknown-endpoint`: it was closed before it was open, and is no longer counted.
    if (!answer.ok && known === undefined && answer.refused !== 'unknown-endpoint') this.#census.remove(ep);
    return answer;
  }

  /** One thread's part after another; a thread that is gone has nothing that lives. */
  async #living(after: number): Promise<Answer> {
    let at = after % THREAD;
    for (let thread = Math.floor(after / THREAD); thread < this.#slots.length; thread++, at = 0) {
      const answer = await this.#tell(thread, { do: 'adopt', after: at });
      if (!answer.ok && answer.refused !== 'gone') return answer;
      if (!answer.ok || !answer.living?.length) continue;
      const { living, next } = answer;
      if (next !== undefined) return { ok: true, living, next: thread * THREAD + next };
      return thread + 1 < this.#slots.length
        ? { ok: true, living, next: (thread + 1) * THREAD }
        : { ok: true, living };
    }
    return { ok: true, living: [] };
  }

  #place(domain: string): number {
    const now = this.#options.clock.now();
    if (now - this.#busyAt >= LOAD_FOR) {
      this.#busyAt = now;
      this.#busy = this.#slots.map(slot => slot.busy());
    }
    const { endpoints } = this.#census;
    return place(
      this.#slots.map((_, i) => ({
        endpoints: endpoints[i] ?? 0,
        busy: this.#busy[i] ?? 0,
        home: this.#census.isHome(domain, i),
      })),
    );
  }

  #tell(thread: number, command: Command): Promise<Answer> {
    return this.#slots[thread]?.command(command) ?? Promise.resolve({ ok: false, refused: 'gone' });
  }

  #start(thread: number): void {
    const { threads, ports, host, advertise, prompts, maxEndpoints, log } = this.#options;
    const slot = new Slot(
      {
        host,
        advertise,
        prompts,
        maxEndpoints,
        ports: partOf(ports, thread, threads),
        certificate: this.#certificate,
      },
      {
        event: event => this.onEvent(event),
        log: line => log?.(line),
        died: why => this.#died(thread, slot, why),
      },
    );
    this.#slots.forEach((other, i) => {
      if (i === thread) return;
      const { port1, port2 } = new MessageChannel();
      slot.link(port1);
      other.link(port2);
    });
    this.#slots[thread] = slot;
  }

  /** All its endpoints are lost, each told so; another thread takes its place. */
  #died(thread: number, slot: Slot, why: string): void {
    this.#options.log?.(`media: thread ${thread} died: ${why}`);
    const lost = this.#census.in(thread);
    for (const ep of lost) this.#census.remove(ep);
    const nothing = { packetsIn: 0, packetsOut: 0, loss: 0, jitterMs: 0, mos: 0, refused: 0 };
    const deaths = slot.alive ? 0 : (this.#stillborn[thread] ?? 0) + 1;
    this.#stillborn[thread] = deaths;
    if (deaths < STILLBORN) this.#start(thread);
    for (const ep of lost) {
      this.onEvent({ is: 'flow', ep, state: 'lost' });
      this.onEvent({ is: 'stats', ep, ...nothing, last: true });
    }
    if (deaths >= STILLBORN) this.onLost(`thread ${thread}: ${why}`);
  }

  #closeAll(): Promise<Answer>[] {
    return this.#census.all().flatMap(ep => {
      const thread = this.#census.threadOf(ep);
      this.#census.remove(ep);
      return thread === undefined ? [] : [this.#tell(thread, { do: 'close', ep })];
    });
  }

  #expire(): void {
    if (this.#census.size > 0) {
      this.#options.log?.(`media: signalling is silent, ${this.#census.size} endpoints closed`);
    }
    this.#closeAll();
  }
}

/** An even-aligned part of a port range. */
function partOf([low, high]: readonly [number, number], part: number, parts: number): [number, number] {
  const first = low + (low & 1);
  const pairs = Math.floor((high - first + 1) / 2);
  const from = first + 2 * Math.floor((pairs * part) / parts);
  return [from, first + 2 * Math.floor((pairs * (part + 1)) / parts) - 1];
}

/** The media engine in worker threads. */
export const createEnginePool = (options: PoolOptions): EnginePool => new EnginePool(options);
