import { VirtualClock } from '@kommutator/base';
import { CAUSES } from '@kommutator/model/cause';
import type { TrunkConfig } from '@kommutator/model/config';
import { beforeEach, describe, expect, test } from 'vitest';
import { DestinationPlace } from '../../src/line/destination-place.ts';
import type { Resolver } from '../../src/ports.ts';
import { trunkOf } from '../../src/testing/memory-ports.ts';
import { NOTHING, Rig } from './support.ts';

const [FIRST, SECOND] = ['10.9.0.1', '10.9.0.2'];

/** DNS in memory. A name it does not have cannot be resolved now. */
class MemoryDns implements Resolver {
  readonly hosts = new Map<string, { addresses: readonly string[]; ttl: number }>();
  readonly srv = new Map<string, readonly { host: string; port: number }[]>();
  readonly asked: string[] = [];

  async addresses(host: string) {
    this.asked.push(host);
    const found = this.hosts.get(host);
    if (!found) throw new Error('SERVFAIL');
    return found;
  }

  async services(name: string) {
    this.asked.push(name);
    return { places: this.srv.get(name) ?? [], ttl: 300 };
  }
}

let dns: MemoryDns;
const named = (port: number) =>
  trunkOf('carrier', { destinations: [{ host: 'sip.carrier.example', port, protocol: 'udp' }] });

beforeEach(() => {
  dns = new MemoryDns();
});

/** A carrier at an address: answers OPTIONS, refuses calls as busy. */
function carrier(rig: Rig, address: string, port = 5060): string[] {
  const called: string[] = [];
  rig.stack(address, port).events = {
    request: transaction => transaction.respond(200),
    invite: invite => {
      called.push(invite.request.uri);
      invite.refuse(486);
    },
  };
  return called;
}

async function call(rig: Rig, trunk: TrunkConfig, within = 0) {
  const from = { kind: 'user', number: '74951230001', name: '' } as const;
  const out = rig.invite({ kind: 'trunk', trunk, destination: 0, number: '79161234567' }, { from });
  await rig.clock.advance(within);
  return rig.settles(out.result);
}

