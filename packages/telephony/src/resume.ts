import type { DomainSnapshot } from '@kommutator/model/config';
import type { CallId, DomainId } from '@kommutator/model/ids';
import { findUser } from '@kommutator/model/lookup';
import type { Arrival, Leg } from './call.ts';
import type { House } from './house.ts';
import { LiveCall } from './live-call.ts';
import type { Told } from './ports.ts';
import type { LeftLeg, LeftTrace } from './projections/left.ts';
import { carryOn } from './run-call.ts';
import { talk } from './talk.ts';

/** A call that an earlier process left open, as its journal tells it. */
export interface LeftCall {
  readonly call: CallId;
  readonly domain: DomainId;
  /** Of its last event. */
  readonly seq: number;
  readonly left: LeftTrace;
}

/** Both sides of a talk that goes on. */
interface Talk {
  readonly config: DomainSnapshot;
  readonly caller: LeftLeg;
  readonly target: LeftLeg;
  /** The call as it arrived, with this leg for its caller. */
  readonly arrivalOf: (caller: Leg) => Arrival;
}

/**
 * What of a left call can go on: a talk of the caller with one other, both still known to the configuration.
 * @returns null when the call was anywhere else.
 */
export function talkOf({ left, domain }: LeftCall, house: Pick<House, 'directory'>): Talk | null {
  const { begun, talk: pair, legs } = left;
  const config = house.directory.snapshot(domain);
  const caller = legs.find(({ started }) => started.role === 'caller');
  const target = legs.find(({ started }) => started.role === 'target');
  if (!begun || !pair || !config || legs.length !== 2 || !caller?.kept || !target?.kept) return null;
  const from = senderOf(caller, config, house.directory);
  if (!from) return null;
  const arrivalOf = (leg: Leg): Arrival => ({
    leg,
    from,
    config,
    dialled: begun.dialled,
    callerNumber: begun.from.kind === 'pstn' && begun.from.number !== '' ? begun.from.number : null,
    privacy: false,
    hops: 0,
  });
  return { config, caller, target, arrivalOf };
}

function senderOf(
  { started: { party } }: LeftLeg,
  config: Arrival['config'],
  directory: House['directory'],
): Arrival['from'] | null {
  const trunk = party.trunk === undefined ? null : directory.trunk(party.trunk);
  if (trunk) return { kind: 'trunk', trunk };
  const user = party.user === undefined ? undefined : findUser(config, party.user);
  return user ? { kind: 'user', user } : null;
}

/** Goes on with a talk (DESIGN §2 «Processes»): the same call, the same journal, the same end. Never rejects. */
export async function resumeTalk(house: House, o: LeftCall, arrival: Arrival, target: Leg): Promise<void> {
  const { begun, startedAt } = o.left;
  const called = begun?.direction === 'out' ? null : (begun?.number?.digits ?? null);
  await using call = new LiveCall(house, arrival, called, { call: o.call, startedAt, seq: o.seq });
  house.calls.add(call);
  house.watchers?.resumed(o.call, o.domain, toldOf(o.left));
  for (const leg of [arrival.leg, target]) {
    call.takeOver(leg);
    holdChannel(call, leg);
  }
  await carryOn(call, () => talk(call, arrival.leg, target, true));
}

/** What those who look on must know of a talk that goes on. */
function toldOf({ begun, startedAt, legs, talk: pair }: LeftTrace): readonly Told[] {
  if (!begun || !pair) return [];
  return [
    { at: startedAt, event: begun },
    ...legs.map(({ started }) => ({ at: startedAt, event: started })),
    ...legs.map(({ started: { leg } }) => ({ at: pair.at, event: { type: 'leg.answered', leg } as const })),
    { at: pair.at, event: pair.started },
  ];
}

/** The channel and the money of a leg to or from the public network are taken anew; a call that is up is within all limits. */
function holdChannel(call: LiveCall, leg: Leg): void {
  const { house, config, caller } = call;
  if (leg.party.trunk === undefined) return;
  const way = leg === caller ? 'incoming' : 'outgoing';
  using held = new DisposableStack();
  held.use(house.channels.take(config.id, way, Number.POSITIVE_INFINITY));
  if (way === 'outgoing')
    held.use(
      house.meter.hold({
        call: call.id,
        domain: config.id,
        payer: caller.party,
        number: leg.party.number,
        emergency: false,
      }),
    );
  const kept = held.move();
  void leg.ended.then(() => kept.dispose());
}
