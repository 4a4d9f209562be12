import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { connect, createConnection } from 'node:net';
import { join } from 'node:path';
import { SystemClock, VirtualClock } from '@kommutator/base';
import { joinTransports, type Peer, type Transport } from '@kommutator/sip';
import { openWebSocketClient } from '@kommutator/sip/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../src/config/index.ts';
import { encodePreface } from '../src/ipc/websocket-preface.ts';
import { sipWebSocketDoor } from '../src/office/sip-websocket.ts';
import { withWebSocket } from '../src/signalling/websocket-door.ts';
import { makeSelfSigned } from '../src/tls/self-signed.ts';
import { folder, keptLog } from './support.ts';

const cleanup: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanup.splice(0).reverse()) await clean();
});

/** A transport nobody speaks over. */
const deaf = (): Transport => ({
  listening: [{ protocol: 'udp', address: '127.0.0.1', port: 1, advertised: 'x' }],
  local: () => ({ protocol: 'udp', address: '127.0.0.1', port: 1, advertised: 'x' }),
  send: () => {},
  receive: () => {},
  closed: () => {},
  hangUp: () => {},
  close: async () => {},
});

const settings = () => {
  const config = loadConfig({ HTTP_PORT: '8080', HTTPS_PORT: '8443' });
  if (!config.ok) throw new Error(config.error.join());
  return config.value;
};

/** Signalling's end. */
async function signalling(path: string, clock = new SystemClock() as SystemClock | VirtualClock) {
  const log = keptLog();
  const transport = await withWebSocket(joinTransports([deaf()]), {
    path,
    config: settings(),
    clock,
    log,
    accepts: () => true,
    sipLog: () => {},
    advertised: '192.0.2.1',
  });
  cleanup.push(() => transport.close());
  return { transport, log };
}

/** The office's end. */
async function office(socket: string, secure?: { cert: string; key: string }) {
  const server: Server = secure ? createSecure(secure) : createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const log = keptLog();
  const door = sipWebSocketDoor({ socket, log });
  server.on('upgrade', door.take);
  cleanup.push(() => {
    door.close();
    return new Promise(closed => server.close(closed));
  });
  return { server, door, log, port: (server.address() as { port: number }).port };
}

