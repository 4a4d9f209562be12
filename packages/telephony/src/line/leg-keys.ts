import type { Clock, Ms, Timer } from '@kommutator/base';
import type { Key } from '@kommutator/media';
import type { Body } from '@kommutator/sip';
import { type InfoType, infoBody, KeyFeeds } from './key-feed.ts';
import type { LegMedia } from './leg-media.ts';

/** A phone set to "RTP and INFO" sends both within so much of each other. */
const BOTH: Ms = 300;
/** A tone is heard while the key is held, its INFO comes when it is let go. */
const TONE: Ms = 1_000;
/** Keys that may wait to be told by INFO. */
const MOST = 64;

export interface LegKeysInit {
  readonly clock: Clock;
  readonly media: LegMedia;
  /** telephone-event is agreed on with the phone (RFC 4733). */
  readonly events: () => boolean;
  /** Sends an INFO within the dialog; resolves with its answer. */
  readonly info: (body: Body) => Promise<unknown>;
  /** {@link LegKeys.byInfo} has changed. */
  readonly changed: () => void;
}

/**
 * The keys of one leg, whichever way its phone presses them: as RTP events, as tones, or by INFO. A phone that sends each
 * key twice presses it once: its first key shows its way, and what comes otherwise is not heard. Only the first INFO of a
 * phone that knows RTP events waits a moment, to see whether the event comes as well.
 *
 * A phone that presses by INFO and knows no events is told of keys by INFO too, in the words it uses itself.
 */
export class LegKeys {
  readonly feeds = new KeyFeeds();
  readonly #init: LegKeysInit;
  #way: 'rtp' | 'info' | null = null;
  #type: InfoType | null = null;
  #waiting: { readonly key: Key; readonly timer: Timer }[] = [];
  #tone: { readonly key: Key; readonly at: Ms } | null = null;
  #untold: Key[] = [];
  #telling = false;
  #over = false;

  constructor(init: LegKeysInit) {
    this.#init = init;
  }

  /** Keys for this phone travel as INFO. */
  get byInfo(): boolean {
    return this.#way === 'info' && !this.#init.events();
  }

  /** A key that media heard. Media itself has passed it on to who hears this phone. */
  heard(key: Key, via: '4733' | 'inband'): void {
    if (this.#way === 'info' || this.#over) return;
    if (via === '4733') {
      this.#way = 'rtp';
      for (const { timer } of this.#waiting.splice(0)) timer.cancel();
    } else this.#tone = { key, at: this.#init.clock.now() };
    this.#init.media.passHeard(key);
    this.feeds.push(key);
  }

  /** A key that came by INFO. */
  info(key: Key, type: InfoType): void {
    this.#type = type;
    if (this.#way === 'rtp' || this.#over) return;
    if (this.#way === 'info') this.#pressed(key);
    else if (this.#init.events()) this.#wait(key);
    else {
      const { clock } = this.#init;
      const again = this.#tone?.key === key && clock.now() - this.#tone.at <= TONE;
      this.#byInfo();
      if (!again) this.#pressed(key);
    }
  }

  /** Tells the phone of a key by INFO, one after the other. */
  tell(key: Key): void {
    if (this.#over || this.#untold.length >= MOST) return;
    this.#untold.push(key);
    if (!this.#telling) void this.#tellAll();
  }

  end(): void {
    this.#over = true;
    for (const { timer } of this.#waiting.splice(0)) timer.cancel();
    this.#untold = [];
    this.feeds.end();
  }

  #wait(key: Key): void {
    if (this.#waiting.length >= MOST) return;
    const timer = this.#init.clock.after(BOTH, () => {
      this.#byInfo();
      for (const one of this.#waiting.splice(0)) {
        one.timer.cancel();
        this.#pressed(one.key);
      }
    });
    this.#waiting.push({ key, timer });
  }

  /** From now on what the sound says of keys is withheld: they come by INFO. */
  #byInfo(): void {
    this.#way = 'info';
    this.#init.media.withholdKeys();
    this.#init.changed();
  }

  #pressed(key: Key): void {
    this.feeds.push(key);
    this.#init.media.passKey(key);
  }

  async #tellAll(): Promise<void> {
    this.#telling = true;
    for (let key = this.#untold.shift(); key !== undefined; key = this.#untold.shift())
      await this.#init.info(infoBody(this.#type ?? 'application/dtmf-relay', key));
    this.#telling = false;
  }
}
