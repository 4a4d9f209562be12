import type { Clock } from '@kommutator/base';
import type { Living, MediaEngine } from '@kommutator/media';
import { CAUSES } from '@kommutator/model/cause';
import type { DomainSnapshot } from '@kommutator/model/config';
import type { DomainId } from '@kommutator/model/ids';
import type { DigestServer, RandomBytes, SipStack } from '@kommutator/sip';
import type { Arrival, InviteOrder, Leg, Lines, OutgoingLeg, RegisteredContact } from '../call.ts';
import { NO_LIMITS } from '../defence/limits.ts';
import { Shield } from '../defence/shield.ts';
import { Strangers } from '../defence/strangers.ts';
import type { Directory, Log, RegistrationStore, Resolver } from '../ports.ts';
import type { LeftLeg } from '../projections/left.ts';
import { AddressList, isPrivate } from './addresses.ts';
import { Arrivals } from './arrivals.ts';
import { Authenticator } from './authenticator.ts';
import { reasonHeaders } from './causes.ts';
import { departureOf, farEndOf } from './departures.ts';
import { Gate } from './gate.ts';
import { AdoptedLeg, readKept } from './leg-adopted.ts';
import { LegBook } from './leg-book.ts';
import { OutgoingInvite } from './leg-outgoing.ts';
import type { LineContext, LineSettings } from './line-context.ts';
import { LineLeg } from './line-leg.ts';
import { MediaHub } from './media-hub.ts';
import { Negotiation } from './negotiation.ts';
import { answerOther } from './other-methods.ts';
import { Protection } from './protection.ts';
import { Registrar } from './registrar.ts';
import { TrunkTable } from './trunk-table.ts';
import { Trunks } from './trunks.ts';

export interface LinesDeps {
  readonly clock: Clock;
  readonly sip: SipStack;
  readonly media: MediaEngine;
  readonly directory: Directory;
  readonly registrations: RegistrationStore;
  /** Shared by all nodes, so that a nonce of one is good at the other. */
  readonly digest: DigestServer;
  readonly random: RandomBytes;
  /** Finds trunks that are known by name; without one only those known by address are reached. */
  readonly resolver?: Resolver;
  readonly log: Log;
  /** Writes the journal to the disk; called before a BYE is answered. */
  readonly journalFlush: () => void;
  readonly settings: LineSettings;
  /** The shield that stands before the transport; without one nobody is limited or banned. */
  readonly shield?: Shield;
}

/** What is alive; all but `registrations` and `shed` are zero when nobody calls. */
interface LineCounters {
  readonly legs: number;
  readonly endpoints: number;
  readonly registrations: number;
  /** New calls refused since the start, because of overload or while draining. */
  readonly shed: number;
}

/** The side of call control that turns SIP and media into legs. */
export interface LineSide extends Lines {
  counters(): LineCounters;
  /** Goes on with an answered leg of an earlier process; null when that cannot be. */
  adopt(leg: LeftLeg, config: DomainSnapshot, living: Living): Leg | null;
  /** Ends the dialog of an answered leg of an earlier process. */
  release(leg: LeftLeg): void;
  /** While on, new calls get 503 with Retry-After before any work; emergency calls and those going on pass. */
  setOverload(on: boolean): void;
  /** From now on new calls are refused as under overload, and OPTIONS says so. */
  drain(): void;
  /** The directory has changed: trunks are looked at again. */
  reload(): void;
  /** Ends all legs, stops pings and expiry, takes back the registrations at carriers. Contacts stay on disk. */
  close(): Promise<void>;
}

const DEFAULT_HOPS = 70;

