import { describe, expect, it } from 'vitest';
import { call, NOTHING_LEFT, one, pair, SDP, textOf } from '../support/pair.ts';
import { bench, WIRE } from '../support/wire.ts';

/** A conversation between two stacks. */
async function talking(o: Parameters<typeof pair>[0] = {}) {
  const p = pair(o);
  const out = call(p.anna, p.boris);
  await p.clock.advance(100);
  one(p.boris.invites).answer({ body: SDP('answer') });
  await p.clock.advance(100);
  p.anna.told.length = 0;
  p.boris.told.length = 0;
  return { ...p, ours: one(out.dialogs), theirs: one(p.boris.invites).dialog };
}

/** A conversation the wire began. `send` sends the wire's next request inside it. */
async function wired() {
  const b = bench();
  b.wire.send('INVITE', 'sip:b@x');
  await b.clock.settle();
  const invite = one(b.side.invites);
  invite.answer({});
  await b.clock.settle();
  const To = b.wire.header('to');
  let branch = 0;
  const send = (method: string, sequence: number, over: Record<string, string> = {}, body = '') =>
    b.wire.send(
      method,
      'sip:b@x',
      {
        To,
        CSeq: `${sequence} ${method}`,
        Via: `SIP/2.0/UDP ${WIRE}:5060;branch=z9hG4bKin${++branch};rport`,
        ...over,
      },
      body,
    );
  send('ACK', 1);
  await b.clock.settle();
  b.wire.got.length = 0;
  b.side.told.length = 0;
  return { ...b, invite, dialog: invite.dialog, send, To };
}

describe('requests inside a dialog (RFC 3261 §12.2)', () => {
  it('go both ways with rising CSeq, and are answered by the owner', async () => {
    const t = await talking();
    t.boris.asked = asked =>
      asked.respond(200, { headers: [['X-Seen', asked.request.headers.get('cseq') ?? '']] });
    const first = await t.ours.request('INFO', { body: { type: 'text/plain', bytes: new Uint8Array([65]) } });
    const second = await t.ours.request('MESSAGE');
    expect([first.headers.get('x-seen'), second.headers.get('x-seen')]).toEqual(['2 INFO', '3 MESSAGE']);
    t.anna.asked = asked => asked.respond(202);
    expect((await t.theirs.request('REFER', { headers: [['Refer-To', '<sip:c@x>']] })).status).toBe(202);
  });

  it('§12.2.2: a lower CSeq is 500 and not shown to the owner', async () => {
    const t = await wired();
    t.send('INFO', 5);
    t.send('INFO', 4);
    await t.clock.settle();
    expect(t.wire.heard).toEqual(['500']);
    expect(t.side.requests).toHaveLength(1);
  });

  it.each([
    ['481', 481, 'lost: 481 Test'],
    ['408', 408, 'lost: 408 Test'],
  ])('§12.2.1.2: %s to a request of ours ends the dialog', async (_name, status, told) => {
    const t = await wired();
    const response = t.dialog.request('INFO');
    await t.clock.settle();
    t.wire.answer(t.wire.request('INFO'), status);
    expect((await response).status).toBe(status);
    expect(t.dialog.state).toBe('ended');
    expect(t.side.told).toEqual([told]);
    expect((await t.dialog.request('INFO')).status).toBe(481);
  });

  it('§12.2.1.2: silence ends it too, after 64·T1; another refusal does not', async () => {
    const t = await wired();
    const refused = t.dialog.request('INFO');
    await t.clock.settle();
    t.wire.answer(t.wire.request('INFO'), 415);
    expect((await refused).status).toBe(415);
    expect(t.dialog.state).toBe('confirmed');
    const silent = t.dialog.request('INFO');
    await t.clock.advance(32_000);
    expect((await silent).status).toBe(408);
    expect(t.side.told).toEqual(['lost: no answer']);
  });

  it('without an owner requests are 481 and BYE is 200', async () => {
    const b = bench();
    b.stack.events = { request: () => {}, invite: invite => invite.answer({}) };
    b.wire.send('INVITE', 'sip:b@x');
    await b.clock.settle();
    const To = b.wire.header('to');
    b.wire.send('INFO', 'sip:b@x', { To, CSeq: '2 INFO' });
    b.wire.send('BYE', 'sip:b@x', { To, CSeq: '3 BYE' });
    await b.clock.settle();
    expect(b.wire.heard).toEqual(['200', '481', '200']);
  });
});