/** What the server says to an upgrade request, up to the end of its head. */
function upgraded(port: number, path: string, headers = ''): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  cleanup.push(() => socket.destroy());
  socket.on('error', () => {});
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n` +
      `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: sip\r\n${headers}\r\n`,
  );
  return new Promise(resolve => {
    let text = '';
    socket.on('data', chunk => {
      text += String(chunk);
      if (text.includes('\r\n\r\n')) resolve(text);
    });
  });
}

const arrival = (transport: Transport): Promise<{ text: string; from: Peer }> =>
  new Promise(resolve => {
    transport.receive = (bytes, from) => resolve({ text: Buffer.from(bytes).toString(), from });
  });

describe('DESIGN §2 SIP over WebSocket from the office to signalling', () => {
  it('messages pass both ways and carry the address of the client', async () => {
    const path = join(folder(), 'ws.sock');
    const { transport } = await signalling(path);
    const { port } = await office(path);
    const phone = await openWebSocketClient({ url: `ws://127.0.0.1:${port}/sip` });
    cleanup.push(() => phone.close());
    const came = arrival(transport);
    phone.send(Buffer.from('hello'), { protocol: 'ws', address: 'x', port: 1 });
    const { text, from } = await came;
    expect(text).toBe('hello');
    expect(from).toMatchObject({ protocol: 'ws', address: '127.0.0.1' });
    expect(from.port).not.toBe(port);
    const back = arrival(phone);
    transport.send(Buffer.alloc(60_000, 'x'), from);
    expect((await back).text).toHaveLength(60_000);
    expect(transport.local(from)).toMatchObject({ protocol: 'ws', port: 8080 });
  });

  it('over HTTPS it is wss', async () => {
    const home = folder();
    const paths = { cert: join(home, 'cert.pem'), key: join(home, 'key.pem') };
    await makeSelfSigned(paths, ['127.0.0.1']);
    const { readFileSync } = await import('node:fs');
    const pem = { cert: readFileSync(paths.cert, 'utf8'), key: readFileSync(paths.key, 'utf8') };
    const path = join(home, 'ws.sock');
    const { transport } = await signalling(path);
    const { port } = await office(path, pem);
    const phone = await openWebSocketClient({ url: `wss://127.0.0.1:${port}/sip`, authorities: pem.cert });
    cleanup.push(() => phone.close());
    const came = arrival(transport);
    phone.send(Buffer.from('hello'), { protocol: 'wss', address: 'x', port: 1 });
    const { from } = await came;
    expect(from.protocol).toBe('wss');
    expect(transport.local(from)).toMatchObject({ protocol: 'wss', port: 8443 });
  });

  it.each([
    [
      'the last address a proxy of this machine wrote',
      'X-Forwarded-For: 10.0.0.1, 198.51.100.7\r\n',
      '198.51.100.7',
    ],
    ['an IPv6 one', 'X-Forwarded-For: 2001:db8::7\r\n', '2001:db8::7'],
    ['none written', '', '127.0.0.1'],
  ])('behind a reverse proxy the client is %s', async (_what, header, address) => {
    const path = join(folder(), 'ws.sock');
    const { transport } = await signalling(path);
    const { port } = await office(path);
    const closed = new Promise<Peer>(resolve => {
      transport.closed = resolve;
    });
    expect(await upgraded(port, '/sip', header)).toMatch(/^HTTP\/1\.1 101 /);
    for (const clean of cleanup.splice(2)) await clean();
    expect((await closed).address).toBe(address);
  });

  it('a client whose address cannot be told is not taken for a local one', async () => {
    const path = join(folder(), 'ws.sock');
    await signalling(path);
    const { port } = await office(path);
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(
      'GET /sip HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-Forwarded-For: unknown\r\n\r\n',
    );
    await once(socket, 'close');
    expect(socket.bytesRead).toBe(0);
  });

  it('while signalling is away it is 503', async () => {
    const { port } = await office(join(folder(), 'nobody.sock'));
    expect(await upgraded(port, '/sip')).toMatch(/^HTTP\/1\.1 503 .*Retry-After/s);
  });

  it('when signalling ends its connections the client learns of it, and the other way round', async () => {
    const path = join(folder(), 'ws.sock');
    const { transport } = await signalling(path);
    const { port } = await office(path);
    const phone = await openWebSocketClient({ url: `ws://127.0.0.1:${port}/sip` });
    const gone = new Promise<void>(resolve => {
      phone.closed = () => resolve();
    });
    await transport.close();
    await gone;
    await phone.close();
    const again = await signalling(path);
    const other = await openWebSocketClient({ url: `ws://127.0.0.1:${port}/sip` });
    const closed = new Promise<Peer>(resolve => {
      again.transport.closed = resolve;
    });
    await other.close();
    expect((await closed).protocol).toBe('ws');
  });
});

describe('DESIGN §2 what comes to the hand-over socket', () => {
  const request = { method: 'GET', headers: {}, address: '192.0.2.7', port: 7, secure: false };

  it.each([
    ['a length no preface has', Buffer.from([0xff, 0, 0, 0])],
    ['no JSON', Buffer.from([0, 0, 0, 1, 0x7b])],
    ['null', Buffer.from('\0\0\0\u0004null')],
    ['another version', Buffer.from('\0\0\0\u0007{"v":2}')],
    ['a preface that says nothing', Buffer.from('\0\0\0\u0007{"v":1}')],
  ])('%s ends the connection, not the process', async (_what, bytes) => {
    const path = join(folder(), 'ws.sock');
    const { log } = await signalling(path);
    const socket = createConnection(path);
    socket.on('error', () => {});
    socket.write(bytes);
    await once(socket, 'close');
    expect(log.lines).toEqual(['warn a WebSocket was not handed over']);
  });

  it('byte by byte is read like at once; none at all within five seconds ends the connection', async () => {
    const path = join(folder(), 'ws.sock');
    const clock = new VirtualClock();
    await signalling(path, clock);
    const socket = createConnection(path);
    const answer = once(socket, 'data');
    for (const byte of encodePreface(request)) socket.write(Buffer.from([byte]));
    expect(String(await answer.then(([data]) => data))).toMatch(/^HTTP\/1\.1 400 /);
    socket.destroy();
    const mute = createConnection(path);
    await once(mute, 'connect');
    const closed = once(mute, 'close');
    await expect.poll(() => clock.pending).toBe(1);
    await clock.advance(5_000);
    await closed;
  });
});
