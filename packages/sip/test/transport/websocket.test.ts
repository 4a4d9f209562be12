import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { connect } from 'node:net';
import { SystemClock, VirtualClock } from '@kommutator/base';
import { afterEach, describe, expect, it } from 'vitest';
import { type RawData, WebSocket } from 'ws';
import { createStack } from '../../src/create-stack.ts';
import { secureRandom } from '../../src/random.ts';
import type { ServerTransaction, SipStack } from '../../src/stack.ts';
import { openWebSocketClient } from '../../src/testing/index.ts';
import { serveWebSocket } from '../../src/transport/serve-websocket.ts';
import type { Peer } from '../../src/transport/types.ts';
import { type WebSocketOptions, WebSocketTransport } from '../../src/transport/websocket.ts';
import { certificate } from '../support/certificates.ts';

const cleanup: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanup.splice(0).reverse()) await clean();
});

/** An HTTP server whose WebSockets under /sip are SIP's. */
async function listen(o: Partial<WebSocketOptions> & { secure?: boolean } = {}) {
  const server: Server = o.secure ? createSecure(certificate('one')) : createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const protocol = o.secure ? 'wss' : 'ws';
  const transport = new WebSocketTransport({
    listening: [{ protocol, address: '127.0.0.1', port, advertised: '127.0.0.1' }],
    log: () => {},
    ...o,
  });
  serveWebSocket(server, transport);
  cleanup.push(() => new Promise(closed => server.close(closed)));
  cleanup.push(() => transport.close());
  return { server, transport, port, url: `${protocol}://127.0.0.1:${port}/sip` };
}

type Listening = Awaited<ReturnType<typeof listen>>;

const stackOver = (transport: WebSocketTransport): SipStack =>
  createStack({ transport, clock: new SystemClock(), random: secureRandom, userAgent: 'Test' });

/** A browser: its own stack over one WebSocket. */
async function browser({ url }: Listening): Promise<SipStack> {
  const transport = await openWebSocketClient({ url, authorities: certificate('one').cert });
  const stack = createStack({ transport, clock: new SystemClock(), random: secureRandom, userAgent: 'JS' });
  cleanup.push(() => stack.close());
  return stack;
}

/** A WebSocket the test writes to by hand. */
async function raw({ url }: Listening): Promise<WebSocket> {
  const socket = new WebSocket(url, 'sip');
  socket.on('error', () => {});
  cleanup.push(() => socket.terminate());
  await once(socket, 'open');
  return socket;
}

const textOf = (data: RawData): string => (Buffer.isBuffer(data) ? data.toString() : '');
const next = async (socket: WebSocket): Promise<string> => textOf((await once(socket, 'message'))[0]);

const OPTIONS = { method: 'OPTIONS', uri: 'sip:b@127.0.0.1', from: 'sip:a@127.0.0.1', to: 'sip:b@127.0.0.1' };
const request = (callId: string) =>
  'OPTIONS sip:b@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/WS df7jal23ls0d.invalid;branch=z9hG4bK' +
  `${callId}\r\nFrom: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\nCall-ID: ${callId}\r\nCSeq: 1 OPTIONS\r\n\r\n`;

/** Answers every request 200 and keeps it. */
function answering(stack: SipStack): ServerTransaction[] {
  const seen: ServerTransaction[] = [];
  stack.events = {
    invite: () => {},
    request: transaction => {
      seen.push(transaction);
      transaction.respond(200);
    },
  };
  return seen;
}

describe.each([false, true])('RFC 7118 over WebSocket, with TLS: %s', secure => {
  it('a request and its answer pass; the server asks back over the same connection alone', async () => {
    const at = await listen({ secure });
    const exchange = stackOver(at.transport);
    const asked = answering(exchange);
    const anna = await browser(at);
    const heard = answering(anna);
    expect((await anna.request(OPTIONS, { protocol: 'ws', address: 'x', port: 1 })).status).toBe(200);
    const source = asked[0]?.source as Peer;
    expect(source).toMatchObject({ protocol: secure ? 'wss' : 'ws', address: '127.0.0.1' });
    expect((await exchange.request(OPTIONS, source)).status).toBe(200);
    expect(heard[0]?.request.headers.get('via')).toMatch(secure ? /^SIP\/2\.0\/WSS / : /^SIP\/2\.0\/WS /);
    expect((await exchange.request(OPTIONS, { ...source, flow: undefined })).status).toBe(503);
  });

  it('RFC 7118 §5 an INVITE from here says transport=ws in its Contact, whatever the TLS', async () => {
    const at = await listen({ secure });
    const exchange = stackOver(at.transport);
    const asked = answering(exchange);
    const anna = await browser(at);
    await anna.request(OPTIONS, { protocol: 'ws', address: 'x', port: 1 });
    const contact = new Promise<string>(resolve => {
      anna.events = {
        request: () => {},
        invite: invite => {
          resolve(invite.request.headers.get('contact') ?? '');
          invite.refuse(486);
        },
      };
    });
    const over = new Promise(resolve => {
      exchange.invite({ ...OPTIONS, method: 'INVITE' }, asked[0]?.source as Peer, {
        provisional: () => {},
        answered: () => {},
        failed: resolve,
      });
    });
    expect(await contact).toMatch(new RegExp(`@127\\.0\\.0\\.1:${at.port};transport=ws>$`));
    expect(await over).toMatchObject({ status: 486 });
  });
});