describe('routes and targets (RFC 3261 §12.1, §12.2)', () => {
  it('the called side uses Record-Route in order and the Contact as target', async () => {
    const b = bench();
    b.wire.send('INVITE', 'sip:b@x', {
      'Record-Route': `<sip:${WIRE};lr>, <sip:far.example;lr>`,
      Contact: '<sip:phone@10.0.0.7:5080;ob>',
    });
    await b.clock.settle();
    one(b.side.invites).answer({});
    await b.clock.settle();
    expect(b.wire.last.headers.all('record-route')).toEqual([`<sip:${WIRE};lr>`, '<sip:far.example;lr>']);
    b.wire.send('ACK', 'sip:b@x', { To: b.wire.header('to'), Via: `SIP/2.0/UDP ${WIRE};branch=z9hG4bKa` });
    await b.clock.settle();
    one(b.side.invites).dialog.bye();
    await b.clock.settle();
    const bye = b.wire.request('BYE');
    expect(bye.uri).toBe('sip:phone@10.0.0.7:5080;ob');
    expect(bye.headers.all('route')).toEqual([`<sip:${WIRE};lr>`, '<sip:far.example;lr>']);
    expect(bye.headers.get('to')).toBe('<sip:wire@example.com>;tag=wire');
  });

  it('the calling side reverses Record-Route of the 2xx; a strict router takes the Request-URI', async () => {
    const b = bench();
    const uri = `sip:b@${WIRE}`;
    b.stack.invite({ method: 'INVITE', uri, from: 'sip:a@x', to: 'sip:b@x' }, b.wire.peer, {
      provisional: () => {},
      failed: () => {},
      answered: (_r, dialog) => {
        dialog.acknowledge(SDP('late answer'));
      },
    });
    await b.clock.settle();
    b.wire.answer(b.wire.request('INVITE'), 200, {
      To: '<sip:b@x>;tag=b',
      Contact: '<sip:b@10.0.0.9>',
      'Record-Route': `<sip:far.example;lr>, <sip:${WIRE}>`,
    });
    await b.clock.settle();
    const ack = b.wire.request('ACK');
    expect(ack.uri).toBe(`sip:${WIRE}`);
    expect(ack.headers.all('route')).toEqual(['<sip:far.example;lr>', '<sip:b@10.0.0.9>']);
    expect(textOf(ack.body)).toBe('late answer');
    expect(ack.headers.get('via')).not.toBe(b.wire.request('INVITE').headers.get('via'));
  });

  it('§12.2.2, RFC 3311 §5.1: re-INVITE and UPDATE move the target once they are accepted', async () => {
    const t = await wired();
    t.send('UPDATE', 2, { Contact: '<sip:moved@10.0.0.1>' });
    await t.clock.settle();
    one(t.side.requests).respond(200);
    t.send('INVITE', 3, { Contact: '<sip:refused@10.0.0.2>' });
    await t.clock.settle();
    t.side.requests[1]?.respond(488);
    t.dialog.request('INFO');
    await t.clock.settle();
    expect(t.wire.request('INFO').uri).toBe('sip:moved@10.0.0.1');
  });

  it('a phone that moved to another port behind its NAT is reached at the new one', async () => {
    const t = await wired();
    t.net
      .transport({ address: WIRE, port: 7777 })
      .send(
        new TextEncoder().encode(
          [
            'INFO sip:b@x SIP/2.0',
            `Via: SIP/2.0/UDP ${WIRE}:5060;branch=z9hG4bKmoved;rport`,
            'From: <sip:wire@example.com>;tag=wire',
            `To: ${t.To}`,
            'Call-ID: one',
            'CSeq: 2 INFO',
            'Content-Length: 0\r\n\r\n',
          ].join('\r\n'),
        ),
        { protocol: 'udp', address: '192.0.2.1', port: 5060 },
      );
    await t.clock.settle();
    expect(t.dialog.peer).toMatchObject({ address: WIRE, port: 7777 });
  });
});

