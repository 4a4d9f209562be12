import type { Clock } from '@kommutator/base';
import { AggregatorRegistry, Gauge, type Registry } from 'prom-client';
import { createRegistry, type ProcessMetrics, snapshotMetrics } from '../process/metrics.ts';
import type { Projector } from './projector.ts';

/** Metrics of the office itself: how far the history is behind. */
export function officeMetrics(clock: Clock, projector: Projector): Registry {
  const registry = createRegistry('office', clock);
  const figures = {
    kommutator_history_calls_written: [
      'Calls written into the history since the start',
      () => projector.counters.calls,
    ],
    kommutator_history_failures: ['Attempts to write history that failed', () => projector.counters.failures],
    kommutator_history_set_aside: ['Calls the database refused', () => projector.counters.setAside],
    kommutator_history_open_calls: [
      'Calls read from the journal whose end has not come',
      () => projector.openCalls,
    ],
  } as const;
  for (const [name, [help, read]] of Object.entries(figures))
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  return registry;
}

/** All processes under one address. A process that does not answer is left out. */
export async function renderMetrics(
  own: Registry,
  others: readonly (() => Promise<ProcessMetrics | null>)[],
): Promise<{ readonly type: string; readonly text: string }> {
  const all = await Promise.all([snapshotMetrics(own), ...others.map(ask => ask())]);
  const present = all.filter(metrics => metrics !== null);
  const merged = AggregatorRegistry.aggregate(present as unknown as object[]);
  return { type: merged.contentType, text: await merged.metrics() };
}
