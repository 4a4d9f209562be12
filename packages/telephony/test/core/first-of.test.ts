import { VirtualClock } from '@kommutator/base';
import { CAUSES } from '@kommutator/model/cause';
import { describe, expect, it } from 'vitest';
import { LegEnded } from '../../src/call.ts';
import { firstOf } from '../../src/first-of.ts';
import { FakeLeg } from '../support/fake-line.ts';

const leg = new FakeLeg({ kind: 'user', number: '101', name: '' });
const gone = async (): Promise<string> => {
  throw new LegEnded(leg, CAUSES.normal);
};

describe('first of several waits', () => {
  it('gives the first to settle and aborts the rest', async () => {
    const clock = new VirtualClock();
    const first = firstOf({ soon: s => clock.sleep(1, s), late: s => clock.sleep(2, s) });
    await clock.advance(1);
    expect(await first).toEqual({ is: 'soon', value: undefined });
    expect(clock.pending).toBe(0);
  });

  it('drops an entry that rejects with LegEnded while another can still win', async () => {
    const clock = new VirtualClock();
    const first = firstOf({ gone, late: s => clock.sleep(2, s) });
    await clock.advance(2);
    expect((await first).is).toBe('late');
  });

  it('throws LegEnded when no entry can win any more', async () => {
    await expect(firstOf({ a: gone, b: gone })).rejects.toBeInstanceOf(LegEnded);
  });

  it('lets any other error through at once and aborts the rest', async () => {
    const clock = new VirtualClock();
    const broken = async () => {
      throw new TypeError('bug');
    };
    await expect(firstOf({ broken, late: s => clock.sleep(2, s) })).rejects.toBeInstanceOf(TypeError);
    expect(clock.pending).toBe(0);
  });
});
