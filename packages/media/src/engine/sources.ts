import type { Ms } from '@kommutator/base';
import type { Ep, Key } from '../protocol.ts';

/** What a payload type means. */
export const NONE = 0;
export const PCMA = 1;
export const PCMU = 2;
export const EVENT = 3;
/** Comfort noise, RFC 3389: a level, never sound. */
export const NOISE = 4;
export type Kind = typeof NONE | typeof PCMA | typeof PCMU | typeof EVENT | typeof NOISE;

/** One packet of a source on its way to who hears it. One object is used again and again: keep nothing of it. */
export interface Sound {
  packet: Buffer;
  /** `NONE`: there was a packet, but it is not for hearers (a withheld key, an unknown payload type). */
  kind: Kind;
  start: number;
  end: number;
  /** Set on the first packet of a key; with {@link toned}, on the one in which its tone was recognised. */
  key: Key | undefined;
  /** The sound itself holds the tone of a key (in-band DTMF), or may: who is told of keys otherwise must not hear it. */
  toned: boolean;
  now: Ms;
  /** The listener may change the packet and send it; otherwise it must copy. */
  own: boolean;
}

export interface Listener {
  packet(source: Source, sound: Sound): void;
}

/** An endpoint as those who hear it see it, whether it is open here, in another thread, or not yet. */
export interface Source {
  readonly ep: Ep;
  readonly listeners: readonly Listener[];
}

/** The other threads: told whose packets are wanted here. */
export interface Neighbours {
  want(ep: Ep): void;
  unwant(ep: Ep): void;
}

export const ALONE: Neighbours = { want() {}, unwant() {} };

interface Entry extends Source {
  listeners: Listener[];
  /** Listeners of this thread, not of others through us. */
  near: number;
  local: boolean;
  wanted: boolean;
}

/** Who hears whom. An entry lives while it is open here or heard by anybody. */
export class Sources {
  readonly #entries = new Map<Ep, Entry>();
  readonly #neighbours: Neighbours;

  constructor(neighbours: Neighbours) {
    this.#neighbours = neighbours;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The endpoint is opened in this thread. */
  open(ep: Ep): Source {
    const entry = this.#entry(ep);
    entry.local = true;
    this.#settle(entry);
    return entry;
  }

  close(ep: Ep): void {
    const entry = this.#entries.get(ep);
    if (!entry) return;
    entry.local = false;
    this.#settle(entry);
  }

  /** @param far the listener passes packets on to another thread, which is no reason to ask the others. */
  listen(ep: Ep, listener: Listener, far = false): void {
    const entry = this.#entry(ep);
    if (entry.listeners.includes(listener)) return;
    // A list is never changed in place: a packet may be on its way along it.
    entry.listeners = [...entry.listeners, listener];
    if (!far) entry.near++;
    this.#settle(entry);
  }

  leave(ep: Ep, listener: Listener, far = false): void {
    const entry = this.#entries.get(ep);
    if (!entry?.listeners.includes(listener)) return;
    entry.listeners = entry.listeners.filter(other => other !== listener);
    if (!far) entry.near--;
    this.#settle(entry);
  }

  /** A packet from another thread. */
  arrived(ep: Ep, sound: Sound): void {
    const entry = this.#entries.get(ep);
    if (entry && !entry.local) spread(entry, sound);
  }

  /** Everybody that is heard here and lives elsewhere, for a neighbour that came later. */
  wanted(): Ep[] {
    return [...this.#entries.values()].filter(entry => entry.wanted).map(entry => entry.ep);
  }

  #entry(ep: Ep): Entry {
    let entry = this.#entries.get(ep);
    if (!entry) {
      entry = { ep, listeners: [], near: 0, local: false, wanted: false };
      this.#entries.set(ep, entry);
    }
    return entry;
  }

  #settle(entry: Entry): void {
    const want = !entry.local && entry.near > 0;
    if (want !== entry.wanted) {
      entry.wanted = want;
      if (want) this.#neighbours.want(entry.ep);
      else this.#neighbours.unwant(entry.ep);
    }
    if (!entry.local && entry.listeners.length === 0) this.#entries.delete(entry.ep);
  }
}

/** Gives a packet to all who hear its source; the last one owns it. */
export function spread(source: Source, sound: Sound): void {
  const { listeners } = source;
  const last = listeners.length - 1;
  for (let i = 0; i <= last; i++) {
    sound.own = i === last;
    (listeners[i] as Listener).packet(source, sound);
  }
}
