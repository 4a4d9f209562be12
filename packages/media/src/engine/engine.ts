import type { Clock, Ms, Timer } from '@kommutator/base';
import { type DtlsCertificate, makeCertificate } from '../dtls/certificate.ts';
import type { Answer, Command, Ep, Event, Living, MediaEngine } from '../protocol.ts';
import { PromptLibrary, type Prompts } from '../tones/prompts.ts';
import { Endpoint, type Shared } from './endpoint.ts';
import { Lease } from './lease.ts';
import { Pacer } from './pacer.ts';
import { Ports } from './ports.ts';
import { ALONE, type Neighbours, Sources } from './sources.ts';
import { isSound } from './validate.ts';
import { openWire } from './wire.ts';

export interface EngineOptions {
  readonly clock: Clock;
  /** Address to bind, and to tell the peer unless `advertise` says another. */
  readonly host: string;
  readonly advertise?: string | undefined;
  /** First and last port; RTP takes the even ones. */
  readonly ports: readonly [number, number];
  readonly prompts: Prompts;
  /** More endpoints are refused as `overload`; 10 000 by default. */
  readonly maxEndpoints?: number | undefined;
  /** Endpoints are closed so long after the last command (`renew` says nothing else); 30 s by default, 0 = never. */
  readonly leaseMs?: Ms | undefined;
  readonly log?: ((line: string) => void) | undefined;
  /** Shown to browsers; one of its own by default, made when the first of them comes. */
  readonly certificate?: DtlsCertificate | undefined;
  /** 0…1, as Math.random. */
  readonly random?: (() => number) | undefined;
}

/** What an engine holds; zeros when nothing is open. */
export interface EngineCounters {
  readonly endpoints: number;
  readonly ports: number;
  readonly playing: number;
  readonly sources: number;
}

/** Endpoints live so long without a word from signalling. */
export const LEASE: Ms = 30_000;
const SWEEP: Ms = 500;
/** Ports tried for one endpoint before it is refused. */
const TRIES = 50;
/** Endpoints told in one answer to `adopt`: a full house must hold up neither loop. */
const PAGE = 100;

interface Opened {
  readonly endpoint: Endpoint;
  readonly opened: Promise<Answer>;
  /** Grows from one to the next. */
  readonly number: number;
}

/** The media engine of one thread, over real sockets. */
export class LocalEngine implements MediaEngine {
  onEvent: (event: Event) => void = () => {};
  onLost: (why: string) => void = () => {};
  /** Who hears whom: threads join theirs here. */
  readonly sources: Sources;
  readonly #options: EngineOptions;
  readonly #shared: Shared;
  readonly #ports: Ports;
  readonly #lease: Lease;
  readonly #endpoints = new Map<Ep, Opened>();
  #numbers = 0;
  #sweeper: Timer | undefined;
  #closed = false;

