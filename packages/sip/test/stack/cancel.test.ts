import { describe, expect, it } from 'vitest';
import { call, NOTHING_LEFT, one, pair } from '../support/pair.ts';
import { bench, WIRE } from '../support/wire.ts';

describe('CANCEL (RFC 3261 §9)', () => {
  it('crosses the call at every millisecond: one outcome on both sides, and nothing is left', async () => {
    const outcomes = new Set<string>();
    for (let at = 0; at <= 60; at++) {
      const p = pair({ link: { delay: 7 } });
      const out = call(p.anna, p.boris);
      p.clock.after(12, () => one(p.boris.invites).ring(180));
      p.clock.after(29, () => p.boris.invites[0]?.answer({}));
      p.clock.after(at, () => out.client.cancel());
      await p.clock.advance(200);
      const [dialog] = out.dialogs;
      const boris = one(p.boris.invites).dialog;
      expect(out.dialogs.length + out.failures.length, `at ${at} ms`).toBe(1);
      expect(boris.state === 'confirmed', `at ${at} ms`).toBe(dialog?.state === 'confirmed');
      outcomes.add(p.anna.told.concat('|', p.boris.told).join(' '));
      dialog?.bye();
      await p.rest();
      expect(p.left(), `at ${at} ms`).toEqual(NOTHING_LEFT);
    }
    expect([...outcomes]).toEqual([
      'failed cancelled 487 | invite cancelled',
      '180 failed cancelled 487 | invite cancelled',
      '180 failed cancelled 487 | invite acknowledged bye',
      '180 answered 200 | invite acknowledged',
    ]);
  });

  const INVITE = {
    method: 'INVITE',
    uri: `sip:b@${WIRE}`,
    from: 'sip:a@example.com',
    to: 'sip:b@example.com',
  };
  const UDP = { protocol: 'udp', address: WIRE, port: 5060 } as const;
  const told: string[] = [];
  const events = {
    provisional: () => {},
    answered: () => told.push('answered'),
    failed: (f: { why: string; status: number }) => told.push(`${f.why} ${f.status}`),
  };

  it('§9.1: waits for a provisional answer, and copies Via, Route and CSeq number', async () => {
    told.length = 0;
    const b = bench();
    const client = b.stack.invite({ ...INVITE, routes: ['<sip:192.0.2.9;lr>'] }, UDP, events);
    client.cancel([['Reason', 'SIP;cause=200;text="Call completed elsewhere"']]);
    client.cancel();
    await b.clock.settle();
    expect(b.wire.heard).toEqual(['INVITE']);
    b.wire.answer(b.wire.request('INVITE'), 100);
    await b.clock.settle();
    expect(b.wire.heard).toEqual(['INVITE', 'CANCEL']);
    const [invite, cancel] = [b.wire.request('INVITE'), b.wire.request('CANCEL')];
    for (const name of ['via', 'from', 'to', 'call-id', 'route']) {
      expect(cancel.headers.get(name), name).toBe(invite.headers.get(name));
    }
    expect(cancel.uri).toBe(invite.uri);
    expect(cancel.headers.get('cseq')).toBe('1 CANCEL');
    expect(cancel.headers.get('reason')).toContain('Call completed elsewhere');
    expect(told).toEqual([]);
    b.wire.answer(cancel, 200);
    b.wire.answer(invite, 487, { To: '<sip:b@example.com>;tag=x' });
    await b.clock.settle();
    expect(told).toEqual(['cancelled 487']);
  });

  it('§9.1: without a final answer the INVITE counts as cancelled 64·T1 after CANCEL', async () => {
    told.length = 0;
    const b = bench();
    const client = b.stack.invite(INVITE, UDP, events);
    await b.clock.settle();
    b.wire.answer(b.wire.request('INVITE'), 180);
    await b.clock.advance(10_000);
    client.cancel();
    await b.clock.advance(31_999);
    expect(told).toEqual([]);
    await b.clock.advance(1);
    expect(told).toEqual(['cancelled 487']);
    expect(b.stack.counters()).toEqual({ transactions: 0, tombstones: 0, dialogs: 0 });
    expect(b.clock.pending).toBe(0);
  });

  it('§9.2: for nothing known is 481; for a call already answered is 200 and changes nothing', async () => {
    const b = bench();
    b.wire.send('CANCEL', 'sip:b@x', { Via: `SIP/2.0/UDP ${WIRE};branch=z9hG4bKnone` });
    await b.clock.settle();
    expect(b.wire.heard).toEqual(['481']);
    b.wire.send('INVITE', 'sip:b@x');
    await b.clock.settle();
    const invite = one(b.side.invites);
    invite.answer({});
    b.wire.send('CANCEL', 'sip:b@x', { Via: `SIP/2.0/UDP ${WIRE}:5060;branch=z9hG4bK-INVITE-1` });
    await b.clock.settle();
    expect(b.wire.heard).toEqual(['481', '100', '200', '200']);
    expect(b.side.told).toEqual([]);
    expect(invite.dialog.state).toBe('confirmed');
  });

  it('§9.2: 200 to CANCEL and 487 to INVITE carry the same To tag; a late answer has no effect', async () => {
    const b = bench();
    b.wire.send('INVITE', 'sip:b@x');
    await b.clock.settle();
    b.wire.send('CANCEL', 'sip:b@x', { Via: `SIP/2.0/UDP ${WIRE}:5060;branch=z9hG4bK-INVITE-1` });
    await b.clock.settle();
    one(b.side.invites).answer({});
    await b.clock.settle();
    expect(b.wire.heard).toEqual(['100', '200', '487']);
    expect(b.wire.got[1]?.headers.get('to')).toBe(b.wire.got[2]?.headers.get('to'));
    expect(b.side.told).toEqual(['cancelled']);
  });

  it('§15: a BYE in place of CANCEL ends a ringing call too', async () => {
    const b = bench();
    b.wire.send('INVITE', 'sip:b@x');
    await b.clock.settle();
    one(b.side.invites).ring(180);
    await b.clock.settle();
    b.wire.send('BYE', 'sip:b@x', { To: b.wire.header('to'), CSeq: '2 BYE' });
    await b.clock.settle();
    expect(b.wire.heard).toEqual(['100', '180', '200', '487']);
    expect(b.side.told).toEqual(['cancelled']);
    expect(b.stack.counters().dialogs).toBe(0);
  });
});
