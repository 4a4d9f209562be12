import { expect } from 'vitest';
import { DEMO, virtualExchange } from '../../src/testing/index.ts';
import { dials, noted } from '../calls/support.ts';
import {
  ANNA,
  BORIS,
  EXCHANGE,
  type Fault,
  facingTalk,
  handHangsUp,
  harm,
  on,
  pair,
  SDP,
  sent,
  talk,
} from './support.ts';

/** Every message takes so long, ms: enough to do something while it is under way. */
const WAY = 50;

/** Anna has called boris; every message from now on takes {@link WAY}. */
async function ringing() {
  const all = await pair();
  const call = await dials(all.x, all.anna, '102');
  all.x.network.every({ delay: WAY });
  return { ...all, call };
}

/** Boris's phone supports session timers and takes no UPDATE: the exchange refreshes by re-INVITE after a quarter of an hour. */
async function refreshed(allow: readonly string[]) {
  const x = virtualExchange(DEMO);
  const anna = x.phone('anna');
  const boris = x.phone('boris', { supported: ['timer'], allow });
  await anna.registers();
  await boris.registers();
  x.begins();
  await dials(x, anna, '102');
  boris.answers();
  await x.settles();
  x.network.every({ delay: WAY });
  x.network.log.length = 0;
  await x.at(900);
  return { x, anna, boris };
}

const WITHOUT_UPDATE = ['INVITE', 'ACK', 'BYE', 'CANCEL', 'OPTIONS'];

