import type { Clock, Ms } from '@kommutator/base';
import type { Peer, Screen } from '@kommutator/sip';
import { sourceKey } from '@kommutator/sip';
import { AddressList, isPrivate } from '../line/addresses.ts';
import { TrunkTable } from '../line/trunk-table.ts';
import type { Directory, Log } from '../ports.ts';
import { type Ban, type BanRule, Bans } from './bans.ts';
import { Edges } from './edges.ts';
import { Buckets, fullBuckets, type Limits } from './limits.ts';
import { CONNECTION, KINDS, kindOf } from './message-kind.ts';
import { Recent } from './recent.ts';
import { SecurityLog } from './security-log.ts';

export interface ShieldOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly directory: Directory;
  readonly limits: Limits;
  /** Null = nobody is banned. */
  readonly ban: BanRule | null;
  /** Our own edges (SIP_EDGES): all the world comes from there, they are neither limited nor banned. */
  readonly edges: readonly string[];
  /** Networks reached without NAT (LOCAL_NETS). */
  readonly localNets: readonly string[];
}

/** What the line tells of whom it knows. */
export interface Acquaintances {
  /** A phone is registered from this very address and port. */
  registered(peer: Peer): boolean;
  /** A destination of a trunk is there: it answers what we ask. */
  destination(address: string): boolean;
}

export interface ShieldCounters {
  /** Messages not read because their source has sent too many. */
  readonly limited: number;
  /** Connections not taken, for one reason or the other. */
  readonly refusedConnections: number;
  /** Messages not read because their source is banned. */
  readonly banned: number;
  /** Requests of scanners that got no answer. */
  readonly scanners: number;
  readonly bans: number;
}

interface Source {
  readonly full: number[];
  /** Over connections, where nobody forges his address: what was sent beyond the limit lately, and when last. */
  beyond: number;
  beyondAt: Ms;
  /** Whether it is a trunk's or an edge's address; asked again after a while. */
  ours: boolean;
  askAt: Ms;
}

/** Addresses remembered: 200 bytes each. */
const MOST_SOURCES = 100_000;
const MOST_KNOWN = 200_000;
/** A registration lasts no longer. */
const KNOWN_FOR: Ms = 3_600_000;
const ASK_AGAIN: Ms = 10_000;
/** Behind a known address are many phones with old passwords; it takes so many times as many failures to ban it. */
const ALLOWANCE = 10;
/** Who has kept within his limit for so long begins anew. */
const FORGIVEN_AFTER: Ms = 600_000;
/** Messages beyond the limit after which who comes over a connection is banned. */
const ENDURED = 1_000;
const NOBODY: Acquaintances = { registered: () => false, destination: () => false };

/**
 * What stands before all work: limits and bans by source (DESIGN §5 «Security»). Trunks and edges pass; whoever has proved
 * to be a user makes his address a known one for an hour, with limits no office reaches; others are limited, one by one and
 * all together, and banned when they guess passwords. A banned address is not heard, but for its registered phones.
 */
export class Shield implements Screen {
  readonly security: SecurityLog;
  acquaintances: Acquaintances = NOBODY;
  /** Set by who owns the sockets: connections of that kind are to be ended. */
  hangUp: (unwanted: (peer: Peer) => boolean) => void = () => {};
  readonly #clock: Clock;
  readonly #bans: Bans;
  readonly #lasts: Ms;
  readonly #unknown: Buckets | null;
  readonly #known: Buckets | null;
  readonly #strangers: Buckets | null;
  readonly #together = fullBuckets();
  readonly #trunks: TrunkTable;
  readonly edges: Edges;
  readonly #localNets: AddressList;
  readonly #sources = new Recent<Source>(MOST_SOURCES);
  /** Until when an address is known. */
  readonly #vouched = new Recent<Ms>(MOST_KNOWN);
  #limited = 0;
  #refusedConnections = 0;
  #banned = 0;
  #scanners = 0;

  constructor(o: ShieldOptions) {
    this.#clock = o.clock;
    this.#bans = new Bans(o.clock, o.ban);
    this.#lasts = o.ban?.lasts ?? 0;
    this.#unknown = o.limits.unknown && new Buckets(o.limits.unknown);
    this.#known = o.limits.known && new Buckets(o.limits.known);
    this.#strangers = o.limits.strangers && new Buckets(o.limits.strangers);
    this.#trunks = new TrunkTable(o.directory);
    this.edges = new Edges(o.edges);
    this.#localNets = new AddressList(o.localNets);
    this.security = new SecurityLog(o.clock, o.log);
  }

  get counters(): ShieldCounters {
    return {
      limited: this.#limited,
      refusedConnections: this.#refusedConnections,
      banned: this.#banned,
      scanners: this.#scanners,
      bans: this.#bans.size,
    };
  }

