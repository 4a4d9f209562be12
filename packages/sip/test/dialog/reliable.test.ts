import { describe, expect, it } from 'vitest';
import type { Dialog } from '../../src/stack.ts';
import { call, NOTHING_LEFT, one, pair, SDP, textOf } from '../support/pair.ts';
import { type Bench, bench, WIRE } from '../support/wire.ts';

const supported = ['100rel'];

describe('RFC 3262 between two stacks', () => {
  it('§3, §4: a 183 with SDP is acknowledged by PRACK, and the 200 after it carries no SDP', async () => {
    const p = pair({ supported });
    const out = call(p.anna, p.boris);
    await p.clock.settle();
    const invite = one(p.boris.invites);
    invite.ring(183, { body: SDP('answer') });
    await p.clock.settle();
    expect(p.net.lines(m => m.line.startsWith('PRACK'))).toHaveLength(1);
    invite.answer({ body: SDP('answer') });
    await p.clock.settle();
    expect(p.anna.told).toEqual(['183', 'answered 200']);
    expect(p.boris.told).toEqual(['invite', 'acknowledged']);
    const ok = p.net.log.findLast(m => m.line === 'SIP/2.0 200 OK');
    expect(ok?.text).not.toContain('answer');
    one(out.dialogs).bye();
    await p.rest();
    expect(p.left()).toEqual(NOTHING_LEFT);
  });

  it('§3: over a network that loses half of everything the SDP arrives, and is told once', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const p = pair({ supported, seed });
      const out = call(p.anna, p.boris);
      await p.clock.settle();
      p.net.every({ loss: 0.5, delay: 20, jitter: 30 });
      one(p.boris.invites).ring(183, { body: SDP('answer') });
      await p.clock.advance(25_000);
      expect(p.anna.told, `seed ${seed}`).toEqual(['183']);
      expect(one(p.boris.invites).dialog.state).toBe('early');
      out.client.cancel();
      p.net.every({ loss: 0 });
      await p.rest();
      expect(p.left(), `seed ${seed}`).toEqual(NOTHING_LEFT);
    }
  });

  it('§5: the offer of a 183 to an INVITE without one is answered in the PRACK', async () => {
    const p = pair({ supported });
    p.boris.asked = prack => {
      p.boris.told.push(`${prack.request.method} ${textOf(prack.request.body)}`);
      prack.respond(200);
    };
    const init = { method: 'INVITE', uri: 'sip:b@192.0.2.2', from: 'sip:a@x', to: 'sip:b@x' };
    const client = p.anna.stack.invite(init, p.boris.peer, {
      provisional: response => void p.anna.told.push(textOf(response.body)),
      prack: () => SDP('our answer'),
      answered: (_response, dialog) => dialog.acknowledge(),
      failed: () => {},
    });
    await p.clock.settle();
    one(p.boris.invites).ring(183, { body: SDP('their offer') });
    await p.clock.settle();
    expect(p.anna.told).toEqual(['their offer']);
    expect(p.boris.told).toEqual(['invite', 'PRACK our answer']);
    client.cancel();
    await p.rest();
    expect(p.left()).toEqual(NOTHING_LEFT);
  });

  it('§3: a 180 without SDP needs no PRACK where it is only supported', async () => {
    const p = pair({ supported });
    call(p.anna, p.boris);
    await p.clock.settle();
    one(p.boris.invites).ring(180);
    one(p.boris.invites).refuse(486);
    await p.rest();
    expect(p.net.lines(m => m.text.includes('RSeq'))).toEqual([]);
    expect(p.left()).toEqual(NOTHING_LEFT);
  });

  it('§3: without 100rel SDP goes unreliably, and comes again with the 200', async () => {
    const p = pair();
    call(p.anna, p.boris);
    await p.clock.settle();
    one(p.boris.invites).ring(183, { body: SDP('answer') });
    one(p.boris.invites).answer({ body: SDP('answer') });
    await p.clock.settle();
    expect(p.net.lines(m => m.text.includes('RSeq'))).toEqual([]);
    expect(p.net.log.findLast(m => m.line === 'SIP/2.0 200 OK')?.text).toContain('answer');
  });
});

/** A caller on the wire that requires 100rel, and our half of it. */
async function required(over: Record<string, string> = { Require: '100rel' }) {
  const b = bench({ supported });
  b.wire.send('INVITE', 'sip:b@x', over, 'offer');
  await b.clock.settle();
  const invite = one(b.side.invites);
  let sequence = 1;
  /** @param rack RAck; that of the last response when left out. */
  const prack = async (rack = `${b.wire.header('rseq')} 1 INVITE`, body = '') => {
    const To = `<sip:stack@example.com>;tag=${invite.dialog.localTag}`;
    const Via = `SIP/2.0/UDP ${WIRE}:5060;branch=z9hG4bKp${++sequence};rport`;
    b.wire.send('PRACK', 'sip:b@x', { To, Via, CSeq: `${sequence} PRACK`, RAck: rack }, body);
    await b.clock.settle();
  };
  return { ...b, invite, prack };
}

