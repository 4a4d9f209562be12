import { CAUSES, type Cause } from '@kommutator/model/cause';
import type { TrunkConfig } from '@kommutator/model/config';
import { dialPlan } from '@kommutator/model/dialplan';
import type { Party } from '@kommutator/model/events';
import type { DomainId } from '@kommutator/model/ids';
import { findUser } from '@kommutator/model/lookup';
import { fromTrunk } from '@kommutator/model/numbers';
import {
  type Headers,
  type InviteServer,
  type NameAddr,
  parseNameAddr,
  parseUri,
  type SipUri,
} from '@kommutator/sip';
import type { Arrival } from '../call.ts';
import type { Shield } from '../defence/shield.ts';
import { partyOf } from '../party.ts';
import { isAddress } from './addresses.ts';
import type { Authenticator } from './authenticator.ts';
import type { Bindings } from './bindings.ts';
import { Breadth, breadthOf } from './breadth.ts';
import { refusalHeaders } from './causes.ts';
import { countDiversions } from './diversions.ts';
import type { Gate } from './gate.ts';
import { claimOf, isOwnHost } from './identity.ts';
import { IncomingLeg } from './leg-incoming.ts';
import type { LineContext } from './line-context.ts';
import { Negotiation } from './negotiation.ts';
import { Protection } from './protection.ts';
import { offerOf } from './session-body.ts';
import type { TrunkTable } from './trunk-table.ts';

export interface ArrivalsDeps {
  readonly context: LineContext;
  readonly authenticator: Authenticator;
  readonly bindings: Bindings;
  readonly trunks: TrunkTable;
  readonly gate: Gate;
  readonly shield: Shield;
  readonly onArrival: (arrival: Arrival) => void;
}

/** Who calls, where to, as far as the INVITE and the directory tell. */
type Caller = Pick<Arrival, 'from' | 'config' | 'dialled' | 'callerNumber' | 'privacy'> & {
  readonly party: Party;
};

interface Addresses {
  readonly from: NameAddr;
  readonly to: NameAddr;
  readonly request: SipUri;
}

const DEFAULT_HOPS = 70;
/** Characters of what is called: far more than any number, and little enough to be written down several times a call. */
const LONGEST_NUMBER = 128;
/** Characters of a caller's name as a trunk tells it. */
const LONGEST_NAME = 128;
/** A node that starts may know a domain before it has its configuration. */
const NOT_YET: Cause = CAUSES.overload;

/** Turns an INVITE into an arrival, or refuses it before anything rings. */
export class Arrivals {
  readonly #deps: ArrivalsDeps;

  constructor(deps: ArrivalsDeps) {
    this.#deps = deps;
  }

