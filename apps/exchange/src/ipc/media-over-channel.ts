import type { Clock, Ms, Timer } from '@kommutator/base';
import type { Answer, Command, Ep, Event, MediaEngine } from '@kommutator/media';
import type { Channel, Handlers } from './channel.ts';
import type { FromMedia, ToMedia } from './media-words.ts';

/** Serves one engine to the channels of signalling. Its events go to all of them (there is one). */
export class MediaServer {
  readonly #engine: MediaEngine;
  readonly #listeners = new Set<Channel<FromMedia, ToMedia>>();

  constructor(engine: MediaEngine) {
    this.#engine = engine;
    engine.onEvent = event => {
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

  /** A connection is there. Endpoints of an earlier life of signalling belong to calls that are over: they are closed. */
  attach(channel: Channel<ToMedia, FromMedia>): Handlers<FromMedia> {
    this.#channel = channel;
    void this.#adopt().then(left => {
      for (const ep of left) if (!this.#open.has(ep)) void this.command({ do: 'close', ep });
    });
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

  async #adopt(): Promise<readonly Ep[]> {
    const answer = await this.command({ do: 'adopt' });
    return answer.ok ? (answer.endpoints ?? []) : [];
  }

  #renew(): void {
    void this.#adopt();
    this.#renewal = this.#clock.after(RENEW, () => this.#renew());
  }
}
