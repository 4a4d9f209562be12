import { Settled } from '@kommutator/base';
import { type Bridge, type BridgeEvent, type Leg, LegEnded } from './call.ts';
import { Hearing } from './hearing.ts';
import type { LiveCall } from './live-call.ts';

/**
 * Joins two legs: answers a side not yet answered, lets each hear the other or our music while the other holds, and
 * tells what happens next. Leaving its block ends the talk in the journal; the legs stay as they are.
 * @param resumed the journal knows of the talk, and of who holds.
 */
export function bridge(call: LiveCall, a: Leg, b: Leg, resumed = false): Bridge {
  const forgotten = new Settled<BridgeEvent>();
  let talk: readonly Hearing[] | null = null;
  const end = () => {
    if (!talk) return;
    for (const hearing of talk) hearing[Symbol.dispose]();
    talk = null;
    call.note({ type: 'talk.ended', a: a.id, b: b.id });
  };
  const hears = (listener: Leg, speaker: Leg) =>
    new Hearing(call, listener, speaker, {
      resumed,
      forgotten: () => forgotten.settle({ kind: 'forgotten', leg: speaker, other: listener }),
    });
  const join = async () => {
    // The target first: when it has gone in the same moment, the caller must not pay for an answer.
    await b.answer();
    await a.answer();
    if (!resumed) call.note({ type: 'talk.started', a: a.id, b: b.id, answeredBy: b.party });
    talk = [hears(a, b), hears(b, a)];
  };
  const joined = join();
  joined.catch(() => undefined);
  const ended = (leg: Leg, cause: Extract<BridgeEvent, { kind: 'ended' }>['cause']): BridgeEvent => {
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
      const first = await Promise.race([
        a.ended.then(cause => ({ leg: a, cause })),
        b.ended.then(cause => ({ leg: b, cause })),
        forgotten.promise,
      ]);
      return 'kind' in first ? first : ended(first.leg, first.cause);
    },
    async [Symbol.asyncDispose]() {
      end();
    },
  };
}
