import type { CallEvent, KeptState } from '@kommutator/model/events';

type Event<Type extends CallEvent['type']> = Extract<CallEvent, { type: Type }>;

/** A leg that has begun and not ended. */
export interface LeftLeg {
  readonly started: Event<'leg.started'>;
  /** Null until it has answered. */
  kept: KeptState | null;
}

/** What of a call another process needs to go on with it. Plain data: segment heads carry it. */
export interface LeftTrace {
  begun: Event<'call.started'> | null;
  startedAt: number;
  legs: LeftLeg[];
  /** Who talks with whom, and since when. */
  talk: { readonly at: number; readonly started: Event<'talk.started'> } | null;
}

export const newLeft = (): LeftTrace => ({ begun: null, startedAt: 0, legs: [], talk: null });

/** Takes one event of the call into account, in their order. */
export function followLeft(trace: LeftTrace, at: number, event: CallEvent): void {
  switch (event.type) {
    case 'call.started':
      trace.begun = event;
      trace.startedAt = at;
      break;
    case 'leg.started':
      trace.legs.push({ started: event, kept: null });
      break;
    case 'leg.kept': {
      const leg = trace.legs.find(({ started }) => started.leg === event.leg);
      if (leg) leg.kept = event.state;
      break;
    }
    case 'leg.ended':
      trace.legs = trace.legs.filter(({ started }) => started.leg !== event.leg);
      break;
    case 'talk.started':
      trace.talk = { at, started: event };
      break;
    case 'talk.ended':
      trace.talk = null;
      break;
  }
}
