import { describe, expect, it } from 'vitest';
import type { InviteServer } from '../../src/stack.ts';
import { one } from '../support/pair.ts';
import { bench, STACK, WIRE } from '../support/wire.ts';

describe('what the stack answers by itself', () => {
  it.each(['BYE', 'INFO', 'PRACK', 'UPDATE', 'REFER', 'INVITE'])(
    'RFC 3261 §12.2.2: %s for an unknown dialog is 481',
    async method => {
      const b = bench();
      b.wire.send(method, 'sip:b@x', { To: '<sip:stack@example.com>;tag=gone' });
      await b.clock.settle();
      expect(b.wire.heard).toEqual(['481']);
      expect(b.side.requests).toEqual([]);
    },
  );

  it('RFC 6665 §4.4: SUBSCRIBE with a To tag is its owner’s business', async () => {
    const b = bench();
    b.wire.send('SUBSCRIBE', 'sip:b@x', { To: '<sip:stack@example.com>;tag=mine' });
    await b.clock.settle();
    const asked = one(b.side.requests);
    expect(asked.localTag).toBe('mine');
    asked.respond(200);
    await b.clock.settle();
    expect(b.wire.header('to')).toBe('<sip:stack@example.com>;tag=mine');
  });

  it('RFC 6665 §4.4.1: the tag of a new subscription is known before the answer, and the answer carries it', async () => {
    const b = bench();
    b.wire.send('SUBSCRIBE', 'sip:b@x');
    await b.clock.settle();
    const asked = one(b.side.requests);
    const tag = asked.localTag;
    asked.respond(200);
    await b.clock.settle();
    expect(b.wire.header('to')).toBe(`<sip:stack@example.com>;tag=${tag}`);
  });

  it('RFC 3261 §8.2.2.2: an INVITE that comes a second way is 482, ringing or answered', async () => {
    const b = bench();
    const other = (n: number) => ({ Via: `SIP/2.0/UDP ${WIRE}:5060;branch=z9hG4bKother${n};rport` });
    b.wire.send('INVITE', 'sip:b@x');
    b.wire.send('INVITE', 'sip:b@x', other(1));
    await b.clock.settle();
    expect(b.wire.heard).toEqual(['100', '482']);
    one(b.side.invites).answer({});
    b.wire.send('INVITE', 'sip:b@x', other(2));
    await b.clock.settle();
    expect(b.wire.heard).toEqual(['100', '482', '200', '482']);
    expect(b.side.invites).toHaveLength(1);
  });

  it('RFC 3261 §8.2.2.3: an unknown extension is 420 and named; a known one passes; CANCEL and ACK are not judged', async () => {
    const b = bench({ supported: ['timer'] });
    b.wire.send('OPTIONS', 'sip:b@x', { Require: 'timer, magic, 100rel' });
    await b.clock.settle();
    expect(b.wire.heard).toEqual(['420']);
    expect(b.wire.header('unsupported')).toBe('magic, 100rel');
    b.wire.send('OPTIONS', 'sip:b@x', {
      CSeq: '2 OPTIONS',
      Via: `SIP/2.0/UDP ${WIRE};branch=z9hG4bK2`,
      Require: 'Timer',
    });
    b.wire.send('CANCEL', 'sip:b@x', { Require: 'magic' });
    b.wire.send('ACK', 'sip:b@x', { Require: 'magic' });
    await b.clock.settle();
    expect(b.side.requests).toHaveLength(1);
    expect(b.wire.heard).toEqual(['420', '481']);
  });

  it('RFC 4475 §3.1.2: a broken request is 400, an unknown version 505, a broken response nothing', async () => {
    const b = bench();
    const via = `Via: SIP/2.0/UDP ${WIRE}:5060;branch=z9hG4bKx\r\n`;
    const rest = 'From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n';
    b.wire.raw(`OPTIONS sip:b@x SIP/2.0\r\n${via}${rest}Content-Length: 99\r\n\r\n`);
    b.wire.raw(`OPTIONS sip:b@x SIP/7.0\r\n${via}${rest}\r\n`);
    b.wire.raw(`SIP/2.0 200 OK\r\n${via}${rest}Content-Length: 99\r\n\r\n`);
    b.wire.raw('hello');
    b.wire.raw('\r\n\r\n');
    await b.clock.settle();
    expect(b.wire.heard).toEqual(['400', '505']);
    expect(b.stack.counters()).toEqual({ transactions: 0, tombstones: 0, dialogs: 0 });
  });

  it('an exception of the owner is written down and answered 500', async () => {
    const lines: string[] = [];
    const b = bench({ log: (level, text) => lines.push(`${level} ${text}`) });
    b.stack.events = {
      request: () => {
        throw new Error('bug');
      },
      invite: () => {
        throw new Error('bug');
      },
    };
    b.wire.send('OPTIONS', 'sip:b@x');
    b.wire.send('INVITE', 'sip:b@x', { 'Call-ID': 'two' });
    await b.clock.settle();
    expect(b.wire.heard).toEqual(['500', '500']);
    expect(lines).toEqual(['error exception in a SIP event', 'error exception in a SIP event']);
    expect(b.stack.counters().dialogs).toBe(0);
  });
});

