import { newId } from '@kommutator/base';
import type { DomainSnapshot } from '@kommutator/model/config';
import type { CallId, LegId, UserId } from '@kommutator/model/ids';
import type { CallPartyRow, CallRecord, CallRow } from '@kommutator/model/record';

/** A finished call with a party row for each user given. */
export function record(
  domain: DomainSnapshot,
  startedAt: number,
  call: Partial<CallRow>,
  parties: readonly (Pick<CallPartyRow, 'kind'> & { readonly user: UserId })[] = [],
): CallRecord {
  const callId = newId<CallId>(startedAt);
  const row: CallRow = {
    callId,
    domain: domain.id,
    direction: 'in',
    kind: 'in_answered',
    aNumber: '79161234567',
    aName: '',
    bNumber: '101',
    bName: 'Анна',
    numberId: null,
    line: '74951230003',
    startedAt,
    answeredAt: startedAt + 4_000,
    endedAt: startedAt + 21_000,
    talkMs: 17_000,
    sipStatus: 200,
    q850: 16,
    endedBy: 'caller',
    protocol: [
      { offset: 0, key: 'call.incoming', params: {}, object: '74951230003', level: 'main' },
      { offset: 5, key: 'to.user', params: {}, object: 'Анна', level: 'main' },
      { offset: 4_000, key: 'answer', params: {}, object: 'Анна', level: 'main' },
      { offset: 21_000, key: 'ended.caller', params: { sip: 200, q850: 16 }, object: '', level: 'detail' },
    ],
    ...call,
  };
  return {
    call: row,
    legs: [
      {
        callId,
        legId: newId<LegId>(startedAt),
        domain: domain.id,
        role: 'caller',
        kind: 'pstn',
        number: row.aNumber,
        user: null,
        trunk: null,
        sipCallId: 'abc@192.0.2.1',
        startedAt,
        answeredAt: row.answeredAt,
        endedAt: row.endedAt,
        sipStatus: 200,
        q850: 16,
        packetsIn: 850,
        packetsOut: 851,
        loss: 0.01,
        jitterMs: 3.5,
        mos: 4.25,
        rttMs: null,
        farLoss: null,
        farJitterMs: null,
        farMos: null,
      },
    ],
    parties: parties.map(({ user, kind }) => ({
      callId,
      domain: domain.id,
      role: 'user',
      subject: user,
      kind,
      peerNumber: row.aNumber,
      peerName: row.aName,
      startedAt,
      talkMs: row.talkMs,
      note: null,
    })),
  };
}
