import type { Random } from '@kommutator/sip';

/** Something that takes bytes from the network. */
export interface Target {
  readonly name: string;
  /** Part of all mutants it gets, in hundredths. */
  readonly share: number;
  /** SIP messages, whose length should mostly be right. */
  readonly sip?: boolean;
  /** What is changed. */
  readonly samples: readonly Buffer[];
  /** @throws when the mutant does what it must not. May throw later, from {@link rest}. */
  feed(mutant: Buffer): void;
  /** Called every {@link BATCH} mutants: lets time pass. */
  breathe?(): Promise<void>;
  /** The end: @throws with what is left of the mutants. */
  rest?(): Promise<void>;
}

export type TargetMaker = (random: Random) => Target | Promise<Target>;

/** Mutants between two breaths. */
export const BATCH = 50;

/** @throws when it does not hold. */
export function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}