const finished = async (b: Bench) => {
  await b.clock.advance(200_000);
  const { transactions, dialogs } = b.stack.counters();
  return [transactions, dialogs, b.clock.pending];
};

describe('RFC 3262 §3: responses of ours', () => {
  it('a caller who requires it gets a bare 180 reliably; repeats are spaced by T1, 2·T1 …, until PRACK', async () => {
    const t = await required();
    t.invite.ring(180);
    await t.clock.advance(3_600);
    expect(t.wire.heard).toEqual(['100', '180', '180', '180', '180']);
    expect(t.wire.header('require')).toBe('100rel');
    await t.prack();
    expect(t.wire.heard.at(-1)).toBe('200');
    await t.clock.advance(20_000);
    expect(t.wire.heard).toHaveLength(6);
    t.invite.refuse(486);
    expect(await finished(t)).toEqual([0, 0, 0]);
  });

  it('the next one waits for the PRACK of the one before, and counts on', async () => {
    const t = await required();
    t.invite.ring(180);
    t.invite.ring(183, { body: SDP('answer') });
    await t.clock.settle();
    const first = Number(t.wire.header('rseq'));
    expect(t.wire.heard).toEqual(['100', '180']);
    await t.prack();
    expect(t.wire.heard).toEqual(['100', '180', '200', '183']);
    expect(Number(t.wire.header('rseq'))).toBe(first + 1);
    t.invite.refuse(486);
    expect(await finished(t)).toEqual([0, 0, 0]);
  });

  it('the 200 waits for the PRACK of SDP, and comes after its 200', async () => {
    const t = await required();
    t.invite.ring(183, { body: SDP('answer') });
    t.invite.answer({ body: SDP('answer') });
    await t.clock.advance(400);
    expect(t.wire.heard).toEqual(['100', '183']);
    await t.prack();
    expect(t.wire.heard).toEqual(['100', '183', '200', '200']);
    expect(t.wire.header('cseq')).toBe('1 INVITE');
    expect(t.wire.last.body).toHaveLength(0);
    t.invite.dialog.bye();
    await finished(t);
  });

  it('the 200 does not wait for a ringing without SDP, whose late PRACK is still known', async () => {
    const t = await required();
    t.invite.ring(180);
    await t.clock.settle();
    const rack = `${t.wire.header('rseq')} 1 INVITE`;
    t.invite.answer({ body: SDP('answer') });
    await t.clock.settle();
    expect(textOf(t.wire.last.body)).toBe('answer');
    await t.prack(rack);
    expect([t.wire.heard.at(-1), t.wire.header('cseq')]).toEqual(['200', '2 PRACK']);
    await t.prack(rack);
    expect([t.wire.heard.at(-1), t.wire.header('cseq')]).toEqual(['481', '3 PRACK']);
  });

  it.each(['1 1 INVITE', '', 'x', '77777777777 1 INVITE'])(
    'a PRACK for «%s», which we did not send, is 481',
    async rack => {
      const t = await required();
      t.invite.ring(183, { body: SDP('answer') });
      await t.clock.settle();
      await t.prack(rack);
      expect(t.wire.heard.at(-1)).toBe('481');
      await t.prack(`${t.wire.got.flatMap(m => m.headers.get('rseq') ?? [])[0]} 2 INVITE`);
      expect(t.wire.heard.at(-1)).toBe('481');
      t.invite.refuse(486);
      expect(await finished(t)).toEqual([0, 0, 0]);
    },
  );

  it('an offer in the PRACK is the owner’s to answer', async () => {
    const t = await required();
    t.invite.ring(183, { body: SDP('answer') });
    await t.clock.settle();
    t.side.asked = asked => asked.respond(200, { body: SDP(`to ${textOf(asked.request.body)}`) });
    await t.prack(undefined, 'second offer');
    expect(textOf(t.wire.last.body)).toBe('to second offer');
  });

  it('no PRACK within 64·T1: 504, and the owner learns that the dialog is lost', async () => {
    const t = await required();
    t.invite.ring(183, { body: SDP('answer') });
    t.invite.answer({ body: SDP('answer') });
    await t.clock.advance(31_999);
    expect(t.side.told).toEqual([]);
    await t.clock.advance(1);
    expect(t.wire.heard.at(-1)).toBe('504');
    expect(t.side.told).toEqual(['lost: no PRACK']);
    expect(await finished(t)).toEqual([0, 0, 0]);
  });

  it('CANCEL ends the repeats', async () => {
    const t = await required();
    t.invite.ring(183, { body: SDP('answer') });
    await t.clock.settle();
    t.invite.refuse(487);
    await t.clock.advance(60_000);
    expect(t.wire.heard.filter(line => line === '183')).toHaveLength(1);
    expect(await finished(t)).toEqual([0, 0, 0]);
  });

  it('ringing goes on for minutes with a new RSeq each, which is no repeat', async () => {
    const t = await required();
    t.invite.ring(180);
    await t.clock.settle();
    await t.prack();
    await t.clock.advance(60_000);
    await t.prack();
    const told = t.wire.got.flatMap(m => m.headers.get('rseq') ?? []).map(Number);
    expect(told).toEqual([told[0], (told[0] ?? 0) + 1]);
    t.invite.refuse(486);
    expect(await finished(t)).toEqual([0, 0, 0]);
  });
});

