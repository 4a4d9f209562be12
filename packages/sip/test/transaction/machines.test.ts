import { describe, expect, it } from 'vitest';
import { one } from '../support/pair.ts';
import { bench, WIRE } from '../support/wire.ts';

const TO = { method: 'OPTIONS', uri: `sip:b@${WIRE}`, from: 'sip:a@example.com', to: 'sip:b@example.com' };
const UDP = { protocol: 'udp', address: WIRE, port: 5060 } as const;
const TCP = { protocol: 'tcp', address: WIRE, port: 5060 } as const;

/** When the wire got each message of a kind, ms. */
const times = (b: ReturnType<typeof bench>, start: string) =>
  b.net.log.filter(m => m.from.address !== WIRE && m.line.startsWith(start)).map(m => m.at);

describe('RFC 3261 §17.1.2 client transaction, not INVITE', () => {
  it('Timer E doubles to T2, Timer F ends it after 64·T1 with 408', async () => {
    const b = bench();
    const response = b.stack.request(TO, UDP);
    await b.clock.advance(40_000);
    expect((await response).status).toBe(408);
    expect(times(b, 'OPTIONS')).toEqual([0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500]);
    expect(b.clock.pending).toBe(0);
    expect(b.stack.counters()).toEqual({ transactions: 0, tombstones: 0, dialogs: 0 });
  });

  it('a provisional answer slows repeats to T2 but does not stop Timer F', async () => {
    const b = bench();
    const response = b.stack.request(TO, UDP);
    await b.clock.advance(100);
    b.wire.answer(b.wire.request('OPTIONS'), 100);
    await b.clock.advance(40_000);
    expect((await response).status).toBe(408);
    expect(times(b, 'OPTIONS').slice(0, 4)).toEqual([0, 500, 4500, 8500]);
  });

  it('the final answer ends repeats, and its own repeat means nothing', async () => {
    const b = bench();
    const response = b.stack.request(TO, UDP);
    await b.clock.settle();
    b.wire.answer(b.wire.request('OPTIONS'), 404, { To: '<sip:b@example.com>;tag=x' });
    b.wire.answer(b.wire.request('OPTIONS'), 404, { To: '<sip:b@example.com>;tag=x' });
    await b.clock.advance(60_000);
    expect((await response).status).toBe(404);
    expect(times(b, 'OPTIONS')).toEqual([0]);
  });

  it('over TCP nothing is repeated, and a refused connection is 503', async () => {
    const b = bench({ protocol: 'tcp' });
    const silent = b.stack.request(TO, TCP);
    const refused = b.stack.request(TO, { ...TCP, port: 5999 });
    await b.clock.settle();
    expect((await refused).status).toBe(503);
    await b.clock.advance(32_000);
    expect((await silent).status).toBe(408);
    expect(times(b, 'OPTIONS')).toEqual([0, 0]);
  });

  it('an abort rejects with its reason and leaves no timer', async () => {
    const b = bench();
    const abort = new AbortController();
    const response = b.stack.request(TO, UDP, abort.signal);
    abort.abort(new Error('enough'));
    await expect(response).rejects.toThrow('enough');
    expect(b.clock.pending).toBe(0);
    await expect(b.stack.request(TO, UDP, abort.signal)).rejects.toThrow('enough');
    expect(b.stack.counters().transactions).toBe(0);
  });
});

