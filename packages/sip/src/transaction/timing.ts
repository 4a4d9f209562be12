import type { Ms } from '@kommutator/base';
import type { Protocol } from '../transport/types.ts';

/** The base values of RFC 3261 §17.1.1.1 and Table 4, ms. */
export interface Timing {
  /** Estimate of the round trip. */
  readonly t1: Ms;
  /** Longest interval between repeats of non-INVITE requests and of final INVITE responses. */
  readonly t2: Ms;
  /** Longest time a message stays in the network. */
  readonly t4: Ms;
}

export const TIMING: Timing = { t1: 500, t2: 4000, t4: 5000 };

/** Timers B, F, H, J, L, M, and how long a 2xx is repeated. */
export const giveUpAfter = (timing: Timing): Ms => 64 * timing.t1;

/** Over everything but UDP the transport repeats what is lost, so transactions do not (RFC 3261 §17). */
export const isReliable = (protocol: Protocol): boolean => protocol !== 'udp';
