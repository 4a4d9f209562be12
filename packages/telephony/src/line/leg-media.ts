import type { Clock, Ms, Timer } from '@kommutator/base';
import type {
  Answer,
  ClipId,
  Command,
  Ep,
  Event,
  Hear,
  Key,
  Living,
  Negotiated,
  Shown,
  Watched,
} from '@kommutator/media';
import type { MediaHub } from './media-hub.ts';

/** Where our RTP of one leg is: written into its SDP. */
export interface MediaAddress {
  readonly address: string;
  readonly port: number;
  /** What SDP tells a browser of the endpoint. */
  readonly shown?: Shown;
}

export type Quality = Extract<Event, { is: 'stats' }>;
export type PlayEnd = Extract<Event, { is: 'played' }>['end'];

/** What the owner of an endpoint is told. */
export interface MediaEvents {
  key(key: Key, via: '4733' | 'inband'): void;
  /**
   * `silent`: no RTP for the time set by {@link LegMedia.watch}; `lost`: the engine has lost the endpoint; `broken`: a
   * browser's handshake has failed.
   */
  failed(why: 'silent' | 'lost' | 'broken'): void;
}

export interface MediaInit {
  readonly clock: Clock;
  readonly hub: MediaHub;
  readonly ep: Ep;
  readonly domain: string;
  readonly language: string;
  /** What the endpoint is opened as; asked when it is. */
  readonly as: () => 'rtp' | 'webrtc';
}

/** An engine that takes longer to open an endpoint is as good as none. */
const OPEN_WITHIN: Ms = 2_000;
/** The last statistics come with the end of the endpoint; a stuck engine may not hold up the end of a call. */
const LAST_WORDS: Ms = 200;
const SILENCE: Hear = { silence: true };
type ForEndpoint = Exclude<Command, { do: 'adopt' | 'renew' }>;

/**
 * The media endpoint of one leg. Commands reach the engine in order, so nothing here waits for an answer but the
 * address; what is heard is remembered until the endpoint is opened.
 */
export class LegMedia {
  readonly ep: Ep;
  events: MediaEvents = { key: () => undefined, failed: () => undefined };
  readonly #init: MediaInit;
  #opened: Promise<MediaAddress | null> | null = null;
  #hears: Hear | null = null;
  #tag = 0;
  #playing: { readonly tag: number; readonly stopOn: string; readonly end: (end: PlayEnd) => void } | null =
    null;
  #closed = false;
  #keys: Watched = 'relay';
  #lostAfter: Ms = 0;
  /** Set while the phone is told of keys by signalling, and media sends it none. */
  tellKey: ((key: Key) => void) | null = null;
  #lastWords: ((quality: Quality | null) => void) | null = null;

  constructor(init: MediaInit) {
    this.#init = init;
    this.ep = init.ep;
  }

