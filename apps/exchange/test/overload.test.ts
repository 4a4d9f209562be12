import { VirtualClock } from '@kommutator/base';
import { describe, expect, it } from 'vitest';
import { OverloadWatch } from '../src/signalling/overload.ts';

function house() {
  const clock = new VirtualClock();
  const changes: [number, boolean][] = [];
  const state = { delay: 0 };
  const watch = new OverloadWatch({
    clock,
    loopDelay: () => state.delay,
    onChange: on => changes.push([clock.now(), on]),
  });
  return { clock, changes, state, watch };
}

describe('overload', () => {
  it('DESIGN §2 begins when the event loop has been late for a second and ends after a good second', async () => {
    const { clock, changes, state, watch } = house();
    await clock.advance(2_000);
    state.delay = 51;
    await clock.advance(2_000);
    state.delay = 50;
    await clock.advance(2_000);
    expect(changes).toEqual([
      [3_000, true],
      [5_000, false],
    ]);
    watch.stop();
    expect(clock.pending).toBe(0);
  });

  it('is not called for a short hiccup', async () => {
    const { clock, changes, state } = house();
    for (let n = 0; n < 10; n++) {
      state.delay = 400;
      await clock.advance(750);
      state.delay = 0;
      await clock.advance(250);
    }
    expect(changes).toEqual([]);
  });

  it('is called when media answers late for a second', async () => {
    const { clock, changes, watch } = house();
    for (let n = 0; n < 4; n++) {
      watch.mediaAnswered(900);
      watch.mediaAnswered(101);
      await clock.advance(250);
    }
    expect(changes).toEqual([[1_000, true]]);
  });

  it('is not called while some answers of media are quick', async () => {
    const { clock, changes, watch } = house();
    for (let n = 0; n < 8; n++) {
      watch.mediaAnswered(900);
      watch.mediaAnswered(99);
      await clock.advance(250);
    }
    expect(changes).toEqual([]);
  });
});
