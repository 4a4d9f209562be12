import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIP } from 'node:net';
import type { SipLog } from '../log.ts';
import { MAX_MESSAGE } from '../message/parse.ts';
import { addressFor, hostFor, ownHosts, plainAddress } from './address.ts';
import type { Listening, Peer, Transport } from './types.ts';

export interface UdpOptions {
  /** An IP address; `0.0.0.0`, or `::` for both families. */
  readonly host: string;
  /** 0 = one the system chooses. */
  readonly port: number;
  readonly advertised?: string | undefined;
  readonly log: SipLog;
}

/** A burst of REGISTERs after a power cut must fit while the event loop is busy. The system may grant less. */
const RECEIVE_BUFFER = 4 * 1024 * 1024;

/** SIP over UDP (RFC 3261 §18). Rejects when the address cannot be bound. */
export async function openUdp(o: UdpOptions): Promise<Transport> {
  const family = isIP(o.host) === 6 ? 6 : 4;
  const socket = createSocket({
    type: family === 6 ? 'udp6' : 'udp4',
    recvBufferSize: RECEIVE_BUFFER,
    // Peers are addresses already; Node would otherwise ask its resolver for every datagram.
    lookup: (address, _options, callback) => callback(null, address, family),
  });
  const bound = once(socket, 'listening');
  socket.bind(o.port, o.host);
  try {
    await bound;
  } catch (error) {
    socket.close();
    throw error;
  }
  return new UdpTransport(socket, family, o);
}

class UdpTransport implements Transport {
  readonly listening: readonly Listening[];
  receive: Transport['receive'] = () => {};
  /** Never called: UDP has no connections. */
  closed: Transport['closed'] = () => {};
  readonly #socket: Socket;
  readonly #family: 4 | 6;
  readonly #local: (peer: string) => Listening;
  #closed = false;

  constructor(socket: Socket, family: 4 | 6, o: UdpOptions) {
    const { address, port } = socket.address();
    this.#socket = socket;
    this.#family = family;
    const own = ownHosts(address, o.advertised);
    this.#local = peer => ({ protocol: 'udp', address, port, advertised: hostFor(own, peer) });
    this.listening = [this.#local(address === '::' ? '' : address)];
    socket.on('message', (bytes, from) => {
      if (isKeepAlive(bytes)) return;
      this.receive(bytes, { protocol: 'udp', address: plainAddress(from.address), port: from.port });
    });
    socket.on('error', error => o.log('warn', 'SIP over UDP', { error: error.message }));
  }

  local(peer: Peer): Listening {
    return this.#local(peer.address);
  }

  send(bytes: Uint8Array, to: Peer, failed?: (why: string) => void): void {
    const refused = this.#closed
      ? 'closed'
      : bytes.length > MAX_MESSAGE
        ? 'message too long'
        : isIP(to.address) === 0
          ? 'not an address'
          : null;
    if (refused !== null) {
      if (failed) queueMicrotask(() => failed(refused));
      return;
    }
    this.#socket.send(bytes, to.port, addressFor(to.address, this.#family), error => {
      if (error) failed?.(error.message);
    });
  }

  hangUp(): void {}

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }
}

/** Blanks and zero bytes that phones send to keep a NAT binding (RFC 5626 §3.5.1 has them over connections). */
function isKeepAlive(bytes: Uint8Array): boolean {
  if (bytes.length > 4) return false;
  for (const byte of bytes) if (byte !== 0x0d && byte !== 0x0a && byte !== 0x20 && byte !== 0) return false;
  return true;
}
