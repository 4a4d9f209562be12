/** Where a call went, as a strip (UI.md): number → group → user → end, made of its protocol. */
import type { CallRecord, ProtocolLine } from '@kommutator/model/record';

export interface JourneyStep {
  readonly kind:
    | 'line'
    | 'rule'
    | 'group'
    | 'user'
    | 'service'
    | 'outside'
    | 'answer'
    | 'pickup'
    | 'hold'
    | 'refused';
  /** Name or number. */
  readonly label: string;
  /** ms from the first INVITE. */
  readonly from: number;
  readonly to: number | null;
  /** Key of the line that says how the step ended; null = it led to the next. */
  readonly result: string | null;
}

const STEPS: Readonly<Record<string, JourneyStep['kind']>> = {
  'call.incoming': 'line',
  'call.internal': 'line',
  'call.outgoing': 'outside',
  'call.privateRoute': 'line',
  'to.user': 'user',
  'to.group': 'group',
  'to.groupAcd': 'group',
  'to.service': 'service',
  pickup: 'pickup',
  answer: 'answer',
  'talk.hold': 'hold',
};

/** Lines that say how the step before them ended. */
const RESULTS =
  /^(target|skipped|route\.(none|end|unsupported)|direction|number|channel|domain|list|group\.no|talk\.unhold|money|media|outgoingNumber)/;

export function journeyOf({ call }: Pick<CallRecord, 'call'>): readonly JourneyStep[] {
  const steps: {
    kind: JourneyStep['kind'];
    label: string;
    from: number;
    to: number | null;
    result: string | null;
  }[] = [];
  for (const line of call.protocol) {
    const kind = STEPS[line.key];
    const last = steps.at(-1);
    if (kind) {
      if (last) last.to = line.offset;
      steps.push({ kind, label: line.object, from: line.offset, to: null, result: null });
    } else if (last && isEnd(line)) {
      last.to = line.offset;
      last.result ??= line.key;
    } else if (last && RESULTS.test(line.key)) last.result = line.key;
  }
  return steps;
}

const isEnd = ({ key }: ProtocolLine): boolean => key.startsWith('ended.');
