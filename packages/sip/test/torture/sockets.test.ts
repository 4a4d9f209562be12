import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { SystemClock } from '@kommutator/base';
import { describe, expect, it } from 'vitest';
import { createStack } from '../../src/create-stack.ts';
import { secureRandom } from '../../src/random.ts';
import { openSockets } from '../../src/transport/open-sockets.ts';
import type { Transport } from '../../src/transport/types.ts';
import { INVALID } from './invalid.ts';
import { IPV6 } from './ipv6.ts';
import type { Torture } from './parts.ts';
import { SEMANTICS } from './semantics.ts';
import { VALID } from './valid.ts';

const TORTURES = [
  ...[...VALID, ...INVALID, ...SEMANTICS].map(torture => ({ rfc: 4475, ...torture })),
  ...IPV6.map(torture => ({ rfc: 5118, ...torture })),
];

const PROBE = 'probe-behind-the-torture';
const probe = (protocol: string) =>
  `OPTIONS sip:probe@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/${protocol} 127.0.0.1:9;branch=z9hG4bK${PROBE};rport\r\n` +
  `From: <sip:probe@x>;tag=1\r\nTo: <sip:probe@x>\r\nCall-ID: ${PROBE}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`;

/**
 * A stack on real sockets. What is handed to its user, and what it answers, is put down; answers to others than the prober
 * are kept from leaving: the messages name strangers' addresses.
 */
async function real() {
  const at = { host: '127.0.0.1', port: 0 };
  const clock = new SystemClock();
  const sockets = await openSockets({ udp: at, tcp: at, log: () => {}, clock });
  const happened: (string | number)[] = [];
  const port = (protocol: 'udp' | 'tcp') => sockets.listening.find(l => l.protocol === protocol)?.port ?? 0;
  const transport: Transport = {
    get listening() {
      return sockets.listening;
    },
    local: peer => sockets.local(peer),
    send: (bytes, to, failed) => {
      const text = Buffer.from(bytes).toString('latin1');
      if (text.includes(PROBE)) return sockets.send(bytes, to, failed);
      const status = Number(text.split(' ', 2)[1]);
      if (status > 100) happened.push(status);
    },
    receive: () => {},
    closed: () => {},
    hangUp: unwanted => sockets.hangUp(unwanted),
    close: () => sockets.close(),
  };
  const stack = createStack({ transport, clock, random: secureRandom, userAgent: 'Test' });
  sockets.receive = (bytes, from) => transport.receive(bytes, from);
  sockets.closed = connection => transport.closed(connection);
  stack.events = {
    request: transaction => {
      if (transaction.request.headers.get('call-id') === PROBE) transaction.respond(200);
      else happened.push('request');
    },
    invite: () => void happened.push('invite'),
  };
  return { stack, happened, port };
}

/** Sends one message and then a request of our own; when that is answered, the message has had its fate. */
async function overUdp({ text }: Torture): Promise<(string | number)[]> {
  const { stack, happened, port } = await real();
  const socket = createSocket('udp4');
  const answered = once(socket, 'message');
  socket.send(Buffer.from(text), port('udp'), '127.0.0.1');
  socket.send(probe('UDP'), port('udp'), '127.0.0.1');
  await answered;
  socket.close();
  await stack.close();
  return happened;
}

/** The message, a request of our own and the end of the stream. `goesOn`: that request was still understood. */
async function overTcp({ text }: Torture) {
  const { stack, happened, port } = await real();
  const socket = connect(port('tcp'), '127.0.0.1');
  let said = '';
  socket.on('data', chunk => {
    said += String(chunk);
  });
  socket.on('error', () => {});
  socket.write(Buffer.from(text));
  socket.end(probe('TCP'));
  await once(socket, 'close');
  await stack.close();
  // An answer before the connection is closed is the connection's own.
  const last = said.split('\r\n\r\n').filter(answer => answer !== '' && !answer.includes(PROBE));
  return {
    happened: [...happened, ...last.map(answer => Number(answer.split(' ')[1]))],
    goesOn: said.includes(PROBE),
  };
}

const silent = (outcome: Torture['outcome']) => outcome === 'dropped' || outcome === 'response';
const expected = (outcome: Torture['outcome']) => (silent(outcome) ? [] : [outcome]);

/** Where a stream, which has no other ends than Content-Length tells, makes another fate of a message (RFC 3261 §18.3). */
const IN_A_STREAM: Readonly<Record<string, { happened: readonly (string | number)[]; goesOn: boolean }>> = {
  // What follows the first message is the next one.
  dblreq: { happened: ['request', 'invite'], goesOn: true },
  // The rest of the 9999 bytes may yet come.
  clerr: { happened: [], goesOn: false },
  // Nobody knows where the next one begins: 400, and the connection is closed.
  ncl: { happened: [400], goesOn: false },
  mcl01: { happened: [400], goesOn: false },
  inv2543: { happened: [400], goesOn: false },
};

describe('RFC 4475, RFC 5118: the torture messages over real sockets', () => {
  it.each(TORTURES)('RFC $rfc §$section $name over UDP: $outcome', async torture => {
    expect(await overUdp(torture)).toEqual(expected(torture.outcome));
  });

  it.each(TORTURES)('RFC $rfc §$section $name over TCP', async torture => {
    const usual = { happened: expected(torture.outcome), goesOn: true };
    expect(await overTcp(torture)).toEqual(IN_A_STREAM[torture.name] ?? usual);
  });
});
