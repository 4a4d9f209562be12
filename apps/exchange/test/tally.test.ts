import { SystemClock } from '@kommutator/base';
import type { Ep, Event } from '@kommutator/media';
import { expect, it } from 'vitest';
import { mediaMetrics } from '../src/media/metrics.ts';
import { Tally } from '../src/media/tally.ts';

const ep = (name: string) => name as Ep;
const stats = (name: string, refused: number, last = false): Event => ({
  is: 'stats',
  ep: ep(name),
  packetsIn: 0,
  packetsOut: 0,
  loss: 0,
  jitterMs: 0,
  mos: 0,
  refused,
  last,
});

it('DESIGN §2 moves and refused packets are counted over all endpoints, each once, and stand in /metrics', async () => {
  const tally = new Tally();
  const events: Event[] = [
    { is: 'flow', ep: ep('a'), state: 'first' },
    stats('a', 5),
    stats('b', 2),
    stats('a', 5),
    stats('a', 9, true),
    { is: 'flow', ep: ep('b'), state: 'moved' },
    { is: 'flow', ep: ep('b'), state: 'lost' },
    { is: 'heard', ep: ep('b'), what: { key: '1', via: 'inband' } },
    stats('a', 1, true),
    stats('b', 2, true),
  ];
  for (const event of events) tally.event(event);
  const text = await mediaMetrics(new SystemClock(), () => [3], tally).metrics();
  expect(text).toMatch(/^kommutator_media_refused_packets_total\{.*\} 12$/m);
  expect(text).toMatch(/^kommutator_media_source_moves_total\{.*\} 1$/m);
  expect(text).toMatch(/^kommutator_media_lost_streams_total\{.*\} 1$/m);
  expect(text).toMatch(/^kommutator_media_keys_total\{via="inband".*\} 1$/m);
});
