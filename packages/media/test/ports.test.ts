import { VirtualClock } from '@kommutator/base';
import { expect, test } from 'vitest';
import { Lease } from '../src/engine/lease.ts';
import { Ports } from '../src/engine/ports.ts';

test('ports are even, taken once, and rest five seconds', async () => {
  const clock = new VirtualClock();
  const ports = new Ports(clock, [20_001, 20_007], () => 0.5);
  const taken = [ports.take(), ports.take(), ports.take(), ports.take()];
  expect(taken).toEqual([20_004, 20_006, 20_002, undefined]);
  ports.release(20_006);
  expect(ports.take()).toBeUndefined();
  await clock.advance(5_000);
  expect(ports.take()).toBe(20_006);
});

test('a lease runs out thirty seconds after the last renewal', async () => {
  const clock = new VirtualClock();
  let over = 0;
  const lease = new Lease(clock, 30_000, () => over++);
  lease.renew();
  await clock.advance(29_000);
  lease.renew();
  await clock.advance(29_999);
  expect(over).toBe(0);
  await clock.advance(1);
  expect([over, clock.pending]).toEqual([1, 0]);
});
