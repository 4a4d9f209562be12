/**
 * CPU of one media thread: µs for each relayed packet (received, rewritten, sent), with and without a change of law,
 * and for each packet of a clip. Phones run in another thread; times are this thread's CPU, so a busy machine
 * changes them little. Run: `node packages/media/bench/relay.ts [calls] [seconds]`.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { SystemClock } from '@kommutator/base';
import type { ClipId, CodecName, Ep, Hear, Negotiated } from '../src/index.ts';
import { createEngine } from '../src/index.ts';

const clock = new SystemClock();
const BASE = 12_000;

/** The phones: each sends a packet every 20 ms to its endpoint and counts what it gets. */
async function phones(o: { calls: number; phones: number; ports: number[] }): Promise<void> {
  const { calls, ports } = o;
  let heard = 0;
  const sockets = Array.from({ length: o.phones }, (_, i) => {
    const socket = createSocket({ type: 'udp4', lookup: (address, _o, done) => done(null, address, 4) });
    socket.bind(BASE + i, '127.0.0.1');
    socket.on('message', () => heard++);
    return socket;
  });
  parentPort?.on('message', () => parentPort?.postMessage(heard));
  const packets = ports.map((_, i) => {
    // Loud and like no tone: what listens has all its work.
    const packet = Buffer.from(Array.from({ length: 172 }, (_, n) => (n * n * 31) & 0xff));
    packet[0] = 0x80;
    packet[1] = i >= calls ? 0 : 8;
    packet.writeUInt32BE(i + 1, 8);
    return packet;
  });
  const begin = clock.now();
  for (let n = 0; ; n++) {
    for (let slice = 0; slice < 10; slice++) {
      for (let i = slice; i < ports.length; i += 10) {
        const packet = packets[i] as Buffer;
        packet.writeUInt16BE(n & 0xffff, 2);
        packet.writeUInt32BE((n * 160) >>> 0, 4);
        sockets[i]?.send(packet, ports[i] as number, '127.0.0.1');
      }
      await clock.sleep(Math.max(0, begin + n * 20 + (slice + 1) * 2 - clock.now()));
    }
  }
}

async function measure(
  name: string,
  calls: number,
  seconds: number,
  o: { law?: boolean; play?: boolean; ear?: boolean },
): Promise<void> {
  const engine = createEngine({
    clock,
    host: '127.0.0.1',
    ports: [20_000, 29_999],
    prompts: { dir: 'prompts' },
    leaseMs: 0,
  });
  const ports: number[] = [];
  const ep = (i: number) => `e${i}` as Ep;
  for (let i = 0; i < 2 * calls; i++) {
    const answer = await engine.command({ do: 'open', ep: ep(i), domain: 'd', as: 'rtp', language: 'ru' });
    if (answer.ok) ports.push(answer.port ?? 0);
    const codec: CodecName = o.law && i >= calls ? 'PCMU' : 'PCMA';
    const send = { codec, payloadType: codec === 'PCMA' ? 8 : 0 };
    const receive = [
      { codec: 'PCMA', payloadType: 8 },
      { codec: 'PCMU', payloadType: 0 },
    ] as const;
    const to: Negotiated = {
      address: '127.0.0.1',
      port: BASE + i,
      send,
      receive,
      // Without telephone-event the engine listens for keys in the sound.
      telephoneEvent: o.ear ? undefined : 101,
      direction: 'sendrecv',
      ptime: 20,
    };
    await engine.command({ do: 'remote', ep: ep(i), to });
  }
  for (let i = 0; i < 2 * calls; i++) {
    const what: Hear = o.play
      ? { play: ['melody:hold' as ClipId], tag: i, loop: true, then: { silence: true } }
      : { relay: ep((i + calls) % (2 * calls)) };
    await engine.command({ do: 'hear', ep: ep(i), what });
  }
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { calls: o.law ? calls : 2 * calls, phones: 2 * calls, ports: o.play ? [] : ports },
  });
  const heard = async (): Promise<number> => {
    worker.postMessage('how many?');
    const [count] = await once(worker, 'message');
    return count;
  };
  // The first second is the compiler's.
  await clock.sleep(1_000);
  const before = await heard();
  const cpu = process.threadCpuUsage();
  const from = clock.now();
  await clock.sleep(seconds * 1_000);
  const used = process.threadCpuUsage(cpu);
  const passed = clock.now() - from;
  const packets = (await heard()) - before;
  const micros = used.user + used.system;
  const share = ((100 * micros) / 1_000 / passed).toFixed(1);
  console.log(
    `${name}: ${(micros / packets).toFixed(1)} µs a packet, ${Math.round((1_000 * packets) / passed)} packets/s, ${share} % of a core`,
  );
  await engine.close();
  await worker.terminate();
}

if (isMainThread) {
  const calls = Number(process.argv[2] ?? 200);
  const seconds = Number(process.argv[3] ?? 5);
  await measure(`relay, ${calls} calls`, calls, seconds, {});
  await measure(`A-law to µ-law, ${calls} calls`, calls, seconds, { law: true });
  await measure(`listening for in-band keys, ${calls} calls`, calls, seconds, { ear: true });
  await measure(`clips, ${2 * calls} channels`, calls, seconds, { play: true });
  process.exit(0);
} else {
  await phones(workerData);
}
