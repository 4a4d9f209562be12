import { expect } from 'vitest';
import { DEMO } from '../../src/testing/index.ts';
import { type Fault, facing, facingTalk, type Hand, handHangsUp, SDP } from './support.ts';

/** What an INVITE by hand gets; nothing rings. */
const refused =
  (status: string, over: Readonly<Record<string, string>>, uri?: string) => async (): Promise<void> => {
    const { x, hand, anna } = await facing();
    hand.sends('INVITE', over, SDP(), uri);
    await x.settles();
    expect(hand.heard).toEqual([status]);
    expect(anna.history).toHaveLength(0);
    hand.sends('ACK', { To: hand.last(status).headers.get('To') ?? '', CSeq: '1 ACK', ...over }, '', uri);
    await x.clock.advance(40_000);
    await x.expectNothingLeft();
  };

const ONE = 'SIP/2.0/UDP 10.9.0.2:5060;branch=z9hG4bK-one;rport';

/** Gives a ringing call up and acknowledges its end. */
async function cancels(x: Awaited<ReturnType<typeof facing>>['x'], hand: Hand): Promise<void> {
  hand.sends('CANCEL', { Via: ONE });
  await x.settles();
  hand.sends('ACK', { Via: ONE, To: hand.last('487').headers.get('To') ?? '', CSeq: '1 ACK' });
  await x.expectNothingLeft();
}

