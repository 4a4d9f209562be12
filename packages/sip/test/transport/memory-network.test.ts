import { VirtualClock } from '@kommutator/base';
import { describe, expect, it } from 'vitest';
import { type Link, MemoryNetwork, seededRandom } from '../../src/testing/index.ts';
import type { Protocol } from '../../src/transport/types.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

function two(link: Partial<Link> = {}, seed = 1, protocol: Protocol = 'udp') {
  const clock = new VirtualClock();
  const net = new MemoryNetwork({ clock, random: seededRandom(seed) }).every(link);
  const a = net.transport({ address: '192.0.2.1', port: 5060, protocol });
  const b = net.transport({ address: '192.0.2.2', port: 5060, protocol });
  const got: string[] = [];
  b.receive = message => got.push(`${clock.now()} ${new TextDecoder().decode(message)}`);
  const send = (text: string, failed?: (why: string) => void) =>
    a.send(bytes(text), { protocol, address: '192.0.2.2', port: 5060 }, failed);
  return { clock, net, a, b, got, send };
}

describe('MemoryNetwork', () => {
  it('without delay delivers before time moves; with delay after it', async () => {
    const n = two();
    n.send('now');
    await n.clock.settle();
    n.net.every({ delay: 40 });
    n.send('later');
    expect(n.net.underWay).toBe(1);
    await n.clock.advance(39);
    expect(n.got).toEqual(['0 now']);
    await n.clock.advance(1);
    expect(n.got).toEqual(['0 now', '40 later']);
    expect(n.net.underWay).toBe(0);
  });

  it('loses, doubles and reorders by the share asked for, the same for the same seed', async () => {
    const run = async (seed: number) => {
      const n = two({ loss: 0.2, duplicate: 0.1, delay: 5, jitter: 50 }, seed);
      for (let i = 0; i < 1000; i++) n.send(String(i));
      await n.clock.advance(100);
      return n;
    };
    const n = await run(3);
    const lost = n.net.log.filter(m => m.fate === 'lost').length;
    const doubled = n.net.log.filter(m => m.fate === 'doubled').length;
    expect(lost / 1000).toBeCloseTo(0.2, 1);
    expect(doubled / 800).toBeCloseTo(0.1, 1);
    expect(n.got).toHaveLength(1000 - lost + doubled);
    const order = n.got.map(line => Number(line.split(' ')[1]));
    expect(order).not.toEqual(order.toSorted((x, y) => x - y));
    expect((await run(3)).got).toEqual(n.got);
    expect((await run(4)).got).not.toEqual(n.got);
  });

  it('a reliable protocol keeps order and loses nothing; nobody there is told to the sender', async () => {
    const n = two({ loss: 1, duplicate: 1, jitter: 50 }, 1, 'tcp');
    n.send('1');
    n.send('2');
    await n.b.close();
    const failed: string[] = [];
    n.send('3', why => failed.push(why));
    await n.clock.settle();
    expect(failed).toEqual(['refused']);
    expect(n.net.log.map(m => m.fate)).toEqual(['delivered', 'delivered', 'nobody']);
  });

  it('a link that is down tells the sender, one way only', async () => {
    const n = two();
    n.net.link('192.0.2.1', '192.0.2.2', { down: true });
    const failed: string[] = [];
    n.send('x', why => failed.push(why));
    const heard: string[] = [];
    n.a.receive = message => heard.push(new TextDecoder().decode(message));
    n.b.send(bytes('y'), { protocol: 'udp', address: '192.0.2.1', port: 5060 });
    await n.clock.settle();
    expect(failed).toEqual(['unreachable']);
    expect(heard).toEqual(['y']);
    expect(n.got).toEqual([]);
  });

  it('an address can be taken once', () => {
    const n = two();
    expect(() => n.net.transport({ address: '192.0.2.1', port: 5060 })).toThrow('taken');
  });
});
