import type { ClipId, Key } from '@kommutator/media';
import { CAUSES } from '@kommutator/model/cause';
import { createStack, type Dialog, type InviteFailure, type SipRequest } from '@kommutator/sip';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Leg, LegEnded } from '../../src/call.ts';
import { trunkOf } from '../../src/testing/memory-ports.ts';
import type { OutgoingCall } from '../../src/testing/phone/outgoing-call.ts';
import type { Phone } from '../../src/testing/phone/phone.ts';
import { EXCHANGE, NOTHING, Rig } from './support.ts';

const CARRIER = '10.9.0.1';
const clip = (name: string) => name as ClipId;
let rig: Rig;
let pstn: Phone;

beforeEach(() => {
  rig = new Rig({ trunks: [trunkOf('carrier', { trusts: [CARRIER, '10.9.0.2'] })] });
  pstn = rig.carrier(CARRIER);
});

/** The carrier calls; the leg is left to the test. */
async function arrives(o: { delayedOffer?: boolean } = {}): Promise<{ call: OutgoingCall; leg: Leg }> {
  const call = await pstn.calls('74951230001', { from: '79031112233', ...o });
  await rig.clock.settle();
  return { call, leg: rig.arrival.leg };
}

async function talks(o: { delayedOffer?: boolean } = {}) {
  const { call, leg } = await arrives(o);
  await leg.answer();
  await rig.clock.settle();
  return { call, leg };
}

const lines = () => rig.network.lines(message => message.from.address === EXCHANGE.address);

