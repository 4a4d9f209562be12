import { expect } from 'vitest';
import type { OutgoingCall, Phone, VirtualExchange } from '../../src/testing/index.ts';
import { noted } from '../calls/support.ts';
import { type Fault, facing, facingTalk, type Hand, handHangsUp, SDP, talk } from './support.ts';

const VIDEO = 'm=video 4002 RTP/AVP 31\r\na=rtpmap:31 H261/90000\r\n';
const MUSIC = 'clip:melody:hold';
const bodyOf = ({ body }: { readonly body: Uint8Array }): string => Buffer.from(body).toString();

/** What an INVITE with this body gets. */
const refused =
  (body: string, status: string, over: Readonly<Record<string, string>> = {}) =>
  async () => {
    const { x, hand, anna } = await facing();
    hand.sends('INVITE', over, body);
    await x.settles();
    expect(hand.heard).toEqual([status]);
    expect(anna.history).toHaveLength(0);
    hand.sends('ACK', { To: hand.last(status).headers.get('To') ?? '', CSeq: '1 ACK' });
    await x.expectNothingLeft();
  };

/** The hand asks for something else while it talks. @returns the answer's status and body. */
async function offers({ x, hand }: { x: VirtualExchange; hand: Hand }, method: string, body: string) {
  hand.inside(method, 2, {}, body);
  await x.settles();
  const answer = hand.got.findLast(m => m.kind === 'response' && m.headers.get('CSeq') === `2 ${method}`);
  const status = answer?.kind === 'response' ? answer.status : 0;
  if (method === 'INVITE' && status >= 200) hand.inside('ACK', 2);
  await x.settles();
  return { status, body: answer ? bodyOf(answer) : '' };
}

const HOLDS = [
  ['an address of zeros', 'RFC 2543 §B.5', SDP('8 101').replace('c=IN IP4 10.9.0.2', 'c=IN IP4 0.0.0.0')],
  ['sendonly', 'RFC 3264 §8.4', SDP('8 101', 'a=sendonly\r\n')],
  ['inactive', 'RFC 3264 §8.4', SDP('8 101', 'a=inactive\r\n')],
] as const;

async function expectHeld(
  all: { x: VirtualExchange; hand: Hand; anna: Phone },
  method: string,
  body: string,
) {
  expect((await offers(all, method, body)).status).toBe(200);
  expect(await all.anna.hears()).toBe(MUSIC);
  expect(noted(all.x, 'hold.started')).toHaveLength(1);
  await handHangsUp(all);
}

/** A caller by hand who wants provisional responses reliably, and hears them: the network's early media is his. */
async function early() {
  const all = await facing();
  const call: OutgoingCall = await all.anna.calls('89161112233');
  await all.x.settles();
  return { ...all, call, invite: all.hand.request('INVITE') };
}

