import { CAUSES } from '@kommutator/model/cause';
import type { Attempt, Dialled, DialOptions, RingTarget } from './call.ts';
import { firstAnswer } from './first-answer.ts';
import type { LiveCall } from './live-call.ts';
import type { RingingCall } from './pickup-board.ts';
import { Ring } from './ring.ts';

/** Rings one target; leaving the block of the attempt cancels it. Asks Meter, channels and restrictions itself. */
export const dial = (call: LiveCall, to: RingTarget, o: DialOptions): Attempt => new Ring(call, to, o);

/** What a level needs besides the options of its targets. */
export interface LevelOptions extends DialOptions {
  /** Where a colleague may take the call from. */
  readonly ringing?: RingingCall;
}

/**
 * Rings all targets of a level at once; each is cancelled when its own ring time is over; the first 200 wins, a second
 * one of the same moment gets BYE (USR-42.5, 42.7).
 * @throws LegEnded when `o.for` ends: everything is cancelled.
 */
export async function ringFirst(
  call: LiveCall,
  to: readonly RingTarget[],
  o: LevelOptions,
): Promise<Dialled> {
  const rings: Ring[] = [];
  try {
    for (const target of to) rings.push(new Ring(call, target, o));
    if (o.ringing) {
      const decided = () => rings.some(ring => ring.answered);
      o.ringing.take = picker => !decided() && rings.some(ring => ring.take(picker));
    }
    return await firstAnswer(
      rings.map(ring => ring.result),
      () => {
        for (const ring of rings) ring.stop(CAUSES.elsewhere);
      },
    );
  } finally {
    if (o.ringing) o.ringing.take = null;
    for (const ring of rings) ring.stop(CAUSES.cancelled);
  }
}
