import type { Shield } from '@kommutator/telephony';
import { Gauge, type Registry } from 'prom-client';
import type { HepExporter } from '../hep/exporter.ts';
import type { JournalFile } from './journal-file.ts';
import type { OpenLine } from './line.ts';
import type { OverloadWatch } from './overload.ts';
import type { TraceRing } from './trace-ring.ts';

export interface SignallingFigures {
  readonly line: () => OpenLine | null;
  readonly journal: JournalFile;
  readonly trace: TraceRing;
  readonly hep: HepExporter | null;
  readonly overload: OverloadWatch;
}

type Figure = readonly [help: string, read: () => number];

/** Adds the metrics of signalling; each is read when it is asked for. */
export function signallingMetrics(
  registry: Registry,
  { line, journal, trace, hep, overload }: SignallingFigures,
): void {
  const counter = (name: string) => () => {
    const counters: Readonly<Record<string, number>> = { ...line()?.exchange.counters() };
    return counters[name] ?? 0;
  };
  const shielded = (name: keyof Shield['counters']) => () => line()?.shield.counters[name] ?? 0;
  const figures: Readonly<Record<string, Figure>> = {
    kommutator_calls: ['Calls going on', counter('calls')],
    kommutator_legs: ['Legs of calls', counter('legs')],
    kommutator_calls_shed: ['New calls refused under overload and while draining', counter('shed')],
    kommutator_channels: ['Channels in use', counter('channels')],
    kommutator_registrations: ['Registered contacts', counter('registrations')],
    kommutator_sip_transactions: ['SIP transactions under way', counter('transactions')],
    kommutator_sip_dialogs: ['SIP dialogs', counter('dialogs')],
    kommutator_sip_tombstones: ['Finished SIP transactions waiting for repeats', counter('tombstones')],
    kommutator_sip_limited: ['SIP messages not read: too many from their source', shielded('limited')],
    kommutator_sip_banned: ['SIP messages not read: their source is banned', shielded('banned')],
    kommutator_sip_connections_refused: [
      'Connections not taken: banned, or too many',
      shielded('refusedConnections'),
    ],
    kommutator_sip_scanners: ['Requests of strangers that were none of ours', shielded('scanners')],
    kommutator_sip_bans: ['Sources banned now', shielded('bans')],
    kommutator_security_lines_held: [
      'Security events counted in another line',
      () => line()?.shield.security.held ?? 0,
    ],
    kommutator_overload: ['1 while new calls are refused', () => Number(overload.overloaded)],
    kommutator_loop_delay_ms: ['Longest delay of the event loop in the last window', () => overload.loopMean],
    kommutator_journal_records: ['Journal records written since the start', () => journal.counters.records],
    kommutator_journal_bytes: ['Journal bytes written since the start', () => journal.counters.bytes],
    kommutator_journal_backlog_bytes: ['Journal bytes that wait for the disk', () => journal.backlog],
    kommutator_journal_write_failures: ['Journal writes that failed', () => journal.counters.writeFailures],
    kommutator_journal_lost_bytes: ['Journal bytes given up', () => journal.counters.lostBytes],
    kommutator_trace_messages: ['SIP messages traced', () => trace.counters.messages],
    kommutator_trace_dropped: ['SIP messages not traced', () => trace.counters.dropped],
    kommutator_hep_sent: ['SIP messages copied to HEP_SERVER', () => hep?.counters.sent ?? 0],
    kommutator_hep_dropped: ['SIP messages not copied', () => hep?.counters.dropped ?? 0],
  };
  for (const [name, [help, read]] of Object.entries(figures))
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
}