describe('BYE (RFC 3261 §15)', () => {
  it('of both sides at once ends the call without anybody being asked twice', async () => {
    const t = await talking({ link: { delay: 20 } });
    t.ours.bye();
    t.theirs.bye();
    await t.rest();
    expect([...t.anna.told, ...t.boris.told]).toEqual([]);
    expect(t.left()).toEqual(NOTHING_LEFT);
  });

  it('§15: the called side waits with BYE for the ACK', async () => {
    const p = pair({ link: { delay: 30 } });
    const out = call(p.anna, p.boris);
    await p.clock.advance(100);
    const invite = one(p.boris.invites);
    invite.answer({});
    invite.dialog.bye();
    expect(invite.dialog.state).toBe('ended');
    await p.clock.advance(50);
    expect(p.net.lines().filter(line => line.startsWith('BYE'))).toEqual([]);
    await p.clock.advance(100);
    expect(p.anna.told.slice(-2)).toEqual(['answered 200', 'bye']);
    expect(p.boris.told).toEqual(['invite']);
    expect(one(out.dialogs).state).toBe('ended');
    await p.rest();
    expect(p.left()).toEqual(NOTHING_LEFT);
  });

  it('§15: without any ACK it leaves after 64·T1', async () => {
    const b = bench();
    b.wire.send('INVITE', 'sip:b@x');
    await b.clock.settle();
    one(b.side.invites).answer({});
    one(b.side.invites).dialog.bye();
    await b.clock.advance(31_999);
    expect(b.wire.heard).not.toContain('BYE');
    await b.clock.advance(1);
    expect(b.wire.heard).toContain('BYE');
    expect(b.side.told).toEqual([]);
  });

  it('§15.1.2: a re-INVITE not yet answered gets 487', async () => {
    const t = await wired();
    t.send('INVITE', 2);
    await t.clock.settle();
    t.send('BYE', 3);
    await t.clock.settle();
    expect(t.wire.heard).toEqual(['100', '487', '200']);
    one(t.side.requests).respond(200);
    await t.clock.settle();
    expect(t.wire.heard).toHaveLength(3);
  });

  it('of an owner who never acknowledged: ACK first', async () => {
    const p = pair();
    const out = call(p.anna, p.boris, { acknowledge: false });
    await p.clock.settle();
    one(p.boris.invites).answer({});
    await p.clock.settle();
    one(out.dialogs).bye();
    await p.clock.settle();
    expect(p.boris.told).toEqual(['invite', 'acknowledged', 'bye']);
  });
});

