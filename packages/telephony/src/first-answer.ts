import { CAUSES } from '@kommutator/model/cause';
import type { Dialled } from './call.ts';
import { type Missed, together } from './outcome.ts';

/**
 * Waits for the first that answers among those that ring at once; one that answers in the same moment gets BYE.
 * When nobody does: busy or unavailable as {@link together} has it, at once for an empty list.
 * @param won cancels the others
 * @throws what one of them throws: LegEnded of the leg they ring for
 */
export function firstAnswer(all: readonly Promise<Dialled>[], won: () => void): Promise<Dialled> {
  return new Promise((resolve, reject) => {
    const missed: Missed[] = [];
    let decided = false;
    const settle = (dialled: Dialled) => {
      if (dialled.kind !== 'answered') {
        missed.push(dialled);
        if (missed.length === all.length) resolve(together(missed));
      } else if (decided) {
        dialled.leg.hangup(CAUSES.elsewhere);
      } else {
        decided = true;
        won();
        resolve(dialled);
      }
    };
    if (all.length === 0) resolve(together([]));
    for (const one of all) one.then(settle, reject);
  });
}