describe('RFC 3263 a trunk known by name', () => {
  test('is resolved before anybody calls; the Request-URI keeps the name', async () => {
    dns.hosts.set('sip.carrier.example', { addresses: [FIRST], ttl: 300 });
    const trunk = named(5060);
    const rig = new Rig({ trunks: [trunk], resolver: dns });
    const called = carrier(rig, FIRST);
    await rig.clock.settle();
    expect(await call(rig, trunk)).toMatchObject({ kind: 'refused', cause: { sip: 486 } });
    expect(called).toEqual([expect.stringMatching(/@sip\.carrier\.example:5060;/)]);
    expect(dns.asked).toEqual(['sip.carrier.example']);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('a call never waits for DNS: unresolved, the trunk is down at once', async () => {
    const trunk = named(5060);
    const rig = new Rig({ trunks: [trunk], resolver: dns });
    expect(rig.lines.trunkUp(trunk, 0)).toBe(false);
    expect(await call(rig, trunk)).toMatchObject({ kind: 'refused', cause: CAUSES.trunkDown });
    dns.hosts.set('sip.carrier.example', { addresses: [FIRST], ttl: 300 });
    await rig.clock.advance(30_000);
    expect(rig.lines.trunkUp(trunk, 0)).toBe(true);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('§4.2 without a port SRV tells places and order; where there is none, 5060', async () => {
    dns.srv.set('_sip._udp.sip.carrier.example', [
      { host: 'b.example', port: 5070 },
      { host: 'a.example', port: 5060 },
    ]);
    dns.hosts.set('a.example', { addresses: [FIRST], ttl: 300 });
    dns.hosts.set('b.example', { addresses: [SECOND], ttl: 300 });
    const trunk = named(0);
    const rig = new Rig({ trunks: [trunk], resolver: dns });
    const called = carrier(rig, SECOND, 5070);
    await rig.clock.settle();
    expect(await call(rig, trunk)).toMatchObject({ kind: 'refused', cause: { sip: 486 } });
    expect(called).toEqual([expect.stringMatching(/@sip\.carrier\.example;/)]);
    dns.srv.clear();
    dns.hosts.set('sip.carrier.example', { addresses: [FIRST], ttl: 300 });
    await rig.clock.advance(331_000);
    expect(rig.network.log.findLast(m => m.line.startsWith('OPTIONS'))?.to).toMatchObject({
      address: FIRST,
      port: 5060,
    });
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('§4.3 an address that does not answer gives its place to the next, and the trunk stays up', async () => {
    dns.hosts.set('sip.carrier.example', { addresses: [FIRST, SECOND], ttl: 3600 });
    const trunk = named(5060);
    const rig = new Rig({ trunks: [trunk], resolver: dns });
    const called = carrier(rig, SECOND);
    await rig.clock.advance(40_000);
    expect(rig.lines.trunkUp(trunk, 0)).toBe(true);
    expect(await call(rig, trunk)).toMatchObject({ kind: 'refused', cause: { sip: 486 } });
    expect(called).toHaveLength(1);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('§4.3 a call that meets a dead address goes on at the next one, by itself; the next call begins there', async () => {
    dns.hosts.set('sip.carrier.example', { addresses: [FIRST, SECOND], ttl: 3600 });
    const trunk = named(5060);
    const rig = new Rig({ trunks: [trunk], resolver: dns });
    const called = carrier(rig, SECOND);
    await rig.clock.settle();
    expect(await call(rig, trunk, 5_000)).toMatchObject({ kind: 'refused', cause: { sip: 486 } });
    const invites = rig.network.log.filter(m => m.line.startsWith('INVITE'));
    expect(invites.some(m => m.to.address === FIRST)).toBe(true);
    expect(called).toHaveLength(1);
    const before = invites.length;
    await call(rig, trunk);
    const later = rig.network.log.filter(m => m.line.startsWith('INVITE')).slice(before);
    expect(later.map(m => m.to.address)).toEqual([SECOND]);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('§4.3 503 sends the call to the next address; when all have said it, it is over', async () => {
    dns.hosts.set('sip.carrier.example', { addresses: [FIRST, SECOND], ttl: 3600 });
    const trunk = named(5060);
    const rig = new Rig({ trunks: [trunk], resolver: dns });
    const asked: string[] = [];
    for (const address of [FIRST, SECOND]) {
      rig.stack(address).events = {
        request: transaction => transaction.respond(200),
        invite: invite => {
          asked.push(address);
          invite.refuse(503);
        },
      };
    }
    await rig.clock.settle();
    expect(await call(rig, trunk)).toMatchObject({ kind: 'refused', cause: { sip: 503 } });
    expect(asked).toEqual([FIRST, SECOND]);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('§4.3 after 180 nothing is tried elsewhere: the subscriber has been rung', async () => {
    dns.hosts.set('sip.carrier.example', { addresses: [FIRST, SECOND], ttl: 3600 });
    const trunk = named(5060);
    const rig = new Rig({ trunks: [trunk], resolver: dns });
    rig.stack(FIRST).events = {
      request: transaction => transaction.respond(200),
      invite: invite => {
        invite.ring(180);
        invite.refuse(503);
      },
    };
    const second = carrier(rig, SECOND);
    await rig.clock.settle();
    expect(await call(rig, trunk)).toMatchObject({ kind: 'refused', cause: { sip: 503 } });
    expect(second).toEqual([]);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('two calls that meet the same dead address do not send each other back to it', async () => {
    dns.hosts.set('sip.carrier.example', { addresses: [FIRST, SECOND], ttl: 3600 });
    const trunk = named(5060);
    const rig = new Rig({ trunks: [trunk], resolver: dns });
    const called = carrier(rig, SECOND);
    await rig.clock.settle();
    const from = { kind: 'user', number: '74951230001', name: '' } as const;
    const to = { kind: 'trunk', trunk, destination: 0, number: '79161234567' } as const;
    const out = [rig.invite(to, { from }), rig.invite(to, { from })];
    await rig.clock.advance(5_000);
    const both = await Promise.all(out.map(each => rig.settles(each.result)));
    expect(both).toMatchObject([{ cause: { sip: 486 } }, { cause: { sip: 486 } }]);
    expect(called).toHaveLength(2);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('§4.1 over TLS it is _sips._tcp and port 5061, and the certificate is to be of the name we were told', async () => {
    dns.hosts.set('sip.carrier.example', { addresses: [FIRST], ttl: 3600 });
    dns.hosts.set('edge.example', { addresses: [SECOND], ttl: 3600 });
    const secure = (port: number) =>
      trunkOf('carrier', { destinations: [{ host: 'sip.carrier.example', port, protocol: 'tls' }] });
    const place = async (port: number) => {
      const [destination] = secure(port).destinations;
      if (!destination) throw new Error('no destination');
      const clock = new VirtualClock();
      const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
      const found = new DestinationPlace({ clock, log: quiet, resolver: dns }, destination);
      await clock.settle();
      found.close();
      return found.peer;
    };
    expect(await place(0)).toEqual({
      protocol: 'tls',
      address: FIRST,
      port: 5061,
      name: 'sip.carrier.example',
    });
    dns.srv.set('_sips._tcp.sip.carrier.example', [{ host: 'edge.example', port: 5071 }]);
    expect(await place(0)).toEqual({
      protocol: 'tls',
      address: SECOND,
      port: 5071,
      name: 'sip.carrier.example',
    });
    expect((await place(5062))?.port).toBe(5062);
  });

  test('is asked for again when its time is over; without an answer what was known stays', async () => {
    dns.hosts.set('sip.carrier.example', { addresses: [FIRST], ttl: 120 });
    const trunk = named(5060);
    const rig = new Rig({ trunks: [trunk], resolver: dns });
    const [old, young] = [carrier(rig, FIRST), carrier(rig, SECOND)];
    await rig.clock.advance(119_000);
    expect(dns.asked).toHaveLength(1);
    dns.hosts.clear();
    await rig.clock.advance(1_000);
    expect(dns.asked).toHaveLength(2);
    await call(rig, trunk);
    dns.hosts.set('sip.carrier.example', { addresses: [SECOND], ttl: 120 });
    await rig.clock.advance(30_000);
    await call(rig, trunk);
    expect([old.length, young.length]).toEqual([1, 1]);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('with an address there is nothing to ask', async () => {
    const trunk = trunkOf('carrier', { destinations: [{ host: FIRST, port: 0, protocol: 'udp' }] });
    const rig = new Rig({ trunks: [trunk], resolver: dns });
    const called = carrier(rig, FIRST);
    await call(rig, trunk);
    expect(called).toHaveLength(1);
    expect(dns.asked).toEqual([]);
    expect(await rig.left()).toEqual(NOTHING);
  });
});
