import type { ClipId } from '@kommutator/media';
import type { Leg } from '../call.ts';
import type { LiveCall } from '../live-call.ts';

const GREETING = 'announcement:echo-test' as ClipId;

/** The echo test: says what it is, then gives the caller his own voice back until he hangs up. */
export async function echo(call: LiveCall, caller: Leg, extension: string): Promise<void> {
  call.note({ type: 'wanted', what: { kind: 'service', service: 'echo', number: extension } });
  await caller.answer();
  call.note({ type: 'service.started', service: 'echo' });
  await caller.play([GREETING]);
  caller.hearLeg(caller);
  call.conclude('caller', await caller.ended);
}