  constructor(options: EngineOptions, neighbours: Neighbours = ALONE) {
    const { clock, random = Math.random } = options;
    let { certificate } = options;
    this.#options = options;
    const library = new PromptLibrary(options.prompts);
    void library.preload();
    this.sources = new Sources(neighbours);
    this.#ports = new Ports(clock, options.ports, random);
    this.#lease = new Lease(clock, options.leaseMs ?? LEASE, () => this.#expire());
    this.#shared = {
      clock,
      random,
      pacer: new Pacer(clock),
      sources: this.sources,
      library,
      // After the answer of the command that caused it.
      emit: event => queueMicrotask(() => this.onEvent(event)),
      log: line => options.log?.(line),
      certificate: () => {
        certificate ??= makeCertificate(clock.wall());
        return certificate;
      },
    };
  }

  /** {@inheritDoc MediaEngine.command} All but the answer of `open` happens before this returns. */
  async command(command: Command): Promise<Answer> {
    if (this.#closed) return { ok: false, refused: 'gone' };
    this.#lease.renew();
    if (!isSound(command)) return { ok: false, refused: 'bad-command' };
    if (command.do === 'renew') return { ok: true };
    if (command.do === 'adopt') return this.#living(command.after ?? 0);
    if (command.do === 'open') return this.#open(command);
    const known = this.#endpoints.get(command.ep);
    if (!known) return { ok: false, refused: 'unknown-endpoint' };
    if (command.do !== 'close') return known.endpoint.obey(command);
    this.#close(known.endpoint);
    return { ok: true };
  }

  counters(): EngineCounters {
    return {
      endpoints: this.#endpoints.size,
      ports: this.#ports.taken,
      playing: this.#shared.pacer.size,
      sources: this.sources.size,
    };
  }

  /** Closes every endpoint with its last figures. */
  async close(): Promise<void> {
    this.#closeAll();
    this.#lease.end();
    this.#closed = true;
  }

  #open(command: Extract<Command, { do: 'open' }>): Promise<Answer> | Answer {
    const known = this.#endpoints.get(command.ep);
    if (known) return known.opened;
    if (this.#endpoints.size >= (this.#options.maxEndpoints ?? 10_000))
      return { ok: false, refused: 'overload' };
    const endpoint = new Endpoint(command, this.#shared);
    // Not before the endpoint stands in the list: without a free port, binding ends at once and takes it out again.
    const opened = Promise.resolve().then(() => this.#bind(endpoint));
    this.#endpoints.set(command.ep, { endpoint, opened, number: ++this.#numbers });
    this.#sweeper ??= this.#options.clock.after(SWEEP, () => this.#sweep());
    return opened;
  }

  #living(after: number): Answer {
    const living: Living[] = [];
    let last = after;
    for (const { endpoint, number } of this.#endpoints.values()) {
      if (number <= after) continue;
      if (living.length === PAGE) return { ok: true, living, next: last };
      living.push(endpoint.living(this.#advertised));
      last = number;
    }
    return { ok: true, living };
  }

  get #advertised(): string {
    return this.#options.advertise ?? this.#options.host;
  }

  async #bind(endpoint: Endpoint): Promise<Answer> {
    const { host, log } = this.#options;
    for (let tried = 0; tried < TRIES; tried++) {
      const port = this.#ports.take();
      if (port === undefined) break;
      const wire = await openWire(host, port, endpoint);
      if (!wire) {
        this.#ports.release(port);
        continue;
      }
      if (endpoint.closed) {
        wire.close();
        this.#ports.release(port);
        return { ok: false, refused: 'unknown-endpoint' };
      }
      endpoint.connect(wire, port);
      const { shown } = endpoint;
      return { ok: true, address: this.#advertised, port, ...(shown && { shown }) };
    }
    log?.('media: no free RTP port');
    if (!endpoint.closed) this.#close(endpoint);
    return { ok: false, refused: 'no-ports' };
  }

  #close(endpoint: Endpoint): void {
    this.#endpoints.delete(endpoint.ep);
    endpoint.close();
    if (endpoint.port !== undefined) this.#ports.release(endpoint.port);
    if (this.#endpoints.size > 0) return;
    this.#sweeper?.cancel();
    this.#sweeper = undefined;
  }

  #closeAll(): void {
    for (const { endpoint } of [...this.#endpoints.values()]) this.#close(endpoint);
  }

  #sweep(): void {
    const now = this.#options.clock.now();
    for (const { endpoint } of this.#endpoints.values()) endpoint.sweep(now);
    this.#sweeper = this.#options.clock.after(SWEEP, () => this.#sweep());
  }

  #expire(): void {
    if (this.#endpoints.size > 0) {
      this.#options.log?.(`media: signalling is silent, ${this.#endpoints.size} endpoints closed`);
    }
    this.#closeAll();
  }
}

/** The media engine in the current thread, on `node:dgram`. */
export const createEngine = (options: EngineOptions): LocalEngine => new LocalEngine(options);
