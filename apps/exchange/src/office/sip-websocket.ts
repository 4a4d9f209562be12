/** SIP over WebSocket: the office owns the HTTP ports, signalling speaks SIP; the bytes are only handed on. */
import type { IncomingMessage } from 'node:http';
import { connect, isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Log } from '@kommutator/telephony';
import { encodePreface } from '../ipc/websocket-preface.ts';

export interface SipWebSocketOptions {
  /** Unix socket signalling waits at. */
  readonly socket: string;
  readonly log: Log;
}

/** What the handshake needs (RFC 6455 §4.2.1), and who asked. */
const HANDED_ON = [
  'upgrade',
  'connection',
  'sec-websocket-key',
  'sec-websocket-version',
  'sec-websocket-protocol',
  'origin',
  'user-agent',
];
const KEEP_ALIVE = 60_000;

export interface SipWebSocketDoor {
  /** Takes the upgrade requests for `/sip`, of HTTP and of HTTPS. */
  readonly take: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Hangs up on everybody; without it the HTTP server's own `close` would wait for them. */
  close(): void;
}

/**
 * Hands WebSockets on to signalling, with the client's address in front. While signalling is away they get 503.
 */
export function sipWebSocketDoor(o: SipWebSocketOptions): SipWebSocketDoor {
  const open = new Set<Duplex>();
  return {
    take(request, socket, head) {
      open.add(socket);
      socket.once('close', () => open.delete(socket));
      handOn(request, socket, head, o);
    },
    close() {
      for (const socket of open) socket.destroy();
    },
  };
}

function handOn(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  { socket: path, log }: SipWebSocketOptions,
) {
  const tcp = request.socket;
  const { remotePort } = tcp;
  const address = clientOf(request);
  socket.on('error', () => socket.destroy());
  if (address === null || remotePort === undefined) {
    socket.destroy();
    return;
  }
  tcp.setNoDelay(true);
  tcp.setKeepAlive(true, KEEP_ALIVE);
  const headers: Record<string, string | undefined> = {};
  for (const name of HANDED_ON) {
    const value = request.headers[name];
    if (value !== undefined) headers[name] = String(value);
  }
  const inside = connect(path);
  let connected = false;
  inside.on('error', error => {
    if (connected) socket.destroy();
    else {
      log.warn({ error: error.message }, 'signalling takes no WebSocket');
      refuse(socket);
    }
  });
  inside.once('connect', () => {
    connected = true;
    socket.pipe(inside);
    inside.pipe(socket);
  });
  // Neither outlives the other.
  inside.once('close', () => connected && tcp.destroySoon());
  socket.once('close', () => inside.destroy());
  inside.write(
    encodePreface({
      method: request.method ?? '',
      headers,
      address,
      port: remotePort,
      secure: 'encrypted' in tcp,
    }),
  );
  if (head.length > 0) inside.write(head);
}

/**
 * The client's address. Behind a reverse proxy on this machine it is the last one the proxy has written into
 * X-Forwarded-For: what stands before it is the client's word, and without it everybody would be local.
 */
function clientOf({ socket: { remoteAddress }, headers }: IncomingMessage): string | null {
  if (remoteAddress === undefined) return null;
  const address = plain(remoteAddress);
  if (address !== '::1' && !address.startsWith('127.')) return address;
  const told = headers['x-forwarded-for'];
  if (told === undefined) return address;
  const last = plain(String(told).split(',').at(-1)?.trim() ?? '');
  return isIP(last) === 0 ? null : last;
}

const plain = (address: string): string =>
  address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;

function refuse(socket: Duplex): void {
  socket.once('finish', () => socket.destroy());
  socket.end(
    'HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n',
  );
}