describe('where answers go (RFC 3261 §18.2.2, RFC 3581 §4)', () => {
  it.each([
    [
      'rport asked for',
      'SIP/2.0/UDP 10.0.0.5:5099;branch=z9hG4bK1;rport',
      `${WIRE}:5060`,
      `rport=5060;received=${WIRE}`,
    ],
    ['no rport', 'SIP/2.0/UDP 10.0.0.5:5099;branch=z9hG4bK1', `${WIRE}:5099`, `received=${WIRE}`],
    ['no port', 'SIP/2.0/UDP phone.local;branch=z9hG4bK1', `${WIRE}:5060`, `received=${WIRE}`],
    [
      'maddr',
      `SIP/2.0/UDP ${WIRE}:5060;branch=z9hG4bK1;maddr=203.0.113.1`,
      `${WIRE}:5060`,
      'maddr=203.0.113.1',
    ],
  ])('%s', async (_case, Via, where, says) => {
    const b = bench();
    b.wire.send('OPTIONS', 'sip:b@x', { Via });
    await b.clock.settle();
    one(b.side.requests).respond(200);
    const answer = b.net.log.find(m => m.from.address === STACK);
    expect(`${answer?.to.address}:${answer?.to.port}`).toBe(where);
    for (const part of says.split(';')) expect(answer?.text).toContain(`;${part}`);
  });

  it('the Vias below the top one come back untouched and in order', async () => {
    const b = bench();
    const rest =
      'SIP/2.0/TCP a.example;branch=z9hG4bKq, SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKr;received=1.2.3.4';
    b.wire.send('OPTIONS', 'sip:b@x', { Via: `SIP/2.0/UDP ${WIRE}:5060;branch=z9hG4bK1;rport, ${rest}` });
    await b.clock.settle();
    one(b.side.requests).respond(200);
    await b.clock.settle();
    expect(b.wire.last.headers.all('via').slice(1).join(', ')).toBe(rest);
  });
});

