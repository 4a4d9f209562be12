import { CAUSES, type Cause } from '@kommutator/model/cause';
import type { UserConfig } from '@kommutator/model/config';
import { outgoingNumber } from '@kommutator/model/dialplan';
import type { Party, SkipReason } from '@kommutator/model/events';
import { isE164 } from '@kommutator/model/numbers';
import { allows, directionClass, effectiveRestriction } from '@kommutator/model/restrictions';
import type { DialOptions, InviteOrder, RingTarget } from './call.ts';
import type { LiveCall, Via } from './live-call.ts';
import { partyOf } from './party.ts';
import { type WayOut, waysOut } from './trunk-choice.ts';

/** More redirections than this are a loop (USR-42.11). */
export const MAX_HOPS = 5;

/** Where the INVITEs of one target go and what they say. */
export interface Path {
  /** Tried one after another; the INVITEs of a wave leave at once. */
  readonly waves: readonly (readonly InviteOrder['to'][])[];
  readonly from: Party;
  readonly privacy: boolean;
  readonly hops: number;
  readonly via: Via;
  /** Said to the target: Diversion and History-Info (USR-44.1, 44.2). */
  readonly divertedBy?: NonNullable<DialOptions['divertedBy']>;
  /** Channel and money, held until the leg is over. */
  readonly held: Disposable | null;
}

/** Why no INVITE leaves. */
export interface NoPath {
  readonly skipped: SkipReason;
  readonly cause: Cause;
}

const skip = (skipped: SkipReason, cause: Cause): NoPath => ({ skipped, cause });

/** Finds the way to a target, asking restriction, channels and money of calls to the public network. */
export function pathTo(call: LiveCall, to: RingTarget, o: DialOptions): Path | NoPath {
  if (call.arrival.hops > MAX_HOPS) return skip('loop', CAUSES.tooManyHops);
  switch (to.kind) {
    case 'devices':
      return toDevices(call, to.user, o);
    case 'number':
      return toNumber(call, to, o);
    case 'uri':
      return toUri(call, to.uri);
  }
}

function toDevices(call: LiveCall, user: UserConfig, o: DialOptions): Path | NoPath {
  const contacts = call.house.lines.contacts(call.config.name, user.login);
  if (contacts.length === 0) return skip('notRegistered', CAUSES.nobody);
  return {
    waves: [contacts.map(contact => ({ kind: 'contact', contact, user }))],
    from: o.show ?? call.caller.party,
    privacy: false,
    hops: call.arrival.hops,
    via: 'user',
    // A phone is told of the public number that was called; a colleague's direct call was not diverted.
    ...(call.called && o.divertedBy && { divertedBy: o.divertedBy }),
    held: null,
  };
}

/** Only logins of the own domain are rung; foreign SIP addresses need the provider's leave (USR-38.4). */
function toUri(call: LiveCall, uri: string): NoPath {
  const host = uri.slice(uri.indexOf('@') + 1).toLowerCase();
  const foreign = uri.includes('@') && host !== call.config.name;
  return foreign ? skip('foreign', CAUSES.forbidden) : skip('malformed', CAUSES.unknownNumber);
}

type NumberTarget = Extract<RingTarget, { kind: 'number' }>;

function toNumber(call: LiveCall, to: NumberTarget, o: DialOptions): Path | NoPath {
  const { number } = to;
  const emergency = to.emergency ?? false;
  const forwarded = o.divertedBy !== undefined;
  const hops = call.arrival.hops + (forwarded ? 1 : 0);
  if (hops > MAX_HOPS) return skip('loop', CAUSES.tooManyHops);
  const shown = outgoingNumber(call.config, to.onBehalfOf);
  if (!emergency) {
    if (!isE164(number)) return skip('malformed', CAUSES.unknownNumber);
    if (!mayCall(call, to)) return skip('restricted', CAUSES.forbidden);
    if (shown === null) return skip('noNumber', CAUSES.forbidden);
  }
  const ways = waysOut(call.house.directory.current.trunks, number, trunkFacts(call), emergency);
  if (ways.length === 0) return skip('noTrunk', CAUSES.trunkDown);
  const held = hold(call, to, emergency);
  if ('skipped' in held) return held;
  return {
    waves: ways.map(way => [toTrunk(way, number)]),
    from: { kind: 'pstn', number: shown ?? '', name: '' },
    // Who calls for help is never hidden.
    privacy: !emergency && (o.privacy ?? false),
    hops,
    via: forwarded ? 'forwarding' : 'trunk',
    ...(o.divertedBy && { divertedBy: o.divertedBy }),
    held,
  };
}

const toTrunk = (way: WayOut, number: string) => ({ kind: 'trunk', ...way, number }) as const;

function mayCall(call: LiveCall, { number, onBehalfOf }: NumberTarget): boolean {
  const direction = directionClass(number, call.config.homeCodes);
  return allows(effectiveRestriction(call.config, onBehalfOf), direction);
}

const trunkFacts = ({ house: { lines } }: LiveCall) => ({
  up: lines.trunkUp.bind(lines),
  calls: lines.trunkCalls.bind(lines),
});

/** One outgoing channel and the money of one leg (USR-44.4). Emergency calls pass both limits. */
function hold(call: LiveCall, to: NumberTarget, emergency: boolean): Disposable | NoPath {
  const { house, config } = call;
  using held = new DisposableStack();
  const limit = config.channels.outgoing;
  const channel = held.use(house.channels.take(config.id, 'outgoing', limit, { emergency }));
  if (!channel) return skip('noChannel', CAUSES.noOutgoingChannel);
  const payer = to.onBehalfOf ? partyOf(to.onBehalfOf) : call.caller.party;
  const spending = { call: call.id, domain: config.id, payer, number: to.number, emergency };
  const money = held.use(house.meter.hold(spending));
  if (!money && !emergency) return skip('noMoney', CAUSES.noOutgoingChannel);
  return held.move();
}

/** The number a forwarded call was for: as the public network knows it, the internal one where it knows none. */
export const divertedNumber = (call: LiveCall, user: UserConfig): string =>
  call.called ?? outgoingNumber(call.config, user) ?? user.extension;
