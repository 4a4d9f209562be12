import { describe, expect, it } from 'vitest';
import type { Dialog, DialogEvents } from '../../src/stack.ts';
import { call, NOTHING_LEFT, one, pair, SDP, textOf, watch } from '../support/pair.ts';
import { bench, WIRE } from '../support/wire.ts';

const supported = ['timer'];
const MINUTE = 60_000;

/** A conversation between two stacks that speak of sessions. */
async function talking(o: { borisToo?: boolean } = {}) {
  const p = pair(o.borisToo === false ? {} : { supported });
  const out = call(p.anna, p.boris);
  await p.clock.settle();
  one(p.boris.invites).answer({ body: SDP('answer') });
  await p.clock.settle();
  for (const side of [p.anna, p.boris]) side.asked = asked => asked.respond(200);
  p.net.log.length = 0;
  const requests = () => p.net.lines(m => !m.line.startsWith('SIP/')).map(line => line.split(' ')[0]);
  return { ...p, ours: one(out.dialogs), theirs: one(p.boris.invites).dialog, requests };
}

describe('RFC 4028 between two stacks', () => {
  it('§10: half an hour is refreshed after a quarter by the caller’s UPDATE, again and again, and the call goes on', async () => {
    const t = await talking();
    await t.clock.advance(14 * MINUTE);
    expect(t.requests()).toEqual([]);
    await t.clock.advance(78 * MINUTE);
    expect(t.requests()).toEqual(Array(6).fill('UPDATE'));
    expect(t.net.log.every(m => m.from.address === t.anna.peer.address || m.line === 'SIP/2.0 200 OK')).toBe(
      true,
    );
    expect([t.ours.state, t.theirs.state]).toEqual(['confirmed', 'confirmed']);
    t.ours.bye();
    await t.rest();
    expect(t.left()).toEqual(NOTHING_LEFT);
  });

  it('§10: the caller is gone without a word: the called side ends the call before the half hour is over', async () => {
    const t = await talking();
    t.net.link(t.anna.peer.address, t.boris.peer.address, { loss: 1 });
    await t.clock.advance(30 * MINUTE - 32_001);
    expect(t.boris.told.at(-1)).toBe('acknowledged');
    await t.clock.advance(1);
    expect(t.boris.told.at(-1)).toBe('lost: session expired');
    expect(t.requests()).toContain('BYE');
    await t.rest();
    expect(t.left()).toEqual(NOTHING_LEFT);
  });

  it('§10: the called side is gone: the refresh ends the call', async () => {
    const t = await talking();
    t.net.link(t.anna.peer.address, t.boris.peer.address, { loss: 1 });
    await t.clock.advance(15 * MINUTE + 32_000);
    expect(t.anna.told.at(-1)).toBe('lost: no answer');
    t.theirs.bye();
    await t.rest();
    expect(t.left()).toEqual(NOTHING_LEFT);
  });

  it('§7.4: any re-INVITE or UPDATE, of either side, is a refresh', async () => {
    const t = await talking();
    await t.clock.advance(10 * MINUTE);
    await t.theirs.request('UPDATE');
    await t.clock.advance(10 * MINUTE);
    await t.ours.reinvite(SDP('hold'));
    await t.clock.advance(14 * MINUTE);
    expect(t.requests()).toEqual(['UPDATE', 'INVITE', 'ACK']);
    await t.clock.advance(MINUTE);
    expect(t.requests().at(-1)).toBe('UPDATE');
    t.ours.bye();
    await t.rest();
    expect(t.left()).toEqual(NOTHING_LEFT);
  });

  it('without `timer` nothing is asked, and nothing is refreshed', async () => {
    const t = await talking({ borisToo: false });
    await t.clock.advance(120 * MINUTE);
    expect(t.requests()).toEqual([]);
    t.ours.bye();
    await t.rest();
    expect(t.left()).toEqual(NOTHING_LEFT);
  });
});

const TIMER = { Supported: 'timer', Allow: 'INVITE, ACK, BYE' };

/** A caller on the wire, answered by us. */
async function answered(over: Record<string, string>) {
  const b = bench({ supported });
  b.wire.send('INVITE', 'sip:b@x', over, 'offer');
  await b.clock.settle();
  const [invite] = b.side.invites;
  invite?.answer({ body: SDP('answer') });
  await b.clock.settle();
  return { ...b, invite, told: () => [b.wire.header('session-expires'), b.wire.header('require')] };
}

