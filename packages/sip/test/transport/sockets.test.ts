import { once } from 'node:events';
import { connect } from 'node:net';
import { SystemClock, VirtualClock } from '@kommutator/base';
import { afterEach, describe, expect, it } from 'vitest';
import { createStack } from '../../src/create-stack.ts';
import { secureRandom } from '../../src/random.ts';
import type { Dialog, SipStack } from '../../src/stack.ts';
import { openSockets } from '../../src/transport/open-sockets.ts';
import type { StreamOptions } from '../../src/transport/stream.ts';
import { openTcp } from '../../src/transport/tcp.ts';
import type { Peer, Protocol } from '../../src/transport/types.ts';
import { certificate, Source } from '../support/certificates.ts';

const open: SipStack[] = [];
afterEach(async () => {
  for (const stack of open.splice(0)) await stack.close();
});

async function listen(host = '127.0.0.1'): Promise<SipStack> {
  const clock = new SystemClock();
  const transport = await openSockets({
    udp: { host, port: 0 },
    tcp: { host, port: 0 },
    tls: { host, port: 0, certificate: new Source('one'), authorities: certificate('one').cert },
    log: () => {},
    clock,
  });
  const stack = createStack({ transport, clock, random: secureRandom, userAgent: 'Test' });
  open.push(stack);
  return stack;
}

function peerOf(stack: SipStack, protocol: Protocol): Peer {
  const listening = stack.listening.find(one => one.protocol === protocol);
  if (!listening) throw new Error(`no ${protocol}`);
  return { protocol, address: listening.address, port: listening.port };
}

const OPTIONS = { method: 'OPTIONS', uri: 'sip:b@127.0.0.1', from: 'sip:a@127.0.0.1', to: 'sip:b@127.0.0.1' };

describe.each(['udp', 'tcp', 'tls'] as const)('over real %s', protocol => {
  it.each(['127.0.0.1', '::1'])(
    'RFC 3261 §18: a request and its answer pass between two stacks on %s',
    async host => {
      const [a, b] = [await listen(host), await listen(host)];
      b.events = { invite: () => {}, request: transaction => transaction.respond(200) };
      const response = await a.request(OPTIONS, peerOf(b, protocol));
      expect(response.status).toBe(200);
      expect(response.headers.get('via')).toContain(`received=${host}`);
    },
  );

  it('RFC 3261 §13: a whole call is answered, acknowledged, and ended from the called side', async () => {
    const [a, b] = [await listen(), await listen()];
    const ended = new Promise<void>(resolve => {
      b.events = {
        request: () => {},
        invite: invite => {
          invite.events = {
            cancelled: () => {},
            unacknowledged: () => {},
            acknowledged: () => invite.dialog.bye(),
          };
          invite.ring(180);
          invite.answer({});
        },
      };
      a.invite({ ...OPTIONS, method: 'INVITE' }, peerOf(b, protocol), {
        provisional: () => {},
        failed: failure => expect.fail(JSON.stringify(failure)),
        answered: (_response, dialog: Dialog) => {
          dialog.events = {
            request: () => {},
            lost: () => {},
            bye: transaction => {
              transaction.respond(200);
              resolve();
            },
          };
          dialog.acknowledge();
        },
      });
    });
    await ended;
    expect(a.counters().dialogs).toBe(0);
    expect(b.counters().dialogs).toBe(0);
  });
});

it('a port that is taken rejects, and leaves nothing open', async () => {
  const stack = await listen();
  const { port } = peerOf(stack, 'udp');
  const taken = openSockets({ udp: { host: '127.0.0.1', port }, log: () => {} });
  await expect(taken).rejects.toThrow('EADDRINUSE');
  const tcp = { host: '127.0.0.1', port: peerOf(stack, 'tcp').port };
  const half = openSockets({ udp: { host: '127.0.0.1', port: 0 }, tcp, log: () => {} });
  await expect(half).rejects.toThrow('EADDRINUSE');
});