export const ROUTING: readonly Fault[] = [
  {
    rule: 'RFC 3261 §8.2.2.2',
    fault: 'the same INVITE comes a second way (merged request)',
    happens: 'the second is 482; the phone rings once',
    run: async () => {
      const { x, hand, anna } = await facing();
      hand.sends('INVITE', { Via: ONE }, SDP());
      hand.sends('INVITE', {}, SDP());
      await x.settles();
      expect(hand.heard.toSorted()).toEqual(['180', '482']);
      expect(anna.history).toHaveLength(1);
      await cancels(x, hand);
    },
  },
  {
    rule: 'RFC 3261 §16.3',
    fault: 'Max-Forwards: 0',
    happens: '483',
    run: refused('483', { 'Max-Forwards': '0' }),
  },
  {
    rule: 'RFC 3261 §16.6',
    fault: 'Max-Forwards: 1 to a user of ours',
    happens: 'no hop is left for his phone: it does not ring, 480',
    run: async () => {
      const { x, hand, anna } = await facing();
      hand.sends('INVITE', { Via: ONE, 'Max-Forwards': '1' }, SDP());
      await x.settles();
      expect(anna.history).toHaveLength(0);
      expect(hand.heard).toEqual(['480']);
      hand.sends('ACK', { Via: ONE, To: hand.last('480').headers.get('To') ?? '', CSeq: '1 ACK' });
      await x.expectNothingLeft();
    },
  },
  {
    rule: 'RFC 5393 §5.3',
    fault: 'Max-Breadth: 0',
    happens: '440',
    run: refused('440', { 'Max-Breadth': '0' }),
  },
  {
    rule: 'RFC 5393 §5.3',
    fault: 'Max-Breadth: 1 to a group of two',
    happens: 'one phone rings, its INVITE may not be forked in parallel',
    run: async () => {
      const { x, hand, anna, boris } = await facing();
      const uri = 'sip:74951230001@10.0.0.1';
      hand.sends('INVITE', { Via: ONE, To: `<${uri}>`, 'Max-Breadth': '1' }, SDP(), uri);
      await x.settles();
      const rung = [anna, boris].flatMap(({ history }) => history);
      expect(rung).toHaveLength(1);
      const invites = x.network.log.filter(m => m.line.startsWith('INVITE') && m.to.address !== '10.0.0.1');
      expect(invites.map(({ text }) => /^Max-Breadth: (.*)\r$/m.exec(text)?.[1])).toEqual(['1']);
      await cancels(x, hand);
    },
  },
  {
    rule: 'RFC 5393 §5.3',
    fault: 'Max-Breadth: 1, and the phone rung first forwards the call',
    happens: 'a branch that is over makes room for the next one',
    run: async () => {
      const forwarding = [
        { priority: 5, ringTime: 10 },
        { type: 'mobile', target: '79160000001', priority: 10, ringTime: 10 },
        { type: 'mobile', target: '79160000002', priority: 20, ringTime: 10 },
      ] as const;
      const { x, hand } = await facing(
        {},
        { ...DEMO, users: { ...DEMO.users, anna: { extension: '101', forwarding } } },
      );
      hand.sends('INVITE', { Via: ONE, 'Max-Breadth': '1' }, SDP());
      await x.clock.advance(12_000);
      expect(hand.request('INVITE').uri).toContain('0000001');
      expect(hand.request('INVITE').headers.get('Max-Breadth')).toBe('1');
      await x.clock.advance(10_000);
      expect(hand.request('INVITE').uri).toContain('0000002');
      await x.clock.advance(60_000);
      await x.expectNothingLeft();
    },
  },
  {
    rule: 'RFC 3261 §8.2.2.1',
    fault: 'a Request-URI of an unknown scheme',
    happens: '416',
    run: refused('416', {}, 'isbn:2983792873'),
  },
  {
    rule: 'RFC 3261 §8.2.2.3',
    fault: 'an extension we do not have is required',
    happens: '420 with Unsupported',
    run: refused('420', { Require: 'nothingSupportsThis' }),
  },
  {
    rule: 'RFC 3261 §12.2.2',
    fault: 're-INVITE, UPDATE, INFO and BYE of a call nobody knows',
    happens: '481 each, and nothing is remembered',
    run: async () => {
      const { x, hand } = await facing();
      const To = '<sip:74951230003@10.0.0.1>;tag=gone';
      for (const method of ['INVITE', 'UPDATE', 'INFO', 'BYE']) hand.sends(method, { To });
      await x.settles();
      expect(hand.heard).toEqual(['481', '481', '481', '481']);
      expect(x.exchange.counters()).toMatchObject({ transactions: 0, tombstones: 0 });
      await x.expectNothingLeft();
    },
  },
  {
    rule: 'RFC 3261 §8.2.1',
    fault: 'a method nobody knows',
    happens: '501 outside a call, 405 with Allow inside',
    run: async () => {
      const all = await facingTalk();
      all.hand.inside('FROBNICATE', 2);
      all.hand.sends('FROBNICATE', { 'Call-ID': 'other' });
      await all.x.settles();
      expect(all.hand.heard.slice(-2)).toEqual(['405', '501']);
      expect(all.hand.last('405').headers.get('Allow')).toContain('INVITE');
      await handHangsUp(all);
    },
  },
  {
    rule: 'RFC 3261 §7.3',
    fault: 'header fields of 4 kB',
    happens: 'the call goes through; our INVITE does not carry them on',
    run: async () => {
      const { x, hand, anna } = await facing();
      hand.sends('INVITE', { Via: ONE, 'X-Large': 'x'.repeat(4096), Subject: 'я'.repeat(2048) }, SDP());
      await x.settles();
      expect(hand.heard).toEqual(['180']);
      expect(anna.history).toHaveLength(1);
      const [invite] = x.network.log.filter(m => m.line.startsWith('INVITE') && m.to.address === '10.1.0.1');
      expect(invite?.text.length).toBeLessThan(1_300);
      await cancels(x, hand);
    },
  },
  {
    rule: 'RFC 3261 §8.2.6.2',
    fault: 'a hundred Vias',
    happens: 'the call goes through; every response brings all of them back in order',
    run: async () => {
      const { x, hand } = await facing();
      const hops = Array.from({ length: 99 }, (_, n) => `SIP/2.0/UDP 192.0.2.${n + 1};branch=z9hG4bK-${n}`);
      hand.sends('INVITE', { Via: [ONE, ...hops].join(', ') }, SDP());
      await x.settles();
      const vias = hand.last('180').headers.all('Via');
      expect([vias.length, vias.slice(1)]).toEqual([100, hops]);
      hand.sends('CANCEL', { Via: ONE });
      await x.settles();
      hand.sends('ACK', { Via: ONE, To: hand.last('487').headers.get('To') ?? '', CSeq: '1 ACK' });
      await x.expectNothingLeft();
    },
  },
  {
    rule: 'RFC 3261 §8.1.3.4',
    fault: 'a phone that answers 302 with its own address',
    happens: 'it is followed once, not a second time: the caller is refused',
    run: async () => {
      const { x, hand, anna } = await facing();
      const Contact = '<sip:101@demo.kommutator.test>';
      hand.sends('INVITE', { Via: ONE }, SDP());
      await x.settles();
      anna.refuses(302, [['Contact', Contact]]);
      await x.settles();
      expect(anna.history).toHaveLength(2);
      anna.refuses(302, [['Contact', Contact]]);
      await x.settles();
      expect([anna.history.length, hand.heard]).toEqual([2, ['180', '480']]);
      hand.sends('ACK', {
        Via: ONE,
        To: hand.last('480').headers.get('To') ?? '',
        CSeq: '1 ACK',
      });
      await x.expectNothingLeft();
    },
  },
  {
    rule: 'RFC 3261 §18.1.2',
    fault: 'responses nobody asked for',
    happens: 'dropped; nothing is answered and nothing remembered',
    run: async () => {
      const { x, hand } = await facing();
      for (const status of [100, 180, 200, 404, 699])
        hand.raw(
          `SIP/2.0 ${status} X\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK-none\r\nFrom: <sip:a@b>;tag=1\r\n` +
            'To: <sip:c@d>;tag=2\r\nCall-ID: none\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n',
        );
      await x.settles();
      expect(hand.got).toEqual([]);
      expect(x.exchange.counters()).toMatchObject({ transactions: 0, tombstones: 0 });
      await x.expectNothingLeft();
    },
  },
  {
    rule: 'RFC 4475 §3.1.2',
    fault: 'an INVITE that is no proper message: bad length, unknown version, fields doubled',
    happens: '400, 505, 400; nothing rings and nothing is remembered',
    run: async () => {
      const { x, hand, anna } = await facing();
      const send = (line: string, more = '') =>
        hand.raw(
          `${line}\r\nVia: SIP/2.0/UDP 10.9.0.2:5060;branch=z9hG4bK-bad\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\n` +
            `Call-ID: bad\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\n${more}\r\n`,
        );
      const uri = 'sip:74951230003@10.0.0.1';
      send(`INVITE ${uri} SIP/2.0`, 'Content-Length: 99\r\n');
      send(`INVITE ${uri} SIP/7.0`);
      send(`INVITE ${uri} SIP/2.0`, 'CSeq: 2 INVITE\r\n');
      await x.settles();
      expect(hand.heard).toEqual(['400', '505', '400']);
      expect(anna.history).toHaveLength(0);
      expect(x.exchange.counters()).toMatchObject({ transactions: 0, tombstones: 0 });
      await x.expectNothingLeft();
    },
  },
];
