import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** Whatever nobody holds is gone; a WeakRef made or asked in this turn counts as held. */
export async function collect(): Promise<void> {
  await setImmediate();
  gc();
  await setImmediate();
  gc();
}
