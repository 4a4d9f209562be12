import { CAUSES, type Cause } from '@kommutator/model/cause';
import type { TrunkConfig } from '@kommutator/model/config';
import type { Party } from '@kommutator/model/events';
import { type Peer, parseUri } from '@kommutator/sip';
import type { InviteOrder } from '../call.ts';
import { partyOf } from '../party.ts';
import { bindingOf } from './bindings.ts';
import { peerOf } from './contact-route.ts';
import type { Departure } from './leg-outgoing.ts';
import type { LineContext } from './line-context.ts';
import { asRequestUri, type Presentation, toPhone, toTrunk, toUri } from './presentation.ts';
import type { Registrar } from './registrar.ts';
import type { Trunks } from './trunks.ts';

export interface DeparturesDeps {
  readonly context: LineContext;
  readonly registrar: Registrar;
  readonly trunks: Trunks;
}

/** Who is at the far end of an INVITE we send. */
export function farEndOf({ to }: InviteOrder): Party {
  switch (to.kind) {
    case 'contact':
      return partyOf(to.user);
    case 'trunk':
      return { kind: 'pstn', number: to.number, name: '', trunk: to.trunk.id };
    case 'uri':
      return { kind: 'pstn', number: parseUri(to.uri)?.user ?? '', name: '' };
  }
}

/**
 * Where an INVITE goes and what it says; a cause when it must not or cannot leave.
 * @param narrow it must not be forked to several places at once: the caller counts branches (RFC 5393).
 */
export function departureOf(
  deps: DeparturesDeps,
  order: InviteOrder,
  hopsLeft: number,
  narrow = false,
): Departure | Cause {
  if (hopsLeft <= 0) return CAUSES.tooManyHops;
  const departure = departureTo(deps, order, hopsLeft);
  if (!narrow || 'sip' in departure) return departure;
  const headers = [...(departure.init.headers ?? []), ['Max-Breadth', '1'] as const];
  return { ...departure, init: { ...departure.init, headers } };
}

function departureTo(deps: DeparturesDeps, order: InviteOrder, hopsLeft: number): Departure | Cause {
  switch (order.to.kind) {
    case 'contact':
      return toContact(deps, order, order.to, hopsLeft);
    case 'trunk':
      return toDestination(deps, order, order.to, hopsLeft);
    case 'uri':
      return toAnyone(order, order.to.uri, hopsLeft);
  }
}

type To<Kind> = Extract<InviteOrder['to'], { kind: Kind }>;

const diverted = ({ divertedBy, hops }: InviteOrder) => ({ hops, ...(divertedBy && { by: divertedBy }) });

function toContact(
  { registrar }: DeparturesDeps,
  order: InviteOrder,
  { contact }: To<'contact'>,
  hops: number,
): Departure | Cause {
  const config = order.call.config;
  const binding = bindingOf(registrar.bindings.of(config.id, contact.login), contact);
  const uri = parseUri(contact.contact);
  if (!binding || !uri) return CAUSES.unreachable;
  const said = toPhone(asRequestUri(uri), contact.login, config.name, order.from, diverted(order));
  return {
    init: init(said, binding.record.path, hops),
    peer: peerOf(binding),
    authorise: null,
    unreachable: () => {
      if (binding.source.protocol !== 'udp') registrar.unreachable(binding);
    },
  };
}

function toDestination(
  { context, trunks }: DeparturesDeps,
  order: InviteOrder,
  { trunk, destination: index, number }: To<'trunk'>,
  hops: number,
): Departure | Cause {
  const destination = trunks.destination(trunk, index);
  if (!destination) return CAUSES.trunkDown;
  const said = toTrunk({
    config: order.call.config,
    trunk,
    destination: destination.host,
    ownHost: ownHost(context, trunk, destination.peer),
    number,
    caller: order.from,
    privacy: order.privacy,
    diverted: diverted(order),
  });
  if (!said) return CAUSES.forbidden;
  return {
    init: init(said, [], hops),
    peer: destination.peer,
    authorise: trunk.registration ? trunks.authoriser(trunk) : null,
    unreachable: () => undefined,
    next: destination.next,
  };
}

function toAnyone(order: InviteOrder, text: string, hops: number): Departure | Cause {
  const uri = parseUri(text);
  if (uri?.scheme !== 'sip' || uri.host === '') return CAUSES.unknownNumber;
  const protocol = uri.params.transport?.toLowerCase() === 'tcp' ? 'tcp' : 'udp';
  const said = toUri(asRequestUri(uri), order.call.config.name, order.from, diverted(order));
  return {
    init: init(said, [], hops),
    peer: { protocol, address: uri.host, port: uri.port ?? 5060 },
    authorise: null,
    unreachable: () => undefined,
  };
}

const init = (said: Presentation, routes: readonly string[], maxForwards: number): Departure['init'] => ({
  ...said,
  routes,
  maxForwards,
});

/** Carriers that gave us an account expect its domain in From; others see our own name. */
function ownHost({ sip }: LineContext, trunk: TrunkConfig, peer: Peer): string {
  const aor = trunk.registration && parseUri(trunk.registration.aor);
  if (aor) return aor.host;
  return sip.local(peer).advertised;
}
