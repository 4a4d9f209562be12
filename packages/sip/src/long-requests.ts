import type { Clock, Ms } from '@kommutator/base';
import { asFieldList } from './message/headers.ts';
import { serializeMessage } from './message/serialize.ts';
import type { SipRequest } from './message/types.ts';
import type { Peer, Transport } from './transport/types.ts';

/** Bytes a request may have over UDP: beyond it datagrams are cut up, and the pieces are lost at many a NAT (RFC 3261 §18.1.1). */
const LONGEST_OVER_UDP = 1300;
/** So long a far end that took no connection is not asked for one again. */
const REFUSED_FOR: Ms = 3_600_000;
const MOST_REFUSALS = 1_000;
/** A request of fewer characters than that is no long one, in whatever alphabet. */
const SHORT = LONGEST_OVER_UDP / 3;

/** Which requests to UDP peers go over TCP instead (RFC 3261 §18.1.1). */
export class LongRequests {
  readonly #transport: Transport;
  readonly #clock: Clock;
  /** Far ends that took no connection, and when that was; the oldest first. */
  readonly #refusals = new Map<string, Ms>();

  constructor(transport: Transport, clock: Clock) {
    this.#transport = transport;
    this.#clock = clock;
  }

  /**
   * Where a request goes that is too long for UDP; null when it goes as it was to. A peer with a flow has asked for it by
   * the way he is reached: behind NAT there is no other one.
   */
  overTcp(request: SipRequest, to: Peer): Peer | null {
    if (to.protocol !== 'udp' || to.flow !== undefined || !isLong(request)) return null;
    if (!this.#transport.listening.some(({ protocol }) => protocol === 'tcp')) return null;
    const refused = this.#refusals.get(keyOf(to));
    if (refused !== undefined && this.#clock.now() - refused < REFUSED_FOR) return null;
    const { address, port } = to;
    return { protocol: 'tcp', address, port };
  }

  /** That UDP peer takes no connection: from now on everything goes over UDP. */
  refused(peer: Peer): void {
    const key = keyOf(peer);
    this.#refusals.delete(key);
    this.#refusals.set(key, this.#clock.now());
    const [oldest] = this.#refusals.keys();
    if (this.#refusals.size > MOST_REFUSALS && oldest !== undefined) this.#refusals.delete(oldest);
  }
}

const keyOf = ({ address, port }: Peer): string => `${address} ${port}`;

function isLong(request: SipRequest): boolean {
  const characters = request.uri.length + asFieldList(request.headers).characters + request.body.length;
  return characters >= SHORT && serializeMessage(request).length > LONGEST_OVER_UDP;
}
