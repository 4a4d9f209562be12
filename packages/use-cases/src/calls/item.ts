/** A row of the call history as the API shows it (ADM-1, ACC-31). */
import type { CallDirection } from '@kommutator/model/events';
import type { LiveCall, LiveParty } from '@kommutator/model/live';
import type { CallKind, CallRow } from '@kommutator/model/record';
import type { CallSummary } from '@kommutator/store';

interface CallSide {
  readonly kind: LiveParty['kind'];
  /** Raw digits; '' when hidden. */
  readonly number: string;
  readonly name: string | null;
}

/** ISO 8601 in UTC, seconds. */
export interface CallItem {
  readonly id: string;
  readonly startedAt: string;
  readonly answeredAt: string | null;
  readonly endedAt: string | null;
  readonly durationS: number;
  readonly waitS: number;
  readonly type: CallKind;
  readonly direction: 'in' | 'out' | 'internal';
  readonly from: CallSide;
  readonly to: CallSide;
  /** Our public number: the line called, or the number shown outside. */
  readonly line: string | null;
  readonly live: boolean;
  readonly mos: number | null;
  readonly recordings: number;
}

const stamp = (ms: number): string => new Date(ms).toISOString();
const seconds = (ms: number): number => Math.max(0, Math.round(ms / 1000));
const side = (kind: CallSide['kind'], number: string, name: string): CallSide => ({
  kind,
  number,
  name: name || null,
});

const shownDirection = (direction: CallDirection): CallItem['direction'] =>
  direction === 'int' ? 'internal' : direction;

/** Who stands on the other side follows from what kind of call it is. */
function calledKind({ direction, kind, bName, bNumber }: Omit<CallRow, 'protocol'>): CallSide['kind'] {
  if (direction === 'out') return 'pstn';
  if (kind.startsWith('group')) return 'group';
  return bName === '' && bNumber.length <= 5 && direction === 'int' ? 'service' : 'user';
}

/** A finished call. In the journal of a user or group its forwarded leg shows the number outside (USR-49.4). */
export function itemOf(row: CallSummary): CallItem {
  const { direction, party, kind } = row;
  const from = side(direction === 'in' ? 'pstn' : 'user', row.aNumber, row.aName);
  const to =
    kind === 'out_forwarded' && party
      ? side('pstn', party.peerNumber, party.peerName)
      : side(calledKind(row), row.bNumber, row.bName);
  return {
    id: row.callId,
    startedAt: stamp(row.startedAt),
    answeredAt: row.answeredAt === null ? null : stamp(row.answeredAt),
    endedAt: stamp(row.endedAt),
    durationS: seconds(row.talkMs),
    waitS: seconds((row.answeredAt ?? row.endedAt) - row.startedAt),
    type: kind,
    direction: shownDirection(direction),
    from,
    to,
    line: row.line,
    live: false,
    mos: row.mos,
    recordings: 0,
  };
}

/**
 * A call that goes on, or has just ended: its row of the history comes a moment later under the same id.
 * @param now Unix ms
 */
export function liveItemOf(call: LiveCall, now: number, ended: number | null = null): CallItem {
  const { answeredAt, startedAt, from, to } = call;
  const until = ended ?? now;
  return {
    id: call.call,
    startedAt: stamp(startedAt),
    answeredAt: answeredAt === null ? null : stamp(answeredAt),
    endedAt: ended === null ? null : stamp(ended),
    durationS: answeredAt === null ? 0 : seconds(until - answeredAt),
    waitS: seconds((answeredAt ?? until) - startedAt),
    type: call.kind,
    direction: shownDirection(call.direction),
    from: side(from.kind, from.number, from.name),
    to: side(to.kind, to.number, to.name),
    line: call.line,
    live: ended === null,
    mos: null,
    recordings: 0,
  };
}