describe('before the answer', () => {
  test('RTE-15.9 nothing but 100 until something rings, then 180 once and without SDP', async () => {
    const { leg } = await arrives();
    expect(lines()).toEqual(['SIP/2.0 100 Trying']);
    leg.hear('ringback');
    leg.hear('ringback');
    await rig.clock.settle();
    expect(lines()).toEqual(['SIP/2.0 100 Trying', 'SIP/2.0 180 Ringing']);
    expect(rig.network.log.at(-1)?.text).toContain('Content-Length: 0');
    leg.hangup(CAUSES.noAnswer);
    await rig.clock.settle();
    expect(pstn.call.end).toMatchObject({
      status: 480,
      reasons: ['Q.850;cause=19;text="No answer from the user"'],
    });
    expect(rig.call.story).toEqual(['leg.ended']);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('RFC 3960 any other sound is early media: 183 with SDP, then the sound', async () => {
    const { call, leg } = await arrives();
    leg.hear({ loop: clip('melody:one') });
    await rig.clock.settle();
    expect(call.ringing).toBe(183);
    expect(await call.hears()).toBe('clip:melody:one');
    leg.hear('ringback');
    await rig.clock.settle();
    expect(await call.hears()).toBe('tone:ringback');
    expect(lines()).toHaveLength(2);
    leg.hangup(CAUSES.busy);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('RFC 3262 §3 a caller who takes 100rel misses no early media: PRACK, and an offer in it is answered', async () => {
    const stack = createStack({
      transport: rig.network.transport({ address: '10.9.0.2', port: 5060 }),
      clock: rig.clock,
      random: Math.random,
      userAgent: 'Peer',
      supported: ['100rel'],
    });
    const sdp = (port: number) => ({
      type: 'application/sdp',
      bytes: Buffer.from(
        `v=0\r\no=- 1 ${port} IN IP4 10.9.0.2\r\ns=-\r\nc=IN IP4 10.9.0.2\r\nt=0 0\r\nm=audio ${port} RTP/AVP 8\r\n`,
      ),
    });
    const init = { uri: 'sip:74951230002@10.0.0.1', from: '<sip:1@c>', to: '<sip:2@c>' };
    const failures: InviteFailure[] = [];
    stack.invite({ ...init, method: 'INVITE', body: sdp(4000) }, EXCHANGE, {
      provisional: () => undefined,
      prack: () => sdp(4002),
      answered: (_, dialog) => dialog.acknowledge(),
      failed: failure => failures.push(failure),
    });
    await rig.clock.settle();
    const { leg } = rig.arrival;
    leg.hear({ loop: clip('melody:one') });
    await rig.clock.settle();
    expect(lines()).toEqual(['SIP/2.0 100 Trying', 'SIP/2.0 183 Session Progress', 'SIP/2.0 200 OK']);
    expect(rig.network.log.at(-1)?.text).toMatch(/CSeq: 2 PRACK[\s\S]*m=audio/);
    await leg.answer();
    await rig.clock.settle();
    expect(rig.network.log.findLast(m => m.line === 'SIP/2.0 200 OK')?.text).not.toContain('m=audio');
    leg.hangup(CAUSES.normal);
    expect(failures).toEqual([]);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('BIL-14.2 an announcement in 183, then 480 with cause 31, never an answer', async () => {
    const { call, leg } = await arrives();
    const played = leg.play([clip('announcement:long')]);
    await rig.clock.settle();
    expect(await call.hears()).toBe('clip:announcement:long');
    await rig.clock.advance(5_000);
    expect(await played).toEqual({ key: null });
    leg.hangup(CAUSES.blocked);
    await rig.clock.settle();
    expect(call.end).toMatchObject({ status: 480, reasons: ['Q.850;cause=31;text="Normal, unspecified"'] });
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('BIL-14.2 the own phone is told why: 403 with SIP cause 402', async () => {
    const { call, leg } = await arrives();
    leg.hangup({ ...CAUSES.forbidden, reasonSip: 402, text: 'Payment required' });
    await rig.clock.settle();
    expect(call.end?.status).toBe(403);
    expect(call.end?.reasons[0]).toBe('SIP;cause=402;text="Payment required"');
  });

  test('RFC 3261 §9.2 the caller gives up: the leg ends as cancelled and every wait on it rejects', async () => {
    const { call, leg } = await arrives();
    const played = leg.play([clip('announcement:long')]).catch(error => error);
    await rig.clock.settle();
    call.hangsUp();
    await rig.clock.settle();
    expect(await leg.ended).toEqual(CAUSES.cancelled);
    expect(await played).toBeInstanceOf(LegEnded);
    expect(rig.call.events.at(-1)).toEqual({
      type: 'leg.ended',
      leg: leg.id,
      cause: CAUSES.cancelled,
      by: 'remote',
    });
    await expect(leg.answer()).rejects.toBeInstanceOf(LegEnded);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('a CANCEL that crosses the answer leaves a call that can be ended', async () => {
    const { call, leg } = await arrives();
    const answering = leg.answer();
    call.hangsUp();
    await answering.catch(() => undefined);
    await rig.clock.settle();
    leg.hangup(CAUSES.normal);
    await rig.clock.settle();
    expect(call.end).not.toBeNull();
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('the engine has no place: 503 with Retry-After', async () => {
    const { call, leg } = await arrives();
    await rig.engine.close();
    await expect(leg.answer()).rejects.toBeInstanceOf(LegEnded);
    await rig.clock.settle();
    expect(call.end?.status).toBe(503);
    expect(await rig.left()).toEqual(NOTHING);
  });
});

describe('the conversation', () => {
  test('RFC 3264 the answer goes out in the 200; BYE is acknowledged after the journal is written', async () => {
    const { call, leg } = await talks();
    expect([leg.answered, call.talking]).toEqual([true, true]);
    leg.hearLeg(leg);
    expect(await call.hears()).toBe('echo');
    call.hangsUp();
    const flushedBefore = rig.flushes;
    expect(await leg.ended).toEqual(CAUSES.normal);
    expect(lines().filter(line => line === 'SIP/2.0 200 OK')).toHaveLength(1);
    await rig.clock.settle();
    expect([flushedBefore, rig.flushes]).toEqual([0, 1]);
    expect(lines().filter(line => line === 'SIP/2.0 200 OK')).toHaveLength(2);
    expect(rig.call.story).toEqual(['leg.answered', 'leg.quality', 'leg.ended']);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('we hang up: BYE with Reason', async () => {
    const { call, leg } = await talks();
    leg.hangup(CAUSES.normal);
    await rig.clock.settle();
    expect(call.end).toMatchObject({
      status: 200,
      reasons: ['Q.850;cause=16;text="Normal call clearing"'],
      byMe: false,
    });
    expect(rig.call.events.at(-1)).toMatchObject({ type: 'leg.ended', by: 'us' });
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('RFC 3261 §13.2.1 delayed offer: we offer in the 200 and take the answer from the ACK', async () => {
    const { call, leg } = await arrives({ delayedOffer: true });
    leg.hear({ loop: clip('melody:one') });
    await rig.clock.settle();
    expect(call.ringing).toBe(180);
    await leg.answer();
    await rig.clock.settle();
    leg.hear('busy');
    await rig.clock.settle();
    expect(await call.hears()).toBe('tone:busy');
    call.hangsUp();
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('RFC 3261 §13.3.1.4 an answer nobody acknowledges ends with BYE', async () => {
    const { leg } = await arrives();
    rig.network.link(EXCHANGE.address, CARRIER, { loss: 1 });
    await leg.answer();
    await rig.clock.advance(33_000);
    expect(await leg.ended).toMatchObject({ sip: 408, q850: 102 });
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('RFC 3264 §8.4 hold is answered here, the held side hears nothing of us, our o= version grows', async () => {
    const { call, leg } = await talks();
    leg.hear({ loop: clip('melody:one') });
    expect(await call.holds()).toBe(200);
    expect(
      rig.network.log.filter(m => m.text.includes('a=recvonly') && m.from.address === EXCHANGE.address),
    ).toHaveLength(1);
    expect(call.remote?.direction).toBe('recvonly');
    expect(await call.hears()).toBe('silence');
    expect(await call.holds(false)).toBe(200);
    expect(await call.hears()).toBe('clip:melody:one');
    const versions = rig.network.log
      .filter(message => message.from.address === EXCHANGE.address)
      .flatMap(message => /o=- \d+ (\d+)/.exec(message.text)?.[1] ?? []);
    expect(versions).toEqual(['0', '1', '2']);
    call.hangsUp();
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('a phone that sends no RTP for a minute is asked by OPTIONS, and stays as long as it answers', async () => {
    const { call, leg } = await talks();
    const far = '10.9.0.1:4000';
    const asked = () => rig.network.log.filter(m => m.text.startsWith('OPTIONS ')).length;
    await call.holds();
    rig.engine.flow(far, 'lost');
    await rig.clock.settle();
    expect([asked(), leg.endCause]).toEqual([0, null]);
    await call.holds(false);
    for (let minute = 1; minute <= 3; minute++) {
      rig.engine.flow(far, 'lost');
      await rig.clock.settle();
      expect([asked(), leg.endCause]).toEqual([minute, null]);
    }
    call.hangsUp();
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('one that does not answer is gone: mediaTimeout after the 32 s of timer F, noted before its end', async () => {
    const { leg } = await talks();
    rig.network.every({ loss: 1 });
    rig.engine.flow('10.9.0.1:4000', 'lost');
    rig.engine.flow('10.9.0.1:4000', 'lost');
    await rig.clock.advance(31_000);
    expect(leg.endCause).toBeNull();
    await rig.clock.advance(2_000);
    expect(leg.endCause).toEqual(CAUSES.mediaTimeout);
    expect(rig.call.story.slice(-3)).toEqual(['media.failed', 'leg.quality', 'leg.ended']);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('one that has forgotten the call (481) is gone at once', async () => {
    const { call, leg } = await talks();
    call.forgets();
    rig.engine.flow('10.9.0.1:4000', 'lost');
    await rig.clock.settle();
    expect(leg.endCause).toEqual(CAUSES.mediaTimeout);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('RFC 8827 §6.5 a browser whose handshake has failed is not kept in silence', async () => {
    const { call, leg } = await talks();
    rig.engine.flow('10.9.0.1:4000', 'failed');
    await rig.clock.settle();
    expect(await leg.ended).toEqual(CAUSES.mediaLost);
    expect(call.end?.reasons).toEqual(['Q.850;cause=31;text="Media lost"']);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('DESIGN §5 a lost media engine ends the legs with their reason', async () => {
    const { call, leg } = await talks();
    rig.engine.die();
    await rig.clock.settle();
    expect(await leg.ended).toEqual(CAUSES.mediaLost);
    expect(call.end?.reasons).toEqual(['Q.850;cause=31;text="Media lost"']);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('RFC 3311 the connected party is shown in the 200, later in an UPDATE', async () => {
    const { call, leg } = await arrives();
    leg.show({ kind: 'user', number: '101', name: 'Анна' });
    await leg.answer();
    await rig.clock.settle();
    expect(call.shown).toBe('"Анна" <sip:101@demo.kommutator.test>');
    leg.show({ kind: 'user', number: '102', name: 'Борис' });
    await rig.clock.settle();
    expect(lines().filter(line => line.startsWith('UPDATE'))).toHaveLength(1);
    expect(rig.network.log.find(message => message.line.startsWith('UPDATE'))?.text).toContain(
      '"Борис" <sip:102@',
    );
    call.hangsUp();
    expect(await rig.left()).toEqual(NOTHING);
  });
});

describe('keys', () => {
  test('RFC 4733 keys come in order, from the moment they are asked for, until the leg ends', async () => {
    const { call, leg } = await talks();
    await call.sends('9');
    const keys = leg.keys();
    await call.sends('12#');
    call.hangsUp();
    const heard: Key[] = [];
    await rig.clock.settle();
    for await (const key of keys) heard.push(key);
    expect(heard.join('')).toBe('12#');
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('a key may stop what is played, an abort too', async () => {
    const { call, leg } = await talks();
    const stopped = leg.play([clip('announcement:long')], { stopOn: '5' });
    await call.sends('45');
    expect(await stopped).toEqual({ key: '5' });
    const abort = new AbortController();
    const aborted = leg.play([clip('announcement:long')], { signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    expect(await call.hears()).toBe('silence');
    call.hangsUp();
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('INFO dtmf-relay is a key like any other, passed to who hears the phone', async () => {
    const dialogs: Dialog[] = [];
    const answers: SipRequest[] = [];
    const stack = createStack({
      transport: rig.network.transport({ address: '10.9.0.2', port: 5060 }),
      clock: rig.clock,
      random: Math.random,
      userAgent: 'Peer',
    });
    const sdp =
      'v=0\r\no=- 1 1 IN IP4 10.9.0.2\r\ns=-\r\nc=IN IP4 10.9.0.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n';
    const body = { type: 'application/sdp', bytes: new TextEncoder().encode(sdp) };
    const init = {
      method: 'INVITE',
      uri: 'sip:74951230002@10.0.0.1',
      from: '<sip:1@c>',
      to: '<sip:2@c>',
      body,
    };
    stack.invite(init, EXCHANGE, {
      provisional: () => undefined,
      answered: (_, dialog) => {
        dialog.acknowledge();
        dialog.events = {
          request: t => answers.push(t.request),
          bye: t => t.respond(200),
          lost: () => undefined,
        };
        dialogs.push(dialog);
      },
      failed: () => undefined,
    });
    await rig.clock.settle();
    const { leg: presser } = rig.arrival;
    await presser.answer();
    const call = await pstn.calls('74951230001', { from: '79031112233' });
    await rig.clock.settle();
    const listener = rig.arrivals[1]?.leg;
    await listener?.answer();
    listener?.hearLeg(presser);
    const keys = presser.keys();
    const played = presser.play([clip('announcement:long')], { stopOn: '7' });
    const info = {
      type: 'application/dtmf-relay',
      bytes: new TextEncoder().encode('Signal=7\r\nDuration=160'),
    };
    const response = dialogs[0]?.request('INFO', { body: info });
    await rig.clock.settle();
    expect((await response)?.status).toBe(200);
    expect(await played).toEqual({ key: '7' });
    expect(call.audio.keysHeard()).toBe('7');
    dialogs[0]?.bye();
    await rig.clock.settle();
    const heard: Key[] = [];
    for await (const key of keys) heard.push(key);
    expect(heard).toEqual(['7']);
    listener?.hangup(CAUSES.normal);
    expect(await rig.left()).toEqual(NOTHING);
  });
});
