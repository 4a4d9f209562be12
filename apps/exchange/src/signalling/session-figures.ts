import type { CallEvent } from '@kommutator/model/events';
import type { CallId, DomainId, LegId } from '@kommutator/model/ids';
import type { Watchers } from '@kommutator/telephony';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Seconds. */
const DELAYS = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60];
const DURATIONS = [1, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200];

/** How a session attempt ended, in the classes of RFC 6076 §4.6–4.8. */
type Outcome = 'established' | 'redirected' | 'user' | 'ineffective' | 'other';

/** RFC 6076 §4.7: the far end was reached and had no wish or time. */
const BY_USER = new Set([480, 486, 600, 603]);
/** RFC 6076 §4.8: a server overloaded, unreachable, or at fault. */
const INEFFECTIVE = new Set([408, 500, 503, 504]);

interface Session {
  readonly startedAt: number;
  /** An INVITE of ours (`out`) or of a caller (`in`). */
  readonly way: 'in' | 'out';
  alerted: boolean;
  answeredAt: number | null;
}

export function outcomeOf(status: number): Exclude<Outcome, 'established'> {
  if (status >= 300 && status < 400) return 'redirected';
  if (BY_USER.has(status)) return 'user';
  return INEFFECTIVE.has(status) ? 'ineffective' : 'other';
}

/** Performance metrics of SIP sessions by RFC 6076, made of what the journals of the calls say. */
export class SessionFigures implements Pick<Watchers, 'event'> {
  readonly #sessions = new Map<LegId, Session>();
  readonly #attempts: Counter<'way' | 'outcome'>;
  readonly #requestDelay: Histogram<'result'>;
  readonly #duration: Histogram<'way'>;
  readonly #broken: Counter<'way'>;
  /** Sums since the start behind the ratios, by outcome. */
  readonly #sums: Record<Outcome, number> = {
    established: 0,
    redirected: 0,
    user: 0,
    ineffective: 0,
    other: 0,
  };
  #completed = 0;
  #over = 0;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#attempts = new Counter({
      name: 'kommutator_sip_session_attempts_total',
      help: 'INVITEs with a final answer, by way and outcome (RFC 6076 §4.6-4.8)',
      labelNames: ['way', 'outcome'],
      registers,
    });
    this.#requestDelay = new Histogram({
      name: 'kommutator_sip_session_request_delay_seconds',
      help: 'SRD: our INVITE to the first answer that says ringing, answered or refused (RFC 6076 §4.3)',
      labelNames: ['result'],
      buckets: DELAYS,
      registers,
    });
    this.#duration = new Histogram({
      name: 'kommutator_sip_session_duration_seconds',
      help: 'SDT: 200 to the end (RFC 6076 §4.5)',
      labelNames: ['way'],
      buckets: DURATIONS,
      registers,
    });
    this.#broken = new Counter({
      name: 'kommutator_sip_sessions_broken_total',
      help: 'Answered sessions that ended by a fault and not by a party',
      labelNames: ['way'],
      registers,
    });
    for (const [name, [help, value]] of Object.entries(this.#ratios()))
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(value());
        },
      });
  }

  event(_call: CallId, _domain: DomainId, at: number, event: CallEvent): void {
    switch (event.type) {
      case 'leg.started':
        this.#sessions.set(event.leg, {
          startedAt: at,
          way: event.role === 'caller' ? 'in' : 'out',
          alerted: false,
          answeredAt: null,
        });
        return;
      case 'leg.ringing':
        this.#alert(event.leg, at);
        return;
      case 'leg.answered':
        this.#answered(event.leg, at);
        return;
      case 'leg.ended':
        this.#ended(event.leg, at, event.cause.sip);
    }
  }

  #alert(leg: LegId, at: number): void {
    const session = this.#sessions.get(leg);
    if (!session || session.alerted) return;
    session.alerted = true;
    if (session.way === 'out') this.#delay(session, at, 'success');
  }

  #answered(leg: LegId, at: number): void {
    const session = this.#sessions.get(leg);
    if (!session) return;
    this.#alert(leg, at);
    session.answeredAt = at;
    this.#count(session, 'established');
  }

  #ended(leg: LegId, at: number, status: number): void {
    const session = this.#sessions.get(leg);
    if (!session) return;
    this.#sessions.delete(leg);
    const { answeredAt, way, alerted } = session;
    if (answeredAt === null) {
      if (way === 'out' && !alerted) this.#delay(session, at, 'failure');
      this.#count(session, outcomeOf(status));
      return;
    }
    this.#duration.observe({ way }, (at - answeredAt) / 1_000);
    this.#over++;
    if (status >= 500) this.#broken.inc({ way });
    else this.#completed++;
  }

  #delay({ startedAt }: Session, at: number, result: 'success' | 'failure'): void {
    this.#requestDelay.observe({ result }, (at - startedAt) / 1_000);
  }

  #count({ way }: Session, outcome: Outcome): void {
    this.#attempts.inc({ way, outcome });
    this.#sums[outcome]++;
  }

  #ratios() {
    const sums = this.#sums;
    const all = () => Object.values(sums).reduce((total, each) => total + each, 0);
    const ratio = (part: number, whole: number) => (whole === 0 ? Number.NaN : part / whole);
    return {
      kommutator_sip_session_establishment_ratio: [
        'SER: 200 of all INVITEs but those redirected, since the start (RFC 6076 §4.6)',
        () => ratio(sums.established, all() - sums.redirected),
      ],
      kommutator_sip_session_establishment_effectiveness_ratio: [
        'SEER: 200, 480, 486, 600, 603 of all INVITEs but those redirected, since the start (RFC 6076 §4.7)',
        () => ratio(sums.established + sums.user, all() - sums.redirected),
      ],
      kommutator_sip_ineffective_session_attempts_ratio: [
        'ISA: 408, 500, 503, 504 of all INVITEs, since the start (RFC 6076 §4.8)',
        () => ratio(sums.ineffective, all()),
      ],
      kommutator_sip_session_completion_ratio: [
        'SCR: established sessions that a party ended, since the start (RFC 6076 §4.9)',
        () => ratio(this.#completed, this.#over),
      ],
    } as const;
  }
}
