import { CAUSES } from '@kommutator/model/cause';
import type { CallEvent } from '@kommutator/model/events';
import type { CallId, DomainId, LegId } from '@kommutator/model/ids';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { outcomeOf, SessionFigures } from '../src/signalling/session-figures.ts';

const party = { kind: 'user', number: '101', name: '' } as const;

function exchange() {
  const registry = new Registry();
  const figures = new SessionFigures(registry);
  const tell = (at: number, event: CallEvent) => figures.event('c' as CallId, 'd' as DomainId, at, event);
  let legs = 0;
  /** A leg of ours that rings after 40 ms; `answer` and `end` in ms, `status` of its end. */
  const leg = (o: {
    answer?: number;
    end: number;
    status: number;
    role?: 'caller' | 'target';
    rings?: boolean;
  }) => {
    const id = `leg-${++legs}` as LegId;
    tell(0, { type: 'leg.started', leg: id, role: o.role ?? 'target', party, sipCallId: id });
    if (o.rings ?? true) tell(40, { type: 'leg.ringing', leg: id });
    if (o.answer !== undefined) tell(o.answer, { type: 'leg.answered', leg: id });
    tell(o.end, { type: 'leg.ended', leg: id, cause: { ...CAUSES.normal, sip: o.status }, by: 'remote' });
  };
  const value = async (name: string, labels: Record<string, string> = {}) => {
    const metric = await registry.getSingleMetric(name)?.get();
    const found = metric?.values.find(one =>
      Object.entries(labels).every(([key, wanted]) => one.labels[key as never] === wanted),
    );
    return found?.value;
  };
  return { leg, value, registry };
}

describe('RFC 6076 session figures', () => {
  it.each([
    [302, 'redirected'],
    [480, 'user'],
    [486, 'user'],
    [600, 'user'],
    [603, 'user'],
    [408, 'ineffective'],
    [500, 'ineffective'],
    [503, 'ineffective'],
    [504, 'ineffective'],
    [404, 'other'],
    [487, 'other'],
  ] as const)('a %i is counted as %s', (status, outcome) => expect(outcomeOf(status)).toBe(outcome));

  it('§4.6–4.9: the ratios are made of outcomes', async () => {
    const { leg, value } = exchange();
    leg({ answer: 100, end: 10_100, status: 200 });
    leg({ answer: 100, end: 5_100, status: 200 });
    leg({ answer: 100, end: 60_100, status: 503 });
    leg({ end: 200, status: 486 });
    leg({ end: 200, status: 503 });
    leg({ end: 200, status: 302 });
    expect(await value('kommutator_sip_session_establishment_ratio')).toBeCloseTo(3 / 5);
    expect(await value('kommutator_sip_session_establishment_effectiveness_ratio')).toBeCloseTo(4 / 5);
    expect(await value('kommutator_sip_ineffective_session_attempts_ratio')).toBeCloseTo(1 / 6);
    expect(await value('kommutator_sip_session_completion_ratio')).toBeCloseTo(2 / 3);
  });

  it('§4.3, §4.5: delay until it rings, duration from the answer; a refusal without ringing is a failed request', async () => {
    const { leg, registry } = exchange();
    leg({ answer: 100, end: 10_100, status: 200 });
    leg({ end: 300, status: 503, rings: false });
    leg({ answer: 100, end: 30_100, status: 200, role: 'caller' });
    const text = await registry.metrics();
    expect(text).toContain('kommutator_sip_session_request_delay_seconds_sum{result="success"} 0.04\n');
    expect(text).toContain('kommutator_sip_session_request_delay_seconds_sum{result="failure"} 0.3\n');
    expect(text).toContain('kommutator_sip_session_duration_seconds_sum{way="out"} 10\n');
    expect(text).toContain('kommutator_sip_session_duration_seconds_sum{way="in"} 30\n');
    expect(text).toContain('kommutator_sip_session_attempts_total{way="in",outcome="established"} 1\n');
  });
});
