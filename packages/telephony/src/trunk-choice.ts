import type { TrunkConfig } from '@kommutator/model/config';

/** One way out to the public network. */
export interface WayOut {
  readonly trunk: TrunkConfig;
  /** Index among the trunk's destinations. */
  readonly destination: number;
}

/** What is known of the trunks now. */
export interface TrunkFacts {
  up(trunk: TrunkConfig, destination: number): boolean;
  calls(trunk: TrunkConfig): number;
}

/**
 * The ways out for a number, in the order in which they are tried: longest prefix, then priority, then destinations as
 * configured; those that do not answer now come last of all, full trunks (`maxCalls`) not at all.
 * @param emergency passes the limit of parallel calls.
 */
export function waysOut(
  trunks: readonly TrunkConfig[],
  number: string,
  facts: TrunkFacts,
  emergency = false,
): readonly WayOut[] {
  const fit = trunks
    .filter(
      trunk => trunk.enabled && (emergency || trunk.maxCalls === null || facts.calls(trunk) < trunk.maxCalls),
    )
    .map(trunk => ({ trunk, length: prefixLength(trunk, number) }))
    .filter(({ length }) => length >= 0)
    .sort((a, b) => b.length - a.length || a.trunk.priority - b.trunk.priority);
  const up: WayOut[] = [];
  const down: WayOut[] = [];
  for (const { trunk } of fit) {
    // A trunk without destinations is the built-in simulator: one way out, found by the line.
    const destinations = Math.max(1, trunk.destinations.length);
    for (let destination = 0; destination < destinations; destination++) {
      (facts.up(trunk, destination) ? up : down).push({ trunk, destination });
    }
  }
  return [...up, ...down];
}

/** Length of the longest prefix that fits; −1 when none does. */
function prefixLength(trunk: TrunkConfig, number: string): number {
  let longest = -1;
  for (const prefix of trunk.prefixes) {
    if (prefix.length > longest && number.startsWith(prefix)) longest = prefix.length;
  }
  return longest;
}

/** Whether the next way out is tried after this refusal: the trunk failed, not the subscriber. */
export const isTrunkFault = (sip: number): boolean => sip === 408 || (sip >= 500 && sip < 600);
