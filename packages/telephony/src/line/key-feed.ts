import type { Key } from '@kommutator/media';
import type { Body } from '@kommutator/sip';

/** Keys as they come, for one reader; what is not read yet is kept. Ends when the leg ends or the reader's signal aborts. */
class KeyFeed implements AsyncIterableIterator<Key> {
  readonly #kept: Key[] = [];
  #waiting: ((result: IteratorResult<Key>) => void) | null = null;
  #over = false;
  readonly #closed: () => void;

  /** @param closed called once when the feed is over, from either side. */
  constructor(closed: () => void) {
    this.#closed = closed;
  }

  push(key: Key): void {
    if (this.#over) return;
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting) waiting({ done: false, value: key });
    else this.#kept.push(key);
  }

  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#waiting?.({ done: true, value: undefined });
    this.#waiting = null;
    this.#closed();
  }

  next(): Promise<IteratorResult<Key>> {
    const key = this.#kept.shift();
    if (key !== undefined) return Promise.resolve({ done: false, value: key });
    if (this.#over) return Promise.resolve({ done: true, value: undefined });
    return new Promise(resolve => {
      this.#waiting = resolve;
    });
  }

  return(): Promise<IteratorResult<Key>> {
    this.#kept.length = 0;
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** Everybody who listens to the keys of one leg. */
export class KeyFeeds {
  /** The key pressed last; whoever wants to know sets it to null before. */
  last: Key | null = null;
  readonly #open = new Set<KeyFeed>();
  #over = false;

  /** Keys pressed from now on, until the leg ends or the signal aborts. */
  open(signal?: AbortSignal): KeyFeed {
    const feed = new KeyFeed(() => {
      this.#open.delete(feed);
      signal?.removeEventListener('abort', over);
    });
    const over = () => feed.end();
    if (this.#over || signal?.aborted) feed.end();
    else {
      this.#open.add(feed);
      signal?.addEventListener('abort', over, { once: true });
    }
    return feed;
  }

  push(key: Key): void {
    this.last = key;
    for (const feed of this.#open) feed.push(key);
  }

  /** The leg is over. */
  end(): void {
    this.#over = true;
    for (const feed of [...this.#open]) feed.end();
  }
}

const KEYS: ReadonlySet<string> = new Set('0123456789*#ABCD');

/** How phones write a key into an INFO. */
export type InfoType = 'application/dtmf-relay' | 'application/dtmf';

/** Length of a key told by INFO, ms. */
const DURATION = 160;

/** The body of an INFO that tells of a key. */
export function infoBody(type: InfoType, key: Key): Body {
  const text = type === 'application/dtmf' ? key : `Signal=${key}\r\nDuration=${DURATION}\r\n`;
  return { type, bytes: Buffer.from(text) };
}

/**
 * The key in an INFO (`application/dtmf-relay`: `Signal=5`, `application/dtmf`: `5`); null when there is none.
 * `Signal=10` and `11` are the event numbers of * and #.
 */
export function readInfoKey(
  contentType: string,
  body: Uint8Array,
): { readonly key: Key; readonly type: InfoType } | null {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase();
  const text = new TextDecoder().decode(body.subarray(0, 200));
  if (type === 'application/dtmf') return told(text.trim(), type);
  if (type !== 'application/dtmf-relay') return null;
  for (const line of text.split('\n')) {
    const equals = line.indexOf('=');
    if (line.slice(0, equals).trim().toLowerCase() === 'signal')
      return told(line.slice(equals + 1).trim(), type);
  }
  return null;
}

function told(text: string, type: InfoType): { readonly key: Key; readonly type: InfoType } | null {
  const key = asKey(text);
  return key && { key, type };
}

function asKey(text: string): Key | null {
  const key = text === '10' ? '*' : text === '11' ? '#' : text.toUpperCase();
  return KEYS.has(key) ? (key as Key) : null;
}
