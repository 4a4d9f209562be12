import type { ClipId } from '@kommutator/media';
import type { Cause } from '@kommutator/model/cause';
import type { EndedBy } from '@kommutator/model/events';
import type { Leg } from './call.ts';
import { firstOf } from './first-of.ts';
import type { LiveCall } from './live-call.ts';

/** How long somebody already answered hears the busy tone before BYE (USR-42.9). */
const BUSY_TONE_MS = 5_000;

export interface Refusal {
  /** Heard before the code: 183, or within the conversation when already answered. */
  readonly announcement?: `announcement:${string}`;
  /** Whose will it was; the system's when left out. */
  readonly by?: EndedBy;
}

/**
 * Ends a leg that gets no conversation: the code before 200, an announcement in 183 and the code where one is given,
 * five seconds of busy tone and BYE after 200.
 * @throws LegEnded when the leg ends during the announcement or the tone.
 */
export async function refuse(call: LiveCall, leg: Leg, cause: Cause, o: Refusal = {}): Promise<void> {
  if (o.announcement) await leg.play([o.announcement as string as ClipId]);
  else if (leg.answered) await busyTone(call, leg);
  call.conclude(o.by ?? 'system', cause);
  leg.hangup(cause);
}

async function busyTone(call: LiveCall, leg: Leg): Promise<void> {
  leg.hear('busy');
  await firstOf({ over: signal => call.clock.sleep(BUSY_TONE_MS, signal), gone: () => leg.ended });
}
