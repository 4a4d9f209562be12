import type { Timer } from '@kommutator/base';
import type { TrunkConfig } from '@kommutator/model/config';
import type { TrunkId } from '@kommutator/model/ids';
import type { Peer } from '@kommutator/sip';
import type { Directory } from '../ports.ts';
import { addressOf, DestinationPlace, type PlaceDeps, placeOf, samePlace } from './destination-place.ts';
import type { LineSettings } from './line-context.ts';
import type { Authorise } from './line-leg.ts';
import { DestinationHealth, type HealthDeps } from './trunk-health.ts';
import { type RegistrationDeps, TrunkAccount, TrunkRegistration } from './trunk-registration.ts';

/** Versions are compared so often besides being told of changes (DESIGN rule 8). */
const COMPARE_EVERY = 30_000;

export interface TrunksDeps extends RegistrationDeps, HealthDeps, PlaceDeps {
  readonly directory: Directory;
  readonly simulator: LineSettings['simulator'];
}

/** Where an INVITE to a trunk goes. */
export interface Destination {
  readonly peer: Peer;
  /** As it stands in the Request-URI. */
  readonly host: string;
  /**
   * That address does not answer, or not now: where the same call may be tried next (RFC 3263 §4.3); null when every
   * address of the name has had its turn.
   */
  readonly next: (failed: Peer) => Peer | null;
}

/** Watched trunk: what was configured, and what keeps an eye on it. */
interface Watched {
  readonly config: TrunkConfig;
  readonly places: readonly DestinationPlace[];
  readonly health: readonly DestinationHealth[];
  readonly account: TrunkAccount | null;
  readonly registration: TrunkRegistration | null;
}

/** Pings, registers and remembers the trunks of the directory; begins anew with those that were changed. */
export class Trunks {
  readonly #deps: TrunksDeps;
  readonly #watched = new Map<TrunkId, Watched>();
  #seen = -1;
  #timer: Timer | null = null;

  constructor(deps: TrunksDeps) {
    this.#deps = deps;
    this.#compare();
  }

  /** Destinations that are pinged or registered with. */
  get size(): number {
    return this.#watched.size;
  }

  /** Whether a call may be sent there with hope. An unknown trunk is tried. */
  up(trunk: TrunkConfig, destination: number): boolean {
    const watched = this.#watched.get(trunk.id);
    if (!watched) return true;
    if (watched.registration && !watched.registration.registered) return false;
    if (watched.places[destination]?.peer === null) return false;
    return watched.health[destination]?.up ?? true;
  }

  /** Whether a destination of a trunk is at this address. */
  reaches(address: string): boolean {
    for (const { places } of this.#watched.values())
      if (places.some(place => place.isAt(address))) return true;
    return false;
  }

  /** Where the n-th destination of a trunk is; the simulator for a trunk that has none. Null = nowhere, or not known yet. */
  destination(trunk: TrunkConfig, index: number): Destination | null {
    const { simulator } = this.#deps;
    if (trunk.destinations.length === 0) return simulator && simulatorOf(simulator);
    const wanted = trunk.destinations[index];
    if (!wanted) return null;
    const place = this.#watched.get(trunk.id)?.places[index];
    // A trunk that has been changed since the call began is as the call knows it.
    const known = place?.host === placeOf(wanted) ? place : null;
    const peer = known ? known.peer : addressOf(wanted);
    return peer && { peer, host: placeOf(wanted), next: triedOn(peer, known) };
  }

  /** Answers the carrier's challenges to requests of ours, whichever they are, with the account of the trunk. */
  authoriser(trunk: TrunkConfig): Authorise {
    return (challenge, { method, uri }) =>
      this.#watched.get(trunk.id)?.account?.answer(challenge, method, uri) ?? null;
  }

  /** The directory has changed. */
  reload(): void {
    const { current } = this.#deps.directory;
    if (current.version === this.#seen) return;
    this.#seen = current.version;
    const wanted = new Map(current.trunks.filter(trunk => trunk.enabled).map(trunk => [trunk.id, trunk]));
    for (const [id, watched] of this.#watched) {
      const now = wanted.get(id);
      if (now && JSON.stringify(now) === JSON.stringify(watched.config)) wanted.delete(id);
      else this.#forget(id, watched);
    }
    for (const trunk of wanted.values()) this.#watched.set(trunk.id, this.#watch(trunk));
  }

  close(): void {
    this.#timer?.cancel();
    for (const [id, watched] of this.#watched) this.#forget(id, watched);
  }

  #compare(): void {
    this.reload();
    this.#timer = this.#deps.clock.after(COMPARE_EVERY, () => this.#compare());
  }

  #watch(config: TrunkConfig): Watched {
    const deps = this.#deps;
    const { registration } = config;
    const places = config.destinations.map(destination => new DestinationPlace(deps, destination));
    const account = registration && new TrunkAccount(registration, deps);
    const [registrar] = places;
    return {
      config,
      places,
      health: places.map(place => new DestinationHealth(deps, place)),
      account,
      registration:
        registration && account && registrar
          ? new TrunkRegistration(deps, registration, registrar, account)
          : null,
    };
  }

  #forget(id: TrunkId, { places, health, registration }: Watched): void {
    this.#watched.delete(id);
    for (const each of [...places, ...health]) each.close();
    registration?.close();
  }
}

function simulatorOf({ host, port, protocol }: NonNullable<LineSettings['simulator']>): Destination {
  return { peer: { protocol, address: host, port }, host: `${host}:${port}`, next: () => null };
}

/** The addresses of a place after `first`, each once. */
function triedOn(first: Peer, place: DestinationPlace | null): Destination['next'] {
  const tried = [first];
  return failed => {
    place?.failed(failed);
    const next = place?.peer ?? null;
    if (!next || tried.some(peer => samePlace(peer, next))) return null;
    tried.push(next);
    return next;
  };
}