describe('RFC 4028 §9: what we answer', () => {
  it.each([
    ['he asks for less than we would', { ...TIMER, 'Session-Expires': '600' }, '600;refresher=uac', 'timer'],
    ['he asks for more', { ...TIMER, 'Session-Expires': '7200' }, '1800;refresher=uac', 'timer'],
    [
      'but bears no less',
      { ...TIMER, 'Session-Expires': '7200', 'Min-SE': '3600' },
      '3600;refresher=uac',
      'timer',
    ],
    ['he wants us to refresh', { ...TIMER, x: '600;refresher=uas' }, '600;refresher=uas', ''],
    ['he only can', TIMER, '1800;refresher=uac', 'timer'],
    ['a proxy asked for one who cannot', { 'Session-Expires': '600' }, '600;refresher=uas', ''],
    ['a proxy asked for too little', { 'Session-Expires': '30' }, '30;refresher=uas', ''],
    ['nobody speaks of it', {}, '', ''],
    ['nonsense', { 'Session-Expires': 'x' }, '', ''],
  ])('%s', async (_title, over, expires, require) => {
    const t = await answered(over);
    expect(t.told()).toEqual([expires, require]);
    t.invite?.dialog.bye();
  });

  it('§6: below 90 s it is 422 with Min-SE, before anybody is asked', async () => {
    const t = await answered({ ...TIMER, 'Session-Expires': '60' });
    expect(t.invite).toBeUndefined();
    expect([t.wire.heard.at(-1), t.wire.header('min-se')]).toEqual(['422', '90']);
  });

  it('as refresher we send a re-INVITE with the present offer to a phone without UPDATE', async () => {
    const t = await answered({ ...TIMER, 'Session-Expires': '600;refresher=uas' });
    if (!t.invite) throw new Error('refused');
    t.wire.send('ACK', 'sip:b@x', { To: t.wire.header('to') });
    await t.clock.settle();
    const told: string[] = [];
    const events: DialogEvents = t.invite.dialog.events;
    events.refreshing = () => SDP('present offer');
    events.refreshed = response => void told.push(textOf(response.body));
    await t.clock.advance(299_999);
    expect(t.wire.heard).not.toContain('INVITE');
    await t.clock.advance(1);
    const refresh = t.wire.request('INVITE');
    expect(textOf(refresh.body)).toBe('present offer');
    expect(refresh.headers.get('session-expires')).toBe('600;refresher=uac');
    t.wire.answer(refresh, 200, { 'Session-Expires': '600;refresher=uac' }, 'answer');
    await t.clock.settle();
    expect(told).toEqual(['answer']);
    await t.clock.advance(300_000);
    expect(t.wire.request('INVITE', 1).headers.get('session-expires')).toBe('600;refresher=uac');
    t.invite.dialog.bye();
  });
});

