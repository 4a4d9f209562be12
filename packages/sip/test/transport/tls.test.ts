import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { SystemClock } from '@kommutator/base';
import { afterEach, expect, it } from 'vitest';
import { createStack } from '../../src/create-stack.ts';
import { secureRandom } from '../../src/random.ts';
import type { ServerTransaction, SipStack } from '../../src/stack.ts';
import { openTls, type TlsOptions } from '../../src/transport/tls.ts';
import type { Peer } from '../../src/transport/types.ts';
import { certificate, Source } from '../support/certificates.ts';

const open: SipStack[] = [];
afterEach(async () => {
  for (const stack of open.splice(0)) await stack.close();
});

/** One side; without a certificate of its own it is a phone. */
async function side(o: Partial<TlsOptions>): Promise<SipStack> {
  const clock = new SystemClock();
  const transport = await openTls({ host: '127.0.0.1', port: 0, log: () => {}, clock, ...o });
  const stack = createStack({ transport, clock, random: secureRandom, userAgent: 'Test' });
  open.push(stack);
  return stack;
}

const server = (source = new Source('one')) => side({ certificate: source });
const phone = (trusts: 'one' | 'two' = 'one') => side({ authorities: certificate(trusts).cert });

const portOf = (stack: SipStack): number => stack.listening[0]?.port ?? 0;
const peerOf = (stack: SipStack): Peer => ({ protocol: 'tls', address: '127.0.0.1', port: portOf(stack) });
const OPTIONS = { method: 'OPTIONS', uri: 'sip:b@127.0.0.1', from: 'sip:a@127.0.0.1', to: 'sip:b@127.0.0.1' };

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

async function handshake(port: number, o: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...o });
  await once(socket, 'secureConnect');
  return socket;
}

it('RFC 5626 §4.3: who connected from behind NAT is asked over his own connection', async () => {
  const [exchange, anna] = [await server(), await phone()];
  const asked = answering(exchange);
  const heard = answering(anna);
  await anna.request(OPTIONS, peerOf(exchange));
  const source = asked[0]?.source;
  if (!source) throw new Error('nothing came');
  expect(source.protocol).toBe('tls');
  expect((await exchange.request(OPTIONS, source)).status).toBe(200);
  expect(heard[0]?.request.headers.get('via')).toMatch(/^SIP\/2\.0\/TLS /);
});

it('RFC 5922 §7.3: a far end whose certificate nobody vouches for is not spoken to', async () => {
  const [exchange, anna] = [await server(), await phone('two')];
  const asked = answering(exchange);
  expect((await anna.request(OPTIONS, peerOf(exchange))).status).toBe(503);
  expect(asked).toEqual([]);
});

it('RFC 5922 §7.1: a far end known by name must show a certificate of that name', async () => {
  const [exchange, anna] = [await server(), await phone()];
  const asked = answering(exchange);
  expect((await anna.request(OPTIONS, { ...peerOf(exchange), name: 'one.test' })).status).toBe(200);
  expect((await anna.request(OPTIONS, { ...peerOf(exchange), name: 'sip.carrier.example' })).status).toBe(
    503,
  );
  expect(asked).toHaveLength(1);
});

it('RFC 8996: TLS 1.1 is refused', async () => {
  const exchange = await server();
  const old: ConnectionOptions = {
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  };
  await expect(handshake(portOf(exchange), old)).rejects.toThrow('protocol version');
});

it('a new certificate is shown to new connections, and those that stand go on', async () => {
  const source = new Source('one');
  const exchange = await server(source);
  const [early, late] = [await phone('one'), await phone('two')];
  const asked = answering(exchange);
  await early.request(OPTIONS, peerOf(exchange));
  source.replace('two');
  expect((await late.request(OPTIONS, peerOf(exchange))).status).toBe(200);
  expect((await early.request(OPTIONS, peerOf(exchange))).status).toBe(200);
  expect(asked[2]?.source.flow).toBe(asked[0]?.source.flow);
  const shown = await handshake(portOf(exchange));
  expect(shown.getPeerCertificate().subject.CN).toBe('two.test');
  shown.destroy();
});

it('RFC 5626 §4.2.1: the end of a connection is told with its flow', async () => {
  const [exchange, anna] = [await server(), await phone()];
  const asked = answering(exchange);
  const gone = new Promise<Peer>(resolve => {
    exchange.events = { ...exchange.events, connectionClosed: resolve };
  });
  await anna.request(OPTIONS, peerOf(exchange));
  await anna.close();
  expect(await gone).toEqual(asked[0]?.source);
});

it('the stack closes though somebody has not finished his handshake', async () => {
  const exchange = await server();
  const socket = connectTcp(portOf(exchange), '127.0.0.1');
  await once(socket, 'connect');
  const ended = once(socket, 'close');
  await exchange.close();
  await ended;
  expect(socket.destroyed).toBe(true);
});

it('a certificate that is none rejects, and leaves nothing open', async () => {
  const broken = { current: { cert: 'x', key: 'y' }, changed: () => {} };
  await expect(side({ certificate: broken })).rejects.toThrow();
});
