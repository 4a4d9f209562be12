import { describe, expect, it } from 'vitest';
import { call, NOTHING_LEFT, one, pair, SDP, textOf } from '../support/pair.ts';

describe('a call between two stacks', () => {
  it('RFC 3665 §3.1: INVITE 100 180 200 ACK BYE 200, and nothing is left', async () => {
    const { clock, net, anna, boris, rest, left } = pair();
    const out = call(anna, boris);
    await clock.settle();
    const invite = one(boris.invites);
    expect(textOf(invite.request.body)).toBe('offer');
    invite.ring(180);
    await clock.settle();
    invite.answer({ body: SDP('answer') });
    await clock.settle();
    expect(anna.told).toEqual(['180', 'answered 200']);
    expect(boris.told).toEqual(['invite', 'acknowledged']);
    one(out.dialogs).bye();
    await clock.settle();
    expect(boris.told).toEqual(['invite', 'acknowledged', 'bye']);
    expect(net.lines().map(line => line.split(' ').slice(0, 2).join(' '))).toEqual([
      'INVITE sip:boris@192.0.2.2',
      'SIP/2.0 100',
      'SIP/2.0 180',
      'SIP/2.0 200',
      `ACK ${/Contact: <(\S+)>/.exec(net.log[3]?.text ?? '')?.[1]}`,
      `BYE ${/Contact: <(\S+)>/.exec(net.log[3]?.text ?? '')?.[1]}`,
      'SIP/2.0 200',
    ]);
    await rest();
    expect(left()).toEqual(NOTHING_LEFT);
  });
});
