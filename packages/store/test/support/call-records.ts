import { newId } from '@kommutator/base';
import type { CallId, DomainId, LegId, UserId } from '@kommutator/model/ids';
import type { CallRecord } from '@kommutator/model/record';

/** A finished call from the public network to a user, two legs, one party. */
export function callRecord(
  domain: DomainId,
  user: UserId,
  startedAt: number,
  changes: Partial<CallRecord['call']> = {},
): CallRecord {
  const callId = changes.callId ?? newId<CallId>(startedAt);
  const leg = {
    callId,
    domain,
    sipCallId: 'abc@192.0.2.1',
    startedAt,
    answeredAt: startedAt + 4_000,
    endedAt: startedAt + 21_000,
    sipStatus: 200,
    q850: 16,
    packetsIn: 850,
    packetsOut: 851,
    loss: 0.25,
    jitterMs: 3.5,
    mos: 4.4,
  };
  return {
    call: {
      callId,
      domain,
      direction: 'in',
      kind: 'in_answered',
      aNumber: '79161234567',
      aName: '',
      bNumber: '101',
      bName: 'Анна',
      numberId: null,
      line: null,
      startedAt,
      answeredAt: startedAt + 4_000,
      endedAt: startedAt + 21_000,
      talkMs: 17_000,
      sipStatus: 200,
      q850: 16,
      endedBy: 'caller',
      protocol: [
        {
          offset: 0,
          key: 'call.in',
          params: { number: '74951230003' },
          object: '74951230003',
          level: 'main',
        },
        { offset: 21_000, key: 'call.ended.caller', params: {}, object: '', level: 'main' },
      ],
      ...changes,
    },
    legs: [
      {
        ...leg,
        legId: newId<LegId>(startedAt),
        role: 'caller',
        kind: 'pstn',
        number: '79161234567',
        user: null,
        trunk: null,
      },
      {
        ...leg,
        legId: newId<LegId>(startedAt + 1),
        startedAt: startedAt + 1,
        role: 'target',
        kind: 'user',
        number: '101',
        user,
        trunk: null,
        packetsIn: null,
        packetsOut: null,
        loss: null,
        jitterMs: null,
        mos: null,
      },
    ],
    parties: [
      {
        callId,
        domain,
        role: 'user',
        subject: user,
        kind: 'in_answered',
        peerNumber: '79161234567',
        peerName: '',
        startedAt,
        talkMs: 17_000,
        note: { pickedUpBy: 'Вера' },
      },
      {
        callId,
        domain,
        role: 'user',
        subject: user,
        kind: 'in_missed',
        peerNumber: '79161234567',
        peerName: '',
        startedAt,
        talkMs: 0,
        note: null,
      },
    ],
  };
}
