import { expect } from 'vitest';
import { trunkTo } from '../../src/testing/index.ts';
import { dials } from '../calls/support.ts';
import { type Fault, facing, facingTalk, SDP } from './support.ts';

const CHALLENGE = { 'Proxy-Authenticate': 'Digest realm="carrier", nonce="n", qop="auth"' };
const ACCOUNT = {
  aor: 'sip:acc@carrier.example',
  username: 'acc',
  realm: null,
  secret: 'secret',
  expires: 600,
};

/** Anna talks to the public network over a carrier that has given us an account. */
async function throughAccount() {
  const trunk = trunkTo('hand', '10.9.0.2', { registration: ACCOUNT });
  const all = await facing({ trunks: [trunk] });
  const { x, hand, anna } = all;
  const call = await dials(x, anna, '89161112233');
  const invite = hand.request('INVITE');
  const To = `${invite.headers.get('To')};tag=far`;
  hand.answers(invite, 200, { To, Contact: '<sip:10.9.0.2:5060>' }, SDP());
  await x.settles();
  return { ...all, call };
}

export const CARRIER: readonly Fault[] = [
  {
    rule: 'RFC 3261 §8.1.3.4',
    fault: 'the public network redirects (302)',
    happens: 'it is not followed: nobody outside sends our calls elsewhere',
    run: async () => {
      const { x, hand, anna } = await facing();
      const call = await dials(x, anna, '89161112233');
      hand.answers(hand.request('INVITE'), 302, {
        To: `${hand.request('INVITE').headers.get('To')};tag=far`,
        Contact: '<sip:98765432100@10.9.0.2>',
      });
      await x.clock.advance(30_000);
      expect(hand.heard.filter(name => name === 'INVITE')).toHaveLength(1);
      expect(call.end?.byMe).toBe(false);
      await x.expectNothingLeft();
    },
  },
  {
    rule: 'RFC 3261 §13.2.2.4',
    fault: 'the network forks: two early dialogs, two 200',
    happens: 'the later early media is heard, the first 200 is the call, the second gets ACK and BYE',
    run: async () => {
      const { x, hand, anna } = await facing();
      const call = await dials(x, anna, '89161112233');
      const invite = hand.request('INVITE');
      const fork = (tag: string) => ({
        To: `${invite.headers.get('To')};tag=${tag}`,
        Contact: `<sip:${tag}@10.9.0.2:5060>`,
      });
      const at = (port: number) => SDP('8 101').replace('m=audio 4000', `m=audio ${port}`);
      hand.answers(invite, 183, fork('one'), at(4100));
      hand.answers(invite, 183, fork('two'), at(4200));
      await x.settles();
      expect(await anna.hears()).toBe('voice of 10.9.0.2:4200');
      hand.answers(invite, 200, fork('one'), at(4100));
      hand.answers(invite, 200, fork('two'), at(4200));
      await x.settles();
      expect(await anna.hears()).toBe('voice of 10.9.0.2:4100');
      expect(hand.heard.filter(name => name === 'ACK')).toHaveLength(2);
      expect(hand.request('BYE').uri).toContain('two@');
      hand.answers(hand.request('BYE'), 200);
      call.hangsUp();
      await x.settles();
      expect(hand.request('BYE').uri).toContain('one@');
      hand.answers(hand.request('BYE'), 200);
      await x.expectNothingLeft();
    },
  },
  {
    rule: 'RFC 3261 §22.2',
    fault: 'the carrier challenges our BYE (407)',
    happens: 'it is sent again with our account: the call does not go on at their side',
    run: async () => {
      const { x, hand, call } = await throughAccount();
      call.hangsUp();
      await x.settles();
      const first = hand.request('BYE');
      hand.answers(first, 407, CHALLENGE);
      await x.settles();
      const second = hand.request('BYE');
      expect(second.headers.get('CSeq')).not.toBe(first.headers.get('CSeq'));
      expect(second.headers.get('Proxy-Authorization')).toMatch(/username="acc".*response="[0-9a-f]{32}"/);
      hand.answers(second, 200);
      await x.settles();
      expect(hand.heard.filter(name => name === 'BYE')).toHaveLength(2);
      expect(x.left).toMatchObject({ transactions: 0, dialogs: 0, legs: 0 });
    },
  },
  {
    rule: 'RFC 3261 §22.2',
    fault: 'a BYE that is challenged again and again, or by somebody who gave us no account',
    happens: 'it is sent twice, or once; the call is over here all the same',
    run: async () => {
      const { x, hand, call } = await throughAccount();
      call.hangsUp();
      await x.settles();
      hand.answers(hand.request('BYE'), 401, { 'WWW-Authenticate': CHALLENGE['Proxy-Authenticate'] });
      await x.settles();
      hand.answers(hand.request('BYE'), 407, CHALLENGE);
      await x.settles();
      expect(hand.heard.filter(name => name === 'BYE')).toHaveLength(2);
      expect(x.left).toMatchObject({ transactions: 0, dialogs: 0, legs: 0 });

      const other = await facingTalk();
      other.anna.hangsUp();
      await other.x.settles();
      other.hand.answers(other.hand.request('BYE'), 407, CHALLENGE);
      await other.x.settles();
      expect(other.hand.heard.filter(name => name === 'BYE')).toHaveLength(1);
      await other.x.expectNothingLeft();
    },
  },
];
