import { CAUSES, type Cause } from '@kommutator/model/cause';
import { bridge } from './bridge.ts';
import type { Leg } from './call.ts';
import type { LiveCall } from './live-call.ts';

/** Q.850 102: recovery on timer expiry. */
const HELD_TOO_LONG: Cause = { ...CAUSES.normal, q850: 102, text: 'Held too long' };

/** Any conversation: until one side ends. From here on the end of a leg is a value, not LegEnded. `resumed`: it goes on. */
export async function talk(call: LiveCall, a: Leg, b: Leg, resumed = false): Promise<void> {
  await using line = bridge(call, a, b, resumed);
  const event = await line.next();
  if (event.kind === 'forgotten') {
    call.conclude('system', HELD_TOO_LONG);
    event.leg.hangup(HELD_TOO_LONG);
    event.other.hangup(HELD_TOO_LONG);
    return;
  }
  const { leg, other, cause } = event;
  call.concludeWith(leg, cause);
  other.hangup(cause);
}