  invite(invite: InviteServer): void {
    if (this.#deps.gate.stops(invite)) return;
    const { headers } = invite.request;
    const addresses = addressesOf(invite);
    if (!addresses) {
      invite.refuse(400, { reason: 'Bad address' });
      return;
    }
    if (Math.max(addresses.request.user.length, addresses.to.uri.user.length) > LONGEST_NUMBER) {
      invite.refuse(414, { once: true });
      return;
    }
    if (hopsLeft(headers) <= 0) {
      this.#refuse(invite, CAUSES.tooManyHops, 'Max-Forwards is 0');
      return;
    }
    if (breadthOf(headers) === 0) {
      this.#refuse(invite, CAUSES.tooManyBranches, 'Max-Breadth is 0');
      return;
    }
    const { directory } = this.#deps.context;
    const client = this.#deps.shield.edges.clientOf(invite.request, invite.source);
    const claim = claimOf(
      {
        fromHost: addresses.from.uri.host,
        requestHost: addresses.request.host,
        hasCredentials: headers.has('Proxy-Authorization') || headers.has('Authorization'),
        fromRegisteredSource: this.#deps.bindings.registeredFrom(invite.source),
        trunk: this.#deps.trunks.trusting(client),
      },
      host => directory.domainOfRealm(host) !== null,
    );
    if (claim.kind === 'user') {
      this.#fromUser(invite, addresses, claim.realm);
      return;
    }
    if (claim.kind === 'trunk') {
      this.#fromTrunk(invite, addresses, claim.trunk);
      return;
    }
    this.#deps.shield.scanned(client, 'INVITE');
    invite.refuse(403, { headers: refusalHeaders(CAUSES.forbidden), once: true });
  }

  /** The identity is the account's; what the phone writes into From is not read (ACC-15.5). */
  #fromUser(invite: InviteServer, { request, from }: Addresses, realm: string): void {
    const { context, authenticator, gate } = this.#deps;
    const verdict = authenticator.check(invite.request, invite.source, realm, 'proxy');
    if (verdict.kind === 'challenge') {
      invite.refuse(407, { headers: verdict.headers });
      return;
    }
    if (verdict.kind === 'forbidden') {
      // The guard has written it down.
      invite.refuse(403, { headers: refusalHeaders(CAUSES.forbidden), once: true });
      return;
    }
    const advertised = context.sip.listening.map(listening => listening.advertised);
    if (!isOwnHost(request.host, { realm, advertised }, isAddress)) {
      this.#refuse(invite, CAUSES.unknownNumber, 'another domain');
      return;
    }
    const config = context.directory.snapshot(verdict.credential.domain);
    if (!config) {
      this.#refuse(invite, NOT_YET, 'no configuration yet');
      return;
    }
    const user = findUser(config, verdict.credential.user);
    if (!user) {
      this.#refuse(invite, CAUSES.forbidden, 'no such user');
      return;
    }
    if (gate.shut && dialPlan(config, user, request.user, context.directory).kind !== 'emergency') {
      gate.refuse(invite);
      return;
    }
    this.#arrive(invite, {
      from: { kind: 'user', user },
      config,
      dialled: request.user,
      callerNumber: null,
      privacy: wantsPrivacy(invite.request.headers) || isAnonymous(from),
      party: partyOf(user),
    });
  }

  /** A trunk's word counts: P-Asserted-Identity before From (RTE-7.2), the called number where its profile says. */
  #fromTrunk(invite: InviteServer, { request, to, from }: Addresses, trunk: TrunkConfig): void {
    const { context, gate } = this.#deps;
    // An emergency call comes from a user of ours.
    if (gate.shut) {
      gate.refuse(invite);
      return;
    }
    const { directory } = context;
    const called = (trunk.calledIn === 'to' ? to.uri : request).user;
    const dialled = fromTrunk(called, trunk.numberFormat) ?? called;
    const domain: DomainId | null = directory.domainOfNumber(dialled);
    if (domain === null) {
      this.#refuse(invite, CAUSES.unknownNumber, `nobody has ${called.slice(0, 32)}`);
      return;
    }
    const config = directory.snapshot(domain);
    if (!config) {
      this.#refuse(invite, NOT_YET, 'no configuration yet');
      return;
    }
    const { headers } = invite.request;
    const asserted = headers.all('P-Asserted-Identity').map(parseNameAddr).find(Boolean);
    const identity = asserted ?? from;
    const privacy = wantsPrivacy(headers) || isAnonymous(identity);
    const callerNumber = privacy ? null : fromTrunk(identity.uri.user, trunk.numberFormat);
    const name = privacy ? '' : identity.displayName.slice(0, LONGEST_NAME).toWellFormed();
    this.#arrive(invite, {
      from: { kind: 'trunk', trunk },
      config,
      dialled,
      callerNumber,
      privacy,
      party: { kind: 'pstn', number: callerNumber ?? '', name, trunk: trunk.id },
    });
  }

  #arrive(invite: InviteServer, caller: Caller): void {
    const { context, onArrival } = this.#deps;
    const { headers } = invite.request;
    const negotiation = new Negotiation(context, invite.source, undefined, new Protection(invite.source));
    const body = offerOf(invite.request);
    if (body === 'unsupported') {
      invite.refuse(415, { headers: [['Accept', 'application/sdp']] });
      return;
    }
    if (body !== null && !negotiation.accept(body).ok) {
      this.#refuse(invite, CAUSES.noCommonCodec, 'no common codec');
      return;
    }
    const { party, ...arrival } = caller;
    const { config } = arrival;
    const hops = countDiversions(headers);
    const replaces = readReplaces(headers.get('Replaces'));
    const breadth = breadthOf(headers);
    const leg = new IncomingLeg(
      {
        context,
        config,
        party,
        maxForwards: hopsLeft(headers),
        breadth: breadth === null ? null : new Breadth(breadth),
        negotiation,
      },
      invite,
    );
    onArrival({ ...arrival, leg, hops, ...(replaces && { replaces }) });
  }

  /** @param once nobody has shown who he is: the refusal is not repeated. */
  #refuse(invite: InviteServer, cause: Cause, why: string, once = false): void {
    const { callId } = invite.dialog;
    const { address, port, protocol } = invite.source;
    this.#deps.context.log.info(
      { sipCallId: callId, source: `${protocol}:${address}:${port}`, sip: cause.sip, why },
      'INVITE refused',
    );
    invite.refuse(cause.sip, { headers: refusalHeaders(cause), once });
  }
}

function addressesOf({ request }: InviteServer): Addresses | null {
  const from = parseNameAddr(request.headers.get('From') ?? '');
  const to = parseNameAddr(request.headers.get('To') ?? '');
  const uri = parseUri(request.uri);
  return from && to && uri && { from, to, request: uri };
}

function hopsLeft(headers: Headers): number {
  const text = headers.get('Max-Forwards');
  const hops = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isInteger(hops) && hops >= 0 ? Math.min(hops, DEFAULT_HOPS) : DEFAULT_HOPS;
}

/** `Privacy: id` and its kin (RFC 3323, RFC 3325); `none` is the opposite. */
function wantsPrivacy(headers: Headers): boolean {
  const wanted = (headers.get('Privacy') ?? '').toLowerCase().split(/[;,]/);
  return wanted.some(value => ['id', 'user', 'header', 'session', 'critical'].includes(value.trim()));
}

const isAnonymous = ({ uri }: NameAddr): boolean =>
  uri.host === 'anonymous.invalid' || uri.user.toLowerCase() === 'anonymous';

/** RFC 3891: the dialog an INVITE wants to take over. */
export function readReplaces(value: string | undefined): NonNullable<Arrival['replaces']> | null {
  if (value === undefined) return null;
  const [callId = '', ...params] = value.split(';').map(part => part.trim());
  const tag = (name: string) =>
    params.find(param => param.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
  const fromTag = tag('from-tag');
  const toTag = tag('to-tag');
  return callId && fromTag && toTag ? { callId, fromTag, toTag } : null;
}
