import type { Clock, Ms, Timer } from '@kommutator/base';
import { parseUri, type SipStack } from '@kommutator/sip';
import { isAddress, plainAddress } from './addresses.ts';
import type { Binding } from './bindings.ts';
import { peerOf } from './contact-route.ts';

/** Every contact is asked so often: less than the 30 s after which the hastiest NAT forgets a UDP binding. */
const EVERY: Ms = 22_000;
/** So often some of them: of 100 000 contacts 230 at a time, which take 5 ms. */
const TICK: Ms = 50;
const SLOTS = EVERY / TICK;
/** Who has not answered is asked again so often: one lost datagram is no lost phone. */
const AGAIN: Ms = 5_000;
/** A contact without an answer for so long is lost: with EVERY and AGAIN within 90 s after the link was (spec 00 §3.4). */
const PATIENCE: Ms = 61_000;
/** Asked again in one tick at most: an access network that is gone takes very many phones with it. */
const MOST_AGAIN = 100;

interface Watched {
  readonly binding: Binding;
  readonly id: string;
  readonly slot: Set<Watched>;
  /** Answered once: before, no silence of its is taken for a loss. */
  answers: boolean;
  /** When it was asked what it has not answered yet, first and last. */
  asked: Ms | null;
  askedLast: Ms;
  sequence: number;
}

export interface NatPingsDeps {
  readonly clock: Clock;
  readonly sip: Pick<SipStack, 'ping'>;
  /** Begins every token: what nobody can guess. */
  readonly secret: string;
  /** A phone that used to answer does not any more; called once. */
  readonly lost: (binding: Binding) => void;
}

/**
 * OPTIONS to phones behind NAT over UDP: they keep the way to the phone open, and its silence takes the contact out (USR-3,
 * spec 00 §3.4). One timer for all: each tick has its share of the contacts. A phone that has never answered OPTIONS is
 * pinged and never taken for lost; its registration ends as it always did.
 */
export class NatPings {
  readonly #deps: NatPingsDeps;
  readonly #watched = new Map<string, Watched>();
  readonly #byBinding = new Map<Binding, Watched>();
  readonly #slots: readonly Set<Watched>[] = Array.from({ length: SLOTS }, () => new Set<Watched>());
  /** Asked, and no answer yet; asked last the longest ago first. */
  readonly #waiting = new Set<Watched>();
  #turn = 0;
  #made = 0;
  #timer: Timer | null = null;

  constructor(deps: NatPingsDeps) {
    this.#deps = deps;
  }

  /** Contacts that are pinged. */
  get size(): number {
    return this.#watched.size;
  }

  /** A phone has registered or refreshed: it lives. */
  heard(binding: Binding): void {
    const known = this.#byBinding.get(binding);
    if (!isBehindNat(binding)) {
      if (known) this.#forget(known);
      return;
    }
    if (known) {
      this.#settle(known);
      return;
    }
    const id = `${this.#deps.secret}${(++this.#made).toString(36)}`;
    const slot = this.#slots[this.#made % SLOTS] ?? new Set();
    const watched: Watched = { binding, id, slot, answers: false, asked: null, askedLast: 0, sequence: 0 };
    slot.add(watched);
    this.#watched.set(id, watched);
    this.#byBinding.set(binding, watched);
    this.#timer ??= this.#deps.clock.after(TICK, () => this.#tick());
  }

  /** An answer came. */
  ponged(token: string): void {
    const watched = this.#watched.get(token.slice(0, token.indexOf('-')));
    if (!watched) return;
    watched.answers = true;
    this.#settle(watched);
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#watched.clear();
    this.#byBinding.clear();
    this.#waiting.clear();
    for (const slot of this.#slots) slot.clear();
  }

  #settle(watched: Watched): void {
    watched.asked = null;
    this.#waiting.delete(watched);
  }

  #tick(): void {
    this.#timer = null;
    const now = this.#deps.clock.now();
    this.#askAgain(now);
    this.#turn = (this.#turn + 1) % SLOTS;
    for (const watched of this.#slots[this.#turn] ?? []) {
      // Contacts that were taken out elsewhere are forgotten when their turn comes.
      if (watched.binding.queuedAt === null) this.#forget(watched);
      else if (watched.asked === null || !watched.answers) this.#ask(watched, now);
    }
    if (this.#watched.size > 0) this.#timer = this.#deps.clock.after(TICK, () => this.#tick());
  }

  #askAgain(now: Ms): void {
    let left = MOST_AGAIN;
    for (const watched of this.#waiting) {
      const { asked, askedLast, binding } = watched;
      if (now - askedLast < AGAIN || left-- <= 0) return;
      if (asked === null || binding.queuedAt === null) this.#forget(watched);
      else if (now - asked < PATIENCE) this.#ask(watched, now);
      else {
        this.#forget(watched);
        this.#deps.lost(binding);
      }
    }
  }

  #ask(watched: Watched, now: Ms): void {
    const { binding, id } = watched;
    watched.asked ??= now;
    watched.askedLast = now;
    if (watched.answers) {
      this.#waiting.delete(watched);
      this.#waiting.add(watched);
    }
    this.#deps.sip.ping(binding.contact, `${id}-${++watched.sequence}`, peerOf(binding));
  }

  #forget(watched: Watched): void {
    this.#watched.delete(watched.id);
    this.#byBinding.delete(watched.binding);
    this.#waiting.delete(watched);
    watched.slot.delete(watched);
  }
}

/** Reached over UDP at its source alone: what its Contact says is not where it registered from. */
function isBehindNat({ source, record, contact }: Binding): boolean {
  if (source.protocol !== 'udp' || record.path.length > 0) return false;
  const host = parseUri(contact)?.host ?? '';
  return !isAddress(host) || plainAddress(host) !== plainAddress(source.address);
}
