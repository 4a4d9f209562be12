import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Clock, type Ms, SystemClock, type Timer } from '@kommutator/base';
import { type WebSocket, WebSocketServer } from 'ws';
import type { SipLog } from '../log.ts';
import { MAX_MESSAGE } from '../message/parse.ts';
import type { ConnectionEvents } from './connection.ts';
import { sourceKey } from './source-key.ts';
import { FIRST_MESSAGE_WITHIN, IDLE, LOOK_EVERY, MOST } from './stream.ts';
import type { Listening, Peer, Transport } from './types.ts';
import { WebSocketConnection } from './websocket-connection.ts';

export interface WebSocketOptions {
  /** Where its HTTP servers are reached; Via and Contact are built from it. IPv6 peers are told of an IPv6 address where there is one. */
  readonly listening: readonly (Listening & { readonly protocol: 'ws' | 'wss' })[];
  readonly log: SipLog;
  readonly clock?: Clock;
  /** Connections at a time; 10 000 when left out. */
  readonly most?: number;
  /** Connections at a time from one address, behind which a whole office may be; 500 when left out. */
  readonly mostPerAddress?: number;
  /** A connection without a message for so long is closed, ms; 70 minutes when left out. */
  readonly idle?: Ms;
  /** Whether a connection from an address is taken at all; every one when left out. */
  readonly accepts?: (address: string) => boolean;
}

/** A client's request for a WebSocket (RFC 6455 §4.1), and where it came from. */
export interface UpgradeRequest {
  readonly method: string;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly address: string;
  readonly port: number;
  /** It came over TLS. */
  readonly secure: boolean;
}

const MOST_PER_ADDRESS = 500;
/** The WebSocket subprotocol (RFC 7118 §4.1). */
const SUBPROTOCOL = 'sip';
/** Pieces one SIP message may come in. */
const MOST_FRAGMENTS = 64;

/**
 * SIP over WebSocket, the server's side (RFC 7118). It owns no port: whoever owns the HTTP server hands over what came to
 * its path, with {@link WebSocketTransport.accept} or, in the same process, `serveWebSocket`.
 */
export class WebSocketTransport implements Transport, ConnectionEvents<WebSocketConnection> {
  readonly listening: readonly Listening[];
  receive: Transport['receive'] = () => {};
  closed: Transport['closed'] = () => {};
  readonly #options: WebSocketOptions;
  readonly #clock: Clock;
  readonly #server: WebSocketServer;
  readonly #byFlow = new Map<string, WebSocketConnection>();
  /** By source: an IPv6 subscriber has a whole /64. */
  readonly #perAddress = new Map<string, number>();
  #flows = 0;
  #watch: Timer | null = null;
  #closed = false;

