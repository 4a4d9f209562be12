import { once } from 'node:events';
import { isIP, type Server, type Socket } from 'node:net';
import { type Clock, type Ms, SystemClock, type Timer } from '@kommutator/base';
import type { SipLog } from '../log.ts';
import { MAX_MESSAGE } from '../message/parse.ts';
import { hostFor, ownHosts, plainAddress } from './address.ts';
import { Connection, type ConnectionEvents } from './connection.ts';
import { sourceKey } from './source-key.ts';
import type { Listening, Peer, Transport } from './types.ts';

export interface StreamOptions {
  /** An IP address; `0.0.0.0`, or `::` for both families. */
  readonly host: string;
  /** 0 = one the system chooses. */
  readonly port: number;
  readonly advertised?: string | undefined;
  readonly log: SipLog;
  readonly clock?: Clock;
  /** Connections at a time, those we make included; 10 000 when left out. */
  readonly most?: number;
  /** Connections from one address at a time; 1 000 when left out. */
  readonly mostPerAddress?: number;
  /** A connection without a byte for so long is closed, ms; 70 minutes when left out. */
  readonly idle?: Ms;
  /** Whether a connection from an address is taken at all; every one when left out. */
  readonly accepts?: (address: string) => boolean;
}

/** What is different between the protocols that run over connections. */
export interface StreamProtocol {
  readonly protocol: 'tcp' | 'tls';
  readonly server: Server;
  /** The server's event of a connection that can carry messages. */
  readonly accepted: 'connection' | 'secureConnection';
  /** The same of a socket of ours. */
  readonly connected: 'connect' | 'secureConnect';
  dial(to: Peer, localAddress: string | undefined): Socket;
  /** Ends what is not a connection yet. */
  close(): void;
}

/** Connections at a time when nobody says how many. */
export const MOST = 10_000;
/** An office behind one address; and nobody takes all there are. */
const MOST_PER_ADDRESS = 1_000;
/** That there are too many is said so often. */
const TELL_EVERY: Ms = 10_000;
/** A trunk that is not reached by then is not reached (a caller is waiting). */
const CONNECT_WITHIN: Ms = 3000;
/** Time for a message to come complete. */
const MESSAGE_WITHIN: Ms = 20_000;
/** A registration lasts an hour at most, and the connection of a registered phone is not taken away. */
export const IDLE: Ms = 70 * 60_000;
/** Who connects and says nothing is no phone. */
export const FIRST_MESSAGE_WITHIN: Ms = 60_000;
export const LOOK_EVERY: Ms = 5000;

/** Binds and listens. Rejects when the address cannot be bound. */
export async function openStream(protocol: StreamProtocol, o: StreamOptions): Promise<Transport> {
  const transport = new StreamTransport(protocol, o);
  const bound = once(protocol.server, 'listening');
  protocol.server.listen(o.port, o.host);
  await bound;
  transport.listen();
  return transport;
}