describe('RFC 3261 §26.3.2.4: who has not shown who he is costs nothing', () => {
  const rest = { transactions: 0, tombstones: 0, dialogs: 0 };

  it.each([
    ['407', (invite: InviteServer) => invite.refuse(407)],
    ['403', (invite: InviteServer) => invite.refuse(403, { once: true })],
  ])(
    'a %s to an INVITE is sent once, whoever the source really is, and nothing is remembered',
    async (status, refuse) => {
      const b = bench();
      b.wire.send('INVITE', 'sip:b@x');
      await b.clock.settle();
      refuse(one(b.side.invites));
      expect(b.stack.counters()).toEqual(rest);
      await b.clock.advance(60_000);
      expect(b.wire.heard).toEqual(['100', status]);
      expect(b.clock.pending).toBe(0);
    },
  );

  it('its ACK means nothing, its CANCEL is 481, its repeat is challenged anew', async () => {
    const b = bench();
    b.wire.send('INVITE', 'sip:b@x');
    await b.clock.settle();
    one(b.side.invites).refuse(407);
    const via = { Via: `SIP/2.0/UDP ${WIRE}:5060;branch=z9hG4bK-INVITE-1;rport` };
    b.wire.send('ACK', 'sip:b@x', via);
    b.wire.send('CANCEL', 'sip:b@x', via);
    b.wire.send('INVITE', 'sip:b@x');
    await b.clock.settle();
    expect(b.wire.heard).toEqual(['100', '407', '481', '100']);
    expect(b.side.invites).toHaveLength(2);
  });

  it.each([
    ['INVITE of an unknown dialog', 'INVITE', { To: '<sip:stack@example.com>;tag=gone' }, '481'],
    ['BYE of an unknown dialog', 'BYE', { To: '<sip:stack@example.com>;tag=gone' }, '481'],
    ['CANCEL of nothing', 'CANCEL', {}, '481'],
    ['INVITE that requires magic', 'INVITE', { Require: 'magic' }, '420'],
    ['OPTIONS that requires magic', 'OPTIONS', { Require: 'magic' }, '420'],
  ] as const)('%s', async (_, method, more, status) => {
    const b = bench();
    for (let n = 0; n < 3; n++) b.wire.send(method, 'sip:b@x', more);
    await b.clock.settle();
    expect(b.stack.counters()).toEqual(rest);
    await b.clock.advance(60_000);
    expect(b.wire.heard).toEqual([status, status, status]);
  });

  it('a 401 leaves no tombstone; any other refusal is remembered for repeats', async () => {
    const b = bench();
    b.wire.send('REGISTER', 'sip:x');
    await b.clock.settle();
    one(b.side.requests).respond(401);
    expect(b.stack.counters()).toEqual(rest);
    b.wire.send('OPTIONS', 'sip:x', { CSeq: '2 OPTIONS' });
    await b.clock.settle();
    b.side.requests[1]?.respond(486);
    expect(b.stack.counters()).toEqual({ ...rest, tombstones: 1 });
  });

  it('RFC 3261 §9.2: a refused INVITE that waits for its ACK is known to CANCEL, by the tag of its answer', async () => {
    const b = bench();
    b.wire.send('INVITE', 'sip:b@x');
    await b.clock.settle();
    one(b.side.invites).refuse(486);
    await b.clock.settle();
    const tag = b.wire.header('to');
    b.wire.send('CANCEL', 'sip:b@x', { Via: `SIP/2.0/UDP ${WIRE}:5060;branch=z9hG4bK-INVITE-1;rport` });
    await b.clock.settle();
    expect([b.wire.heard.at(-1), b.wire.header('to')]).toEqual(['200', tag]);
    expect(b.side.told).toEqual([]);
  });
});

describe('RFC 3261 §17.2.3: a transaction belongs to the address its request came from', () => {
  const INVITE = [
    'INVITE sip:b@x SIP/2.0',
    'Via: SIP/2.0/UDP 192.168.1.5:5060;branch=z9hG4bK1;rport',
    'From: <sip:a@x>;tag=1',
    'To: <sip:b@x>',
    'Call-ID: one',
    'CSeq: 1 INVITE',
    'Contact: <sip:a@192.168.1.5>',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');

  it('nobody else cancels a call by guessing its branch', async () => {
    const b = bench();
    b.wire.raw(INVITE);
    await b.clock.settle();
    const thief = b.net.transport({ address: '203.0.113.66', port: 5060 });
    const heard: string[] = [];
    thief.receive = bytes => heard.push(Buffer.from(bytes).toString().slice(8, 11));
    thief.send(Buffer.from(INVITE.replaceAll('INVITE', 'CANCEL')), b.side.peer);
    await b.clock.settle();
    expect(heard).toEqual(['481']);
    expect(b.side.told).toEqual([]);
    one(b.side.invites).refuse(486);
  });

  it('RFC 4475 §3.2.1: of a branch that is the cookie alone, each request is one of its own', async () => {
    const b = bench();
    const via = { Via: `SIP/2.0/UDP ${WIRE}:5060;branch=z9hG4bK` };
    b.wire.send('OPTIONS', 'sip:b@x', via);
    b.wire.send('OPTIONS', 'sip:b@x', { ...via, 'Call-ID': 'two' });
    await b.clock.settle();
    expect(b.side.requests).toHaveLength(2);
    for (const request of b.side.requests) request.respond(200);
  });

  it('two phones behind two NATs, of one private address, that count their branches alike, are two', async () => {
    const b = bench();
    b.wire.raw(INVITE);
    const other = b.net.transport({ address: '203.0.113.77', port: 5060 });
    other.send(Buffer.from(INVITE.replace('Call-ID: one', 'Call-ID: two')), b.side.peer);
    await b.clock.settle();
    expect(b.side.invites.map(invite => invite.dialog.callId)).toEqual(['one', 'two']);
  });
});
