import type { Clock, Ms } from '@kommutator/base';
import type { Peer } from '../transport/types.ts';
import type { Timing } from './timing.ts';
import type { Heir } from './tombstones.ts';

/** Where a response goes (RFC 3261 §18.2.2). */
export interface ReplyPeer extends Peer {
  /** Port of the sent-by in the top Via: tried when the connection the request came over is gone. */
  readonly sentBy: number;
}

/** A response on its way out. */
export interface ResponseOut {
  readonly status: number;
  readonly bytes: Uint8Array;
  /** A final answer that is neither repeated nor remembered (RFC 3261 §8.2.7, §26.3.2.4). */
  readonly once: boolean;
}

/** What a transaction stands on. */
export interface Ground {
  readonly clock: Clock;
  readonly timing: Timing;
  send(bytes: Uint8Array, to: Peer, failed?: (why: string) => void): void;
  reply(bytes: Uint8Array, to: ReplyPeer): void;
  /** The transaction is over; for `lifetime` ms `bytes` answer repeats, and repeated 2xx go to `heir`. */
  finishClient(
    key: string,
    lifetime: Ms,
    bytes?: Uint8Array | null,
    to?: Peer | null,
    heir?: Heir | null,
  ): void;
  /** @param merge the key by which merged requests find it (RFC 3261 §8.2.2.2). */
  finishServer(key: string, merge: string | null, lifetime: Ms, bytes?: Uint8Array | null): void;
}
