import type { Clock } from '@kommutator/base';
import { Counter, Gauge, type Registry } from 'prom-client';
import { createRegistry } from '../process/metrics.ts';
import type { Tally } from './tally.ts';

/** @param endpoints open in each thread at the moment. */
export function mediaMetrics(clock: Clock, endpoints: () => readonly number[], tally: Tally): Registry {
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
  const counter = (name: string, help: string, value: () => number) =>
    new Counter({
      name: `kommutator_media_${name}_total`,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(value());
      },
    });
  counter(
    'refused_packets',
    'Packets that did not come from the peer of their endpoint, or too many',
    () => tally.refused,
  );
  counter('source_moves', 'Streams followed to another address or port', () => tally.moves);
  counter('lost_streams', 'Talking peers that sent neither RTP nor RTCP for the time-out', () => tally.lost);
  new Counter({
    name: 'kommutator_media_keys_total',
    help: 'Keys heard, by the way they were pressed',
    labelNames: ['via'],
    registers: [registry],
    collect() {
      this.reset();
      for (const via of ['4733', 'inband'] as const) this.inc({ via }, tally.keys[via]);
    },
  });
  return registry;
}
