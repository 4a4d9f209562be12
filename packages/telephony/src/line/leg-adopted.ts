import type { Living } from '@kommutator/media';
import type { KeptState } from '@kommutator/model/events';
import type { DialogState } from '@kommutator/sip';
import { LegEnded } from '../call.ts';
import { type LegInit, LineLeg } from './line-leg.ts';
import type { KeptDescription } from './negotiation.ts';

/** An answered leg as plain data, about 0.9 kB as JSON: what it needs beside its living endpoint. */
export interface KeptLeg {
  readonly dialog: DialogState;
  readonly takesUpdate: boolean;
  readonly maxForwards: number;
  readonly description: KeptDescription;
}

/** @returns null when it was written by a version that kept something else. */
export function readKept(state: KeptState): KeptLeg | null {
  const { dialog, description } = state as Partial<KeptLeg>;
  return dialog && description ? (state as unknown as KeptLeg) : null;
}

/** A leg of an earlier process: answered there, its dialog restored, its endpoint still talking. */
export class AdoptedLeg extends LineLeg {
  readonly sipCallId: string;
  protected readonly earlyMedia = false;

  constructor(init: LegInit, sipCallId: string, kept: KeptLeg, living: Living) {
    super(init);
    this.sipCallId = sipCallId;
    this.resume(init.context.sip.restore(kept.dialog), kept.takesUpdate, living);
  }

  answer(): Promise<void> {
    return this.endCause ? Promise.reject(new LegEnded(this, this.endCause)) : Promise.resolve();
  }

  protected ring(): void {}

  protected openEarly(): void {}

  protected giveUp(): void {}
}
