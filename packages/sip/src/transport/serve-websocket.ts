import type { IncomingMessage, Server } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { plainAddress } from './address.ts';
import type { WebSocketTransport } from './websocket.ts';

/**
 * Hands every WebSocket a server of this process is asked for under `path` to a transport; others are left to the
 * server's other listeners. Limits of the request itself (time, size) are the server's.
 */
export function serveWebSocket(
  server: Server | SecureServer,
  transport: WebSocketTransport,
  path = '/sip',
): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if ((request.url ?? '').split('?', 1)[0] !== path) return;
    const { remoteAddress, remotePort } = request.socket;
    if (remoteAddress === undefined || remotePort === undefined) {
      socket.destroy();
      return;
    }
    const headers: Record<string, string | undefined> = {};
    for (const [name, value] of Object.entries(request.headers)) headers[name] = String(value);
    const secure = 'encrypted' in request.socket;
    const address = plainAddress(remoteAddress);
    transport.accept(
      { method: request.method ?? '', headers, address, port: remotePort, secure },
      socket,
      head,
    );
  });
}
