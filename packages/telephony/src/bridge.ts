import { type Bridge, type BridgeEvent, type Leg, LegEnded } from './call.ts';
import { firstOf } from './first-of.ts';
import type { LiveCall } from './live-call.ts';

/**
 * Joins two legs: answers a side not yet answered, lets each hear the other, and tells what happens next.
 * Leaving its block ends the talk in the journal; the legs stay as they are.
 */
export function bridge(call: LiveCall, a: Leg, b: Leg): Bridge {
  let talking = false;
  const end = () => {
    if (talking) call.note({ type: 'talk.ended', a: a.id, b: b.id });
    talking = false;
  };
  const join = async () => {
    // The target first: when it has gone in the same moment, the caller must not pay for an answer.
    await b.answer();
    await a.answer();
    a.hearLeg(b);
    b.hearLeg(a);
    talking = true;
    call.note({ type: 'talk.started', a: a.id, b: b.id, answeredBy: b.party });
  };
  const joined = join();
  joined.catch(() => undefined);
  const ended = (leg: Leg, cause: BridgeEvent['cause']): BridgeEvent => {
    end();
    return { kind: 'ended', leg, other: leg === a ? b : a, cause };
  };
  return {
    async next() {
      try {
        await joined;
      } catch (error) {
        if (error instanceof LegEnded) return ended(error.leg, error.cause_);
        throw error;
      }
      const first = await firstOf({ a: () => a.ended, b: () => b.ended });
      return ended(first.is === 'a' ? a : b, first.value);
    },
    async [Symbol.asyncDispose]() {
      end();
    },
  };
}