export const CROSSING: readonly Fault[] = [
  {
    rule: 'RFC 3261 §13.3.1.4',
    fault: 'the caller’s BYE overtakes his ACK',
    happens: 'the call is over; the ACK that comes late means nothing',
    run: async () => {
      const { x, anna, boris } = await pair();
      harm(x, on(ANNA, EXCHANGE, 'ACK', 'CSeq: 2 ACK'), 300);
      await dials(x, anna, '102');
      boris.answers();
      await x.settles();
      anna.hangsUp();
      await x.settles();
      expect(boris.call.end).toMatchObject({ status: 200, byMe: false });
      await x.clock.advance(1_000);
      expect(noted(x, 'call.ended')).toMatchObject([{ by: 'caller' }]);
      await x.expectNothingLeft();
    },
  },
  {
    rule: 'RFC 3261 §15',
    fault: 'the called phone hangs up before our ACK has reached it',
    happens: 'it waits for the ACK with its BYE; the call ends once',
    run: async () => {
      const { x, anna, boris } = await pair();
      harm(x, on(EXCHANGE, BORIS, 'ACK'), 300);
      await dials(x, anna, '102');
      boris.answers();
      await x.settles();
      boris.hangsUp();
      await x.clock.advance(200);
      expect(anna.call.talking).toBe(true);
      await x.clock.advance(200);
      expect(anna.call.end).toMatchObject({ byMe: false });
      await x.expectNothingLeft();
    },
  },
  {
    rule: 'RFC 3261 §9.1',
    fault: 'the caller’s CANCEL crosses our 200',
    happens: 'the CANCEL is 200 and without effect, the 200 is acknowledged and ended with BYE',
    run: async () => {
      const { x, call, boris } = await ringing();
      boris.answers();
      await x.clock.advance(WAY + 10);
      call.hangsUp();
      await x.clock.advance(1_000);
      expect(call.end).toMatchObject({ status: 487, byMe: true });
      expect(boris.call.end).toMatchObject({ status: 200, byMe: false });
      expect(sent(x, on(EXCHANGE, ANNA, 'SIP/2.0 487'))).toBe(0);
      expect(sent(x, on(ANNA, EXCHANGE, 'BYE'))).toBe(1);
      expect(noted(x, 'call.ended')).toMatchObject([{ by: 'caller' }]);
      await x.expectNothingLeft();
    },
  },
  {
    rule: 'RFC 3261 §9.1',
    fault: 'our CANCEL crosses the 200 of the called phone',
    happens: 'the caller gets his 487; the 200 is acknowledged and ended with BYE',
    run: async () => {
      const { x, call, boris } = await ringing();
      call.hangsUp();
      await x.clock.advance(10);
      boris.answers();
      await x.clock.advance(1_000);
      expect(call.end?.status).toBe(487);
      expect(boris.call.end).toMatchObject({ byMe: false });
      expect(sent(x, on(EXCHANGE, BORIS, 'BYE'))).toBe(1);
      await x.expectNothingLeft();
    },
  },
  {
    rule: 'RFC 3261 §9.2',
    fault: 'CANCEL after the 200',
    happens: 'it is answered 200, and the talk goes on',
    run: async () => {
      const all = await facingTalk({ Via: 'SIP/2.0/UDP 10.9.0.2:5060;branch=z9hG4bK-one;rport' });
      const { x, hand, anna } = all;
      hand.sends('CANCEL', { Via: 'SIP/2.0/UDP 10.9.0.2:5060;branch=z9hG4bK-one;rport' });
      await x.settles();
      expect([hand.heard.at(-1), anna.call.talking]).toEqual(['200', true]);
      await handHangsUp(all);
    },
  },
  {
    rule: 'RFC 3261 §9.2',
    fault: 'CANCEL of an INVITE nobody sent',
    happens: '481, and nothing is remembered',
    run: async () => {
      const { x, hand } = await facingTalk();
      hand.sends('CANCEL', { Via: 'SIP/2.0/UDP 10.9.0.2:5060;branch=z9hG4bK-none;rport', 'Call-ID': 'none' });
      await x.settles();
      expect(hand.heard.at(-1)).toBe('481');
      hand.inside('BYE', 2, { To: hand.last('200').headers.get('To') ?? '' });
      await x.expectNothingLeft();
    },
  },
  {
    rule: 'RFC 3261 §15',
    fault: 'both sides hang up at once',
    happens: 'the call is over for both at once, nobody is asked twice; one end in the journal',
    run: async () => {
      const { x, anna, boris } = await talk();
      x.network.every({ delay: WAY });
      anna.hangsUp();
      boris.hangsUp();
      await x.clock.advance(1_000);
      // One of each phone, and ours to the one whose own we had not heard yet.
      expect(sent(x, m => m.line.startsWith('BYE'))).toBe(3);
      expect(noted(x, 'call.ended')).toHaveLength(1);
      await x.expectNothingLeft();
    },
  },
  {
    rule: 'RFC 3261 §15.1.2',
    fault: 'our BYE crosses a re-INVITE of the phone',
    happens: 'the re-INVITE is 481, the BYE 200',
    run: async () => {
      const { x, anna, boris } = await talk();
      x.network.every({ delay: WAY });
      anna.hangsUp();
      await x.clock.advance(WAY + 10);
      const held = boris.call.holds();
      await x.clock.advance(1_000);
      expect(await held).toBe(481);
      expect(boris.call.end).toMatchObject({ byMe: false });
      await x.expectNothingLeft();
    },
  },
  {
    rule: 'RFC 3261 §15.1.2',
    fault: 'a BYE right behind a re-INVITE of the same side',
    happens: 'both are answered, and the missing ACK keeps nothing alive',
    run: async () => {
      const { x, hand, anna } = await facingTalk();
      hand.inside('INVITE', 2, {}, SDP('8 101', 'a=sendonly\r\n'));
      hand.inside('BYE', 3);
      await x.settles();
      expect(hand.heard.slice(-2).toSorted()).toEqual(['200', '200']);
      expect(anna.call.end).toMatchObject({ byMe: false });
      await x.expectNothingLeft();
    },
  },
  {
    rule: 'RFC 3261 §14.1',
    fault: 're-INVITE of both sides at once',
    happens:
      '491 to both; each tries again after its own delay (ours 2.1–4 s, the phone’s 0–2 s), and both come through',
    run: async () => {
      const { x, anna, boris } = await refreshed(WITHOUT_UPDATE);
      expect(sent(x, on(EXCHANGE, BORIS, 'INVITE'))).toBe(1);
      const held = boris.call.holds();
      await x.clock.advance(10_000);
      expect(await held).toBe(200);
      expect(await anna.hears()).toBe('clip:melody:hold');
      expect(sent(x, m => m.line.startsWith('SIP/2.0 491'))).toBe(2);
      expect(sent(x, on(EXCHANGE, BORIS, 'INVITE'))).toBe(2);
      const [first, second] = x.network.log.filter(on(EXCHANGE, BORIS, 'INVITE'));
      const delay = (second?.at ?? 0) - (first?.at ?? 0);
      expect(delay).toBeGreaterThanOrEqual(2_100);
      // The refresh says what is in use: the hold stands.
      expect(await anna.hears()).toBe('clip:melody:hold');
      anna.hangsUp();
      await x.clock.advance(1_000);
      await x.expectNothingLeft();
    },
  },
  {
    rule: 'RFC 3311 §5.2',
    fault: 'an UPDATE with an offer crosses our re-INVITE',
    happens: '491; sent again it is accepted',
    run: async () => {
      const { x, anna, boris } = await refreshed(WITHOUT_UPDATE);
      const held = boris.call.holds(true, { by: 'UPDATE' });
      await x.clock.advance(10_000);
      expect(await held).toBe(491);
      const again = boris.call.holds(true, { by: 'UPDATE' });
      await x.clock.advance(1_000);
      expect([await again, await anna.hears()]).toEqual([200, 'clip:melody:hold']);
      boris.hangsUp();
      await x.clock.advance(1_000);
      await x.expectNothingLeft();
    },
  },
  {
    rule: 'RFC 3311 §5.2',
    fault: 'UPDATEs of both sides cross, ours without an offer',
    happens: 'both are accepted: there is one offer only',
    run: async () => {
      const { x, anna, boris } = await refreshed([...WITHOUT_UPDATE, 'UPDATE']);
      expect(sent(x, on(EXCHANGE, BORIS, 'UPDATE'))).toBe(1);
      const held = boris.call.holds(true, { by: 'UPDATE' });
      await x.clock.advance(1_000);
      expect([await held, await anna.hears()]).toEqual([200, 'clip:melody:hold']);
      anna.hangsUp();
      await x.clock.advance(1_000);
      await x.expectNothingLeft();
    },
  },
  {
    rule: 'RFC 3261 §12.2.2',
    fault: 'a request inside the call with a lower CSeq than the last',
    happens: '500, and the talk goes on',
    run: async () => {
      const all = await facingTalk();
      const { x, hand, anna } = all;
      hand.inside('INFO', 5);
      hand.inside('INFO', 4);
      await x.settles();
      expect(hand.heard.slice(-2)).toEqual(['200', '500']);
      expect(anna.call.talking).toBe(true);
      await handHangsUp(all);
    },
  },
  {
    rule: 'RFC 4028 §10',
    fault: 'the phone is gone in the middle of a talk',
    happens: 'the refresh of its session is not answered: the call ends on both sides',
    run: async () => {
      const { x, anna, boris } = await refreshed(WITHOUT_UPDATE);
      x.network.link(EXCHANGE, BORIS, { loss: 1 });
      await x.clock.advance(40_000);
      expect(anna.call.end).toMatchObject({ byMe: false });
      boris.hangsUp();
      await x.clock.advance(40_000);
      await x.expectNothingLeft();
    },
  },
];