describe('TCP', () => {
  const request = (branch: string, port: number) =>
    `OPTIONS sip:b@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:${port};branch=z9hG4bK${branch}\r\n` +
    `From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\nCall-ID: ${branch}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`;

  async function dial(stack: SipStack) {
    const socket = connect(peerOf(stack, 'tcp').port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  }

  it('RFC 5626 §4.4.1: CRLF CRLF is answered with CRLF', async () => {
    const socket = await dial(await listen());
    socket.write('\r\n\r\n');
    const [pong] = await once(socket, 'data');
    expect(String(pong)).toBe('\r\n');
    socket.destroy();
  });

  it('RFC 3261 §18.3: two requests in one segment and one in two are three requests', async () => {
    const stack = await listen();
    const seen: string[] = [];
    stack.events = {
      invite: () => {},
      request: transaction => {
        seen.push(transaction.request.headers.get('call-id') ?? '');
        transaction.respond(200);
      },
    };
    const socket = await dial(stack);
    let answers = '';
    const three = new Promise<void>(resolve => {
      socket.on('data', chunk => {
        answers += String(chunk);
        if (answers.split('SIP/2.0 200 OK').length === 4) resolve();
      });
    });
    const last = request('c', 1);
    socket.write(request('a', 1) + request('b', 1) + last.slice(0, 50));
    socket.write(last.slice(50));
    await three;
    expect(seen).toEqual(['a', 'b', 'c']);
    socket.destroy();
  });

  it('RFC 3261 §18.3: requests that come byte by byte, keep-alives among them, are answered each', async () => {
    const stack = await listen();
    let asked = 0;
    stack.events = {
      invite: () => {},
      request: transaction => {
        asked++;
        transaction.respond(200);
      },
    };
    const socket = await dial(stack);
    socket.setNoDelay(true);
    let answers = '';
    const all = new Promise<void>(resolve => {
      socket.on('data', chunk => {
        answers += String(chunk);
        if (answers.split('SIP/2.0 200 OK').length === 3 && answers.includes('\r\n\r\n\r\n')) resolve();
      });
    });
    for (const byte of Buffer.from(`${request('a', 1)}\r\n\r\n${request('b', 1)}`)) {
      socket.write(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
    await all;
    expect(asked).toBe(2);
    socket.destroy();
  });

  it('RFC 3261 §18.3: without Content-Length the stream cannot be cut: 400 and the connection is closed', async () => {
    const socket = await dial(await listen());
    socket.write(request('a', 1).replace('Content-Length: 0\r\n', ''));
    let answer = '';
    socket.on('data', chunk => {
      answer += String(chunk);
    });
    await once(socket, 'close');
    expect(answer).toMatch(/^SIP\/2\.0 400 /);
  });

  it('a request to a port nobody listens on is 503 at once', async () => {
    const [a, b] = [await listen(), await listen()];
    const to = peerOf(b, 'tcp');
    await b.close();
    open.pop();
    expect((await a.request(OPTIONS, to)).status).toBe(503);
  });

  it('a named connection that is gone is 503, and no other is made', async () => {
    const [a, b] = [await listen(), await listen()];
    const response = await a.request(OPTIONS, { ...peerOf(b, 'tcp'), flow: 'tcp-77' });
    expect(response.status).toBe(503);
  });

  /** A server whose time the test moves. */
  async function slow(o: Partial<StreamOptions> = {}) {
    const clock = new VirtualClock();
    const transport = await openTcp({ host: '127.0.0.1', port: 0, log: () => {}, clock, ...o });
    const arrived: string[] = [];
    let tell = () => {};
    const next = () =>
      new Promise<void>(resolve => {
        tell = resolve;
      });
    transport.receive = bytes => {
      arrived.push(String(Buffer.from(bytes)).slice(0, 7));
      tell();
    };
    const socket = connect(transport.local({ protocol: 'tcp', address: '', port: 0 }).port, '127.0.0.1');
    await once(socket, 'connect');
    return { clock, transport, socket, arrived, next };
  }

  it('an idle connection is closed, one in use is not', async () => {
    const s = await slow({ idle: 60_000 });
    const first = s.next();
    s.socket.write(request('a', 1));
    await first;
    await s.clock.advance(50_000);
    const second = s.next();
    s.socket.write(request('b', 1));
    await second;
    await s.clock.advance(50_000);
    expect(s.socket.destroyed).toBe(false);
    const closed = once(s.socket, 'close');
    await s.clock.advance(20_000);
    await closed;
    expect(s.arrived).toHaveLength(2);
    expect(s.clock.pending).toBe(0);
    await s.transport.close();
  });

  it('a message that does not end within 20 s closes the connection, though bytes keep coming', async () => {
    const s = await slow();
    const first = s.next();
    const text = request('b', 1);
    s.socket.write(request('a', 1) + text.slice(0, 20));
    await first;
    const closed = once(s.socket, 'close');
    await s.clock.advance(10_000);
    s.socket.write(text.slice(20, 40));
    await s.clock.advance(16_000);
    await closed;
    expect(s.arrived).toHaveLength(1);
    await s.transport.close();
  });

  it('a busy connection whose reads always end inside a message is not mistaken for that', async () => {
    const s = await slow();
    let tail = '';
    for (let n = 0; n < 8; n++) {
      const text = request(`m${n}`, 1);
      const came = s.next();
      s.socket.write(`${tail}${n === 0 ? text : ''}${text.slice(0, 30)}`);
      tail = text.slice(30);
      await came;
      await s.clock.advance(6000);
    }
    expect(s.socket.destroyed).toBe(false);
    expect(s.arrived).toHaveLength(8);
    s.socket.destroy();
    await s.transport.close();
  });

  it('who connects and says nothing for a minute is no phone', async () => {
    const s = await slow();
    const closed = once(s.socket, 'close');
    // The server has seen the connection when it answers the ping.
    s.socket.write('\r\n\r\n');
    await once(s.socket, 'data');
    await s.clock.advance(66_000);
    await closed;
    await s.transport.close();
  });

  it.each([{ most: 1 }, { mostPerAddress: 1 }] as Partial<StreamOptions>[])(
    'above the limit %j a new one is closed at once, and said once',
    async limit => {
      const told: string[] = [];
      const s = await slow({ ...limit, log: (_level, text) => told.push(text) });
      const first = s.next();
      s.socket.write(request('a', 1));
      await first;
      const port = s.transport.listening[0]?.port ?? 0;
      for (let n = 0; n < 3; n++) await once(connect(port, '127.0.0.1'), 'close');
      expect(told.filter(text => text === 'too many SIP connections')).toHaveLength(1);
      expect(s.socket.destroyed).toBe(false);
      s.socket.destroy();
      await s.transport.close();
    },
  );

  it('who does not read is disconnected, and what he was sent is reported lost', async () => {
    const s = await slow();
    let from: Peer | undefined;
    const first = s.next();
    const { receive } = s.transport;
    s.transport.receive = (bytes, peer) => {
      from = peer;
      receive(bytes, peer);
    };
    s.socket.write(request('a', 1));
    await first;
    s.socket.pause();
    const to = from;
    if (!to) throw new Error('nothing came');
    const lost = new Promise<string>(resolve => {
      for (let n = 0; n < 400; n++) s.transport.send(Buffer.alloc(60_000, 'x'), to, resolve);
    });
    expect(await lost).toBe('the other side does not read');
    s.socket.destroy();
    await s.transport.close();
  });

  it('requests to one peer share one connection', async () => {
    const [a, b] = [await listen(), await listen()];
    const flows = new Set<string | undefined>();
    b.events = {
      invite: () => {},
      request: transaction => {
        flows.add(transaction.source.flow);
        transaction.respond(200);
      },
    };
    await Promise.all([1, 2, 3].map(() => a.request(OPTIONS, peerOf(b, 'tcp'))));
    expect(flows.size).toBe(1);
  });
});
