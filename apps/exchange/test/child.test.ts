import { VirtualClock } from '@kommutator/base';
import { describe, expect, it } from 'vitest';
import { type ChildHandle, ChildKeeper } from '../src/parent/child.ts';
import type { ParentWord } from '../src/process/lifecycle.ts';
import { keptLog } from './support.ts';

class FakeChild implements ChildHandle {
  readonly pid = 1;
  readonly sent: ParentWord[] = [];
  readonly kills: string[] = [];
  onWord = (): void => {};
  onExit: (how: string) => void = () => {};
  send(word: ParentWord): void {
    this.sent.push(word);
  }
  kill(signal: string): void {
    this.kills.push(signal);
    this.onExit(signal);
  }
}

function house() {
  const clock = new VirtualClock();
  const children: FakeChild[] = [];
  const starts: number[] = [];
  const log = keptLog();
  const keeper = new ChildKeeper({
    name: 'media',
    clock,
    log,
    spawn: () => {
      const child = new FakeChild();
      children.push(child);
      starts.push(clock.now());
      return child;
    },
  });
  keeper.start();
  const crash = () => children.at(-1)?.onExit('SIGSEGV');
  return { clock, children, starts, log, keeper, crash };
}

describe('a child process', () => {
  it('DESIGN §5 that crashes is back at once, and later with growing pauses', async () => {
    const { clock, starts, crash, keeper } = house();
    for (let n = 0; n < 8; n++) {
      crash();
      await clock.advance(5_000);
    }
    const gaps = starts.slice(1).map((at, n) => at - n * 5_000);
    expect(gaps).toEqual([0, 200, 500, 1_000, 2_000, 5_000, 5_000, 5_000]);
    expect(keeper.restarts).toBe(8);
  });

  it('that ran for a minute is again restarted at once', async () => {
    const { clock, starts, crash } = house();
    crash();
    await clock.advance(60_000);
    crash();
    expect(starts).toEqual([0, 0, 60_000]);
  });

  it('is asked to stop and not started again', async () => {
    const { clock, children, keeper, crash } = house();
    const stopped = keeper.stop();
    expect(children[0]?.sent).toEqual([{ do: 'stop' }]);
    crash();
    await stopped;
    await clock.advance(60_000);
    expect(children).toHaveLength(1);
    expect(keeper.state).toBe('stopped');
    expect(clock.pending).toBe(0);
  });

  it('is killed when it does not stop within ten seconds', async () => {
    const { clock, children, keeper } = house();
    const stopped = keeper.stop();
    await clock.advance(9_999);
    expect(children[0]?.kills).toEqual([]);
    await clock.advance(1);
    expect(children[0]?.kills).toEqual(['SIGKILL']);
    await stopped;
  });

  it('that waits for its restart can be stopped', async () => {
    const { clock, children, keeper, crash } = house();
    crash();
    crash();
    await keeper.stop();
    await clock.advance(60_000);
    expect(children).toHaveLength(2);
  });
});