describe('re-INVITE (RFC 3261 §14)', () => {
  it('§14.2: without an offer gets theirs, and the ACK carries the answer its owner makes of the 2xx', async () => {
    const t = await talking();
    t.boris.asked = asked => asked.respond(200, { body: SDP('their offer') });
    const response = await t.ours.reinvite(null, { ack: r => SDP(`answer to ${textOf(r.body)}`) });
    await t.clock.settle();
    expect(response.status).toBe(200);
    expect(t.boris.told).toEqual(['acknowledged answer to their offer']);
  });

  it('§14.1: of both sides at once is 491, and both come through after their delays', async () => {
    const t = await talking({ link: { delay: 30 } });
    for (const side of [t.anna, t.boris]) side.asked = asked => asked.respond(200, { body: SDP('ok') });
    const both = Promise.all([t.ours.reinvite(SDP('a')), t.theirs.reinvite(SDP('b'))]);
    await t.clock.advance(10_000);
    expect((await both).map(r => r.status)).toEqual([200, 200]);
    const sent = (from: string) =>
      t.net.log
        .filter(m => m.from.address === from && m.line.startsWith('INVITE'))
        .map(m => m.at)
        .slice(-1)[0] ?? 0;
    // The side that chose the Call-ID waits 2.1–4 s, the other 0–2 s, after the 491 that came 60 ms later.
    expect(sent('192.0.2.1') - 260).toBeGreaterThanOrEqual(2100);
    expect(sent('192.0.2.1') - 260).toBeLessThanOrEqual(4000);
    expect(sent('192.0.2.2') - 260).toBeLessThanOrEqual(2000);
  });

  it('§14.2: a second one before the first is answered is 500 with Retry-After', async () => {
    const t = await wired();
    t.send('INVITE', 2);
    t.send('INVITE', 3);
    await t.clock.settle();
    expect(t.wire.heard).toEqual(['100', '500']);
    expect(Number(t.wire.header('retry-after'))).toBeLessThanOrEqual(10);
    expect(t.side.requests).toHaveLength(1);
  });

  it('§14.1: two of ours go one after the other', async () => {
    const t = await talking({ link: { delay: 10 } });
    t.boris.asked = asked => asked.respond(200, { body: SDP('ok') });
    const both = Promise.all([t.ours.reinvite(SDP('1')), t.ours.reinvite(SDP('2'))]);
    await t.clock.advance(1000);
    expect((await both).map(r => r.status)).toEqual([200, 200]);
    expect(t.net.lines().some(line => line.includes(' 491 '))).toBe(false);
  });

  it('§14.1: 491 five times in a row is told to the owner', async () => {
    const t = await talking();
    t.boris.asked = asked => asked.respond(491);
    const response = t.ours.reinvite(SDP('a'));
    await t.clock.advance(30_000);
    expect((await response).status).toBe(491);
    expect(t.net.lines().filter(line => line.startsWith('INVITE'))).toHaveLength(6);
  });

  it('§14.2: a 2xx that is never acknowledged ends the call with BYE', async () => {
    const t = await wired();
    t.send('INVITE', 2);
    await t.clock.settle();
    one(t.side.requests).respond(200);
    await t.clock.advance(32_000);
    expect(t.wire.heard).toContain('BYE');
    expect(t.side.told).toEqual(['lost: no ACK to the answer of a re-INVITE']);
  });

  it('§13.2.2.4: its ACK is repeated with its 2xx', async () => {
    const t = await wired();
    const response = t.dialog.reinvite(SDP('a'));
    await t.clock.settle();
    const sent = t.wire.request('INVITE');
    t.wire.answer(sent, 200, { Contact: `<sip:wire@${WIRE}>` });
    t.wire.answer(sent, 200, { Contact: `<sip:wire@${WIRE}>` });
    await t.clock.settle();
    expect((await response).status).toBe(200);
    expect(t.wire.heard).toEqual(['INVITE', 'ACK', 'ACK']);
  });

  it('left by its dialog, and then only ringing, it is forgotten 64·T1 later', async () => {
    const t = await wired();
    const response = t.dialog.reinvite(SDP('a'));
    t.dialog.bye();
    expect((await response).status).toBe(481);
    await t.clock.settle();
    t.wire.answer(t.wire.request('BYE'), 200);
    t.wire.answer(t.wire.request('INVITE'), 100);
    await t.clock.advance(10_000);
    t.wire.answer(t.wire.request('INVITE'), 183);
    await t.clock.advance(22_000);
    expect(t.stack.counters().transactions).toBe(0);
  });

  it('is 481 to its owner when the call ends first', async () => {
    const t = await talking();
    const response = t.ours.reinvite(SDP('a'));
    await t.clock.settle();
    one(t.boris.requests);
    t.ours.bye();
    await t.clock.settle();
    expect((await response).status).toBe(481);
    await t.rest();
    expect(t.left()).toEqual(NOTHING_LEFT);
  });
});

describe('UPDATE (RFC 3311 §5.2)', () => {
  it('a second one before the first is answered is 500 with Retry-After', async () => {
    const t = await wired();
    t.send('UPDATE', 2);
    t.send('UPDATE', 3);
    await t.clock.settle();
    expect(t.wire.heard).toEqual(['500']);
    expect(t.wire.last.headers.has('retry-after')).toBe(true);
    one(t.side.requests).respond(200);
    t.send('UPDATE', 4);
    await t.clock.settle();
    expect(t.side.requests).toHaveLength(2);
  });

  it('an offer against ours is 491; without one it passes', async () => {
    const t = await wired();
    void t.dialog.request('UPDATE', { body: SDP('ours') });
    t.send('UPDATE', 2, {}, 'theirs');
    t.send('UPDATE', 3);
    await t.clock.settle();
    expect(t.wire.heard).toEqual(['UPDATE', '491']);
    expect(t.side.requests).toHaveLength(1);
  });
});
