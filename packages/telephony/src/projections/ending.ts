import { CAUSES, type Cause } from '@kommutator/model/cause';
import type { CallEvent, EndedBy } from '@kommutator/model/events';
import type { LegId } from '@kommutator/model/ids';

interface LegEnd {
  readonly cause: Cause;
  readonly by: 'remote' | 'us';
}

/** What of a call decides how it ended when nobody could write its end. Plain data: segment heads carry it. */
export interface CallTrace {
  callerLeg: LegId | null;
  callerEnd: LegEnd | null;
  /** Legs of those called that have answered and are up. */
  up: LegId[];
  /** How the last of them to end did so. */
  calleeEnd: LegEnd | null;
  /** Somebody called has refused. */
  refused: boolean;
}

export const newTrace = (): CallTrace => ({
  callerLeg: null,
  callerEnd: null,
  up: [],
  calleeEnd: null,
  refused: false,
});

/** Takes one event of the call into account, in their order. */
export function followCall(trace: CallTrace, event: CallEvent): void {
  switch (event.type) {
    case 'leg.started':
      if (event.role === 'caller') trace.callerLeg ??= event.leg;
      break;
    case 'leg.answered':
      if (event.leg !== trace.callerLeg) trace.up.push(event.leg);
      break;
    case 'leg.ended': {
      const end = { cause: event.cause, by: event.by };
      const talking = trace.up.indexOf(event.leg);
      if (event.leg === trace.callerLeg) trace.callerEnd ??= end;
      else if (talking < 0) trace.refused ||= event.by === 'remote';
      else {
        trace.up.splice(talking, 1);
        trace.calleeEnd = end;
      }
      break;
    }
  }
}

/**
 * How a call ended that a crash cut off: as its legs say where they ended normally, otherwise the system broke it
 * (DESIGN rule 3).
 */
export function unwrittenEnd(trace: CallTrace): { readonly by: EndedBy; readonly cause: Cause } {
  const { callerEnd, calleeEnd, up, refused } = trace;
  // The talk was over; the crash came before the caller was let go.
  if (!callerEnd && up.length === 0 && calleeEnd?.by === 'remote' && isNormal(calleeEnd))
    return { by: 'callee', cause: calleeEnd.cause };
  if (!callerEnd || !isNormal(callerEnd)) return { by: 'system', cause: CAUSES.systemEnd };
  const { cause } = callerEnd;
  if (callerEnd.by === 'remote') return { by: 'caller', cause };
  const talked = calleeEnd !== null || up.length > 0;
  return { by: (talked ? calleeEnd?.by === 'remote' : refused) ? 'callee' : 'system', cause };
}

const isNormal = ({ cause }: LegEnd): boolean => cause.sip < 500;
