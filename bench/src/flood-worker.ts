/** The attackers of the flood, in a thread of their own: the calls beside them are measured in another. */
import { parentPort, workerData } from 'node:worker_threads';
import { SystemClock } from '@kommutator/base';
import { startFlood } from '@kommutator/e2e';
import type { FloodOrder } from './flood.ts';

const flood = await startFlood({ clock: new SystemClock(), ...(workerData as FloodOrder) });
parentPort?.postMessage('started');
parentPort?.once('message', async () => {
  parentPort?.postMessage(await flood.stop());
  parentPort?.close();
});