  /** Called for every message, before it is parsed. */
  admits(bytes: Uint8Array, from: Peer): boolean {
    const key = sourceKey(from.address);
    const source = this.#sourceOf(key);
    const now = this.#clock.now();
    if (this.#isOurs(source, from, now)) return true;
    if (this.#bans.holds(key) && !this.acquaintances.registered(from)) {
      this.#banned++;
      return false;
    }
    const passes = this.#mayPass(key, source, from, kindOf(bytes), now);
    if (!passes) this.#limited++;
    return passes;
  }

  /** Whether a connection from there is taken at all: a TLS handshake costs as much as a hundred messages. */
  accepts(address: string): boolean {
    const key = sourceKey(address);
    const from: Peer = { protocol: 'tcp', address, port: 0 };
    const source = this.#sourceOf(key);
    const now = this.#clock.now();
    if (this.#isOurs(source, from, now)) return true;
    const taken = !this.#bans.holds(key) && this.#mayPass(key, source, from, CONNECTION, now);
    if (!taken) this.#refusedConnections++;
    return taken;
  }

  /** Whether a client behind an edge is banned: its requests come from an address that never is. */
  isBanned(client: Peer): boolean {
    return this.#bans.holds(sourceKey(client.address));
  }

  /** Whether an address needs no proof: ours, near by, or a user has proved himself from there. */
  trusts(peer: Peer): boolean {
    const { address } = peer;
    const now = this.#clock.now();
    const key = sourceKey(address);
    return (
      this.#isKnown(key, now) ||
      isPrivate(address) ||
      this.#localNets.has(address) ||
      this.#isOurs(this.#sourceOf(key), peer, now)
    );
  }

  /** Whether it is a stranger's: no trunk, no edge, and nobody has proved himself from there. */
  isStranger(peer: Peer): boolean {
    const now = this.#clock.now();
    const key = sourceKey(peer.address);
    return !this.#isKnown(key, now) && !this.#isOurs(this.#sourceOf(key), peer, now);
  }

  /** Somebody has proved to be a user from there. @param lasts ms; an hour when left out. */
  vouch(address: string, lasts: Ms = KNOWN_FOR): void {
    const key = sourceKey(address);
    const now = this.#clock.now();
    // Its measure is another one now, and it begins with all of it.
    if (!this.#isKnown(key, now)) this.#sources.get(key)?.full.fill(0);
    this.#vouched.set(key, now + lasts);
  }

  /**
   * A wrong password in answer to a challenge of ours, so that the source is no forged one. From a known address only names
   * that do not exist count: phones with an old password are held by the lock of their login, not at the cost of their office.
   */
  failed(from: Peer, method: string, account: string, exists: boolean): void {
    const { address, protocol: transport } = from;
    this.security.write(exists ? 'digest-failure' : 'unknown-user', address, { transport, method, account });
    const key = sourceKey(address);
    const now = this.#clock.now();
    const known = this.#isKnown(key, now);
    if ((known && exists) || this.#isOurs(this.#sourceOf(key), from, now)) return;
    const why = exists ? 'wrong passwords' : 'unknown users';
    if (this.#bans.failed(key, why, known ? ALLOWANCE : 1)) this.#banish(key, address);
  }

  /** A scanner got no answer. */
  scanned({ address, protocol: transport }: Peer, method: string): void {
    this.#scanners++;
    this.security.write('scanner', address, { transport, method });
  }

  bans(): readonly Ban[] {
    return this.#bans.list();
  }

  /** @param source an address, or a network as `bans` tells it. @returns whether it was banned. */
  lift(source: string): boolean {
    const lifted = this.#bans.lift(source);
    if (lifted) this.security.write('unban', source);
    return lifted;
  }

  /** By the measure of its source and, of a stranger, by that of all strangers. */
  #mayPass(key: string, source: Source, from: Peer, kind: number, now: Ms): boolean {
    const known = this.#isKnown(key, now);
    const own = known ? this.#known : this.#unknown;
    if (own && !own.take(source.full, kind, now)) {
      this.#exceeded(key, source, from, kind, known);
      return false;
    }
    return known || !this.#strangers || this.#strangers.take(this.#together, kind, now);
  }

  #exceeded(key: string, source: Source, from: Peer, kind: number, known: boolean): void {
    const { address, protocol: transport } = from;
    this.security.write('flood', address, { transport, method: (KINDS[kind] ?? '').toUpperCase() });
    if (transport === 'udp' || known) return;
    const now = this.#clock.now();
    if (now - source.beyondAt > FORGIVEN_AFTER) source.beyond = 0;
    source.beyondAt = now;
    if (++source.beyond < ENDURED) return;
    if (this.#bans.ban(key, 'flood')) this.#banish(key, address);
  }

  #banish(key: string, address: string): void {
    this.security.write('ban', address, { minutes: Math.round(this.#lasts / 60_000) });
    this.hangUp(peer => sourceKey(peer.address) === key && !this.acquaintances.registered(peer));
  }

  #isKnown(key: string, now: Ms): boolean {
    const until = this.#vouched.get(key);
    return until !== undefined && until > now;
  }

  /** Trunks and edges; over WebSocket edges alone (DESIGN §2 «Trust and credentials»). */
  #isOurs(source: Source, from: Peer, now: Ms): boolean {
    if (source.askAt <= now) {
      source.askAt = now + ASK_AGAIN;
      const { address } = from;
      source.ours =
        this.edges.has(address) ||
        this.#trunks.trusting({ ...from, protocol: 'udp' }) !== null ||
        this.acquaintances.destination(address);
    }
    const web = from.protocol === 'ws' || from.protocol === 'wss';
    return source.ours && (!web || this.edges.has(from.address));
  }

  #sourceOf(key: string): Source {
    const known = this.#sources.get(key);
    if (known) return known;
    const source = {
      full: fullBuckets(),
      beyond: 0,
      beyondAt: 0,
      ours: false,
      askAt: Number.NEGATIVE_INFINITY,
    };
    this.#sources.set(key, source);
    return source;
  }
}