describe('RFC 4028 §7: what we ask', () => {
  async function asking(allow: string) {
    const b = bench({ supported, sessionExpires: 600 });
    const told: string[] = [];
    const dialogs: Dialog[] = [];
    const peer = { protocol: 'udp', address: WIRE, port: 5060 } as const;
    const init = {
      method: 'INVITE',
      uri: `sip:b@${WIRE}`,
      from: 'sip:a@x',
      to: 'sip:b@x',
      body: SDP('offer'),
    };
    b.stack.invite(init, peer, {
      provisional: () => {},
      answered: (response, dialog) => {
        told.push(String(response.status));
        dialogs.push(dialog);
        watch(b.side, dialog);
        dialog.acknowledge();
      },
      failed: failure => void told.push(`failed ${failure.status}`),
    });
    await b.clock.settle();
    const answer = async (n: number, status: number, over: Record<string, string>, method = 'INVITE') => {
      const request = b.wire.request(method, n);
      const to = request.headers.get('to') ?? '';
      b.wire.answer(request, status, { Allow: allow, To: to.includes('tag') ? to : `${to};tag=w`, ...over });
      await b.clock.settle();
    };
    return { ...b, told, dialogs, answer };
  }

  it('the interval of the settings, refreshed by us', async () => {
    const t = await asking('UPDATE');
    expect(t.wire.header('session-expires')).toBe('600;refresher=uac');
    expect(t.wire.header('supported')).toBe('timer');
  });

  it('§7.3: a 422 is asked again with its Min-SE and the same offer, once', async () => {
    const t = await asking('UPDATE');
    await t.answer(0, 422, { 'Min-SE': '3600' });
    const again = t.wire.request('INVITE', 1);
    expect(again.headers.get('session-expires')).toBe('3600;refresher=uac');
    expect(again.headers.get('min-se')).toBe('3600');
    expect([again.headers.get('cseq'), textOf(again.body)]).toEqual(['2 INVITE', 'offer']);
    expect(t.wire.heard).toEqual(['INVITE', 'ACK', 'INVITE']);
    expect(t.wire.request('ACK').headers.get('cseq')).toBe('1 ACK');
    await t.answer(1, 422, { 'Min-SE': '7200' });
    expect(t.told).toEqual(['failed 422']);
    expect(t.wire.request('ACK', 1).headers.get('cseq')).toBe('2 ACK');
    await t.clock.advance(200_000);
    expect([t.stack.counters().transactions, t.clock.pending]).toEqual([0, 0]);
  });

  it('§7.3: the call the second INVITE makes is an ordinary one', async () => {
    const t = await asking('UPDATE');
    await t.answer(0, 422, { 'Min-SE': '3600' });
    await t.answer(1, 200, { 'Session-Expires': '3600;refresher=uac' });
    expect(t.told).toEqual(['200']);
    expect(t.wire.request('ACK', 1).headers.get('cseq')).toBe('2 ACK');
    await t.clock.advance(1_800_000);
    expect(t.wire.request('UPDATE').headers.get('session-expires')).toBe('3600;refresher=uac');
    one(t.dialogs).bye();
  });

  it('§7.2: who does not speak of it in his 200 is never refreshed', async () => {
    const t = await asking('UPDATE');
    await t.answer(0, 200, {});
    await t.clock.advance(7_200_000);
    expect(t.wire.heard).toEqual(['INVITE', 'ACK']);
    one(t.dialogs).bye();
  });

  it('§10: a refresh refused for the moment is tried again; one never granted ends the call', async () => {
    const t = await asking('UPDATE');
    await t.answer(0, 200, { 'Session-Expires': '600;refresher=uac' });
    await t.clock.advance(300_000);
    await t.answer(0, 500, {}, 'UPDATE');
    await t.clock.advance(10_000);
    expect(t.wire.heard.filter(line => line === 'UPDATE')).toHaveLength(2);
    for (let n = 1; t.wire.heard.filter(line => line === 'UPDATE').length > n; n++) {
      await t.answer(n, 500, {}, 'UPDATE');
      await t.clock.advance(10_000);
    }
    await t.clock.advance(10_000);
    expect(t.wire.heard.at(-1)).toBe('BYE');
    expect(t.side.told).toEqual(['lost: session expired']);
    await t.clock.advance(200_000);
    expect([t.stack.counters().transactions, t.clock.pending]).toEqual([0, 0]);
  });

  it('§7.3: a refresh that is too brief for a proxy takes his Min-SE', async () => {
    const t = await asking('UPDATE');
    await t.answer(0, 200, { 'Session-Expires': '600;refresher=uac' });
    await t.clock.advance(300_000);
    await t.answer(0, 422, { 'Min-SE': '900' }, 'UPDATE');
    await t.clock.advance(1);
    const again = t.wire.request('UPDATE', 1);
    expect([again.headers.get('session-expires'), again.headers.get('min-se')]).toEqual([
      '900;refresher=uac',
      '900',
    ]);
    one(t.dialogs).bye();
  });

  it('§7.2: as he refreshes, we ask him to go on with it', async () => {
    const t = await asking('UPDATE');
    await t.answer(0, 200, { 'Session-Expires': '600;refresher=uas' });
    void one(t.dialogs).request('UPDATE');
    await t.clock.settle();
    expect(t.wire.header('session-expires')).toBe('600;refresher=uas');
    one(t.dialogs).bye();
  });
});