  /** Opens the endpoint once. Null when the engine has no place for it, or does not say so in time. */
  open(): Promise<MediaAddress | null> {
    if (this.#closed) return Promise.resolve(null);
    this.#opened ??= this.#open();
    return this.#opened;
  }

  /** Takes over an endpoint that lives already: what it hears goes on. */
  adopt({ address, port, hear }: Living): void {
    this.#opened = Promise.resolve({ address, port });
    this.#hub.add(this);
    this.#hub.moves(this, null, sourceOf(hear));
    this.#hears = hear;
  }

  /** Another endpoint in the place of one that nobody has talked to yet: it is of another kind now. */
  reopen(): Promise<MediaAddress | null> {
    if (this.#closed || !this.#opened) return this.open();
    void this.#hub.send({ do: 'close', ep: this.ep });
    this.#opened = this.#open();
    return this.#opened;
  }

  /** Tells the engine what was negotiated with the phone. */
  remote(to: Negotiated): void {
    this.#tell({ do: 'remote', ep: this.ep, to });
  }

  /** What the phone hears from now on; ends what is played. */
  hear(what: Hear): void {
    if (this.#closed) return;
    this.#playedTo('replaced');
    this.#hub.moves(this, sourceOf(this.#hears), sourceOf(what));
    this.#hears = what;
    this.#tell({ do: 'hear', ep: this.ep, what });
  }

  /** Plays clips once, then silence. */
  play(clips: readonly ClipId[], stopOn?: string): Promise<PlayEnd> {
    const tag = ++this.#tag;
    return new Promise(end => {
      if (this.#closed) return end('replaced');
      this.hear({ play: clips, tag, ...(stopOn !== undefined && { stopOn }), then: SILENCE });
      this.#playing = { tag, stopOn: stopOn ?? '', end };
    });
  }

  /** Hears a sound again and again. */
  loop(clip: ClipId): void {
    this.hear({ play: [clip], tag: ++this.#tag, loop: true, then: SILENCE });
  }

  /** Whether RTP is expected: `lostAfter` ms without any are reported; 0 = never. */
  watch(lostAfter: Ms): void {
    this.#lostAfter = lostAfter;
    this.#tell({ do: 'watch', ep: this.ep, keys: this.#keys, lostAfter });
  }

  /** Keys heard in RTP are reported from now on, and not passed on. */
  withholdKeys(): void {
    this.#keys = 'withhold';
    this.watch(this.#lostAfter);
  }

  /** A key that media heard and passed on: hearers that are told otherwise are told here. */
  passHeard(key: Key): void {
    for (const hearer of this.#hub.hearersOf(this.ep)) hearer.tellKey?.(key);
  }

  /** A key that came by INFO: who hears this phone hears it too, and it may stop what is played. */
  passKey(key: Key): void {
    for (const hearer of this.#hub.hearersOf(this.ep)) {
      if (hearer.tellKey) hearer.tellKey(key);
      else hearer.#tell({ do: 'keys', ep: hearer.ep, keys: key });
    }
    if (this.#playing?.stopOn.includes(key)) {
      this.#playedTo('key');
      this.hear(SILENCE);
    }
  }

  /** Closes the endpoint. Resolves with its last statistics; null when it never had a phone or the engine is silent. */
  close(): Promise<Quality | null> {
    if (this.#closed) return Promise.resolve(null);
    this.#playedTo('replaced');
    this.#closed = true;
    this.#hub.moves(this, sourceOf(this.#hears), null);
    if (!this.#opened) return Promise.resolve(null);
    return new Promise(resolve => {
      const timer: Timer = this.#init.clock.after(LAST_WORDS, () => this.#lastWords?.(null));
      this.#lastWords = quality => {
        timer.cancel();
        this.#lastWords = null;
        this.#hub.remove(this);
        resolve(quality);
      };
      void this.#hub.send({ do: 'close', ep: this.ep }).then(answer => {
        if (!answer.ok) this.#lastWords?.(null);
      });
    });
  }

  /** An event of the engine; called by the hub. */
  event(event: Event): void {
    if (event.is === 'heard') this.events.key(event.what.key, event.what.via);
    else if (event.is === 'played' && event.tag === this.#playing?.tag) this.#playedTo(event.end);
    else if (event.is === 'flow' && event.state === 'lost') this.events.failed('silent');
    else if (event.is === 'flow' && event.state === 'failed') this.events.failed('broken');
    else if (event.is === 'stats' && event.last) this.#lastWords?.(event);
  }

  /** The engine died; called by the hub. */
  lost(): void {
    if (this.#lastWords) {
      this.#lastWords(null);
      return;
    }
    this.events.failed('lost');
  }

  get #hub(): MediaHub {
    return this.#init.hub;
  }

  async #open(): Promise<MediaAddress | null> {
    const { domain, language, as } = this.#init;
    this.#hub.add(this);
    const opening = this.#hub.send({ do: 'open', ep: this.ep, domain, as: as(), language });
    if (this.#hears) this.#tell({ do: 'hear', ep: this.ep, what: this.#hears }, true);
    void opening.then(answer => this.#openedTooLate(answer));
    const answer = await within(this.#init.clock, OPEN_WITHIN, opening);
    if (answer?.ok && answer.address !== undefined && answer.port !== undefined)
      return { address: answer.address, port: answer.port, ...(answer.shown && { shown: answer.shown }) };
    this.#hub.remove(this);
    return null;
  }

  /** Whatever became of the first `close`: an endpoint opened behind it is closed as well. */
  #openedTooLate({ ok }: Answer): void {
    if (ok && this.#closed) void this.#hub.send({ do: 'close', ep: this.ep });
  }

  #tell(command: ForEndpoint, opening = false): void {
    if (this.#closed || (!this.#opened && !opening)) return;
    void this.#hub.send(command).then(answer => this.#refused(command, answer));
  }

  #refused(command: ForEndpoint, answer: Answer): void {
    if (answer.ok || this.#closed) return;
    // No event will say that it is over.
    if (command.do === 'hear' && 'play' in command.what && command.what.tag === this.#playing?.tag)
      this.#playedTo('missing');
    if (answer.refused === 'unknown-endpoint' || answer.refused === 'gone') this.events.failed('lost');
  }

  #playedTo(end: PlayEnd): void {
    const playing = this.#playing;
    this.#playing = null;
    playing?.end(end);
  }
}

/** What the promise resolves with; null when it takes longer. */
function within<T>(clock: Clock, time: Ms, promise: Promise<T>): Promise<T | null> {
  return new Promise(resolve => {
    const timer = clock.after(time, () => resolve(null));
    void promise.then(value => {
      timer.cancel();
      resolve(value);
    });
  });
}

const sourceOf = (hear: Hear | null): Ep | null => (hear && 'relay' in hear ? hear.relay : null);
