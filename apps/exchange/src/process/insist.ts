import type { Clock, Ms } from '@kommutator/base';
import type { Log } from '@kommutator/telephony';

const PAUSES: readonly Ms[] = [100, 200, 500, 1_000, 2_000, 5_000];

/**
 * Does something that has to succeed sooner or later, e.g. because the database will be there again.
 * @param complaint logged with every failure.
 * @returns null when told to stop first. Never rejects.
 */
export async function insist<T>(
  attempt: () => Promise<T>,
  complaint: string,
  { clock, log, signal }: { readonly clock: Clock; readonly log: Log; readonly signal: AbortSignal },
): Promise<T | null> {
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      return await attempt();
    } catch (error) {
      log.error({ error: error instanceof Error ? error.message : String(error) }, complaint);
      await clock.sleep(PAUSES[Math.min(failures, PAUSES.length - 1)] ?? 0, signal).catch(() => {});
    }
  }
  return null;
}
