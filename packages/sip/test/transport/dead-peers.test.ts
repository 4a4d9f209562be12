import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { SystemClock, VirtualClock } from '@kommutator/base';
import { afterEach, describe, expect, it } from 'vitest';
import { createStack } from '../../src/create-stack.ts';
import { secureRandom } from '../../src/random.ts';
import type { InviteFailure } from '../../src/stack.ts';
import { openTcp } from '../../src/transport/tcp.ts';
import type { Peer } from '../../src/transport/types.ts';
import { call, one, pair } from '../support/pair.ts';
import { bench } from '../support/wire.ts';

const cleanup: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanup.splice(0).reverse()) await clean();
});

/** A TCP server that does with each connection what the test says. */
async function far(meet: (socket: Socket) => void): Promise<Peer> {
  const server = createServer(socket => {
    socket.on('error', () => {});
    cleanup.push(() => socket.destroy());
    meet(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanup.push(() => new Promise(closed => server.close(closed)));
  return { protocol: 'tcp', address: '127.0.0.1', port: (server.address() as { port: number }).port };
}

async function near() {
  const clock = new VirtualClock();
  const transport = await openTcp({ host: '127.0.0.1', port: 0, log: () => {}, clock });
  cleanup.push(() => transport.close());
  const closed = new Promise<Peer>(resolve => {
    transport.closed = resolve;
  });
  return { clock, transport, closed };
}

const REQUEST = Buffer.from('OPTIONS sip:b@127.0.0.1 SIP/2.0\r\nContent-Length: 0\r\n\r\n');
const OPTIONS = { method: 'OPTIONS', uri: 'sip:b@127.0.0.1', from: 'sip:a@127.0.0.1', to: 'sip:b@127.0.0.1' };

describe('RFC 3261 §18.4 a connection that breaks while somebody waits', () => {
  it('a request that was read and never answered is 503 at once', async () => {
    const peer = await far(socket => socket.once('data', () => socket.destroy()));
    const clock = new SystemClock();
    const transport = await openTcp({ host: '127.0.0.1', port: 0, log: () => {}, clock });
    const stack = createStack({ transport, clock, random: secureRandom, userAgent: 'Test' });
    cleanup.push(() => stack.close());
    expect((await stack.request(OPTIONS, peer)).status).toBe(503);
    const failure = await new Promise<InviteFailure>(failed => {
      stack.invite({ ...OPTIONS, method: 'INVITE' }, peer, {
        provisional: () => {},
        answered: () => {},
        failed,
      });
    });
    expect(failure).toMatchObject({ why: 'transport', status: 503 });
    expect(stack.counters().transactions).toBe(0);
  });

  it('an INVITE that rings stays: the server makes a new connection for its answer (§18.2.2)', async () => {
    const { net, clock, wire, stack } = bench({ protocol: 'tcp' });
    const told: string[] = [];
    stack.invite({ ...OPTIONS, method: 'INVITE' }, wire.peer, {
      provisional: response => told.push(String(response.status)),
      answered: (response, dialog) => {
        told.push(String(response.status));
        dialog.acknowledge();
      },
      failed: ({ why }) => told.push(why),
    });
    await clock.settle();
    const invite = wire.request('INVITE');
    const to = { To: '<sip:b@127.0.0.1>;tag=b', Contact: '<sip:b@192.0.2.9>' };
    wire.answer(invite, 180, to);
    await clock.settle();
    net.disconnect(wire.peer);
    await clock.settle();
    wire.answer(invite, 200, to);
    await clock.settle();
    expect(told).toEqual(['180', '200']);
  });

  it('RFC 5626 §5.3 one that rings over a named connection fails: nobody can bring the answer any more', async () => {
    const { anna, boris, net, clock } = pair({ protocol: 'tcp' });
    const flow = `tcp-${boris.peer.address}-5060`;
    const out = call(anna, { ...boris, peer: { ...boris.peer, flow } });
    await clock.settle();
    one(boris.invites).ring(180);
    await clock.settle();
    net.disconnect(boris.peer);
    await clock.settle();
    expect(out.failures).toMatchObject([{ why: 'transport', status: 503 }]);
  });
});

describe('a far end that is gone without a word', () => {
  it('is found when it leaves a request without any sign for 64·T1', async () => {
    const peer = await far(socket => socket.resume());
    const { clock, transport, closed } = await near();
    transport.send(REQUEST, peer);
    await clock.advance(30_000);
    transport.send(REQUEST, peer);
    await clock.advance(11_000);
    expect(await closed).toMatchObject({ port: peer.port });
  });

  it.each(['SIP/2.0 200 OK\r\n\r\n', 'ACK sip:b@127.0.0.1 SIP/2.0\r\n\r\n'])(
    'is not suspected for not answering %j',
    async text => {
      let arrived = () => {};
      const came = new Promise<void>(resolve => {
        arrived = resolve;
      });
      const peer = await far(socket => socket.on('data', () => arrived()));
      const { clock, transport, closed } = await near();
      transport.send(Buffer.from(text), peer);
      await came;
      await clock.advance(50_000);
      expect(await Promise.race([closed, Promise.resolve('open')])).toBe('open');
    },
  );
});

describe('RFC 5626 §3.5.1 keep-alives of connections we made', () => {
  /** A server that answers requests, and pings as long as `pongs` says so. */
  async function pinged(pongs: (n: number) => boolean) {
    let pings = 0;
    let next = () => {};
    const peer = await far(socket =>
      socket.on('data', data => {
        if (data.length > 4) socket.write('SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n');
        else {
          expect(String(data)).toBe('\r\n\r\n');
          if (pongs(++pings)) socket.write('\r\n');
          next();
        }
      }),
    );
    const n = await near();
    const answered = new Promise<void>(resolve => {
      n.transport.receive = () => resolve();
    });
    n.transport.send(REQUEST, peer);
    await answered;
    const ping = () =>
      new Promise<void>(resolve => {
        next = resolve;
      });
    return { ...n, peer, ping };
  }

  it('are sent every 100 s of silence; without an answer within 10 s the connection is over', async () => {
    const p = await pinged(n => n < 3);
    for (let n = 0; n < 3; n++) {
      const came = p.ping();
      await p.clock.advance(105_000);
      await came;
      // What the far end wrote has been read when a message behind it has.
      if (n < 2) {
        const read = new Promise<void>(resolve => {
          p.transport.receive = () => resolve();
        });
        p.transport.send(REQUEST, p.peer);
        await read;
      }
    }
    await p.clock.advance(20_000);
    expect(await p.closed).toMatchObject({ port: p.peer.port });
  });

  it('a server that never answers them is left alone', async () => {
    const p = await pinged(() => false);
    for (let n = 0; n < 3; n++) {
      const came = p.ping();
      await p.clock.advance(105_000);
      await came;
    }
    await p.clock.advance(20_000);
    expect(await Promise.race([p.closed, Promise.resolve('open')])).toBe('open');
  });
});