describe('RFC 3262 §4: responses of theirs', () => {
  async function inviting() {
    const b = bench({ supported });
    const told: string[] = [];
    const dialogs: Dialog[] = [];
    const peer = { protocol: 'udp', address: WIRE, port: 5060 } as const;
    const init = { method: 'INVITE', uri: `sip:b@${WIRE}`, from: 'sip:a@x', to: 'sip:b@x' };
    const client = b.stack.invite({ ...init, body: SDP('offer') }, peer, {
      provisional: response =>
        void told.push(`${response.status} ${response.headers.get('rseq') ?? ''}`.trim()),
      answered: (_response, dialog) => {
        dialogs.push(dialog);
        dialog.acknowledge();
      },
      failed: failure => void told.push(`failed ${failure.status}`),
    });
    await b.clock.settle();
    const invite = b.wire.request('INVITE');
    const To = `${invite.headers.get('to')};tag=w`;
    const ring = async (rseq: string, tag = 'w') => {
      const RSeq = rseq;
      b.wire.answer(invite, 183, { To: To.replace('=w', `=${tag}`), Require: '100rel', RSeq });
      await b.clock.settle();
    };
    const racks = () =>
      b.wire.got.flatMap(m =>
        m.kind === 'request' && m.method === 'PRACK' ? (m.headers.get('rack') ?? '') : [],
      );
    return { ...b, told, dialogs, invite, ring, racks, client };
  }

  it('are acknowledged once each and in order; repeats and what is ahead are dropped', async () => {
    const t = await inviting();
    for (const rseq of ['5', '5', '7', '6', '4', '7']) await t.ring(rseq);
    expect(t.told).toEqual(['183 5', '183 6', '183 7']);
    expect(t.racks()).toEqual(['5 1 INVITE', '6 1 INVITE', '7 1 INVITE']);
    const prack = t.wire.request('PRACK', 1);
    expect(prack.headers.get('cseq')).toBe('3 PRACK');
    expect(prack.headers.get('to')).toContain('tag=w');
  });

  it('each fork counts for itself', async () => {
    const t = await inviting();
    await t.ring('5', 'one');
    await t.ring('900', 'two');
    expect(t.racks()).toEqual(['5 1 INVITE', '900 1 INVITE']);
  });

  it('a PRACK nobody answers is repeated, and does not end the call', async () => {
    const t = await inviting();
    await t.ring('5');
    await t.clock.advance(40_000);
    expect(t.racks().length).toBeGreaterThan(5);
    t.wire.answer(t.invite, 486, { To: `${t.invite.headers.get('to')};tag=w` });
    await t.clock.settle();
    expect(t.told).toEqual(['183 5', 'failed 486']);
    expect(await finished(t)).toEqual([0, 0, 0]);
  });

  it('§5: of a re-INVITE too; an offer asked for is answered in the PRACK, and the ACK has nothing to add', async () => {
    const t = await inviting();
    t.wire.answer(t.invite, 200, { To: `${t.invite.headers.get('to')};tag=w` });
    await t.clock.settle();
    const answered = one(t.dialogs).reinvite(null, { ack: () => SDP('our answer') });
    await t.clock.settle();
    const again = t.wire.request('INVITE', 1);
    t.wire.answer(again, 183, { Require: '100rel', RSeq: '70' }, 'their offer');
    t.wire.answer(again, 200, {}, 'their offer');
    await t.clock.settle();
    expect((await answered).status).toBe(200);
    expect(t.racks()).toEqual(['70 2 INVITE']);
    expect(textOf(t.wire.request('PRACK').body)).toBe('our answer');
    expect(t.wire.request('ACK', 1).body).toHaveLength(0);
  });

  it('a RSeq that is none makes the response a plain one', async () => {
    const t = await inviting();
    await t.ring('x');
    expect(t.told).toEqual(['183 x']);
    expect(t.racks()).toEqual([]);
  });
});
