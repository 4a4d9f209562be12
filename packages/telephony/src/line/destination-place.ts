import { isIP } from 'node:net';
import type { Clock, Ms, Timer } from '@kommutator/base';
import type { TrunkConfig } from '@kommutator/model/config';
import type { Peer } from '@kommutator/sip';
import type { Log, Resolver } from '../ports.ts';

/** A name is asked for again when its time to live is over, within these bounds; so soon too when there was no answer. */
const SOONEST: Ms = 30_000;
const LATEST: Ms = 3_600_000;
/** RFC 3261 §19.1.2. */
const PORTS = { udp: 5060, tcp: 5060, tls: 5061 } as const;
/** Names SRV is asked for (RFC 3263 §4.1, §4.2). */
const SERVICES = { udp: '_sip._udp', tcp: '_sip._tcp', tls: '_sips._tcp' } as const;

export interface PlaceDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Without one only addresses are found. */
  readonly resolver?: Resolver;
}

export type Destination = TrunkConfig['destinations'][number];

/**
 * Where a destination of a trunk is. A name is resolved beforehand (RFC 3263): a call takes what is known and never waits.
 * Of several addresses the one that answered last is kept until it fails; then the next has its turn.
 */
export class DestinationPlace {
  /** As it stands in the Request-URI. */
  readonly host: string;
  readonly #deps: PlaceDeps;
  readonly #destination: Destination;
  #peers: readonly Peer[] = [];
  #current = 0;
  #timer: Timer | null = null;
  #closed = false;

  constructor(deps: PlaceDeps, destination: Destination) {
    this.#deps = deps;
    this.#destination = destination;
    this.host = placeOf(destination);
    const fixed = addressOf(destination);
    if (fixed) this.#peers = [fixed];
    else void this.#ask();
  }

  get protocol(): Peer['protocol'] {
    return this.#destination.protocol;
  }

  /** Null while the name has not been resolved. */
  get peer(): Peer | null {
    return this.#peers[this.#current] ?? null;
  }

  /** Whether it is, by one of its addresses, at this one. */
  isAt(address: string): boolean {
    return this.#peers.some(peer => peer.address === address);
  }

  /** That one does not answer: the next has its turn, unless somebody else has said so already. */
  failed(peer: Peer): void {
    if (samePlace(peer, this.peer)) this.#current = (this.#current + 1) % this.#peers.length;
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  async #ask(): Promise<void> {
    let next = SOONEST;
    try {
      const { peers, ttl } = await this.#lookUp();
      if (peers.length > 0) this.#take(peers);
      next = Math.min(Math.max(ttl * 1000, SOONEST), LATEST);
    } catch (error) {
      // What was known is better than nothing.
      const known = this.#peers.length;
      this.#deps.log.warn({ destination: this.host, known, error: String(error) }, 'trunk name not resolved');
    }
    if (!this.#closed) this.#timer = this.#deps.clock.after(next, () => void this.#ask());
  }

  /** RFC 3263 §4.2: SRV where no port is given, A and AAAA where there is one or no SRV. */
  async #lookUp(): Promise<{ readonly peers: readonly Peer[]; readonly ttl: number }> {
    const { resolver } = this.#deps;
    if (!resolver) throw new Error('no DNS here');
    const { host, port, protocol } = this.#destination;
    const srv = port === 0 ? await resolver.services(`${SERVICES[protocol]}.${host}`) : null;
    const places = srv && srv.places.length > 0 ? srv.places : [{ host, port: port || PORTS[protocol] }];
    const found = await Promise.all(
      places.map(async place => ({ place, ...(await resolver.addresses(place.host)) })),
    );
    return {
      peers: found.flatMap(({ place, addresses }) => addresses.map(each => this.#peer(each, place.port))),
      ttl: Math.min(srv?.ttl ?? LATEST, ...found.map(each => each.ttl)),
    };
  }

  #take(peers: readonly Peer[]): void {
    const now = this.peer;
    this.#peers = peers;
    const same = peers.findIndex(peer => samePlace(peer, now));
    this.#current = Math.max(0, same);
  }

  #peer(address: string, port: number): Peer {
    const { protocol, host } = this.#destination;
    // The certificate is to be the carrier's we were told of, whatever host DNS names (RFC 5922 §4).
    return { protocol, address, port, ...(protocol === 'tls' && { name: host }) };
  }
}

/** `host:port` as it stands in a Request-URI; the host alone where SRV finds the port. */
export function placeOf({ host, port }: Destination): string {
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return port === 0 ? name : `${name}:${port}`;
}

/** Where a destination is that is known by its address; null for a name. */
export const addressOf = ({ host, port, protocol }: Destination): Peer | null =>
  isIP(host) === 0 ? null : { protocol, address: host, port: port || PORTS[protocol] };

export const samePlace = (a: Peer, b: Peer | null): boolean => a.address === b?.address && a.port === b.port;
