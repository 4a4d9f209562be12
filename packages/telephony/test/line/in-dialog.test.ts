import type { Body, Dialog, HeaderList, ServerTransaction } from '@kommutator/sip';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Leg } from '../../src/call.ts';
import { trunkOf } from '../../src/testing/memory-ports.ts';
import { EXCHANGE, NOTHING, Rig } from './support.ts';

const GATE = '10.9.0.1';
const sdp = (port: number, o: { address?: string; direction?: string; formats?: string } = {}): Body => {
  const { address = GATE, direction = 'sendrecv', formats = '8' } = o;
  const head = `v=0\r\no=- 1 ${port} IN IP4 ${GATE}\r\ns=-\r\nc=IN IP4 ${address}\r\nt=0 0\r\n`;
  const bytes = new TextEncoder().encode(`${head}m=audio ${port} RTP/AVP ${formats}\r\na=${direction}\r\n`);
  return { type: 'application/sdp', bytes };
};
const text = (body: Uint8Array) => new TextDecoder().decode(body);
let rig: Rig;
let dialog: Dialog;
let leg: Leg;
let asked: ServerTransaction[];

/** A carrier's call is up, and its side of the dialog is the test's. */
async function callUp(headers: HeaderList = []): Promise<void> {
  rig = new Rig({ trunks: [trunkOf('carrier', { trusts: [GATE] })] });
  asked = [];
  const dialogs: Dialog[] = [];
  const init = { method: 'INVITE', uri: 'sip:74951230001@10.0.0.1', from: '<sip:1@c>', to: '<sip:2@c>' };
  rig.stack(GATE).invite({ ...init, headers, body: sdp(4000) }, EXCHANGE, {
    provisional: () => undefined,
    answered: (_, confirmed) => {
      confirmed.acknowledge();
      dialogs.push(confirmed);
    },
    failed: () => undefined,
  });
  await rig.clock.settle();
  leg = rig.arrival.leg;
  await leg.answer();
  await rig.clock.settle();
  const [confirmed] = dialogs;
  if (!confirmed) throw new Error('not answered');
  dialog = confirmed;
  dialog.events = { request: t => asked.push(t), bye: t => t.respond(200), lost: () => undefined };
  leg.hear('busy');
}

beforeEach(() => callUp());

const hangUp = async () => {
  dialog.bye();
  await rig.clock.settle();
  expect(await rig.left()).toEqual(NOTHING);
};

describe('within the dialog', () => {
  test('RFC 3264 §8.3 the peer moves its media: we follow', async () => {
    const response = await rig.settles(dialog.reinvite(sdp(4100)));
    expect(response.status).toBe(200);
    expect(rig.engine.hears('10.9.0.1:4100')).toBe('tone:busy');
    await hangUp();
  });

  test('RFC 2543 hold by an address of zeros, RFC 3264 by inactive, and back by UPDATE', async () => {
    await rig.settles(dialog.reinvite(sdp(4000, { address: '0.0.0.0' })));
    expect(rig.engine.hears('10.9.0.1:4000')).toBe('no media');
    const held = await rig.settles(dialog.reinvite(sdp(4000, { direction: 'inactive' })));
    expect(text(held.body)).toContain('a=inactive');
    expect(rig.engine.hears('10.9.0.1:4000')).toBe('silence');
    const back = await rig.settles(dialog.request('UPDATE', { body: sdp(4000) }));
    expect([back.status, text(back.body).includes('a=sendrecv')]).toEqual([200, true]);
    expect(rig.engine.hears('10.9.0.1:4000')).toBe('tone:busy');
    await hangUp();
  });

  test('RFC 3261 §14.2 a re-INVITE without SDP gets our offer, its ACK brings the answer', async () => {
    const response = await rig.settles(dialog.reinvite(null, { ack: () => sdp(4200) }));
    expect(text(response.body)).toMatch(/m=audio \d+ RTP\/AVP 8 0 101/);
    await rig.clock.settle();
    expect(rig.engine.hears('10.9.0.1:4200')).toBe('tone:busy');
    await hangUp();
  });

  test('RFC 4028 an UPDATE without SDP refreshes the session and changes nothing', async () => {
    const response = await rig.settles(dialog.request('UPDATE'));
    expect([response.status, response.body.length]).toEqual([200, 0]);
    expect(rig.engine.hears('10.9.0.1:4000')).toBe('tone:busy');
    await hangUp();
  });

  test('RFC 4028 §10 a long hold of a phone without UPDATE: refreshed by re-INVITE with what is in use, it stays held', async () => {
    const timer: HeaderList = [
      ['Supported', 'timer'],
      ['Allow', 'INVITE, ACK, BYE'],
    ];
    await callUp([...timer, ['Session-Expires', '1800;refresher=uas']]);
    const answer = { body: sdp(4000, { direction: 'sendonly' }) };
    void dialog.reinvite(answer.body, { headers: [...timer, ['Session-Expires', '1800;refresher=uas']] });
    await rig.clock.settle();
    expect(leg.holds).toBe(true);
    dialog.events.request = refresh => {
      asked.push(refresh);
      refresh.respond(200, { ...answer, headers: [['Session-Expires', '1800;refresher=uac']] });
    };
    await rig.clock.advance(61 * 60_000);
    expect(asked.map(one => one.request.method)).toEqual(Array(4).fill('INVITE'));
    expect(text(asked[0]?.request.body ?? new Uint8Array())).toContain('a=sendrecv');
    expect([leg.holds, leg.endCause]).toEqual([true, null]);
    await hangUp();
  });

  test('RFC 4028 §10 a carrier that refreshes no more: the leg ends', async () => {
    await callUp([
      ['Supported', 'timer'],
      ['Session-Expires', '600;refresher=uac'],
    ]);
    dialog.events.bye = bye => asked.push(bye);
    await rig.clock.advance(600_000 - 32_000);
    expect(asked.map(one => one.request.method)).toEqual(['BYE']);
    expect(leg.endCause).toMatchObject({ text: 'Dialog lost' });
    asked[0]?.respond(200);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('RFC 3264 §8.3.2 an offer we cannot take is 488, and the call goes on as it was', async () => {
    const response = await rig.settles(dialog.reinvite(sdp(4300, { formats: '9' })));
    expect(response.status).toBe(488);
    expect(rig.engine.hears('10.9.0.1:4000')).toBe('tone:busy');
    expect(leg.endCause).toBeNull();
    await hangUp();
  });

  test.each([
    ['OPTIONS', 200],
    ['NOTIFY', 489],
    ['MESSAGE', 405],
    ['REFER', 405],
  ])('%s is answered %i', async (method, status) => {
    expect((await rig.settles(dialog.request(method))).status).toBe(status);
    await hangUp();
  });

  test('RFC 6086 an INFO we do not understand is 415, an empty one 200', async () => {
    const odd = { type: 'text/plain', bytes: new TextEncoder().encode('hello') };
    expect((await rig.settles(dialog.request('INFO', { body: odd }))).status).toBe(415);
    expect((await rig.settles(dialog.request('INFO'))).status).toBe(200);
    await hangUp();
  });

  test('RFC 3261 §12.2.1.2 a peer that does not know the dialog any more ends the leg', async () => {
    leg.show({ kind: 'user', number: '101', name: 'Анна' });
    await rig.clock.settle();
    asked[0]?.respond(481);
    await rig.clock.settle();
    expect(await leg.ended).toMatchObject({ sip: 408, text: 'Dialog lost' });
    expect(rig.call.events.at(-1)).toMatchObject({ type: 'leg.ended', by: 'remote' });
    expect(await rig.left()).toEqual(NOTHING);
  });
});
