import { VirtualClock } from '@kommutator/base';
import { SymbolicEngine } from '@kommutator/media/testing';
import { createStack, type Peer } from '@kommutator/sip';
import { MemoryNetwork, seededRandom } from '@kommutator/sip/testing';
import { Phone, SymbolicMedia } from '@kommutator/telephony/testing';
import { describe, expect, it } from 'vitest';
import { Simulator } from '../src/simulator/simulator.ts';

const NETWORK: Peer = { protocol: 'udp', address: '10.0.0.9', port: 5070 };
const CALLER: Peer = { protocol: 'udp', address: '10.0.0.2', port: 5060 };

function house() {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock });
  const engine = new SymbolicEngine({ clock });
  const stack = (at: Peer, seed: number) =>
    createStack({ transport: network.transport(at), clock, random: seededRandom(seed), userAgent: 'test' });
  const sip = stack(NETWORK, 1);
  const simulator = new Simulator({ sip, media: engine, clock });
  const trunk = new Phone({
    clock,
    stack: stack(CALLER, 2),
    media: new SymbolicMedia(engine, CALLER.address),
    exchange: NETWORK,
    name: 'trunk',
    domain: NETWORK.address,
  });
  const left = async () => {
    await clock.advance(64_000);
    return { ...engine.counters(), calls: simulator.calls, ...sip.counters() };
  };
  return { clock, network, engine, simulator, trunk, left };
}
const NOTHING = { endpoints: 0, timers: 0, calls: 0, transactions: 0, tombstones: 0, dialogs: 0 };

describe('the public network of the demo', () => {
  it('DESIGN §4 rings two seconds, answers, says which number was called, then echoes', async () => {
    const { clock, trunk, left } = house();
    const call = await trunk.calls('79991112233');
    await clock.advance(1_999);
    expect(call.answeredAt).toBeNull();
    await clock.advance(1);
    expect(call.talking).toBe(true);
    await clock.advance(600);
    expect(await call.hears()).toBe('clip:announcement:you-called');
    await clock.advance(1_000);
    expect(await call.hears()).toBe('clip:digit:7');
    await clock.advance(500);
    expect(await call.hears()).toBe('clip:digit:9');
    await clock.advance(10_000);
    expect(await call.hears()).toBe('echo');
    call.hangsUp();
    expect(await left()).toEqual(NOTHING);
  });

  it('is given up while it rings', async () => {
    const { clock, trunk, left } = house();
    const call = await trunk.calls('79991112233');
    await clock.advance(1_000);
    call.hangsUp();
    await clock.settle();
    expect(call.end?.status).toBe(487);
    expect(await left()).toEqual(NOTHING);
  });

  it('refuses a call without an offer it understands', async () => {
    const { clock, trunk, left } = house();
    const call = await trunk.calls('79991112233', { delayedOffer: true });
    await clock.settle();
    expect(call.end?.status).toBe(488);
    expect(await left()).toEqual(NOTHING);
  });

  it('says 503 while media is away', async () => {
    const { clock, trunk, engine } = house();
    engine.die();
    const call = await trunk.calls('79991112233');
    await clock.settle();
    expect(call.end?.status).toBe(503);
  });

  it('ends its calls when it closes', async () => {
    const { clock, trunk, simulator, engine } = house();
    const call = await trunk.calls('79991112233');
    await clock.advance(3_000);
    await simulator.close();
    await clock.settle();
    expect(call.end).not.toBeNull();
    expect(engine.counters()).toEqual({ endpoints: 0, timers: 0 });
  });
});
