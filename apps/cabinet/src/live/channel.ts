/** The live channel: one WebSocket per page, topics counted, resumed where it broke, patient when it cannot be had. */

export type Topic = 'calls' | 'presence' | 'jobs' | 'actions' | 'counters';

/** What a WebSocket of the browser gives; tests bring their own. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number }) => void) | null;
  send(text: string): void;
  close(): void;
}

export interface ChannelOptions {
  readonly open: () => Socket;
  /** Runs an act later; returns how to forget it. */
  readonly after: (ms: number, act: () => void) => () => void;
  /** 0…1, spreads reconnecting pages. */
  readonly random: () => number;
}

export type ChannelState = 'idle' | 'connecting' | 'live' | 'waiting';

type Hear = (data: unknown) => void;

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;
/** The server's words for "you have no session any more" and "you may do something else than before". */
const NO_SESSION = 4401;
const RIGHTS_CHANGED = 4403;

interface ServerWord {
  readonly hello?: { readonly epoch: string; readonly seq: number };
  readonly lost?: boolean;
  readonly ping?: unknown;
  readonly seq?: number;
  readonly topic?: Topic;
  readonly data?: unknown;
}

export class LiveChannel {
  readonly #o: ChannelOptions;
  readonly #listeners = new Map<Topic, Set<Hear>>();
  readonly #watchers = new Set<(state: ChannelState) => void>();
  readonly #onLost = new Set<() => void>();
  readonly #onDoubt = new Set<() => void>();
  #socket: Socket | null = null;
  #state: ChannelState = 'idle';
  #resume: { epoch: string; seq: number } | null = null;
  #failures = 0;
  #forget: (() => void) | null = null;

  constructor(options: ChannelOptions) {
    this.#o = options;
  }

  get state(): ChannelState {
    return this.#state;
  }

  /** Hears a topic until the returned function is called; the connection lives while anybody hears. */
  on(topic: Topic, hear: Hear): () => void {
    let set = this.#listeners.get(topic);
    if (!set) {
      set = new Set();
      this.#listeners.set(topic, set);
      if (this.#state === 'live') this.#say({ subscribe: [topic], resume: null, batch: true });
    }
    set.add(hear);
    if (this.#state === 'idle') this.#connect();
    return () => this.#off(topic, hear);
  }

  /** Events were missed and cannot be had again: what is shown has to be read anew. */
  onLost(act: () => void): () => void {
    this.#onLost.add(act);
    return () => this.#onLost.delete(act);
  }

  /** The server hung up because of who we are: that has to be asked anew. */
  onDoubt(act: () => void): () => void {
    this.#onDoubt.add(act);
    return () => this.#onDoubt.delete(act);
  }

  watch(act: (state: ChannelState) => void): () => void {
    this.#watchers.add(act);
    return () => this.#watchers.delete(act);
  }

  /** Tries at once: the network is back, or the page is looked at again. */
  hurry(): void {
    if (this.#state !== 'waiting') return;
    this.#forget?.();
    this.#connect();
  }

  /** Signed out. */
  close(): void {
    this.#forget?.();
    this.#forget = null;
    this.#listeners.clear();
    this.#resume = null;
    this.#drop();
    this.#become('idle');
  }

  #off(topic: Topic, hear: Hear): void {
    const set = this.#listeners.get(topic);
    if (!set?.delete(hear) || set.size > 0) return;
    this.#listeners.delete(topic);
    if (this.#state === 'live') this.#say({ unsubscribe: [topic] });
  }

  #connect(): void {
    this.#forget = null;
    this.#become('connecting');
    const socket = this.#o.open();
    this.#socket = socket;
    socket.onopen = () => {
      this.#become('live');
      this.#say({ subscribe: [...this.#listeners.keys()], resume: this.#resume, batch: true });
    };
    socket.onmessage = ({ data }) => this.#hear(data);
    socket.onclose = ({ code }) => this.#closed(code);
  }

  #hear(data: unknown): void {
    if (typeof data !== 'string') return;
    const said = read(data);
    if (said === null) return;
    this.#failures = 0;
    for (const word of said) this.#take(word);
  }

  #take(word: ServerWord): void {
    if (word.hello) {
      // After a gap the server answers with a `seq` of its own only when it cannot go on from ours.
      if (!this.#resume || this.#resume.epoch !== word.hello.epoch) this.#resume = { ...word.hello };
      return;
    }
    if (word.lost) {
      for (const act of this.#onLost) act();
      return;
    }
    if ('ping' in word) this.#say({ pong: word.ping });
    if (this.#resume && typeof word.seq === 'number') this.#resume.seq = Math.max(this.#resume.seq, word.seq);
    if (word.topic) for (const hear of this.#listeners.get(word.topic) ?? []) hear(word.data);
  }

  #closed(code: number): void {
    this.#socket = null;
    if (this.#state === 'idle') return;
    if (code === NO_SESSION || code === RIGHTS_CHANGED) for (const act of this.#onDoubt) act();
    if (code === NO_SESSION || this.#listeners.size === 0) {
      this.#become('idle');
      return;
    }
    const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** this.#failures++);
    this.#become('waiting');
    this.#forget = this.#o.after(longest * (0.5 + this.#o.random() / 2), () => this.#connect());
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #say(words: unknown): void {
    this.#socket?.send(JSON.stringify(words));
  }

  #become(state: ChannelState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const act of this.#watchers) act(state);
  }
}

/** Words of the server, one or several in a frame; null = none that is known. */
function read(text: string): readonly ServerWord[] | null {
  try {
    const said: unknown = JSON.parse(text);
    const all: readonly unknown[] = Array.isArray(said) ? said : [said];
    return all.filter(word => typeof word === 'object' && word !== null) as ServerWord[];
  } catch {
    return null;
  }
}
