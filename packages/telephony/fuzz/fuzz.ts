import { setImmediate } from 'node:timers/promises';
import { seededRandom } from '@kommutator/sip/testing';
import { exchange } from './exchange.ts';
import { Mutator } from './mutate.ts';
import { descriptions, messages, streams } from './parsers.ts';
import { packets } from './rtp.ts';
import { BATCH, type Target, type TargetMaker } from './target.ts';

export const TARGETS: readonly TargetMaker[] = [messages, streams, descriptions, packets, exchange];

/** A mutant that did what none may do. */
export class Found extends Error {
  readonly mutant: Buffer;
  readonly target: string;

  constructor(target: Target, nth: number, mutant: Buffer, cause: unknown) {
    super(`${target.name}, mutant ${nth}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
    this.target = target.name;
    this.mutant = mutant;
  }
}

export interface Figures {
  readonly target: string;
  readonly mutants: number;
  readonly seconds: number;
}

/**
 * Feeds one target its part of `total` mutants. The same seed and total give the same mutants.
 * @throws {Found}
 */
export async function fuzz(make: TargetMaker, total: number, seed: number): Promise<Figures> {
  const random = seededRandom(seed);
  const target = await make(random);
  const mutator = new Mutator(random, target.samples);
  const mutants = Math.round((total * target.share) / 100);
  const began = performance.now();
  let mutant: Buffer = Buffer.alloc(0);
  let n = 0;
  try {
    for (; n < mutants; n++) {
      const sample = mutator.one(target.samples);
      mutant = target.sip ? mutator.message(sample) : mutator.mutate(sample);
      target.feed(mutant);
      if ((n + 1) % BATCH > 0) continue;
      await target.breathe?.();
      if ((n + 1) % (100 * BATCH) === 0) await setImmediate();
    }
    await target.rest?.();
  } catch (error) {
    throw new Found(target, n, mutant, error);
  }
  return { target: target.name, mutants, seconds: (performance.now() - began) / 1000 };
}
