/** What a target's answer means for the scenario (USR-42 rules 6–8). */

export type LevelResult = 'answered' | 'busy' | 'unavailable';

export interface TargetOutcome {
  readonly result: LevelResult;
  /** An INVITE really left. */
  readonly tried: boolean;
}

const BUSY_CAUSES: ReadonlySet<number> = new Set([17, 21]);
const UNAVAILABLE_CAUSES: ReadonlySet<number> = new Set([1, 3, 18, 19, 20, 27, 31, 34, 38, 41, 102]);

/**
 * A refusal as the scenario sees it. The Q.850 cause of a Reason header says more than the SIP status
 * (a gateway sends 480 with 17 for busy, 486 with 34 for no circuit), so it decides where it is known.
 */
export function classify(sipStatus: number, q850?: number): 'busy' | 'unavailable' {
  if (q850 !== undefined) {
    if (BUSY_CAUSES.has(q850)) return 'busy';
    if (UNAVAILABLE_CAUSES.has(q850)) return 'unavailable';
  }
  return sipStatus === 486 || sipStatus === 600 || sipStatus === 603 ? 'busy' : 'unavailable';
}

/** Busy only when every target that was tried is busy (USR-42.7); the same holds for the phones of one login. */
export function levelResult(outcomes: readonly TargetOutcome[]): LevelResult {
  let tried = 0;
  let busy = 0;
  for (const outcome of outcomes) {
    if (outcome.result === 'answered') return 'answered';
    if (!outcome.tried) continue;
    tried++;
    if (outcome.result === 'busy') busy++;
  }
  return tried > 0 && busy === tried ? 'busy' : 'unavailable';
}

/** After a level: busy on the first level tried goes to the end node, on a later one it counts as unavailable (USR-42.8). */
export function afterLevel(result: LevelResult, firstTried: boolean): 'talk' | 'next' | 'end' {
  if (result === 'answered') return 'talk';
  return result === 'busy' && firstTried ? 'end' : 'next';
}
