import { describe, expect, it } from 'vitest';
import { Found, fuzz, TARGETS } from '../../fuzz/fuzz.ts';
import { must, type TargetMaker } from '../../fuzz/target.ts';

/** `npm run fuzz` feeds a million. */
const MUTANTS = 20_000;
const TIMEOUT = 300_000;
const names = ['messages', 'streams', 'descriptions', 'packets', 'exchange'];

describe('DESIGN §5 the fuzzer', () => {
  it.each(names.map((name, index) => ({ name, make: TARGETS[index] as TargetMaker })))(
    'DESIGN §5 its part of 20 000 mutants through $name: nothing is thrown, nothing is left',
    { timeout: TIMEOUT },
    async ({ name, make }) => {
      const { target, mutants } = await fuzz(make, MUTANTS, 20_261_123);
      expect(target).toBe(name);
      expect(mutants).toBeGreaterThan(MUTANTS / 10);
    },
  );

  it('finds what throws at one mutant in many, names it, and finds it again by its seed', async () => {
    const fragile: TargetMaker = () => ({
      name: 'fragile',
      share: 100,
      samples: [Buffer.from('OPTIONS sip:a@b SIP/2.0\r\nCSeq: 1 OPTIONS\r\n\r\n')],
      feed: mutant => must(!mutant.includes('__proto__'), 'the prototype is reached'),
    });
    const found = () =>
      fuzz(fragile, 20_000, 1).then(
        () => null,
        error => error,
      );
    const [once, again] = [await found(), await found()];
    expect(once).toBeInstanceOf(Found);
    expect(once.message).toMatch(/^fragile, mutant \d+: the prototype is reached$/);
    expect(once.mutant.toString()).toContain('__proto__');
    expect([again.message, again.mutant]).toEqual([once.message, once.mutant]);
  });

  it('finds what is left in the end', async () => {
    const leaking: TargetMaker = () => {
      const kept: Buffer[] = [];
      return {
        name: 'leaking',
        share: 100,
        samples: [Buffer.from('x')],
        feed: mutant => kept.push(mutant),
        rest: async () => must(kept.length === 0, `left: ${kept.length}`),
      };
    };
    await expect(fuzz(leaking, 100, 1)).rejects.toThrow('leaking, mutant 100: left: 100');
  });
});
