import type { Answer, Command, Ep, Event, MediaEngine } from '@kommutator/media';
import type { Log } from '../ports.ts';
import type { LegMedia } from './leg-media.ts';

/** Joins the one media engine with the endpoints of the legs: who hears whom, and whose event it is. */
export class MediaHub {
  readonly #engine: MediaEngine;
  readonly #log: Log;
  readonly #endpoints = new Map<Ep, LegMedia>();
  /** Endpoints that hear this one. */
  readonly #hearers = new Map<Ep, Set<LegMedia>>();

  constructor(engine: MediaEngine, log: Log) {
    this.#engine = engine;
    this.#log = log;
    engine.onEvent = event => this.#event(event);
    engine.onLost = why => this.#lost(why);
  }

  /** Endpoints open now. */
  get size(): number {
    return this.#endpoints.size;
  }

  add(media: LegMedia): void {
    this.#endpoints.set(media.ep, media);
  }

  remove(media: LegMedia): void {
    this.#endpoints.delete(media.ep);
    this.#hearers.delete(media.ep);
  }

  /** The engine's answer; an engine that is dead or breaks answers `gone`. Never rejects. */
  send(command: Command): Promise<Answer> {
    return this.#engine.command(command).catch((error: unknown): Answer => {
      this.#log.error(
        { ep: 'ep' in command ? command.ep : '', do: command.do, error: String(error) },
        'media engine broke',
      );
      return { ok: false, refused: 'gone' };
    });
  }

  /** Notes that `media` hears `now` instead of `before`. */
  moves(media: LegMedia, before: Ep | null, now: Ep | null): void {
    if (before !== null) {
      const former = this.#hearers.get(before);
      if (former?.delete(media) && former.size === 0) this.#hearers.delete(before);
    }
    if (now === null || now === media.ep) return;
    const hearers = this.#hearers.get(now);
    if (hearers) hearers.add(media);
    else this.#hearers.set(now, new Set([media]));
  }

  hearersOf(ep: Ep): Iterable<LegMedia> {
    return this.#hearers.get(ep) ?? [];
  }

  #event(event: Event): void {
    this.#endpoints.get(event.ep)?.event(event);
  }

  #lost(why: string): void {
    this.#log.error({ why, endpoints: this.#endpoints.size }, 'media engine lost');
    for (const media of [...this.#endpoints.values()]) media.lost();
  }
}
