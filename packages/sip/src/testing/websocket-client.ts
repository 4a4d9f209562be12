import { once } from 'node:events';
import { type Clock, SystemClock } from '@kommutator/base';
import { WebSocket } from 'ws';
import type { Listening, Peer, Transport } from '../transport/types.ts';
import { WebSocketConnection } from '../transport/websocket-connection.ts';

export interface WebSocketClientOptions {
  /** `ws://127.0.0.1:8080/sip`, `wss://…` */
  readonly url: string;
  /** PEM of the authority the server's certificate is checked against. */
  readonly authorities?: string;
  readonly clock?: Clock;
  /** Of the upgrade request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What Via and Contact say: browsers know no address of their own (RFC 7118 §5). */
  readonly host?: string;
}

/**
 * The far end of SIP over WebSocket, as a browser is one: everything goes over its one connection, whatever its peer.
 * Rejects when the connection is refused.
 */
export async function openWebSocketClient(o: WebSocketClientOptions): Promise<Transport> {
  const { url, authorities: ca, headers = {}, clock = new SystemClock() } = o;
  const secure = url.startsWith('wss:');
  const protocol = secure ? 'wss' : 'ws';
  const socket = new WebSocket(url, 'sip', { ...(ca && { ca }), headers, perMessageDeflate: false });
  await once(socket, 'open');
  const { hostname, port } = new URL(url);
  const server: Peer = {
    protocol,
    address: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (secure ? 443 : 80),
    flow: `${protocol}-1`,
  };
  const host = o.host ?? 'df7jal23ls0d.invalid';
  const listening: Listening = { protocol, address: '0.0.0.0', port: server.port, advertised: host };
  const ended = once(socket, 'close');
  const transport: Transport = {
    listening: [listening],
    local: () => listening,
    send: (bytes, _to, failed) => connection.send(bytes, failed),
    receive: () => {},
    closed: () => {},
    hangUp: () => {},
    close: async () => {
      connection.close('closed');
      await ended;
    },
  };
  const connection = new WebSocketConnection(socket, server, {
    message: (bytes, from) => transport.receive(bytes, from),
    ended: () => transport.closed(server),
    now: () => clock.now(),
  });
  return transport;
}
