import { describe, expect, it } from 'vitest';
import { collect } from '../support/collect.ts';
import { NOTHING_LEFT, pair, SDP } from '../support/pair.ts';

describe('what is kept of a finished call of ours', () => {
  it('RFC 6026 §7.2: neither the INVITE nor its owner is alive once both have been let go', async () => {
    const p = pair();
    p.net.logging = false;
    const owners: WeakRef<object>[] = [];
    const call = () => {
      for (let n = 0; n < 20; n++) {
        const owner = { weight: new Uint8Array(1_000) };
        owners.push(new WeakRef(owner));
        p.anna.stack.invite(
          { method: 'INVITE', uri: 'sip:b@192.0.2.2', from: 'sip:a@x', to: 'sip:b@x', body: SDP('offer') },
          p.boris.peer,
          {
            provisional: () => owner.weight.fill(1),
            answered: (_, dialog) => {
              dialog.acknowledge();
              dialog.bye();
            },
            failed: () => owner.weight.fill(2),
          },
        );
      }
    };
    call();
    await p.clock.advance(10_000);
    for (const invite of p.boris.invites.splice(0)) invite.answer({ body: SDP('answer') });
    await p.clock.settle();
    expect(p.anna.stack.counters()).toMatchObject({ transactions: 0, tombstones: 20, dialogs: 0 });
    // The virtual clock holds cancelled timers until their time has come: Timer B's, after 32 s.
    await p.clock.advance(23_000);
    expect(p.anna.stack.counters().tombstones).toBe(20);
    await collect();
    expect(owners.filter(owner => owner.deref())).toHaveLength(0);
    await p.rest();
    expect(p.left()).toEqual(NOTHING_LEFT);
  });
});
