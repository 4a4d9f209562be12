import type { Clock } from '@kommutator/base';
import { Gauge, type Registry } from 'prom-client';
import { createRegistry } from '../process/metrics.ts';

/** @param endpoints open in each thread at the moment. */
export function mediaMetrics(clock: Clock, endpoints: () => readonly number[]): Registry {
  const registry = createRegistry('media', clock);
  new Gauge({
    name: 'kommutator_media_endpoints',
    help: 'Media endpoints by thread',
    labelNames: ['thread'],
    registers: [registry],
    collect() {
      for (const [thread, count] of endpoints().entries()) this.set({ thread: String(thread) }, count);
    },
  });
  return registry;
}
