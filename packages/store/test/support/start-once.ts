/** Starts the embedded server of argv[2], prints where it is, stops it. Run as whoever the test wants. */
import { SystemClock } from '@kommutator/base';
import { silentLog, startEmbedded } from '../../src/index.ts';

const server = await startEmbedded({
  dataDir: process.argv[2] ?? '',
  clock: new SystemClock(),
  log: silentLog,
  durable: false,
});
console.log(JSON.stringify({ url: server.ownerUrl, uid: process.getuid?.() }));
await server.stop();
