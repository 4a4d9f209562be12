import { CAUSES } from '@kommutator/model/cause';
import type { TrunkConfig } from '@kommutator/model/config';
import { beforeEach, describe, expect, test } from 'vitest';
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

async function call(rig: Rig, trunk: TrunkConfig) {
  const from = { kind: 'user', number: '74951230001', name: '' } as const;
  const out = rig.invite({ kind: 'trunk', trunk, destination: 0, number: '79161234567' }, { from });
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
