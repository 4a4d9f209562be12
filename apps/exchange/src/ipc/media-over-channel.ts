import type { Clock, Ms, Timer } from '@kommutator/base';
import type { Answer, Command, Ep, Event, Living, MediaEngine } from '@kommutator/media';
import type { Channel, Handlers } from './channel.ts';
import type { FromMedia, ToMedia } from './media-words.ts';

/** Serves one engine to the channels of signalling. Its events go to all of them (there is one). */
export class MediaServer {
  readonly #engine: MediaEngine;
  readonly #listeners = new Set<Channel<FromMedia, ToMedia>>();

  /** @param heed is told of every event too, whether anybody is connected or not. */
  constructor(engine: MediaEngine, heed: (event: Event) => void = () => {}) {
    this.#engine = engine;
    engine.onEvent = event => {
      heed(event);
      for (const channel of this.#listeners) channel.send('media', event);
    };
  }

  /** @returns what to do with the messages of `channel`. */
  accept(channel: Channel<FromMedia, ToMedia>): Handlers<ToMedia> {
    this.#listeners.add(channel);
    return {
      requests: { command: command => this.#engine.command(command) },
      closed: () => void this.#listeners.delete(channel),
    };
  }
}

/** Renewal of the media lease: media closes endpoints after 30 s without it (DESIGN §2 «Processes»). */
const RENEW: Ms = 10_000;
const GONE: Answer = { ok: false, refused: 'gone' };

/**
 * The engine as signalling sees it, over whatever connection there is at the moment. While there is none, every
 * command is refused with `gone`.
 */
export class MediaClient implements MediaEngine {
  onEvent: (event: Event) => void = () => {};
  onLost: (why: string) => void = () => {};
  /** How long commands took to answer: judged by the overload watch. */
  onAnswer: (took: Ms) => void = () => {};
  /**
   * What lives in media and was not opened in this life, asked once for each connection: the names that are taken over.
   * The rest belongs to calls that are over, and is closed.
   */
  inherit: (living: readonly Living[]) => Iterable<Ep> | Promise<Iterable<Ep>> = () => [];
  readonly #clock: Clock;
  #channel: Channel<ToMedia, FromMedia> | null = null;
  #renewal: Timer | null = null;
  /** Opened in this life and not closed. */
  readonly #open = new Set<Ep>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get connected(): boolean {
    return this.#channel !== null;
  }

  /** A connection is there. What an earlier life of signalling left is taken over, or closed. */
  attach(channel: Channel<ToMedia, FromMedia>): Handlers<FromMedia> {
    this.#channel = channel;
    void this.#adopt(channel);
    this.#renewal = this.#clock.after(RENEW, () => this.#renew());
    return {
      events: { media: event => this.onEvent(event) },
      closed: why => {
        this.#channel = null;
        this.#renewal?.cancel();
        this.#open.clear();
        this.onLost(why);
      },
    };
  }

  async command(command: Command): Promise<Answer> {
    const channel = this.#channel;
    if (!channel) return GONE;
    if (command.do === 'open') this.#open.add(command.ep);
    if (command.do === 'close') this.#open.delete(command.ep);
    const asked = this.#clock.now();
    // Only these answers say more than "done": somebody waits for an address, for the last figures, for the list.
    const patient = command.do !== 'open' && command.do !== 'close' && command.do !== 'adopt';
    const answer = await channel.request('command', command, { patient });
    if (!patient) this.onAnswer(this.#clock.now() - asked);
    if (answer.ok) return answer.value;
    return answer.error === 'gone' ? GONE : { ok: false, refused: 'overload' };
  }

  async close(): Promise<void> {
    this.#renewal?.cancel();
    this.#channel?.close();
    this.#channel = null;
  }

  async #adopt(channel: Channel<ToMedia, FromMedia>): Promise<void> {
    const left: Living[] = [];
    for (let after: number | undefined = 0; after !== undefined; ) {
      const answer: Answer = await this.command({ do: 'adopt', after });
      if (this.#channel !== channel || !answer.ok) return;
      left.push(...(answer.living ?? []).filter(({ ep }) => !this.#open.has(ep)));
      after = answer.next;
    }
    if (left.length === 0) return;
    const kept = new Set(await this.inherit(left));
    if (this.#channel !== channel) return;
    for (const { ep } of left) {
      if (kept.has(ep)) this.#open.add(ep);
      else if (!this.#open.has(ep)) void this.command({ do: 'close', ep });
    }
  }

  #renew(): void {
    void this.command({ do: 'renew' });
    this.#renewal = this.#clock.after(RENEW, () => this.#renew());
  }
}
