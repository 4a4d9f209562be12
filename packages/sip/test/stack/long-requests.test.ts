import { VirtualClock } from '@kommutator/base';
import { describe, expect, it } from 'vitest';
import { createStack } from '../../src/create-stack.ts';
import type { Dialog, InviteFailure, SipStack } from '../../src/stack.ts';
import { MemoryNetwork, seededRandom } from '../../src/testing/index.ts';
import { joinTransports } from '../../src/transport/join.ts';
import type { Peer, Protocol } from '../../src/transport/types.ts';

const [OURS, THEIRS] = ['192.0.2.1', '192.0.2.2'];
const UDP: Peer = { protocol: 'udp', address: THEIRS, port: 5060 };
const LONG = [['X-Long', 'x'.repeat(1300)]] as const;
const OPTIONS = { method: 'OPTIONS', uri: 'sip:b@x', from: 'sip:a@x', to: 'sip:b@x' };

/** Our stack on UDP and TCP, and theirs on what it takes. */
function two(...theirs: Protocol[]) {
  const clock = new VirtualClock();
  const net = new MemoryNetwork({ clock });
  const stack = (address: string, protocols: readonly Protocol[]): SipStack =>
    createStack({
      transport: joinTransports(protocols.map(protocol => net.transport({ address, port: 5060, protocol }))),
      clock,
      random: seededRandom(address.length + protocols.length),
      userAgent: 'Test',
    });
  const [ours, far] = [stack(OURS, ['udp', 'tcp']), stack(THEIRS, theirs)];
  far.events = {
    request: transaction => transaction.respond(200),
    invite: invite => {
      invite.dialog.events = {
        request: () => {},
        lost: () => {},
        bye: transaction => transaction.respond(200),
      };
      invite.answer({});
    },
  };
  /** `tcp OPTIONS` … of all requests of ours that arrived, in their order. */
  const arrived = () =>
    net.log
      .filter(m => m.from.address === OURS && m.fate === 'delivered')
      .map(m => `${m.to.protocol} ${m.line.split(' ')[0]}`);
  const left = () => [ours, far].map(each => each.counters().transactions + each.counters().dialogs);
  return { clock, net, ours, far, arrived, left };
}

async function ask(t: ReturnType<typeof two>, headers: typeof LONG | readonly [] = LONG, to = UDP) {
  const answer = t.ours.request({ ...OPTIONS, headers }, to);
  await t.clock.advance(100);
  return (await answer).status;
}

describe('RFC 3261 §18.1.1 a request of more than 1300 bytes', () => {
  it('goes over TCP, a shorter one over UDP; the top Via says so', async () => {
    const t = two('udp', 'tcp');
    expect(await ask(t)).toBe(200);
    expect(await ask(t, [])).toBe(200);
    expect(t.arrived()).toEqual(['tcp OPTIONS', 'udp OPTIONS']);
    expect(t.net.log[0]?.text).toContain('Via: SIP/2.0/TCP ');
    await t.clock.advance(60_000);
    expect(t.left()).toEqual([0, 0]);
  });

  it('goes over UDP after all when TCP is refused, and at once for an hour', async () => {
    const t = two('udp');
    expect(await ask(t)).toBe(200);
    expect(t.net.log.map(m => `${m.to.protocol} ${m.fate}`).slice(0, 2)).toEqual([
      'tcp nobody',
      'udp delivered',
    ]);
    const callIds = t.net.log.slice(0, 2).map(m => /Call-ID: (.*)/.exec(m.text)?.[1]);
    expect(callIds[0]).toBe(callIds[1]);
    expect(await ask(t)).toBe(200);
    expect(t.net.log.filter(m => m.to.protocol === 'tcp')).toHaveLength(1);
    await t.clock.advance(3_600_000);
    expect(await ask(t)).toBe(200);
    expect(t.net.log.filter(m => m.to.protocol === 'tcp')).toHaveLength(2);
    await t.clock.advance(60_000);
    expect(t.left()).toEqual([0, 0]);
  });

  it('RFC 5626 §5.3 stays on UDP where that is the flow of who registered over it', async () => {
    const t = two('udp', 'tcp');
    expect(await ask(t, LONG, { ...UDP, flow: 'udp' })).toBe(200);
    expect(t.arrived()).toEqual(['udp OPTIONS']);
  });

  it.each([
    ['taken', ['udp', 'tcp'], ['tcp INVITE', 'tcp ACK', 'tcp BYE']],
    ['refused', ['udp'], ['udp INVITE', 'udp ACK', 'udp BYE']],
  ] as const)('an INVITE and its dialog, TCP being %s', async (_what, protocols, expected) => {
    const t = two(...protocols);
    const failures: InviteFailure[] = [];
    const dialog = new Promise<Dialog>(resolve => {
      t.ours.invite({ ...OPTIONS, method: 'INVITE', headers: LONG }, UDP, {
        provisional: () => {},
        failed: failure => failures.push(failure),
        answered: (_response, made) => {
          made.events = { request: () => {}, bye: () => {}, lost: () => {} };
          made.acknowledge();
          resolve(made);
        },
      });
    });
    await t.clock.settle();
    (await dialog).bye();
    await t.clock.advance(100);
    expect(t.arrived()).toEqual(expected);
    expect(failures).toEqual([]);
    await t.clock.advance(120_000);
    expect(t.left()).toEqual([0, 0]);
  });

  it('an INVITE given up while TCP is tried does not come back over UDP', async () => {
    const t = two('udp');
    const failures: InviteFailure[] = [];
    const client = t.ours.invite({ ...OPTIONS, method: 'INVITE', headers: LONG }, UDP, {
      provisional: () => {},
      answered: () => expect.fail('answered'),
      failed: failure => failures.push(failure),
    });
    client.cancel();
    await t.clock.advance(1_000);
    expect(failures).toMatchObject([{ why: 'cancelled' }]);
    expect(t.arrived()).toEqual([]);
  });
});