describe('RFC 7118 §4.1 the handshake', () => {
  const shake = (port: number, protocol: string, path = '/sip', key = 'dGhlIHNhbXBsZSBub25jZQ==') =>
    new Promise<string>(resolve => {
      const socket = connect(port, '127.0.0.1');
      cleanup.push(() => socket.destroy());
      socket.on('error', () => {});
      let text = '';
      socket.on('data', chunk => {
        text += String(chunk);
        if (text.includes('\r\n\r\n')) resolve(text);
      });
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
          `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n${protocol}\r\n`,
      );
    });

  it.each([
    [
      'one subprotocol',
      'Sec-WebSocket-Protocol: sip\r\n',
      /^HTTP\/1\.1 101 .*Sec-WebSocket-Protocol: sip\r\n/s,
    ],
    ['sip among others', 'Sec-WebSocket-Protocol: msrp, sip\r\n', /^HTTP\/1\.1 101 .*Protocol: sip\r\n/s],
    ['none', '', /^HTTP\/1\.1 400 /],
    ['another one', 'Sec-WebSocket-Protocol: msrp\r\n', /^HTTP\/1\.1 400 /],
  ])('%s', async (_what, protocol, answer) => {
    const { port } = await listen();
    expect(await shake(port, protocol)).toMatch(answer);
  });

  it('a key that is none is 400', async () => {
    const { port } = await listen();
    expect(await shake(port, 'Sec-WebSocket-Protocol: sip\r\n', '/sip', 'short')).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('above the limit, whole or per address, it is 503; who is inside stays', async () => {
    for (const limit of [{ most: 1 }, { mostPerAddress: 1 }]) {
      const at = await listen(limit);
      const first = await raw(at);
      expect(await shake(at.port, 'Sec-WebSocket-Protocol: sip\r\n')).toMatch(
        /^HTTP\/1\.1 503 .*Retry-After/s,
      );
      expect(first.readyState).toBe(WebSocket.OPEN);
      first.close();
      await once(first, 'close');
      expect(await shake(at.port, 'Sec-WebSocket-Protocol: sip\r\n')).toMatch(/^HTTP\/1\.1 101 /);
    }
  });
});

describe('RFC 7118 §5 messages', () => {
  it('need no Content-Length, may be text or binary and come in fragments', async () => {
    const at = await listen();
    const seen = answering(stackOver(at.transport));
    const socket = await raw(at);
    socket.send(request('text'));
    expect(await next(socket)).toMatch(/^SIP\/2\.0 200 /);
    socket.send(Buffer.from(request('binary')));
    expect(await next(socket)).toMatch(/^SIP\/2\.0 200 /);
    socket.send(request('pieces').slice(0, 30), { fin: false });
    socket.send(request('pieces').slice(30), { fin: true });
    expect(await next(socket)).toMatch(/^SIP\/2\.0 200 /);
    expect(seen.map(({ request }) => request.headers.get('call-id'))).toEqual(['text', 'binary', 'pieces']);
  });

  it('an answer that is no UTF-8 goes as binary, any other as text', async () => {
    const at = await listen();
    stackOver(at.transport).events = {
      invite: () => {},
      request: transaction => {
        const text = transaction.request.headers.get('call-id') === 'text';
        const bytes = text ? Buffer.from('привет') : Buffer.from([0xff, 0xfe]);
        transaction.respond(200, { body: { type: 'application/x', bytes } });
      },
    };
    const socket = await raw(at);
    for (const kind of ['text', 'binary']) {
      const answer = once(socket, 'message');
      socket.send(request(kind));
      expect((await answer)[1]).toBe(kind === 'binary');
    }
  });

  it('RFC 5626 §4.4.1: CRLF CRLF is answered with CRLF, a pong and nothing with nothing', async () => {
    const at = await listen();
    const socket = await raw(at);
    socket.send('\r\n');
    socket.send('');
    socket.send('\r\n\r\n');
    expect(await next(socket)).toBe('\r\n');
  });

  it('one longer than SIP allows, or in a hundred pieces, ends the connection', async () => {
    const at = await listen();
    const long = await raw(at);
    long.send(Buffer.alloc(65_536, 'x'));
    expect((await once(long, 'close'))[0]).toBe(1009);
    const torn = await raw(at);
    for (let n = 0; n < 100; n++) torn.send('x', { fin: false });
    await once(torn, 'close');
    expect(at.transport.size).toBe(0);
  });
});

describe('RFC 6455 connections', () => {
  /** A server whose time the test moves, and a client that has sent a request. */
  async function slow(o: Partial<WebSocketOptions> & { autoPong?: boolean } = {}) {
    const clock = new VirtualClock();
    const at = await listen({ clock, ...o });
    const ended = new Promise<Peer>(resolve => {
      at.transport.closed = resolve;
    });
    let source: Peer | null = null;
    const socket = new WebSocket(at.url, 'sip', { autoPong: o.autoPong ?? true });
    socket.on('error', () => {});
    cleanup.push(() => socket.terminate());
    await once(socket, 'open');
    const arrived = new Promise<void>(resolve => {
      at.transport.receive = (_bytes, from) => {
        source = from;
        resolve();
      };
    });
    const says = async () => {
      socket.send(request('a'));
      await arrived;
      return source as unknown as Peer;
    };
    return { ...at, clock, socket, ended, says };
  }

  it('a silent client is pinged; who answers stays, also beyond an hour of talk', async () => {
    const s = await slow();
    await s.says();
    for (let minute = 0; minute < 60; minute += 0.5) {
      const ping = once(s.socket, 'ping');
      const before = s.clock.now();
      await s.clock.advance(30_000);
      await ping;
      // The pong has arrived when the server has answered what was sent behind it.
      const pong = once(s.socket, 'pong');
      s.socket.ping();
      await pong;
      expect(s.clock.now() - before).toBe(30_000);
    }
    expect(s.transport.size).toBe(1);
  });

  it('who does not answer pings is closed, and what he is sent is reported lost', async () => {
    const s = await slow({ autoPong: false });
    const peer = await s.says();
    await s.clock.advance(66_000);
    expect(await s.ended).toEqual(peer);
    const lost = new Promise<string>(resolve => s.transport.send(Buffer.from('x'), peer, resolve));
    expect(await lost).toBe('connection lost');
    expect(s.clock.pending).toBe(0);
  });

  it('bytes of a frame that never ends are no sign of life', async () => {
    const s = await slow({ autoPong: false });
    await s.says();
    const tcp = (s.socket as unknown as { _socket: import('node:net').Socket })._socket;
    // A masked text frame of 200 bytes of which a few come now and then.
    tcp.write(Buffer.from([0x81, 0xfe, 0, 200, 1, 2, 3, 4]));
    for (let at = 0; at < 12; at++) {
      tcp.write('x');
      await s.clock.advance(6_000);
    }
    await s.ended;
    expect(s.transport.size).toBe(0);
  });

  it('who connects and says nothing for a minute is no phone, though he answers pings', async () => {
    const s = await slow();
    await s.clock.advance(30_000);
    const pong = once(s.socket, 'pong');
    s.socket.ping();
    await pong;
    await s.clock.advance(36_000);
    await s.ended;
  });

  it('a proven connection without a message for an hour and ten minutes is closed', async () => {
    const s = await slow({ idle: 20_000 });
    await s.says();
    await s.clock.advance(26_000);
    await s.ended;
  });

  it('who does not read is closed alone, and what he was sent is reported lost', async () => {
    const s = await slow();
    const peer = await s.says();
    const other = await raw(s);
    s.socket.pause();
    const lost = new Promise<string>(resolve => {
      for (let n = 0; n < 400; n++) s.transport.send(Buffer.alloc(60_000, 'x'), peer, resolve);
    });
    expect(await lost).toBe('the other side does not read');
    expect(await s.ended).toEqual(peer);
    const arrived = new Promise<void>(resolve => {
      s.transport.receive = () => resolve();
    });
    other.send(request('other'));
    await arrived;
    expect(s.transport.size).toBe(1);
  });

  it('the end of the server is told to browsers as going away (1001)', async () => {
    const s = await slow();
    await s.says();
    const closed = once(s.socket, 'close');
    await s.transport.close();
    expect((await closed)[0]).toBe(1001);
    expect(s.clock.pending).toBe(0);
  });
});