describe('RFC 3261 §17.1.1 client transaction, INVITE', () => {
  const invite = (b: ReturnType<typeof bench>, to = UDP as typeof UDP | typeof TCP) => {
    const told: string[] = [];
    const client = b.stack.invite({ ...TO, method: 'INVITE' }, to, {
      provisional: r => told.push(String(r.status)),
      answered: (r, dialog) => {
        told.push(`answered ${r.status}`);
        dialog.acknowledge();
      },
      failed: f => told.push(`${f.why} ${f.status}`),
    });
    return { told, client };
  };

  it('Timer A doubles without bound, Timer B ends it after 64·T1 with 408', async () => {
    const b = bench();
    const { told } = invite(b);
    await b.clock.advance(40_000);
    expect(times(b, 'INVITE')).toEqual([0, 500, 1500, 3500, 7500, 15500, 31500]);
    expect(told).toEqual(['timeout 408']);
    expect(b.clock.pending).toBe(0);
  });

  it('a provisional answer stops repeats, for as long as it rings', async () => {
    const b = bench();
    const { told } = invite(b);
    await b.clock.settle();
    b.wire.answer(b.wire.request('INVITE'), 180, { To: '<sip:b@example.com>;tag=x' });
    await b.clock.advance(3_600_000);
    expect(times(b, 'INVITE')).toEqual([0]);
    expect(told).toEqual(['180']);
  });

  it('§17.1.1.3: a refusal is acknowledged in the same branch, and again for every repeat until Timer D', async () => {
    const b = bench();
    const { told } = invite(b);
    await b.clock.settle();
    const sent = b.wire.request('INVITE');
    const refuse = () => b.wire.answer(sent, 486, { To: '<sip:b@example.com>;tag=x' });
    refuse();
    await b.clock.advance(500);
    refuse();
    await b.clock.advance(31_000);
    refuse();
    await b.clock.advance(5000);
    refuse();
    await b.clock.settle();
    expect(times(b, 'ACK')).toEqual([0, 500, 31_500]);
    const ack = b.wire.request('ACK');
    expect(ack.headers.get('via')).toBe(sent.headers.get('via'));
    expect(ack.headers.get('to')).toBe('<sip:b@example.com>;tag=x');
    expect(ack.headers.get('cseq')).toBe('1 ACK');
    expect(ack.uri).toBe(sent.uri);
    expect(told).toEqual(['response 486']);
    expect(b.stack.counters()).toEqual({ transactions: 0, tombstones: 0, dialogs: 0 });
  });

  it('over TCP a refusal leaves nothing behind at once', async () => {
    const b = bench({ protocol: 'tcp' });
    invite(b, TCP);
    await b.clock.settle();
    b.wire.answer(b.wire.request('INVITE'), 486, { To: '<sip:b@example.com>;tag=x' });
    await b.clock.settle();
    expect(b.stack.counters()).toEqual({ transactions: 0, tombstones: 0, dialogs: 0 });
    expect(b.clock.pending).toBe(0);
  });

  it('RFC 6026 §7.2 Timer M: a repeated 2xx is acknowledged with the same bytes for 64·T1', async () => {
    const b = bench();
    invite(b);
    await b.clock.settle();
    const ok = { To: '<sip:b@example.com>;tag=x', Contact: `<sip:b@${WIRE}>` };
    const sent = b.wire.request('INVITE');
    b.wire.answer(sent, 200, ok);
    await b.clock.advance(31_000);
    b.wire.answer(sent, 200, ok);
    await b.clock.settle();
    const acks = b.net.log.filter(m => m.line.startsWith('ACK'));
    expect(acks).toHaveLength(2);
    expect(acks[1]?.text).toBe(acks[0]?.text);
    await b.clock.advance(2000);
    b.wire.answer(sent, 200, ok);
    await b.clock.settle();
    expect(times(b, 'ACK')).toHaveLength(2);
  });
});

describe('RFC 3261 §17.2.2 server transaction, not INVITE', () => {
  it('a repeat before the answer is swallowed, after it gets the same bytes until Timer J', async () => {
    const b = bench();
    b.wire.send('OPTIONS', 'sip:b@x');
    b.wire.send('OPTIONS', 'sip:b@x');
    await b.clock.settle();
    one(b.side.requests).respond(200);
    await b.clock.advance(31_999);
    expect(b.stack.counters()).toEqual({ transactions: 0, tombstones: 1, dialogs: 0 });
    b.wire.send('OPTIONS', 'sip:b@x');
    await b.clock.settle();
    const answers = b.net.log.filter(m => m.to.address === WIRE);
    expect(answers).toHaveLength(2);
    expect(answers[1]?.text).toBe(answers[0]?.text);
    await b.clock.advance(200);
    expect(b.stack.counters()).toEqual({ transactions: 0, tombstones: 0, dialogs: 0 });
    expect(b.clock.pending).toBe(0);
    b.wire.send('OPTIONS', 'sip:b@x');
    await b.clock.settle();
    expect(b.side.requests).toHaveLength(2);
  });

  it('after a provisional answer a repeat gets it again', async () => {
    const b = bench();
    b.wire.send('OPTIONS', 'sip:b@x');
    await b.clock.settle();
    one(b.side.requests).respond(100);
    b.wire.send('OPTIONS', 'sip:b@x');
    await b.clock.settle();
    expect(b.wire.heard).toEqual(['100', '100']);
  });

  it('a second answer has no effect', async () => {
    const b = bench();
    b.wire.send('OPTIONS', 'sip:b@x');
    await b.clock.settle();
    one(b.side.requests).respond(200);
    one(b.side.requests).respond(404);
    await b.clock.settle();
    expect(b.wire.heard).toEqual(['200']);
  });

  it('§17.2.3: another method, sent-by or branch is another transaction', async () => {
    const b = bench();
    b.wire.send('OPTIONS', 'sip:b@x', { Via: `SIP/2.0/UDP ${WIRE};branch=z9hG4bKa` });
    b.wire.send('MESSAGE', 'sip:b@x', { Via: `SIP/2.0/UDP ${WIRE};branch=z9hG4bKa` });
    b.wire.send('OPTIONS', 'sip:b@x', {
      Via: 'SIP/2.0/UDP 192.0.2.10;branch=z9hG4bKa;rport',
      CSeq: '2 OPTIONS',
    });
    b.wire.send('OPTIONS', 'sip:b@x', {
      Via: `SIP/2.0/UDP ${WIRE};branch=z9hG4bKb`,
      CSeq: '3 OPTIONS',
    });
    await b.clock.settle();
    expect(b.side.requests).toHaveLength(4);
  });

  it('§17.2.3: without the magic cookie Call-ID, From tag and CSeq tell transactions apart', async () => {
    const b = bench();
    const Via = `SIP/2.0/UDP ${WIRE}:5060;branch=1`;
    b.wire.send('OPTIONS', 'sip:b@x', { Via });
    b.wire.send('OPTIONS', 'sip:b@x', { Via });
    b.wire.send('OPTIONS', 'sip:b@x', { Via, CSeq: '2 OPTIONS' });
    b.wire.send('OPTIONS', 'sip:b@x', { Via, 'Call-ID': 'two' });
    await b.clock.settle();
    expect(b.side.requests).toHaveLength(3);
  });
});

