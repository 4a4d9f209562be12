import { CAUSES } from '@kommutator/model/cause';
import { findNumber } from '@kommutator/model/lookup';
import type { Arrival } from '../call.ts';
import type { House } from '../house.ts';
import type { LiveCall } from '../live-call.ts';
import { MAX_HOPS } from '../path.ts';
import { refuse } from '../refuse.ts';
import { runCall } from '../run-call.ts';
import { byRules } from './to-target.ts';

/** A call from the public network (RTE-15): number › block › channel › rules › object. */
export function incoming(house: House, arrival: Arrival): Promise<void> {
  const number = findNumber(arrival.config, arrival.dialled);
  const opening = {
    direction: 'in' as const,
    ...(number && { number: { id: number.id, digits: number.digits } }),
  };
  return runCall(house, arrival, opening, async call => {
    if (!number) {
      call.note({ type: 'number.unknown', number: arrival.dialled });
      return refuse(call, call.caller, CAUSES.unknownNumber);
    }
    if (arrival.hops > MAX_HOPS) return refuse(call, call.caller, CAUSES.tooManyHops);
    if (house.meter.blocked(call.config.id)) {
      return refuse(call, call.caller, CAUSES.blocked, { announcement: 'announcement:out-of-service' });
    }
    if (!takeChannel(call)) {
      call.note({ type: 'channel.none', way: 'incoming' });
      return refuse(call, call.caller, CAUSES.noIncomingChannel);
    }
    return byRules(call, call.caller, number, arrival.callerNumber);
  });
}

/** The channel stays with the caller's leg until its final release (BIL-36.1). */
function takeChannel(call: LiveCall): boolean {
  const { house, config, caller } = call;
  const channel = house.channels.take(config.id, 'incoming', config.channels.incoming);
  if (channel) void caller.ended.then(() => channel[Symbol.dispose]());
  return channel !== null;
}
