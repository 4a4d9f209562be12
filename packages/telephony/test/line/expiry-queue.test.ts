import { VirtualClock } from '@kommutator/base';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Expiring, ExpiryQueue } from '../../src/line/expiry-queue.ts';

interface Item extends Expiring {
  readonly name: number;
}

const setUp = () => {
  const clock = new VirtualClock();
  const expired: [name: number, at: number][] = [];
  const queue = new ExpiryQueue<Item>(clock, item => expired.push([item.name, clock.now()]));
  const item = (name: number, deadline: number): Item => ({ name, deadline, queuedAt: null });
  return { clock, expired, queue, item };
};

describe('a queue of deadlines', () => {
  test('has one timer whatever it holds, and none when it is empty', async () => {
    const { clock, queue, item, expired } = setUp();
    const items = Array.from({ length: 1000 }, (_, i) => item(i, 1000 + i));
    for (const one of items) queue.put(one);
    expect(clock.pending).toBe(1);
    for (const one of items.slice(1)) queue.remove(one);
    await clock.advance(1000);
    expect(expired).toEqual([[0, 1000]]);
    expect([queue.size, clock.pending]).toEqual([0, 0]);
  });

  test('a deadline put off again and again expires once, at the last one', async () => {
    const { clock, queue, item, expired } = setUp();
    const one = item(1, 100);
    queue.put(one);
    for (let i = 0; i < 5; i++) {
      await clock.advance(50);
      one.deadline = clock.now() + 100;
      queue.put(one);
    }
    await clock.advance(1000);
    expect(expired).toEqual([[1, 350]]);
  });

  test('a deadline brought forward expires at the earlier one', async () => {
    const { clock, queue, item, expired } = setUp();
    const one = item(1, 1000);
    queue.put(one);
    one.deadline = 10;
    queue.put(one);
    await clock.advance(2000);
    expect(expired).toEqual([[1, 10]]);
  });

  test('every item expires at its own deadline and in order, removed ones never', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ deadline: fc.integer({ min: 1, max: 500 }), removed: fc.boolean() }), {
          maxLength: 40,
        }),
        async plans => {
          const { clock, queue, item, expired } = setUp();
          const items = plans.map(({ deadline }, name) => item(name, deadline));
          for (const one of items) queue.put(one);
          items.forEach((one, i) => {
            if (plans[i]?.removed) queue.remove(one);
          });
          await clock.advance(600);
          const wanted = items
            .filter((_, i) => !plans[i]?.removed)
            .map(({ name, deadline }) => [name, deadline]);
          expect(expired.toSorted((a, b) => a[0] - b[0])).toEqual(wanted);
          expect(expired.map(([, at]) => at)).toEqual(expired.map(([, at]) => at).toSorted((a, b) => a - b));
          expect(clock.pending).toBe(0);
        },
      ),
      { numRuns: 30 },
    );
  });
});
