import { expect, test } from 'vitest';
import { VirtualClock } from '../src/index.ts';

test('timers run in order of time, then of setting', async () => {
  const clock = new VirtualClock('2021-04-12T08:00:00Z');
  const seen: string[] = [];
  clock.after(20, () => seen.push('b'));
  clock.after(10, () => {
    seen.push('a');
    clock.after(5, () => seen.push('a+5'));
  });
  clock.after(20, () => seen.push('c'));
  clock.after(15, () => seen.push('never')).cancel();
  await clock.advance(19);
  expect(seen).toEqual(['a', 'a+5']);
  await clock.advance(1);
  expect(seen).toEqual(['a', 'a+5', 'b', 'c']);
  expect(clock.pending).toBe(0);
  expect(new Date(clock.wall()).toISOString()).toBe('2021-04-12T08:00:00.020Z');
});

test('an aborted sleep leaves no timer', async () => {
  const clock = new VirtualClock();
  const abort = new AbortController();
  const slept = clock.sleep(1_000, abort.signal).catch(reason => reason);
  abort.abort('gone');
  expect(await slept).toBe('gone');
  expect(clock.pending).toBe(0);
});

test('`using` frees what a block held', async () => {
  const seen: string[] = [];
  const held = (name: string) => ({ [Symbol.dispose]: () => void seen.push(name) });
  {
    using _a = held('a');
    using _b = held('b');
    seen.push('in');
  }
  expect(seen).toEqual(['in', 'b', 'a']);
});
