import { CAUSES, type Cause } from '@kommutator/model/cause';
import type { TargetResult } from '@kommutator/model/events';
import { classify, levelResult } from '@kommutator/model/forwarding';
import type { Dialled } from './call.ts';

/** A target that did not answer. */
export type Missed = Exclude<Dialled, { kind: 'answered' }>;

/** RFC 3398 reads 401, 402, 403, 407 as Q.850 21, but a gateway that says so is no subscriber who declines. */
const NOT_THE_SUBSCRIBER: ReadonlySet<number> = new Set([401, 402, 403, 407]);

/** A final refusal as the target's result (USR-42.6). */
export function missedBy(cause: Cause): Missed {
  const busy = !NOT_THE_SUBSCRIBER.has(cause.sip) && classify(cause.sip, cause.q850) === 'busy';
  if (!busy) return { kind: 'unavailable', cause, tried: true };
  return { kind: cause.sip === 603 || cause.q850 === 21 ? 'rejected' : 'busy', cause, tried: true };
}

/** The subscriber is there and does not want the call. */
export const isBusy = (missed: Missed): boolean => missed.kind === 'busy' || missed.kind === 'rejected';

/** No answer at all. A target our own media could not serve has not been tried. */
export function failedBy(cause: Cause): Missed {
  return { kind: 'failed', cause, tried: cause !== CAUSES.overload };
}

/** Our own media could not serve the target: that says nothing of the subscriber, and another exchange may. */
export const isCongested = (missed: Missed): boolean => missed.cause === CAUSES.overload;

/** What several targets rung at once come to (USR-42.7); the devices of one login are judged by the same rule. */
export function together(all: readonly Missed[]): Missed {
  const outcomes = all.map(missed => ({
    result: isBusy(missed) ? ('busy' as const) : ('unavailable' as const),
    tried: missed.tried,
  }));
  if (levelResult(outcomes) === 'busy') return { kind: 'busy', cause: CAUSES.busy, tried: true };
  const tried = all.filter(missed => missed.tried && !isBusy(missed));
  return (
    tried.find(missed => missed.kind === 'noAnswer') ??
    tried[0] ??
    all.find(isCongested) ?? { kind: 'unavailable', cause: CAUSES.nobody, tried: false }
  );
}

/** As the journal says it. */
export const resultOf = (dialled: Dialled): TargetResult =>
  dialled.kind === 'answered' && dialled.pickedUp ? 'pickedUp' : dialled.kind;
