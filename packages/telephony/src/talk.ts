import { bridge } from './bridge.ts';
import type { Leg } from './call.ts';
import type { LiveCall } from './live-call.ts';

/** Any conversation: until one side ends. From here on the end of a leg is a value, not LegEnded. */
export async function talk(call: LiveCall, a: Leg, b: Leg): Promise<void> {
  await using line = bridge(call, a, b);
  const { leg, other, cause } = await line.next();
  // Lost media and our own faults are nobody's hang-up.
  const by = cause.sip >= 500 ? 'system' : leg === call.caller ? 'caller' : 'callee';
  call.conclude(by, cause);
  other.hangup(cause);
}
