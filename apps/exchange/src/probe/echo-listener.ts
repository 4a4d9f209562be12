import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Clock, Ms, Timer } from '@kommutator/base';

/** RTP of the synthetic call: 20 ms of A-law silence whose first bytes nobody else sends. */
const PACKET_MS: Ms = 20;
const SAMPLES = 160;
const HEADER = 12;
const MARK = 8;
const PCMA = 8;
const ALAW_SILENCE = 0xd5;

/** One RTP socket that sends marked packets and waits until one of them comes back. */
export class EchoListener implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #socket: Socket;
  readonly #mark = randomBytes(MARK);
  readonly #sentAt: Ms[] = [];
  #timer: Timer | null = null;
  #heard: (roundTrip: Ms) => void = () => {};
  /** Packets received, the exchange's announcement included. */
  received = 0;

  private constructor(clock: Clock, socket: Socket) {
    this.#clock = clock;
    this.#socket = socket;
    socket.on('message', packet => this.#message(packet));
    socket.on('error', () => {});
  }

  /** @throws when no port can be had. */
  static async open(clock: Clock, address: string): Promise<EchoListener> {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    socket.bind(0, address);
    await once(socket, 'listening');
    return new EchoListener(clock, socket);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** Talks to that place; resolves with the round trip of the first packet that came back, ms. */
  echo(address: string, port: number): Promise<Ms> {
    const ssrc = randomBytes(4);
    const talk = () => {
      this.#timer = this.#clock.after(PACKET_MS, talk);
      this.#socket.send(this.#packet(ssrc), port, address);
    };
    talk();
    return new Promise(resolve => {
      this.#heard = resolve;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer?.cancel();
    await new Promise<void>(closed => this.#socket.close(() => closed()));
  }

  /** RFC 3550 §5.1. */
  #packet(ssrc: Buffer): Buffer {
    const sequence = this.#sentAt.push(this.#clock.now()) - 1;
    const packet = Buffer.alloc(HEADER + SAMPLES, ALAW_SILENCE);
    packet[0] = 0x80;
    packet[1] = PCMA;
    packet.writeUInt16BE(sequence & 0xffff, 2);
    packet.writeUInt32BE((sequence * SAMPLES) >>> 0, 4);
    ssrc.copy(packet, 8);
    this.#mark.copy(packet, HEADER);
    packet.writeUInt32BE(sequence, HEADER + MARK);
    return packet;
  }

  #message(packet: Buffer): void {
    this.received++;
    if (packet.length < HEADER + MARK + 4 || !packet.subarray(HEADER, HEADER + MARK).equals(this.#mark))
      return;
    const sentAt = this.#sentAt[packet.readUInt32BE(HEADER + MARK)];
    if (sentAt !== undefined) this.#heard(this.#clock.now() - sentAt);
  }
}
