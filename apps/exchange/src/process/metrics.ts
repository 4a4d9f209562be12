import type { Clock } from '@kommutator/base';
import {
  collectDefaultMetrics,
  Gauge,
  type MetricObjectWithValues,
  type MetricValue,
  Registry,
} from 'prom-client';

/** All metrics of one process as plain values, to be shown by the office under one address. */
export type ProcessMetrics = readonly MetricObjectWithValues<MetricValue<string>>[];

/** The registry of this process; every sample carries the label `process`. */
export function createRegistry(process: string, clock: Clock): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ process });
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'kommutator_timers',
    help: 'Timers that wait',
    registers: [registry],
    collect() {
      this.set(clock.pending);
    },
  });
  return registry;
}

/** A plain copy that survives a channel (no functions, no classes). */
export async function snapshotMetrics(registry: Registry): Promise<ProcessMetrics> {
  return JSON.parse(JSON.stringify(await registry.getMetricsAsJSON())) as ProcessMetrics;
}
