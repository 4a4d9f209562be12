import type { Ep, Event } from '@kommutator/media';

/** Adds up over all endpoints what their events tell, for as long as the process lives. */
export class Tally {
  /** Packets from elsewhere than the learned peer, or more of them than a phone sends. */
  refused = 0;
  /** Streams followed to another address or port. */
  moves = 0;
  /** Talking peers that fell silent. */
  lost = 0;
  /** Keys by the way they were pressed. */
  readonly keys = { '4733': 0, inband: 0 };
  /** What endpoints that live have told so far. */
  readonly #refused = new Map<Ep, number>();

  event(event: Event): void {
    if (event.is === 'heard') this.keys[event.what.via]++;
    else if (event.is === 'flow') {
      if (event.state === 'moved') this.moves++;
      if (event.state === 'lost') this.lost++;
    } else if (event.is === 'stats') {
      this.refused += Math.max(0, event.refused - (this.#refused.get(event.ep) ?? 0));
      if (event.last) this.#refused.delete(event.ep);
      else this.#refused.set(event.ep, event.refused);
    }
  }
}