export const OFFERS: readonly Fault[] = [
  {
    rule: 'RFC 3261 §13.3.1.3',
    fault: 'SDP without audio',
    happens: '488, nothing rings',
    run: refused(SDP().slice(0, SDP().indexOf('m=audio')) + VIDEO, '488'),
  },
  {
    rule: 'RFC 3264 §6',
    fault: 'only codecs we do not have',
    happens: '488, nothing rings',
    run: refused(SDP('3 97', 'a=rtpmap:97 iLBC/8000\r\n'), '488'),
  },
  {
    rule: 'RFC 3261 §8.2.3',
    fault: 'a body that is no SDP',
    happens: '415 with Accept',
    run: refused('hello', '415', { 'Content-Type': 'text/plain' }),
  },
  {
    rule: 'RFC 3264 §6',
    fault: 'audio and video are offered',
    happens: 'the answer takes the audio and sets the port of the video to 0',
    run: async () => {
      const all = await facing();
      all.hand.sends('INVITE', {}, SDP('8 101', VIDEO));
      await all.x.settles();
      all.anna.answers();
      await all.x.settles();
      all.hand.inside('ACK', 1);
      const answer = bodyOf(all.hand.last('200'));
      expect(answer).toMatch(/m=audio [1-9]\d* RTP\/AVP 8 101\r\n/);
      expect(answer).toContain('m=video 0 ');
      await handHangsUp(all);
    },
  },
  {
    rule: 'RFC 3261 §13.2.1',
    fault: 'an INVITE without an offer',
    happens: 'the 200 has ours, the ACK brings the answer, and they talk',
    run: async () => {
      const all = await facing();
      const { x, hand, anna } = all;
      hand.sends('INVITE');
      await x.settles();
      anna.answers();
      await x.settles();
      expect(bodyOf(hand.last('200'))).toContain('m=audio');
      hand.inside('ACK', 1, {}, SDP('8 101'));
      await x.settles();
      expect(await anna.hears()).toBe('voice of 10.9.0.2:4000');
      await handHangsUp(all);
    },
  },
  {
    rule: 'RFC 3261 §13.2.1',
    fault: 'an INVITE without an offer, and an ACK without an answer',
    happens: 'there is nothing to hear: BYE to both sides',
    run: async () => {
      const { x, hand, anna } = await facing();
      hand.sends('INVITE');
      await x.settles();
      anna.answers();
      await x.settles();
      hand.inside('ACK', 1);
      await x.settles();
      expect(hand.request('BYE').headers.get('Reason')).toContain('cause=88');
      hand.answers(hand.request('BYE'), 200);
      await x.settles();
      expect(anna.call.end).toMatchObject({ byMe: false });
      await x.expectNothingLeft();
    },
  },
  ...HOLDS.flatMap(([how, rule, body]) =>
    (['INVITE', 'UPDATE'] as const).map(method => ({
      rule,
      fault: `hold by ${how}, in ${method === 'INVITE' ? 'a re-INVITE' : 'an UPDATE'}`,
      happens: 'answered here; the other side hears music and is told nothing',
      run: async () => expectHeld(await facingTalk(), method, body),
    })),
  ),
  {
    rule: 'RFC 3261 §14.2',
    fault: 'a re-INVITE that offers nothing we have',
    happens: '488, and the talk goes on as it was',
    run: async () => {
      const all = await facingTalk();
      expect(await offers(all, 'INVITE', SDP('3'))).toMatchObject({ status: 488 });
      expect(await all.anna.hears()).toBe('voice of 10.9.0.2:4000');
      await handHangsUp(all);
    },
  },
  {
    rule: 'RFC 3261 §14.2',
    fault: 'a re-INVITE without an offer',
    happens: 'the 200 has our present description',
    run: async () => {
      const all = await facingTalk();
      const { status, body } = await offers(all, 'INVITE', '');
      expect([status, /m=audio [1-9]\d* RTP\/AVP 8/.test(body)]).toEqual([200, true]);
      await handHangsUp(all);
    },
  },
  {
    rule: 'RFC 3264 §8.3.1',
    fault: 'a re-INVITE with another address and port',
    happens: 'the media moves there; the other side notices nothing',
    run: async () => {
      const all = await facingTalk();
      const moved = SDP('8 101').replace('m=audio 4000', 'm=audio 4010');
      expect((await offers(all, 'INVITE', moved)).status).toBe(200);
      expect(await all.anna.hears()).toBe('voice of 10.9.0.2:4010');
      await handHangsUp(all);
    },
  },
  {
    rule: 'RFC 3311 §5.2',
    fault: 'an UPDATE with an offer before the answer to the first',
    happens: '500 with Retry-After; the call rings on',
    run: async () => {
      const { x, hand, anna } = await facing();
      hand.sends('INVITE', { Via: 'SIP/2.0/UDP 10.9.0.2:5060;branch=z9hG4bK-one;rport' }, SDP());
      await x.settles();
      hand.inside('UPDATE', 2, {}, SDP('8 101', 'a=sendonly\r\n'));
      await x.settles();
      expect(hand.last('500').headers.get('Retry-After')).toMatch(/^\d+$/);
      hand.sends('CANCEL', { Via: 'SIP/2.0/UDP 10.9.0.2:5060;branch=z9hG4bK-one;rport' });
      await x.settles();
      expect(anna.call.end?.status).toBe(487);
      hand.sends('ACK', {
        Via: 'SIP/2.0/UDP 10.9.0.2:5060;branch=z9hG4bK-one;rport',
        To: hand.last('487').headers.get('To') ?? '',
        CSeq: '1 ACK',
      });
      await x.expectNothingLeft();
    },
  },
  {
    rule: 'RFC 3262 §5',
    fault: 'a second offer in the PRACK',
    happens: 'its 200 answers it',
    run: async () => {
      const { x, hand } = await facing();
      const Via = 'SIP/2.0/UDP 10.9.0.2:5060;branch=z9hG4bK-one;rport';
      // A blocked domain: an announcement in early media, which is told reliably.
      x.meter.suspended.add(x.config.id);
      hand.sends('INVITE', { Via, Supported: '100rel' }, SDP());
      await x.settles();
      const early = hand.last('183');
      const RAck = `${early.headers.get('RSeq')} 1 INVITE`;
      hand.inside('PRACK', 2, { RAck }, SDP('8 101').replace('m=audio 4000', 'm=audio 4020'));
      await x.settles();
      const answer = hand.last('200');
      expect([answer.headers.get('CSeq'), bodyOf(answer).includes('m=audio')]).toEqual(['2 PRACK', true]);
      expect(await x.engine.hears('10.9.0.2:4020')).toBe('clip:announcement:out-of-service');
      hand.sends('CANCEL', { Via });
      await x.settles();
      hand.sends('ACK', { Via, To: hand.last('487').headers.get('To') ?? '', CSeq: '1 ACK' });
      await x.expectNothingLeft();
    },
  },
  {
    rule: 'RFC 6337 §3.1',
    fault: 'the network answers in 183, and again, differently, in the 200',
    happens: 'the 200 decides where we send',
    run: async () => {
      const { x, hand, anna, call, invite } = await early();
      const To = `${invite.headers.get('To')};tag=far`;
      const Contact = '<sip:10.9.0.2:5060>';
      hand.answers(invite, 183, { To, Contact }, SDP('8 101').replace('m=audio 4000', 'm=audio 4030'));
      await x.settles();
      expect(await anna.hears()).toBe('voice of 10.9.0.2:4030');
      hand.answers(invite, 200, { To, Contact }, SDP('8 101'));
      await x.settles();
      expect(await anna.hears()).toBe('voice of 10.9.0.2:4000');
      call.hangsUp();
      await x.settles();
      hand.answers(hand.request('BYE'), 200);
      await x.expectNothingLeft();
    },
  },
  {
    rule: 'RFC 3261 §13.2.2.4',
    fault: 'the called side answers 200 without SDP, or with a codec that was not offered',
    happens: 'ACK and BYE with cause 88; the caller is refused',
    run: async () => {
      for (const body of ['', SDP('3')]) {
        const { x, hand, call, invite } = await early();
        const To = `${invite.headers.get('To')};tag=far`;
        hand.answers(invite, 200, { To, Contact: '<sip:10.9.0.2:5060>' }, body);
        await x.settles();
        expect(hand.heard.slice(-2)).toEqual(['ACK', 'BYE']);
        hand.answers(hand.request('BYE'), 200);
        await x.clock.advance(30_000);
        expect(call.end?.byMe).toBe(false);
        await x.expectNothingLeft();
      }
    },
  },
  {
    rule: 'RFC 6086 §4',
    fault: 'INFO with a key, with nothing, and with what nobody knows',
    happens: 'the key is passed on; 200, 200, 415',
    run: async () => {
      const all = await facingTalk();
      const { x, hand, anna } = all;
      hand.inside('INFO', 2, { 'Content-Type': 'application/dtmf-relay' }, 'Signal=5\r\nDuration=160\r\n');
      hand.inside('INFO', 3);
      hand.inside('INFO', 4, { 'Content-Type': 'application/x-unknown' }, 'x');
      await x.settles();
      expect(hand.heard.slice(-3)).toEqual(['200', '200', '415']);
      // The first INFO of a phone that knows RTP events waits to see whether the event comes too.
      await x.clock.advance(300);
      expect(anna.call.audio.keysHeard()).toBe('5');
      await handHangsUp(all);
    },
  },
  {
    rule: 'RFC 3264 §8',
    fault: 'the same offer again and again, a hundred times',
    happens: 'the same answer with the same o= version; nothing grows',
    run: async () => {
      const { x, boris, anna } = await talk();
      for (let n = 0; n < 100; n++) expect(await anna.call.holds(false)).toBe(200);
      await x.settles();
      const answers = x.network.log.filter(
        m => m.from.address === '10.0.0.1' && m.to.address === '10.1.0.1' && m.text.includes('\r\no='),
      );
      const versions = new Set(answers.map(({ text }) => /^o=\S+ \d+ (\d+)/m.exec(text)?.[1]));
      expect(versions.size).toBe(1);
      boris.hangsUp();
      await x.expectNothingLeft();
    },
  },
];
