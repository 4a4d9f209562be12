import { VirtualClock } from '@kommutator/base';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import type { CallOutcome } from '../src/probe/synthetic-call.ts';
import { Watchman } from '../src/probe/watchman.ts';
import { keptLog } from './support.ts';

const well: CallOutcome = { ok: true, setup: 12, echo: 40 };
const ill: CallOutcome = { ok: false, why: 'no echo in time, 0 packets heard' };

describe('the synthetic call', () => {
  it('is placed every minute; the log says once when it begins to fail and once when it is well again', async () => {
    const clock = new VirtualClock();
    const log = keptLog();
    const outcomes = [well, ill, ill, well];
    const registry = new Registry();
    const watchman = new Watchman({
      clock,
      log,
      every: 60_000,
      call: async () => outcomes.shift() ?? well,
    });
    watchman.measuredBy(registry);
    await clock.advance(4 * 60_000);
    expect(log.lines).toEqual(['error the synthetic call fails', 'info the synthetic call is well again']);
    const text = await registry.metrics();
    expect(text).toContain('kommutator_synthetic_calls_placed 4\n');
    expect(text).toContain('kommutator_synthetic_calls_failed 2\n');
    expect(text).toContain('kommutator_synthetic_call_up 1\n');
    expect(text).toContain('kommutator_synthetic_call_setup_seconds 0.012\n');
    watchman.stop();
    expect(clock.pending).toBe(0);
  });

  it('is not placed where its period is 0', async () => {
    const clock = new VirtualClock();
    new Watchman({ clock, log: keptLog(), every: 0, call: async () => well });
    expect(clock.pending).toBe(0);
  });
});
