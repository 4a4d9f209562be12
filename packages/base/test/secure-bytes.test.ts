import { describe, expect, it } from 'vitest';
import { secureBytes } from '../src/index.ts';

describe('secure bytes', () => {
  it('are as many as asked for, and never the same twice', () => {
    const all = Array.from({ length: 2_000 }, () => secureBytes(16).toString('hex'));
    expect(all.every(bytes => bytes.length === 32)).toBe(true);
    expect(new Set(all).size).toBe(2_000);
    expect(secureBytes(10_000)).toHaveLength(10_000);
  });

  it('stay what they are while others are drawn', () => {
    const mine = secureBytes(16);
    const before = mine.toString('hex');
    for (let drawn = 0; drawn < 10_000; drawn += 16) secureBytes(16);
    expect(mine.toString('hex')).toBe(before);
  });
});
