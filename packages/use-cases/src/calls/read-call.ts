/** Everything of one call: protocol (ADM-4), journey, quality of its legs. */
import type { Result } from '@kommutator/base';
import type { CallId, UserId } from '@kommutator/model/ids';
import type { Language } from '@kommutator/model/messages';
import { lineText } from '@kommutator/model/protocol';
import type { CallLegRow, CallRecord, ProtocolLine } from '@kommutator/model/record';
import { accept, type Refusal, refuse } from '@kommutator/model/refusals';
import type { Store } from '@kommutator/store';
import type { LiveView } from '../live/view.ts';
import type { DomainSession } from '../session.ts';
import { type CallItem, itemOf, liveItemOf } from './item.ts';
import { type JourneyStep, journeyOf } from './journey.ts';

export interface CallCard extends CallItem {
  readonly protocol: readonly {
    /** ms from the first INVITE. */
    readonly at: number;
    readonly level: ProtocolLine['level'];
    readonly key: string;
    readonly parameters: Readonly<Record<string, string | number>>;
    readonly text: string;
    readonly object: string;
  }[];
  readonly journey: readonly JourneyStep[];
  readonly legs: readonly {
    readonly id: string;
    readonly role: CallLegRow['role'];
    readonly kind: CallLegRow['kind'];
    readonly number: string;
    readonly name: string | null;
    readonly startedAt: string;
    readonly answeredAt: string | null;
    readonly endedAt: string;
    readonly sipStatus: number;
    readonly q850: number;
    readonly packetsIn: number | null;
    readonly packetsOut: number | null;
    /** Share, 0…1. */
    readonly loss: number | null;
    readonly jitterMs: number | null;
    readonly mos: number | null;
  }[];
}

/** @returns `object.notFound` for what is absent, another domain's, or a colleague's (spec 00 §3.1). */
export async function readCall(
  { store, live, now }: { readonly store: Store; readonly live: LiveView; readonly now: number },
  session: DomainSession,
  id: string,
  language: Language,
): Promise<Result<CallCard, Refusal>> {
  const { domain, person, rights } = session;
  const own = person.id as UserId;
  const record = await store.callHistory.byId(domain.id, id as CallId);
  if (record) {
    const mine = record.parties.some(party => party.role === 'user' && party.subject === own);
    return rights.has('calls.all') || mine ? accept(cardOf(record, language)) : refuse('object.notFound');
  }
  const going = live.call(domain.id, id as CallId);
  if (!going || !(rights.has('calls.all') || going.participants.has(own))) return refuse('object.notFound');
  return accept({ ...liveItemOf(going.call, now), protocol: [], journey: [], legs: [] });
}

function cardOf(record: CallRecord, language: Language): CallCard {
  const { call, legs } = record;
  const names = new Map([
    [call.aNumber, call.aName],
    [call.bNumber, call.bName],
  ]);
  const measured = legs.flatMap(leg => [leg.mos ?? [], leg.farMos ?? []].flat());
  const mos = measured.length === 0 ? null : Math.min(...measured);
  return {
    ...itemOf({ ...call, ordinal: 0, mos, party: null }),
    protocol: call.protocol.map(line => ({
      at: line.offset,
      level: line.level,
      key: line.key,
      parameters: line.params,
      text: lineText(line, language),
      object: line.object,
    })),
    journey: journeyOf(record),
    legs: legs.map(leg => ({
      id: leg.legId,
      role: leg.role,
      kind: leg.kind,
      number: leg.number,
      name: names.get(leg.number) || null,
      startedAt: new Date(leg.startedAt).toISOString(),
      answeredAt: leg.answeredAt === null ? null : new Date(leg.answeredAt).toISOString(),
      endedAt: new Date(leg.endedAt).toISOString(),
      sipStatus: leg.sipStatus,
      q850: leg.q850,
      packetsIn: leg.packetsIn,
      packetsOut: leg.packetsOut,
      loss: leg.loss,
      jitterMs: leg.jitterMs,
      mos: leg.mos,
    })),
  };
}