  constructor(o: WebSocketOptions) {
    this.#options = o;
    this.#clock = o.clock ?? new SystemClock();
    this.listening = o.listening;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE,
      maxFragments: MOST_FRAGMENTS,
      handleProtocols: () => SUBPROTOCOL,
    });
  }

  /** Connections open now. */
  get size(): number {
    return this.#byFlow.size;
  }

  /**
   * Shakes hands over `socket`, whose request has been read, and speaks SIP over it. Who does not speak the subprotocol
   * `sip` gets 400 (RFC 7118 §4.1), who is not wanted 403, who is too many 503. Never throws.
   * @param head what came behind the request
   */
  accept(request: UpgradeRequest, socket: Duplex, head: Uint8Array): void {
    const refused = this.#refusal(request);
    if (refused !== null) {
      this.#options.log('debug', 'WebSocket refused', { address: request.address, refused });
      refuse(socket, refused);
      return;
    }
    const { method, headers } = request;
    const asked = { method, headers, url: '/' } as unknown as IncomingMessage;
    this.#server.handleUpgrade(asked, socket, Buffer.from(head), webSocket => this.#add(webSocket, request));
  }

  local(peer: Peer): Listening {
    const all = this.listening.filter(({ protocol }) => protocol === peer.protocol);
    const six = peer.address.includes(':');
    const own = all.find(({ advertised }) => advertised.includes(':') === six) ?? all[0] ?? this.listening[0];
    if (!own) throw new Error('not listening');
    return own;
  }

  /** Over the connection the peer names, and no other: a browser cannot be called back (RFC 7118 §5). */
  send(bytes: Uint8Array, to: Peer, failed?: (why: string) => void): void {
    const connection = this.#byFlow.get(to.flow ?? '');
    const why = bytes.length > MAX_MESSAGE ? 'message too long' : 'connection lost';
    if (connection && bytes.length <= MAX_MESSAGE) connection.send(bytes, failed);
    else if (failed) queueMicrotask(() => failed(why));
  }

  message(bytes: Uint8Array, from: Peer): void {
    this.receive(bytes, from);
  }

  now(): Ms {
    return this.#clock.now();
  }

  ended(connection: WebSocketConnection, why: string): void {
    const { peer } = connection;
    this.#byFlow.delete(peer.flow ?? '');
    const others = (this.#perAddress.get(sourceKey(peer.address)) ?? 1) - 1;
    if (others > 0) this.#perAddress.set(sourceKey(peer.address), others);
    else this.#perAddress.delete(sourceKey(peer.address));
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
    this.#server.close();
    for (const connection of [...this.#byFlow.values()]) connection.leave();
  }

  #refusal({ headers, address }: UpgradeRequest): 400 | 403 | 503 | null {
    if (this.#options.accepts?.(address) === false) return 403;
    if (!protocolsOf(headers['sec-websocket-protocol']).includes(SUBPROTOCOL)) return 400;
    const { most = MOST, mostPerAddress = MOST_PER_ADDRESS, log } = this.#options;
    const from = this.#perAddress.get(sourceKey(address)) ?? 0;
    if (!this.#closed && this.#byFlow.size < most && from < mostPerAddress) return null;
    if (!this.#closed) log('warn', 'too many SIP connections over WebSocket', { address, from });
    return 503;
  }

  #add(webSocket: WebSocket, { address, port, secure }: UpgradeRequest): void {
    const protocol = secure ? 'wss' : 'ws';
    const peer: Peer = { protocol, address, port, flow: `${protocol}-${++this.#flows}` };
    const connection = new WebSocketConnection(webSocket, peer, this);
    this.#byFlow.set(peer.flow ?? '', connection);
    this.#perAddress.set(sourceKey(address), (this.#perAddress.get(sourceKey(address)) ?? 0) + 1);
    this.#watch ??= this.#clock.after(LOOK_EVERY, () => this.#look());
  }

  /** Closes who is idle or dead and who never said anything. */
  #look(): void {
    this.#watch = null;
    const { idle = IDLE } = this.#options;
    for (const connection of [...this.#byFlow.values()]) {
      const patience = connection.proven ? idle : Math.min(idle, FIRST_MESSAGE_WITHIN);
      if (connection.idle() > patience) connection.close('idle');
      else connection.look();
    }
    if (this.#byFlow.size > 0) this.#watch = this.#clock.after(LOOK_EVERY, () => this.#look());
  }
}

const protocolsOf = (header = ''): string[] => header.split(',').map(name => name.trim());

const PHRASES = { 400: 'Bad Request', 403: 'Forbidden', 503: 'Service Unavailable' } as const;

/** An HTTP answer and the end. */
function refuse(socket: Duplex, status: 400 | 403 | 503): void {
  socket.on('error', () => {});
  socket.once('finish', () => socket.destroy());
  const more = status === 503 ? 'Retry-After: 30\r\n' : '';
  socket.end(
    `HTTP/1.1 ${status} ${PHRASES[status]}\r\nConnection: close\r\n${more}Content-Length: 0\r\n\r\n`,
  );
}