/** SIP over connections (RFC 3261 §18), those made to us and those we make. */
class StreamTransport implements Transport, ConnectionEvents {
  listening: readonly Listening[] = [];
  receive: Transport['receive'] = () => {};
  closed: Transport['closed'] = () => {};
  readonly #protocol: StreamProtocol;
  readonly #options: StreamOptions;
  readonly #clock: Clock;
  readonly #byFlow = new Map<string, Connection>();
  /** The youngest connection to an address and port. */
  readonly #byPeer = new Map<string, Connection>();
  #local: (peer: string) => Listening = () => {
    throw new Error('not listening yet');
  };
  /** By source: an IPv6 subscriber has a whole /64. */
  readonly #perAddress = new Map<string, number>();
  /** Connections refused since that was said last, and when it may be said again. */
  #refused = 0;
  #tellAgain: Ms = Number.NEGATIVE_INFINITY;
  #flows = 0;
  #watch: Timer | null = null;
  #closed = false;

  constructor(protocol: StreamProtocol, o: StreamOptions) {
    this.#protocol = protocol;
    this.#options = o;
    this.#clock = o.clock ?? new SystemClock();
    const { server } = protocol;
    server.on(protocol.accepted, (socket: Socket) => this.#accept(socket));
    server.on('error', error => o.log('warn', `SIP over ${protocol.protocol}`, { error: error.message }));
  }

  /** Called once the server is bound. */
  listen(): void {
    const bound = this.#protocol.server.address();
    if (bound === null || typeof bound === 'string') throw new Error('not a TCP server');
    const { protocol } = this.#protocol;
    const { address, port } = bound;
    const own = ownHosts(address, this.#options.advertised);
    this.#local = peer => ({ protocol, address, port, advertised: hostFor(own, peer) });
    this.listening = [this.#local(address === '::' ? '' : address)];
  }

  local(peer: Peer): Listening {
    return this.#local(peer.address);
  }

  /**
   * Over the connection the peer names; without one over any to its address and port, which is made when missing.
   * A named connection that is gone is not replaced: behind NAT nobody can be called back.
   */
  send(bytes: Uint8Array, to: Peer, failed?: (why: string) => void): void {
    const connection = bytes.length > MAX_MESSAGE ? 'message too long' : this.#connectionTo(to);
    if (typeof connection !== 'string') connection.send(bytes, failed);
    else if (failed) queueMicrotask(() => failed(connection));
  }

  message(bytes: Uint8Array, from: Peer): void {
    this.receive(bytes, from);
  }

  now(): Ms {
    return this.#clock.now();
  }

  ended(connection: Connection, why: string): void {
    const { peer } = connection;
    this.#byFlow.delete(peer.flow ?? '');
    const others = (this.#perAddress.get(sourceKey(peer.address)) ?? 1) - 1;
    if (others > 0) this.#perAddress.set(sourceKey(peer.address), others);
    else this.#perAddress.delete(sourceKey(peer.address));
    if (this.#byPeer.get(keyOf(peer)) === connection) this.#byPeer.delete(keyOf(peer));
    this.#options.log('debug', 'SIP connection closed', { peer, why });
    this.closed(peer);
  }

  hangUp(unwanted: (peer: Peer) => boolean): void {
    for (const connection of [...this.#byFlow.values()])
      if (unwanted(connection.peer)) connection.close('not wanted');
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#watch?.cancel();
    const { server } = this.#protocol;
    const closed = once(server, 'close');
    server.close();
    this.#protocol.close();
    for (const connection of [...this.#byFlow.values()]) connection.close('closed');
    await closed;
  }

  #connectionTo(to: Peer): Connection | string {
    if (to.flow !== undefined) return this.#byFlow.get(to.flow) ?? 'connection lost';
    const known = this.#byPeer.get(keyOf(to));
    if (known) return known;
    if (this.#closed) return 'closed';
    if (isIP(to.address) === 0) return 'not an address';
    if (this.#full) return 'too many connections';
    return this.#connect(to);
  }

  get #full(): boolean {
    return this.#byFlow.size >= (this.#options.most ?? MOST);
  }

  #accept(socket: Socket): void {
    const { remoteAddress, remotePort } = socket;
    const { accepts } = this.#options;
    if (remoteAddress === undefined || remotePort === undefined) socket.destroy();
    else if (accepts && !accepts(plainAddress(remoteAddress))) socket.destroy();
    else if (this.#full || this.#crowded(plainAddress(remoteAddress))) {
      this.#tooMany(remoteAddress);
      socket.destroy();
    } else this.#add(socket, { address: plainAddress(remoteAddress), port: remotePort });
  }

  #crowded(address: string): boolean {
    return (
      (this.#perAddress.get(sourceKey(address)) ?? 0) >= (this.#options.mostPerAddress ?? MOST_PER_ADDRESS)
    );
  }

  /** Who floods with connections does not flood the log. */
  #tooMany(address: string): void {
    this.#refused++;
    const now = this.#clock.now();
    if (now < this.#tellAgain) return;
    this.#options.log('warn', 'too many SIP connections', { address, refused: this.#refused });
    this.#refused = 0;
    this.#tellAgain = now + TELL_EVERY;
  }

  #connect(to: Peer): Connection {
    const { host } = this.#options;
    const localAddress = host === '0.0.0.0' || host === '::' ? undefined : host;
    const socket = this.#protocol.dial(to, localAddress);
    const connection = this.#add(socket, to, true);
    const late = this.#clock.after(CONNECT_WITHIN, () => connection.close('no connection'));
    socket.once(this.#protocol.connected, () => late.cancel());
    socket.once('close', () => late.cancel());
    return connection;
  }

  #add(
    socket: Socket,
    { address, port, name }: Pick<Peer, 'address' | 'port' | 'name'>,
    ours = false,
  ): Connection {
    const { protocol } = this.#protocol;
    const flow = `${protocol}-${++this.#flows}`;
    const peer: Peer = { protocol, address, port, flow, ...(name !== undefined && { name }) };
    const connection = new Connection(socket, peer, this, ours);
    this.#byFlow.set(peer.flow ?? '', connection);
    this.#byPeer.set(keyOf(peer), connection);
    this.#perAddress.set(sourceKey(address), (this.#perAddress.get(sourceKey(address)) ?? 0) + 1);
    this.#watch ??= this.#clock.after(LOOK_EVERY, () => this.#look());
    return connection;
  }

  /** Closes what is idle or dead, what never said anything, and what began a message and does not end it. */
  #look(): void {
    this.#watch = null;
    const idle = this.#options.idle ?? IDLE;
    for (const connection of [...this.#byFlow.values()]) {
      if (connection.unfinished() > MESSAGE_WITHIN) connection.close('message without end');
      else if (connection.idle() > (connection.proven ? idle : Math.min(idle, FIRST_MESSAGE_WITHIN)))
        connection.close('idle');
      else connection.look();
    }
    if (this.#byFlow.size > 0) this.#watch = this.#clock.after(LOOK_EVERY, () => this.#look());
  }
}

/** A connection whose far end proved to be another name's is none to this one. */
const keyOf = ({ address, port, name }: Peer): string => `${address} ${port} ${name ?? ''}`;
