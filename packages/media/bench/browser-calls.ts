/**
 * CPU of one media thread with browsers: ms for each handshake (ICE check to keys), µs for each packet relayed from browser
 * to browser, and from browser to desk phone and back. Browsers run in another thread; times are this thread's CPU, so a
 * busy machine changes them little. Run: `node packages/media/bench/browser-calls.ts [calls] [seconds]`.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { SystemClock } from '@kommutator/base';
import { makeCertificate } from '../src/dtls/certificate.ts';
import { DtlsSession } from '../src/dtls/session.ts';
import { bindingRequest } from '../src/ice/stun.ts';
import { createEngine, type Ep, type Negotiated, type Secure } from '../src/index.ts';
import { srtpBackend } from '../src/srtp/context.ts';
import type { SrtpContext } from '../src/srtp/protection.ts';

const clock = new SystemClock();
const LOCAL = { ufrag: 'server', password: 'p'.repeat(24) };
const PRIORITY = 2_130_706_431;
const FRAME = 20;

interface Order {
  /** Port of each endpoint, and whether it is a browser's. */
  readonly phones: readonly { readonly port: number; readonly browser: boolean }[];
  readonly fingerprint: string;
  readonly peer: ReturnType<typeof makeCertificate>;
}

/** A browser, or a desk phone, on a socket of its own. */
class Phone {
  readonly #socket: Socket;
  readonly #port: number;
  readonly #heard: () => void;
  #context: SrtpContext | undefined;
  readonly #packet = Buffer.alloc(172, 0xd5);
  #sequence = 0;

  constructor(index: number, port: number, heard: () => void) {
    this.#socket = createSocket({ type: 'udp4', lookup: (address, _o, done) => done(null, address, 4) });
    this.#socket.bind(0, '127.0.0.1');
    this.#port = port;
    this.#heard = heard;
    this.#packet[0] = 0x80;
    this.#packet[1] = 8;
    this.#packet.writeUInt32BE(index + 1, 8);
    this.#socket.on('message', packet => {
      if ((packet[0] as number) > 127) this.#heard();
    });
  }

  /** Checks the path, shakes hands. */
  connect(peer: Order['peer'], fingerprint: string): Promise<void> {
    return new Promise(done => {
      const session = new DtlsSession({
        clock,
        role: 'client',
        certificate: peer,
        fingerprints: [{ hash: 'sha-256', value: fingerprint }],
        send: datagram => this.#send(datagram),
        connected: (profile, keys) => {
          this.#context = srtpBackend().open(profile, keys);
          done();
        },
        ended: why => {
          if (!this.#context) throw new Error(why);
        },
      });
      let checked = false;
      this.#socket.on('message', packet => {
        const first = packet[0] as number;
        if (first < 4 && !checked) {
          checked = true;
          session.start();
        } else if (first >= 20 && first < 64) session.receive(packet);
      });
      const check = { username: 'server:browser', priority: PRIORITY, useCandidate: true } as const;
      this.#send(bindingRequest(Buffer.alloc(12, 3), { ...check, role: 'controlling' }, LOCAL.password));
    });
  }

  says(): void {
    this.#sequence++;
    this.#packet.writeUInt16BE(this.#sequence & 0xffff, 2);
    this.#packet.writeUInt32BE((this.#sequence * 160) >>> 0, 4);
    const sealed = this.#context ? this.#context.protect(this.#packet) : Buffer.from(this.#packet);
    if (sealed) this.#send(sealed);
  }

  #send(packet: Buffer): void {
    this.#socket.send(packet, this.#port, '127.0.0.1');
  }
}

async function phones({ phones: list, fingerprint, peer }: Order): Promise<void> {
  let heard = 0;
  const all = list.map(({ port }, i) => new Phone(i, port, () => heard++));
  const browsers = all.filter((_, i) => list[i]?.browser);
  // Twenty at a time: as many as call in a tenth of a second at 200 a second.
  for (let from = 0; from < browsers.length; from += 20) {
    await Promise.all(browsers.slice(from, from + 20).map(phone => phone.connect(peer, fingerprint)));
  }
  parentPort?.postMessage('connected');
  parentPort?.on('message', () => parentPort?.postMessage(heard));
  const begin = clock.now();
  for (let n = 0; ; n++) {
    for (let slice = 0; slice < 10; slice++) {
      for (let i = slice; i < all.length; i += 10) all[i]?.says();
      await clock.sleep(Math.max(0, begin + n * FRAME + (slice + 1) * 2 - clock.now()));
    }
  }
}

