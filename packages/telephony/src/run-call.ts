import { CAUSES } from '@kommutator/model/cause';
import type { CallEvent } from '@kommutator/model/events';
import { type Arrival, LegEnded } from './call.ts';
import type { House } from './house.ts';
import { LiveCall } from './live-call.ts';

/** How the journal of a call begins. */
export type Opening = Omit<
  Extract<CallEvent, { type: 'call.started' }>,
  'type' | 'from' | 'dialled' | 'sipCallId'
>;

/**
 * The root task of a call (DESIGN §2 rule 2): pins the configuration, runs the flow, swallows LegEnded, writes the end
 * and frees what is left. Resolves when nothing of the call remains; never rejects.
 */
export async function runCall(
  house: House,
  arrival: Arrival,
  opening: Opening,
  flow: (call: LiveCall) => Promise<void>,
): Promise<void> {
  await using call = new LiveCall(
    house,
    arrival,
    opening.direction === 'out' ? null : (opening.number?.digits ?? null),
  );
  house.calls.add(call);
  call.note({
    type: 'call.started',
    ...opening,
    from: arrival.leg.party,
    dialled: arrival.dialled,
    sipCallId: arrival.leg.sipCallId,
  });
  call.adopt(arrival.leg);
  await carryOn(call, flow);
}

/** Runs the flow of a call; what breaks it ends the call, and nothing else. Never rejects. */
export async function carryOn(call: LiveCall, flow: (call: LiveCall) => Promise<void>): Promise<void> {
  try {
    await flow(call);
  } catch (error) {
    if (error instanceof LegEnded) {
      call.concludeWith(error.leg, error.cause_);
    } else {
      call.house.log.error({ call: call.id, error: String(error), stack: stackOf(error) }, 'a flow broke');
      call.conclude('system', CAUSES.systemEnd);
    }
  }
}

const stackOf = (error: unknown) => (error instanceof Error ? error.stack : undefined);
