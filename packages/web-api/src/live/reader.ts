/** One page on the live channel: what it hears, and what is done when it cannot keep up. */
import type { DomainId } from '@kommutator/model/ids';
import {
  LIVE_TOPICS,
  type LiveHub,
  type LiveMessage,
  type LiveTopic,
  mayHear,
  type Resume,
  type Viewer,
} from '@kommutator/use-cases';
import { z } from 'zod';

/** What a WebSocket is asked for; tests bring their own. */
export interface Wire {
  send(text: string): void;
  /** Bytes the page has not taken yet. */
  readonly backlog: number;
  close(code: number, reason: string): void;
}

const topics = z.array(z.enum(LIVE_TOPICS)).max(20);
/** What a page may say. */
const Word = z.union([
  z.strictObject({
    subscribe: topics,
    resume: z
      .strictObject({ epoch: z.string().max(64), seq: z.number().int().min(0) })
      .nullable()
      .default(null),
    /** Several messages may come in one frame, as an array. */
    batch: z.boolean().default(false),
  }),
  z.strictObject({ unsubscribe: topics }),
  z.looseObject({ pong: z.unknown() }),
]);

/** Bytes in flight beyond which a page is behind: what comes is kept, the latest of each thing. */
const BEHIND = 256 * 1024;
/** Messages kept for a page that is behind, before only the latest of each thing is. */
const COMPACTED_AT = 200;
/** So many things a page that is behind may miss; then it is closed and reads everything anew. */
const MOST_KEPT = 1_000;

export const CLOSED = {
  /** RFC 6455 §7.4.1: what was said cannot be understood. */
  nonsense: 1008,
  noSession: 4401,
  rights: 4403,
  slow: 4008,
} as const;

export class LiveReader {
  readonly viewer: Viewer;
  readonly domain: DomainId;
  readonly #hub: LiveHub;
  readonly #wire: Wire;
  readonly #leave: () => void;
  readonly #due: (reader: LiveReader) => void;
  readonly #topics = new Set<LiveTopic>();
  #pending: LiveMessage[] = [];
  #batch = false;
  #closed = false;

  /** @param due called when there is something to be flushed */
  constructor(o: {
    readonly hub: LiveHub;
    readonly wire: Wire;
    readonly domain: DomainId;
    readonly viewer: Viewer;
    readonly due: (reader: LiveReader) => void;
  }) {
    this.viewer = o.viewer;
    this.domain = o.domain;
    this.#hub = o.hub;
    this.#wire = o.wire;
    this.#due = o.due;
    const { at, leave } = o.hub.join(o.domain, this);
    this.#leave = leave;
    o.wire.send(JSON.stringify({ hello: at }));
  }

  /** Equal for pages that are sent the same: their frames are made once. Null = a page of its own. */
  get kind(): string | null {
    if (!this.viewer.rights.has('calls.all') || !this.#batch) return null;
    return `${this.domain} ${[...this.#topics].sort().join()} ${[...this.viewer.rights].sort().join()}`;
  }

  /** A word of the page. */
  said(text: string): void {
    const word = Word.safeParse(parse(text));
    if (!word.success) this.close(CLOSED.nonsense, 'not understood');
    else if ('unsubscribe' in word.data) {
      const gone: readonly LiveTopic[] = word.data.unsubscribe as LiveTopic[];
      for (const topic of gone) this.#topics.delete(topic);
      this.#pending = this.#pending.filter(message => this.#topics.has(message.topic));
    } else if ('subscribe' in word.data) this.#subscribe(word.data as Subscribe);
  }

  hear(message: LiveMessage): void {
    if (this.#closed || !this.#topics.has(message.topic) || !mayHear(this.viewer, message)) return;
    if (this.#pending.push(message) === 1) this.#due(this);
    if (this.#pending.length > COMPACTED_AT) this.#compact();
  }

  /**
   * Sends what waits, unless the page is behind.
   * @param frames frames made in this turn for pages of one kind
   */
  flush(frames: Map<string, string>): void {
    if (this.#closed || this.#pending.length === 0) return;
    if (this.#wire.backlog > BEHIND) return;
    const messages = this.#pending;
    this.#pending = [];
    if (!this.#batch || messages.length === 1) {
      for (const { text } of messages) this.#wire.send(text);
      return;
    }
    const name = this.kind && `${this.kind} ${messages.map(({ seq }) => seq).join()}`;
    const frame = (name && frames.get(name)) || `[${messages.map(({ text }) => text).join(',')}]`;
    if (name) frames.set(name, frame);
    this.#wire.send(frame);
  }

  get waiting(): boolean {
    return !this.#closed && this.#pending.length > 0;
  }

  close(code: number, reason: string): void {
    if (this.#closed) return;
    this.gone();
    this.#wire.close(code, reason);
  }

  /** The connection is over. */
  gone(): void {
    this.#closed = true;
    this.#pending = [];
    this.#leave();
  }

  #subscribe({ subscribe, resume, batch }: Subscribe): void {
    this.#batch ||= batch;
    const fresh = subscribe.filter(topic => !this.#topics.has(topic));
    for (const topic of fresh) this.#topics.add(topic);
    if (!resume) return;
    const missed = this.#hub.since(this.domain, resume);
    if (!missed) {
      this.#wire.send('{"lost":true}');
      return;
    }
    for (const message of missed) if (fresh.includes(message.topic)) this.hear(message);
  }

  /** Only the latest of each thing is left. */
  #compact(): void {
    const latest = new Map<string, LiveMessage>();
    for (const message of this.#pending) {
      latest.delete(message.key);
      latest.set(message.key, message);
    }
    this.#pending = [...latest.values()];
    if (this.#pending.length > MOST_KEPT) this.close(CLOSED.slow, 'too slow');
  }
}

interface Subscribe {
  readonly subscribe: readonly LiveTopic[];
  readonly resume: Resume | null;
  readonly batch: boolean;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
