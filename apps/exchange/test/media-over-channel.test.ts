import { VirtualClock } from '@kommutator/base';
import type { Answer, Command, Ep, Event, Living, MediaEngine } from '@kommutator/media';
import { describe, expect, it } from 'vitest';
import { Channel, memoryLines } from '../src/ipc/index.ts';
import { MediaClient, MediaServer } from '../src/ipc/media-over-channel.ts';
import type { FromMedia, ToMedia } from '../src/ipc/media-words.ts';

const ep = (name: string) => name as Ep;

class FakeEngine implements MediaEngine {
  onEvent: (event: Event) => void = () => {};
  onLost: (why: string) => void = () => {};
  readonly asked: Command[] = [];
  /** What `adopt` tells, part by part. */
  parts: Living[][] = [];

  async command(command: Command): Promise<Answer> {
    this.asked.push(command);
    if (command.do !== 'adopt') return { ok: true };
    const part = command.after ?? 0;
    const more = part + 1 < this.parts.length;
    return { ok: true, living: this.parts[part] ?? [], ...(more && { next: part + 1 }) };
  }

  async close(): Promise<void> {}
}

const living = (name: string): Living => ({
  ep: ep(name),
  domain: 'd',
  language: 'ru',
  address: '127.0.0.1',
  port: 20_000,
  hear: { silence: true },
  keys: 'relay',
  lostAfter: 0,
});

function house(engine = new FakeEngine()) {
  const clock = new VirtualClock();
  const server = new MediaServer(engine);
  const client = new MediaClient(clock);
  const join = () => {
    const [a, b] = memoryLines();
    const far: Channel<FromMedia, ToMedia> = new Channel({
      line: b,
      clock,
      role: 'media',
      meet: () => server.accept(far),
    });
    const near: Channel<ToMedia, FromMedia> = new Channel({
      line: a,
      clock,
      role: 'signalling',
      meet: () => client.attach(near),
    });
    return far;
  };
  return { clock, engine, client, join };
}

describe('media over a channel', () => {
  it('answers commands and passes events on', async () => {
    const { clock, engine, client, join } = house();
    join();
    await clock.settle();
    const events: Event[] = [];
    client.onEvent = event => events.push(event);
    const answer = client.command({ do: 'keys', ep: ep('a'), keys: '1' });
    engine.onEvent({ is: 'flow', ep: ep('a'), state: 'first' });
    await clock.settle();
    expect(events).toEqual([{ is: 'flow', ep: 'a', state: 'first' }]);
    await clock.advance(50);
    expect(await answer).toEqual({ ok: true });
    await client.close();
    expect(clock.pending).toBe(0);
  });

  it('renews the lease every 10 s and closes what an earlier life of signalling left open', async () => {
    const { clock, engine, client, join } = house();
    engine.parts = [[living('left')]];
    join();
    await clock.settle();
    expect(engine.asked).toEqual([
      { do: 'adopt', after: 0 },
      { do: 'close', ep: 'left' },
    ]);
    await clock.advance(30_000);
    expect(engine.asked.filter(command => command.do === 'renew')).toHaveLength(3);
    await client.close();
    await clock.advance(30_000);
    expect(engine.asked.filter(command => command.do === 'renew')).toHaveLength(3);
  });

  it('hands what lives to who takes it over, all parts of it at once, and closes only the rest', async () => {
    const { clock, engine, client, join } = house();
    engine.parts = [[living('a'), living('b')], [living('c')]];
    const told: string[][] = [];
    client.inherit = async left => {
      told.push(left.map(({ ep }) => ep));
      return [ep('a'), ep('c'), ep('never-there')];
    };
    join();
    await clock.settle();
    expect(told).toEqual([['a', 'b', 'c']]);
    expect(engine.asked.filter(({ do: what }) => what === 'close')).toEqual([{ do: 'close', ep: 'b' }]);
    await client.close();
  });

  it('tells when the engine dies, refuses commands meanwhile and works again after it came back', async () => {
    const { clock, client, join } = house();
    expect(await client.command({ do: 'adopt' })).toEqual({ ok: false, refused: 'gone' });
    const lost: string[] = [];
    client.onLost = why => lost.push(why);
    const far = join();
    await clock.settle();
    far.close();
    await clock.settle();
    expect(lost).toEqual(['closed by peer']);
    expect(client.connected).toBe(false);
    expect(await client.command({ do: 'adopt' })).toEqual({ ok: false, refused: 'gone' });
    join();
    await clock.settle();
    const answer = client.command({ do: 'adopt' });
    await clock.settle();
    expect(await answer).toMatchObject({ ok: true });
    await client.close();
  });
});
