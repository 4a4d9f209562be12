import type { CallLegRow } from '@kommutator/model/record';
import type { CallFacts, LegFacts } from './facts.ts';

/** A row per leg: what rating and quality are judged by. A leg whose end was never written ends with the call. */
export const legRows = (facts: CallFacts): CallLegRow[] =>
  Array.from(facts.legs.values(), leg => legRow(facts, leg));

function legRow({ opening, end }: CallFacts, leg: LegFacts): CallLegRow {
  const { started, quality } = leg;
  const { cause, at } = leg.ended ?? end;
  return {
    callId: opening.call,
    legId: started.leg,
    domain: opening.domain,
    role: started.role,
    kind: started.party.kind,
    number: started.party.number,
    user: started.party.user ?? null,
    trunk: started.party.trunk ?? null,
    sipCallId: started.sipCallId,
    startedAt: leg.startedAt,
    answeredAt: leg.answeredAt,
    endedAt: Math.max(at, leg.answeredAt ?? leg.startedAt),
    sipStatus: cause.sip,
    q850: cause.q850,
    packetsIn: quality?.packetsIn ?? null,
    packetsOut: quality?.packetsOut ?? null,
    loss: quality?.loss ?? null,
    jitterMs: quality?.jitterMs ?? null,
    mos: quality?.mos ?? null,
    rttMs: quality?.rttMs ?? null,
    farLoss: quality?.far?.loss ?? null,
    farJitterMs: quality?.far?.jitterMs ?? null,
    farMos: quality?.far?.mos ?? null,
  };
}
