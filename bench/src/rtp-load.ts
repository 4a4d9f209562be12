/**
 * RTP load of many calls from one socket: sends 20 ms G.711 packets to every far port, stamps each with its time of
 * sending, and measures loss and one-way delay of what comes back. Runs as a worker thread; speaks by messages.
 *
 * One socket stands for all phones of one side, so that the generator costs as little as it can: a packet is told
 * apart by the call index in its payload, which a relay of the same codec leaves untouched.
 */
import { createSocket } from 'node:dgram';
import { performance } from 'node:perf_hooks';
import { parentPort } from 'node:worker_threads';

export type LoadCommand =
  | { readonly do: 'bind'; readonly address: string }
  | { readonly do: 'add'; readonly index: number; readonly address: string; readonly port: number }
  | { readonly do: 'start' }
  | { readonly do: 'measure' }
  | { readonly do: 'stop' };

export interface LoadReport {
  readonly sent: number;
  readonly received: number;
  /** ms, one way through the relay: sorted percentiles. */
  readonly delay: { readonly p50: number; readonly p99: number; readonly max: number };
}

const PACKET = 172;
/** Delays in steps of 0.05 ms up to 500 ms. */
const STEP = 0.05;
const histogram = new Uint32Array(10_001);

const socket = createSocket({
  type: 'udp4',
  recvBufferSize: 8 << 20,
  sendBufferSize: 8 << 20,
  lookup: (host, _o, done) => done(null, host, 4),
});
interface Stream {
  readonly packet: Buffer;
  readonly address: string;
  readonly port: number;
  sequence: number;
}
const slots: Stream[][] = Array.from({ length: 20 }, () => []);
let sent = 0;
let received = 0;
let running = false;
let measuring = false;

const stampBase = performance.timeOrigin;
const stamp = () => stampBase + performance.now();

socket.on('message', message => {
  if (!measuring || message.length < 28) return;
  received++;
  const late = stamp() - message.readDoubleBE(16);
  const slot = Math.min(histogram.length - 1, Math.max(0, Math.round(late / STEP)));
  histogram[slot] = (histogram[slot] ?? 0) + 1;
});

function add(index: number, address: string, port: number): void {
  const packet = Buffer.alloc(PACKET, 0xd5);
  packet[0] = 0x80;
  packet[1] = 8;
  packet.writeUInt32BE(index * 7919 + 1, 8);
  packet.writeUInt32BE(index, 12);
  (slots[index % 20] as Stream[]).push({ packet, address, port, sequence: 0 });
}

function send(stream: Stream): void {
  const n = stream.sequence++;
  stream.packet.writeUInt16BE(n & 0xffff, 2);
  stream.packet.writeUInt32BE((n * 160) >>> 0, 4);
  stream.packet.writeDoubleBE(stamp(), 16);
  socket.send(stream.packet, stream.port, stream.address);
  if (measuring) sent++;
}

/** Every millisecond one of twenty slots; a late tick catches up. */
function run(): void {
  const start = performance.now();
  let done = 0;
  const tick = () => {
    if (!running) return;
    const due = Math.floor(performance.now() - start);
    while (done < due) {
      for (const stream of slots[done % 20] as Stream[]) send(stream);
      done++;
    }
    setTimeout(tick, 1);
  };
  tick();
}

function percentile(share: number): number {
  let left = received * share;
  for (let i = 0; i < histogram.length; i++) {
    left -= histogram[i] ?? 0;
    if (left <= 0) return i * STEP;
  }
  return (histogram.length - 1) * STEP;
}

function report(): LoadReport {
  let max = 0;
  histogram.forEach((count, i) => {
    if (count > 0) max = i * STEP;
  });
  return { sent, received, delay: { p50: percentile(0.5), p99: percentile(0.99), max } };
}

parentPort?.on('message', (command: LoadCommand) => {
  switch (command.do) {
    case 'bind':
      socket.bind(0, command.address, () => parentPort?.postMessage({ port: socket.address().port }));
      return;
    case 'add':
      add(command.index, command.address, command.port);
      return;
    case 'start':
      running = true;
      run();
      return;
    case 'measure':
      sent = 0;
      received = 0;
      histogram.fill(0);
      measuring = true;
      return;
    case 'stop':
      running = false;
      // What is under way may still arrive; the owner asks once more after a moment.
      setImmediate(() => parentPort?.postMessage(report()));
      return;
  }
});
