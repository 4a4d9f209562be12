import { LegEnded } from './call.ts';

type Entries = Record<string, (signal: AbortSignal) => Promise<unknown>>;

/** Which entry won, and with what. */
export type Winner<T extends Entries> = {
  [K in keyof T]: { readonly is: K; readonly value: Awaited<ReturnType<T[K]>> };
}[keyof T];

/** Why the losers are aborted; one for all, because without a reason an exception with a stack is made for each. */
const DECIDED = Object.freeze({ why: 'decided' });

/**
 * First to settle wins, the rest are aborted. An entry rejecting with LegEnded is dropped while another can still win;
 * when none can, the last LegEnded is thrown. Any other rejection is a bug and wins at once.
 */
export function firstOf<T extends Entries>(entries: T): Promise<Winner<T>> {
  const stop = new AbortController();
  const all = Object.entries(entries);
  let running = all.length;
  return new Promise((resolve, reject) => {
    for (const [is, start] of all) {
      start(stop.signal).then(
        value => {
          resolve({ is, value } as Winner<T>);
          stop.abort(DECIDED);
        },
        (error: unknown) => {
          running--;
          if (error instanceof LegEnded && running > 0) return;
          reject(error);
          stop.abort(DECIDED);
        },
      );
    }
  });
}
