/** What live screens of a domain are told, in order and numbered, so that a page that lost its connection can go on. */
import { type Clock, type Ms, type Timer, uuidV7 } from '@kommutator/base';
import type { DomainId, UserId } from '@kommutator/model/ids';
import type { DomainRight, Right } from '@kommutator/model/rights';

export const LIVE_TOPICS = ['calls', 'presence', 'jobs', 'actions', 'counters'] as const;
export type LiveTopic = (typeof LIVE_TOPICS)[number];

/** Who looks. */
export interface Viewer {
  readonly person: string;
  readonly rights: ReadonlySet<Right>;
}

/** Who may hear it: whoever has the right, and these people without it. */
interface Audience {
  readonly right: DomainRight | null;
  readonly people?: ReadonlySet<UserId | string>;
}

export interface LiveMessage {
  readonly seq: number;
  readonly topic: LiveTopic;
  /** Of two messages with one key the later one says it all. */
  readonly key: string;
  /** As it is sent. */
  readonly text: string;
  readonly audience: Audience;
}

/** How far a page had got. */
export interface Resume {
  readonly epoch: string;
  readonly seq: number;
}

export interface Listener {
  readonly viewer: Viewer;
  /** Called for all messages of the domain, those of other topics and audiences too. */
  hear(message: LiveMessage): void;
}

export const mayHear = ({ person, rights }: Viewer, { audience }: LiveMessage): boolean =>
  (audience.right !== null && rights.has(audience.right)) || audience.people?.has(person) === true;

/** Messages kept for those who come back. */
const KEPT = 1_000;
/** How long a domain nobody looks at is remembered. */
const REMEMBERED: Ms = 60_000;

interface Feed {
  readonly epoch: string;
  seq: number;
  /** The last {@link KEPT}, by `seq` modulo. */
  readonly ring: LiveMessage[];
  readonly listeners: Set<Listener>;
  forget: Timer | null;
}

/** The feeds of all domains somebody looks at. Memory: {@link KEPT} messages a domain. */
export class LiveHub {
  readonly #clock: Clock;
  readonly #feeds = new Map<DomainId, Feed>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether anybody looks, or may come back: what nobody hears need not be made. */
  watched(domain: DomainId): boolean {
    return this.#feeds.has(domain);
  }

  publish(domain: DomainId, topic: LiveTopic, key: string, data: unknown, audience: Audience): void {
    const feed = this.#feeds.get(domain);
    if (!feed) return;
    const seq = ++feed.seq;
    const text = JSON.stringify({ seq, topic, data });
    const message = { seq, topic, key: `${topic} ${key}`, text, audience };
    feed.ring[seq % KEPT] = message;
    for (const listener of feed.listeners) listener.hear(message);
  }

  /** @returns where the feed stands, and how to leave it. */
  join(domain: DomainId, listener: Listener): { readonly at: Resume; leave(): void } {
    let feed = this.#feeds.get(domain);
    if (!feed) {
      feed = { epoch: uuidV7(this.#clock.wall()), seq: 0, ring: [], listeners: new Set(), forget: null };
      this.#feeds.set(domain, feed);
    }
    const joined = feed;
    joined.forget?.cancel();
    joined.forget = null;
    joined.listeners.add(listener);
    return {
      at: { epoch: joined.epoch, seq: joined.seq },
      leave: () => {
        if (!joined.listeners.delete(listener) || joined.listeners.size > 0) return;
        joined.forget = this.#clock.after(REMEMBERED, () => this.#feeds.delete(domain));
      },
    };
  }

  /** What was said after `from`; null = not known any more, everything has to be read anew. */
  since(domain: DomainId, { epoch, seq }: Resume): readonly LiveMessage[] | null {
    const feed = this.#feeds.get(domain);
    if (!feed || feed.epoch !== epoch || seq > feed.seq || seq < feed.seq - KEPT) return null;
    const missed: LiveMessage[] = [];
    for (let at = seq + 1; at <= feed.seq; at++) {
      const message = feed.ring[at % KEPT];
      if (message?.seq !== at) return null;
      missed.push(message);
    }
    return missed;
  }

  close(): void {
    for (const feed of this.#feeds.values()) feed.forget?.cancel();
    this.#feeds.clear();
  }
}