describe('RFC 3261 §17.2.1 server transaction, INVITE', () => {
  it('100 goes at once; a repeat gets the last provisional answer', async () => {
    const b = bench();
    b.wire.send('INVITE', 'sip:b@x');
    await b.clock.settle();
    expect(b.wire.heard).toEqual(['100']);
    expect(b.wire.header('to')).toBe('<sip:stack@example.com>');
    one(b.side.invites).ring(180);
    b.wire.send('INVITE', 'sip:b@x');
    await b.clock.settle();
    expect(b.wire.heard).toEqual(['100', '180', '180']);
  });

  it('Timer G repeats a refusal, doubling to T2, until Timer H gives up after 64·T1', async () => {
    const b = bench();
    b.wire.send('INVITE', 'sip:b@x');
    await b.clock.settle();
    one(b.side.invites).refuse(486);
    await b.clock.advance(40_000);
    expect(times(b, 'SIP/2.0 486')).toEqual([
      0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500,
    ]);
    expect(b.stack.counters()).toEqual({ transactions: 0, tombstones: 0, dialogs: 0 });
    expect(b.clock.pending).toBe(0);
  });

  it('ACK stops Timer G; Timer I swallows what comes late', async () => {
    const b = bench();
    b.wire.send('INVITE', 'sip:b@x');
    await b.clock.settle();
    one(b.side.invites).refuse(486);
    await b.clock.advance(600);
    b.wire.send('ACK', 'sip:b@x', { Via: `SIP/2.0/UDP ${WIRE}:5060;branch=z9hG4bK-INVITE-1` });
    await b.clock.advance(4000);
    b.wire.send('INVITE', 'sip:b@x');
    await b.clock.advance(400);
    expect(times(b, 'SIP/2.0 486')).toEqual([0, 500]);
    expect(b.side.invites).toHaveLength(1);
    await b.clock.advance(1000);
    expect(b.stack.counters()).toEqual({ transactions: 0, tombstones: 0, dialogs: 0 });
  });

  it('over TCP a refusal is sent once, and Timer H still waits for the ACK', async () => {
    const b = bench({ protocol: 'tcp' });
    b.wire.send('INVITE', 'sip:b@x');
    await b.clock.settle();
    one(b.side.invites).refuse(486);
    await b.clock.advance(31_999);
    expect(b.stack.counters().transactions).toBe(1);
    await b.clock.advance(1);
    expect(times(b, 'SIP/2.0 486')).toEqual([0]);
    expect(b.stack.counters()).toEqual({ transactions: 0, tombstones: 0, dialogs: 0 });
  });

  it('RFC 6026 §7.1 Timer L: after the ACK of a 2xx a late repeat of the INVITE is no new call', async () => {
    const b = bench();
    b.wire.send('INVITE', 'sip:b@x');
    await b.clock.settle();
    one(b.side.invites).answer({});
    await b.clock.settle();
    b.wire.send('ACK', 'sip:b@x', {
      Via: `SIP/2.0/UDP ${WIRE}:5060;branch=z9hG4bKack`,
      To: b.wire.header('to'),
    });
    await b.clock.advance(31_000);
    b.wire.send('INVITE', 'sip:b@x');
    await b.clock.settle();
    expect(b.side.invites).toHaveLength(1);
    expect(b.side.told).toEqual(['acknowledged']);
    expect(b.wire.heard).toEqual(['100', '200']);
  });

  it('§13.3.1.4: a 2xx is repeated over TCP too, up to every T2, and given up after 64·T1', async () => {
    const b = bench({ protocol: 'tcp' });
    b.wire.send('INVITE', 'sip:b@x');
    await b.clock.settle();
    one(b.side.invites).answer({});
    await b.clock.advance(32_000);
    expect(times(b, 'SIP/2.0 200')).toEqual([
      0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500,
    ]);
    expect(b.side.told).toEqual(['unacknowledged']);
  });

  it('§13.3.1.1: ringing is repeated every minute, so that no proxy forgets the call', async () => {
    const b = bench();
    b.wire.send('INVITE', 'sip:b@x');
    await b.clock.settle();
    one(b.side.invites).ring(180);
    await b.clock.advance(125_000);
    expect(times(b, 'SIP/2.0 180')).toEqual([0, 60_000, 120_000]);
    one(b.side.invites).refuse(480);
    await b.clock.advance(125_000);
    expect(times(b, 'SIP/2.0 180')).toHaveLength(3);
    expect(b.clock.pending).toBe(0);
  });
});
