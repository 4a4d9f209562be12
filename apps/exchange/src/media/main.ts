/** Media: the engine behind a Unix socket. Knows nothing of calls. */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { createEngine, createEnginePool } from '@kommutator/media';
import { serveChannels } from '../ipc/index.ts';
import { MediaServer } from '../ipc/media-over-channel.ts';
import type { FromMedia, ToMedia } from '../ipc/media-words.ts';
import { type Running, runChild, type Surroundings } from '../process/lifecycle.ts';
import { snapshotMetrics } from '../process/metrics.ts';
import { ownAddress } from '../process/own-address.ts';
import { mediaMetrics } from './metrics.ts';
import { Tally } from './tally.ts';

/** One core is left to signalling; beyond eight the ports, not the cores, are the limit. */
const threads = Math.max(1, Math.min(8, availableParallelism() - 1));

async function media({ config, paths, clock, log }: Surroundings): Promise<Running> {
  const host = config.sipHost ?? '0.0.0.0';
  const options = {
    clock,
    host,
    advertise: ownAddress(host),
    ports: [config.rtpPorts.from, config.rtpPorts.to],
    prompts: { dir: fileURLToPath(new URL('../../../../prompts/', import.meta.url)) },
    log: (line: string) => log.warn({}, line),
  } as const;
  // A thread of its own would cost every command two more wake-ups; alone it works where the commands arrive.
  const engine = threads > 1 ? createEnginePool({ ...options, threads }) : createEngine(options);
  engine.onLost = why => {
    log.error({ why }, 'the media engine is lost');
    process.exit(1);
  };
  const tally = new Tally();
  const server = new MediaServer(engine, event => tally.event(event));
  const registry = mediaMetrics(clock, () => [engine.counters().endpoints].flat(), tally);
  const channels = await serveChannels<FromMedia, ToMedia>({
    path: paths.sockets.media,
    role: 'media',
    clock,
    accept: (channel, { role }) => {
      const metrics = () => snapshotMetrics(registry);
      if (role !== 'signalling') return { requests: { metrics } };
      const handlers = server.accept(channel);
      return { ...handlers, requests: { ...handlers.requests, metrics } };
    },
  });
  return {
    async stop() {
      await channels.close();
      await engine.close();
    },
  };
}

if (import.meta.main) await runChild('media', media);
