import type { Ms } from '@kommutator/base';
import type { Inlet, Wire } from '../engine/wire.ts';
import type { Negotiated } from '../protocol.ts';

/** What stands between the sockets of an endpoint and its RTP where that is not sent in clear. */
export interface Shield {
  /** Takes what the sockets receive. */
  readonly outside: Inlet;
  /** What the endpoint sends through. */
  readonly inside: Wire;
  /** The sockets are bound. */
  connect(wire: Wire): void;
  /** A new offer/answer. @returns false when it does not fit: nothing is changed then. */
  remote(to: Negotiated): boolean;
  /** Twice a second. */
  sweep(now: Ms): void;
  close(): void;
}

export interface ShieldEvents {
  /** A packet that is not the peer's. */
  refused(): void;
  /** The peer sends from another place now. */
  moved(): void;
  /** The peer is silent in a way that only one who is gone is. */
  lost(why: string): void;
  /** There will be no media. */
  failed(why: string): void;
}
