import { randomFillSync } from 'node:crypto';

/** Asking the generator costs as much for four thousand bytes as for six. */
const POOL = 4096;
let pool = Buffer.alloc(0);
let used = 0;

/** `length` bytes of the operating system's generator; nobody else gets the same ones. */
export function secureBytes(length: number): Buffer {
  if (length > POOL) return randomFillSync(Buffer.allocUnsafeSlow(length));
  if (used + length > pool.length) {
    // A new pool each time: slices of the old one are still held.
    pool = randomFillSync(Buffer.allocUnsafeSlow(POOL));
    used = 0;
  }
  used += length;
  return pool.subarray(used - length, used);
}
