import type { Clock, Ms } from '@kommutator/base';
import { Client } from 'pg';

/** How often each of these dialogs of callers stands in the call history. */
export async function timesRecorded(
  url: string,
  sipCallIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string; times: number }>(
      `SELECT sip_call_id AS id, count(*)::int AS times FROM call_leg JOIN call USING (call_id)
        WHERE role = 'caller' AND sip_call_id = ANY($1) GROUP BY 1`,
      [sipCallIds],
    );
    return new Map(rows.map(row => [row.id, row.times]));
  } finally {
    await client.end();
  }
}

/** Id of the call one of whose dialogs has that Call-ID; null while the history does not know it. */
export async function callWith(url: string, sipCallId: string): Promise<string | null> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const found = await client.query<{ id: string }>(
      'SELECT call_id AS id FROM call_leg WHERE sip_call_id = $1',
      [sipCallId],
    );
    return found.rows[0]?.id ?? null;
  } finally {
    await client.end();
  }
}

/** Address of the embedded database of an exchange. */
export const embeddedUrl = (dataDir: string): string =>
  `postgresql://postgres@localhost/kommutator?host=${encodeURIComponent(`${dataDir}/pg18.run`)}`;

/** Looks again until it holds, or gives up after `within` ms and says what was seen last. */
export async function eventually<T>(
  clock: Clock,
  look: () => Promise<T>,
  holds: (seen: T) => boolean,
  within: Ms = 30_000,
): Promise<T> {
  const deadline = clock.deadline(within);
  for (;;) {
    const seen = await look().catch((error: unknown) => error);
    if (!(seen instanceof Error) && holds(seen as T)) return seen as T;
    if (deadline.over) throw new Error(`still not so after ${within} ms: ${String(seen)}`);
    await clock.sleep(100);
  }
}