async function measure(calls: number, seconds: number, desk: boolean): Promise<void> {
  const engine = createEngine({
    clock,
    host: '127.0.0.1',
    ports: [20_000, 29_999],
    prompts: { dir: 'prompts' },
    leaseMs: 0,
  });
  const peer = makeCertificate(clock.wall());
  const list: { port: number; browser: boolean }[] = [];
  let fingerprint = '';
  const ep = (i: number) => `e${i}` as Ep;
  for (let i = 0; i < 2 * calls; i++) {
    const browser = !desk || i < calls;
    const as = browser ? 'webrtc' : 'rtp';
    const answer = await engine.command({ do: 'open', ep: ep(i), domain: 'd', as, language: 'ru' });
    if (!answer.ok) throw new Error(answer.refused);
    fingerprint = answer.shown?.fingerprint ?? fingerprint;
    list.push({ port: answer.port ?? 0, browser });
    const secure: Secure = {
      by: 'dtls',
      role: 'server',
      fingerprints: [{ hash: 'sha-256', value: peer.fingerprint }],
      ice: { local: LOCAL, remote: 'browser' },
    };
    const codec = { codec: 'PCMA', payloadType: 8 } as const;
    const to: Negotiated = {
      address: '127.0.0.1',
      port: 9,
      rtcpMux: true,
      send: codec,
      receive: [codec],
      direction: 'sendrecv',
      ptime: FRAME,
      ...(browser && { secure }),
    };
    await engine.command({ do: 'remote', ep: ep(i), to });
    await engine.command({ do: 'hear', ep: ep(i), what: { relay: ep((i + calls) % (2 * calls)) } });
  }
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const started = process.threadCpuUsage();
  const order: Order = { phones: list, fingerprint, peer };
  const worker = new Worker(new URL(import.meta.url), { workerData: order });
  await once(worker, 'message');
  delay.disable();
  const shaken = process.threadCpuUsage(started);
  const browsers = list.filter(({ browser }) => browser).length;
  const perHandshake = (shaken.user + shaken.system) / 1_000 / browsers;
  const heard = async (): Promise<number> => {
    worker.postMessage('how many?');
    const [count] = await once(worker, 'message');
    return count;
  };
  await clock.sleep(1_000);
  const before = await heard();
  const cpu = process.threadCpuUsage();
  const from = clock.now();
  await clock.sleep(seconds * 1_000);
  const used = process.threadCpuUsage(cpu);
  const passed = clock.now() - from;
  const packets = (await heard()) - before;
  const micros = (used.user + used.system) / packets;
  // Two directions of 50 packets a second.
  const row = [
    desk ? 'browser ↔ desk phone' : 'browser ↔ browser',
    String(calls),
    perHandshake.toFixed(2),
    Math.round(1_000 / perHandshake),
    (delay.percentile(99) / 1e6).toFixed(1),
    micros.toFixed(1),
    Math.round((1_000 * packets) / passed),
    Math.floor(1e6 / (micros * 100)),
  ];
  console.log(`| ${row.join(' | ')} |`);
  await engine.close();
  await worker.terminate();
}

if (isMainThread) {
  const calls = Number(process.argv[2] ?? 100);
  const seconds = Number(process.argv[3] ?? 5);
  // The library is one for the process, and made ready before there is a second thread.
  srtpBackend();
  console.log(
    '| calls | number | CPU ms per handshake | handshakes/s of a core | loop delay p99, ms | CPU µs per packet | packets/s | calls of a core |',
  );
  console.log('|---|---|---|---|---|---|---|---|');
  await measure(calls, seconds, false);
  await measure(calls, seconds, true);
  process.exit(0);
} else {
  await phones(workerData);
}
