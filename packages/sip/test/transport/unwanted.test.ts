import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { serveWebSocket } from '../../src/transport/serve-websocket.ts';
import { openTcp } from '../../src/transport/tcp.ts';
import { openTls } from '../../src/transport/tls.ts';
import type { Peer, Transport } from '../../src/transport/types.ts';
import { WebSocketTransport } from '../../src/transport/websocket.ts';
import { certificate, Source } from '../support/certificates.ts';

const cleanup: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanup.splice(0).reverse()) await clean();
});

const UNWANTED = '127.0.0.66';
const accepts = (address: string) => address !== UNWANTED;
const place = { host: '127.0.0.1', port: 0, log: () => {}, accepts };

interface Speaking {
  readonly transport: Transport;
  /** Connects from an address; resolves with 'open', or with why not. */
  readonly dial: (localAddress: string) => Promise<string>;
  /** Of the last connection. */
  readonly closed: () => Promise<unknown>;
}

async function overSockets(protocol: 'tcp' | 'tls'): Promise<Speaking> {
  const transport =
    protocol === 'tcp' ? await openTcp(place) : await openTls({ ...place, certificate: new Source('one') });
  cleanup.push(() => transport.close());
  const port = transport.listening[0]?.port ?? 0;
  let closed: Promise<unknown> = Promise.resolve();
  const dial = (localAddress: string) =>
    new Promise<string>(resolve => {
      const to = { host: '127.0.0.1', port, localAddress };
      const socket: Socket =
        protocol === 'tcp' ? connect(to) : connectTls({ ...to, ca: certificate('one').cert });
      cleanup.push(() => socket.destroy());
      closed = new Promise(over => socket.once('close', over));
      socket.on('error', () => resolve('closed'));
      socket.once('close', () => resolve('closed'));
      // A pong says that the transport has taken it, not the kernel alone.
      socket.write('\r\n\r\n');
      socket.once('data', () => resolve('open'));
    });
  return { transport, dial, closed: () => closed };
}

async function overWebSocket(): Promise<Speaking> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const listening = [{ protocol: 'ws', address: '127.0.0.1', port, advertised: 'x' }] as const;
  const transport = new WebSocketTransport({ listening, log: () => {}, accepts });
  serveWebSocket(server, transport);
  cleanup.push(() => new Promise(over => server.close(over)));
  cleanup.push(() => transport.close());
  let closed: Promise<unknown> = Promise.resolve();
  const dial = (localAddress: string) =>
    new Promise<string>(resolve => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/sip`, 'sip', { localAddress });
      cleanup.push(() => socket.terminate());
      closed = new Promise(over => socket.once('close', over));
      socket.once('unexpected-response', (_request, { statusCode }) => resolve(String(statusCode)));
      socket.on('error', () => resolve('closed'));
      socket.once('open', () => resolve('open'));
    });
  return { transport, dial, closed: () => closed };
}

describe.each([
  ['tcp', () => overSockets('tcp'), 'closed'],
  ['tls', () => overSockets('tls'), 'closed'],
  ['ws', overWebSocket, '403'],
] as const)('over %s', (_, open, refusal) => {
  test('a connection of a banned address is not taken, that of another is', async () => {
    const { dial } = await open();
    expect([await dial(UNWANTED), await dial('127.0.0.7')]).toEqual([refusal, 'open']);
  });

  test('connections that are unwanted now are ended, others are not; the stack is told', async () => {
    const { transport, dial, closed } = await open();
    const told: string[] = [];
    transport.closed = peer => told.push(peer.address);
    expect(await dial('127.0.0.7')).toBe('open');
    const first = closed();
    expect(await dial('127.0.0.8')).toBe('open');
    const asked: Peer[] = [];
    transport.hangUp(peer => {
      asked.push(peer);
      return peer.address === '127.0.0.7';
    });
    await first;
    expect(asked.map(({ address }) => address)).toEqual(['127.0.0.7', '127.0.0.8']);
    expect(told).toEqual(['127.0.0.7']);
  });
});
