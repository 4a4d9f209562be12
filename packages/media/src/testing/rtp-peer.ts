import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { encode, FRAME } from '../codec/g711.ts';
import type { CodecName, Key } from '../protocol.ts';
import {
  HEADER,
  isRtcp,
  markerOf,
  payloadStart,
  payloadTypeOf,
  sequenceOf,
  ssrcOf,
  timestampOf,
  writeHeader,
} from '../rtp/packet.ts';
import { EVENT, eventCode, writeEvent } from '../rtp/telephone-event.ts';
import { sines } from '../tones/oscillator.ts';

/** An RTP packet as a phone sees it. */
export interface Heard {
  readonly payloadType: number;
  readonly marker: boolean;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly payload: Buffer;
  readonly fromPort: number;
}

/** The RTP half of a phone on 127.0.0.1: sends what it is told, keeps what it hears. It has no clock. */
export class RtpPeer {
  readonly heard: Heard[] = [];
  readonly rtcp: Buffer[] = [];
  sequence = 65_500;
  timestamp = 4_294_967_000;
  ssrc = 0x1234_5678;
  payloadTypes: { readonly [codec in CodecName]: number } = { PCMA: 8, PCMU: 0 };
  #socket: Socket;
  readonly #host: string;
  #waiting: { readonly until: () => boolean; readonly done: () => void }[] = [];

  constructor(socket: Socket, host = '127.0.0.1') {
    this.#socket = socket;
    this.#host = host;
    this.#listen(socket);
  }

  /**
   * @param port 0 = any free one.
   * @param host where it is, and where it sends to: a loopback address.
   */
  static async open(port = 0, host = '127.0.0.1'): Promise<RtpPeer> {
    return new RtpPeer(await bound(port, host), host);
  }

  /** Another port from now on, as a NAT does that has forgotten the old one; the stream goes on. */
  async rebind(): Promise<void> {
    const before = this.#socket;
    const socket = await bound(0, this.#host);
    this.#listen(socket);
    this.#socket = socket;
    before.close();
  }

  #listen(socket: Socket): void {
    socket.on('message', (packet, from) => {
      if (isRtcp(packet)) this.rtcp.push(packet);
      else this.#hear(packet, from.port);
      const [over, still] = [this.#waiting.filter(w => w.until()), this.#waiting.filter(w => !w.until())];
      this.#waiting = still;
      for (const w of over) w.done();
    });
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** Sends one packet of `bytes`, the next in sequence and time. */
  send(to: number, codec: CodecName, bytes: Uint8Array, marker = false): void {
    this.sendAs(to, this.payloadTypes[codec], bytes, marker);
    this.timestamp = (this.timestamp + bytes.length) >>> 0;
  }

  /** Sends one packet; its timestamp stays. */
  sendAs(to: number, payloadType: number, payload: Uint8Array, marker = false): void {
    const packet = Buffer.alloc(HEADER + payload.length);
    packet[0] = 0x80;
    writeHeader(packet, payloadType, marker, this.sequence, this.timestamp, this.ssrc);
    packet.set(payload, HEADER);
    this.sequence = (this.sequence + 1) & 0xffff;
    this.raw(to, packet);
  }

  raw(to: number, packet: Uint8Array): void {
    this.#socket.send(packet, to, this.#host);
  }

  /** Sends `frames` packets of a sine. */
  sing(to: number, codec: CodecName, hz: number, frames: number): void {
    const bytes = encode(codec, sines([hz], frames * 20));
    for (let i = 0; i < frames; i++) this.send(to, codec, bytes.subarray(i * FRAME, (i + 1) * FRAME));
  }

  /** Presses a key as RFC 4733: three updates and three ends, one timestamp. */
  press(to: number, payloadType: number, key: Key): void {
    const payload = Buffer.alloc(EVENT);
    for (let i = 0; i < 6; i++) {
      writeEvent(payload, 0, eventCode(key), i >= 3, FRAME * Math.min(i + 1, 4));
      this.sendAs(to, payloadType, payload, i === 0);
    }
    this.timestamp = (this.timestamp + 4 * FRAME) >>> 0;
  }

  /** Resolves as soon as it holds, looked at with every packet. */
  until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise(done => this.#waiting.push({ until: holds, done }));
  }

  /** Resolves with the first `count` packets of all heard. */
  async hears(count: number): Promise<readonly Heard[]> {
    await this.until(() => this.heard.length >= count);
    return this.heard.slice(0, count);
  }

  async close(): Promise<void> {
    this.#socket.close();
    await once(this.#socket, 'close');
  }

  #hear(packet: Buffer, fromPort: number): void {
    const start = payloadStart(packet);
    if (start === 0) return;
    this.heard.push({
      payloadType: payloadTypeOf(packet),
      marker: markerOf(packet),
      sequence: sequenceOf(packet),
      timestamp: timestampOf(packet),
      ssrc: ssrcOf(packet),
      payload: packet.subarray(start),
      fromPort,
    });
  }
}

async function bound(port: number, host: string): Promise<Socket> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.bind(port, host);
  await once(socket, 'listening');
  return socket;
}