/** Builds the line side and puts it on the stack and on the engine. */
export function createLines(deps: LinesDeps, onArrival: (arrival: Arrival) => void): LineSide {
  const { clock, sip, directory, log, settings, random: randomBytes } = deps;
  const random = () => Buffer.from(randomBytes(6)).readUIntBE(0, 6) / 2 ** 48;
  const shield = deps.shield ?? openShield(deps);
  const hub = new MediaHub(deps.media, log);
  const legs = new LegBook<LineLeg>();
  const { journalFlush } = deps;
  const localNets = new AddressList(settings.localNets);
  const isInside = (address: string) => isPrivate(address) || localNets.has(address);
  const context: LineContext = {
    clock,
    sip,
    hub,
    directory,
    log,
    security: shield.security,
    settings,
    isInside,
    random,
    journalFlush,
    legs,
  };
  const authenticator = new Authenticator({
    clock,
    shield,
    digest: deps.digest,
    directory,
    log,
    demoFromAnywhere: settings.demoFromAnywhere,
  });
  for (const { sourceAddress, expiresAt } of deps.registrations.load())
    shield.vouch(sourceAddress, expiresAt - clock.wall());
  const registrar = new Registrar({
    clock,
    directory,
    store: deps.registrations,
    authenticator,
    log,
    sip,
    pingSecret: Buffer.from(randomBytes(8)).toString('hex'),
  });
  const { bindings } = registrar;
  const gate = new Gate();
  const strangers = new Strangers({
    shield,
    isRealm: host => directory.domainOfRealm(host) !== null,
    names: () => sip.listening.map(({ advertised }) => advertised),
  });
  const arrivals = new Arrivals({
    context,
    shield,
    gate,
    authenticator,
    bindings,
    trunks: new TrunkTable(directory),
    onArrival,
  });
  const trunks = new Trunks({
    clock,
    sip,
    log,
    random,
    randomBytes,
    open: sealed => directory.open(sealed),
    directory,
    simulator: settings.simulator,
    ...(deps.resolver && { resolver: deps.resolver }),
  });
  shield.acquaintances = {
    registered: peer => bindings.registeredFrom(peer),
    destination: address => trunks.reaches(address),
  };
  sip.events = {
    ignores: (request, source) => strangers.ignores(request, source),
    request: transaction =>
      transaction.request.method === 'REGISTER'
        ? registrar.register(transaction)
        : answerOther(transaction, gate.draining, !shield.trusts(transaction.source)),
    invite: invite => arrivals.invite(invite),
    ponged: token => registrar.ponged(token),
    connectionClosed: connection => registrar.connectionClosed(connection),
  };
  return {
    contacts: (domain, login) => contactsOf(deps.directory, registrar, domain, login),
    trunkUp: (trunk, destination) => trunks.up(trunk, destination),
    trunkCalls: trunk => legs.onTrunk(trunk.id),
    invite: order => invite({ context, registrar, trunks }, order),
    counters: () => ({ legs: legs.size, endpoints: hub.size, registrations: bindings.size, shed: gate.shed }),
    adopt: (leg, config, living) => adopt(context, leg, config, living),
    release: ({ kept }) => {
      const known = kept && readKept(kept);
      if (known) sip.restore(known.dialog).bye(reasonHeaders(CAUSES.systemEnd));
    },
    setOverload: on => {
      gate.overload = on;
    },
    drain: () => {
      gate.draining = true;
    },
    reload: () => trunks.reload(),
    close: async () => {
      gate.draining = true;
      trunks.close();
      registrar.close();
      const ending = [...legs];
      for (const leg of ending) leg.hangup(CAUSES.systemEnd);
      await Promise.all(ending.map(leg => leg.ended));
    },
  };
}

/** Limits nobody. */
const openShield = ({ clock, log, directory, settings }: LinesDeps): Shield =>
  new Shield({
    clock,
    log,
    directory,
    limits: NO_LIMITS,
    ban: null,
    edges: [],
    localNets: settings.localNets,
  });

function contactsOf(
  directory: Directory,
  registrar: Registrar,
  name: string,
  login: string,
): readonly RegisteredContact[] {
  const domain: DomainId | null = directory.domainOfRealm(name.toLowerCase());
  return domain === null ? [] : [...registrar.bindings.of(domain, login)];
}

function adopt(
  context: LineContext,
  { started, kept }: LeftLeg,
  config: DomainSnapshot,
  living: Living,
): Leg | null {
  const known = kept && readKept(kept);
  const negotiation = known && Negotiation.restore(context, known.description, living);
  if (!known || !negotiation) return null;
  const { leg: id, party, sipCallId } = started;
  const { maxForwards } = known;
  return new AdoptedLeg({ id, context, config, party, maxForwards, negotiation }, sipCallId, known, living);
}

/** The far end of an INVITE that does not leave. */
const NOWHERE = { protocol: 'udp', address: '' } as const;

type Ways = Parameters<typeof departureOf>[0];

function invite(ways: Ways, order: InviteOrder): OutgoingLeg {
  const { context } = ways;
  const caller = order.caller instanceof LineLeg ? order.caller : null;
  const maxForwards = (caller?.maxForwards ?? DEFAULT_HOPS + 1) - 1;
  const breadth = caller?.breadth ?? null;
  const departure =
    breadth && !breadth.take()
      ? CAUSES.tooManyBranches
      : departureOf(ways, order, maxForwards, breadth !== null);
  const leaves = !('sip' in departure);
  const peer = leaves ? departure.peer : NOWHERE;
  const leg = new OutgoingInvite({
    context,
    config: order.call.config,
    party: farEndOf(order),
    maxForwards,
    negotiation: new Negotiation(context, peer, caller?.negotiation, new Protection(peer)),
  });
  if (breadth && departure !== CAUSES.tooManyBranches) void leg.ended.then(() => breadth.give());
  // The flow adopts the leg in this tick: what comes of it is noted in its call.
  if (leaves) void leg.depart(departure);
  else queueMicrotask(() => leg.refused(departure));
  return leg;
}
