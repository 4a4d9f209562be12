import { createSocket, type Socket } from 'node:dgram';
import { isIPv4, isIPv6 } from 'node:net';

/** What an endpoint sends through; sockets in life, a list in tests. */
export interface Wire {
  rtp(packet: Buffer, port: number, address: string): void;
  rtcp(packet: Buffer, port: number, address: string): void;
  /** Binds the odd port, if it is free. */
  openRtcp(): void;
  close(): void;
}

/** Where a wire delivers. */
export interface Inlet {
  rtp(packet: Buffer, address: string, port: number): void;
  rtcp(packet: Buffer, address: string, port: number): void;
}

/**
 * Binds the RTP socket of an endpoint.
 * @returns undefined when the port is taken by someone else.
 */
export async function openWire(host: string, port: number, inlet: Inlet): Promise<Wire | undefined> {
  const rtp = await bind(host, port, (packet, address, from) => inlet.rtp(packet, address, from));
  return rtp && new SocketPair(host, port, rtp, inlet);
}

class SocketPair implements Wire {
  readonly #host: string;
  readonly #port: number;
  readonly #inlet: Inlet;
  readonly #rtp: Socket;
  #rtcp: Socket | undefined;
  #rtcpAsked = false;
  #closed = false;

  constructor(host: string, port: number, rtp: Socket, inlet: Inlet) {
    this.#host = host;
    this.#port = port;
    this.#rtp = rtp;
    this.#inlet = inlet;
  }

  rtp(packet: Buffer, port: number, address: string): void {
    if (!this.#closed) this.#rtp.send(packet, port, address);
  }

  /** Through the odd port, or the even one while (or where) there is no other. */
  rtcp(packet: Buffer, port: number, address: string): void {
    if (!this.#closed) (this.#rtcp ?? this.#rtp).send(packet, port, address);
  }

  openRtcp(): void {
    if (this.#rtcpAsked) return;
    this.#rtcpAsked = true;
    const deliver: Deliver = (packet, address, from) => this.#inlet.rtcp(packet, address, from);
    void bind(this.#host, this.#port + 1, deliver).then(socket => {
      if (this.#closed) socket?.close();
      else this.#rtcp = socket;
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#rtp.close();
    this.#rtcp?.close();
  }
}

/** A socket for both families knows IPv4 only as mapped IPv6 (RFC 4291 §2.5.5.2); nobody else does. */
const mapped = (address: string): string => (isIPv4(address) ? `::ffff:${address}` : address);
const unmapped = (address: string): string =>
  address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;

type Deliver = (packet: Buffer, address: string, port: number) => void;

function bind(host: string, port: number, deliver: Deliver): Promise<Socket | undefined> {
  return new Promise(resolve => {
    const type = isIPv6(host) ? 'udp6' : 'udp4';
    const socket = createSocket({
      type,
      // Every address here is an IP address already: the resolver would cost a tick per packet.
      lookup: (address, _options, done) =>
        type === 'udp6' ? done(null, mapped(address), 6) : done(null, address, 4),
    });
    socket.once('error', () => {
      socket.close();
      resolve(undefined);
    });
    socket.once('listening', () => {
      socket.removeAllListeners('error');
      // ICMP refusals of what we sent; the stream's own silence is what counts.
      socket.on('error', () => {});
      socket.on('message', (packet, from) => deliver(packet, unmapped(from.address), from.port));
      resolve(socket);
    });
    socket.bind({ port, address: host, exclusive: true });
  });
}
