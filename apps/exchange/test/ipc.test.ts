import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock, VirtualClock } from '@kommutator/base';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { encodeFrame, FrameDecoder } from '../src/ipc/frame.ts';
import { Channel, type Handlers, keepConnected, memoryLines, serveChannels } from '../src/ipc/index.ts';
import type { Line, Message } from '../src/ipc/messages.ts';

type Words = {
  events: { said: unknown };
  requests: { double: { ask: number; answer: number }; never: { ask: null; answer: null } };
};

const pair = (handlers: Handlers<Words>, clock = new VirtualClock()) => {
  const [a, b] = memoryLines();
  const near = new Channel<Words, Words>({ line: a, clock, role: 'near', meet: () => ({}) });
  const far = new Channel<Words, Words>({ line: b, clock, role: 'far', meet: () => handlers });
  return { near, far, clock };
};

const folders: string[] = [];
const socketPath = () => {
  const folder = mkdtempSync(join(tmpdir(), 'ipc-'));
  folders.push(folder);
  return join(folder, 's.sock');
};
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

describe('frames', () => {
  const message: fc.Arbitrary<Message> = fc.oneof(
    fc.tuple(fc.constant('event' as const), fc.string(), fc.jsonValue()),
    fc.tuple(fc.constant('request' as const), fc.nat(), fc.string(), fc.jsonValue()),
  );

  it('come out whole and in order however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(message, { maxLength: 5 }), { maxLength: 8 }),
        fc.array(fc.nat(40)),
        (sent, cuts) => {
          const bytes = Buffer.concat(sent.map(encodeFrame));
          const decoder = new FrameDecoder();
          const got: (readonly Message[])[] = [];
          let at = 0;
          for (const cut of [...cuts, bytes.length]) {
            const read = decoder.push(bytes.subarray(at, at + cut));
            if (!read.ok) throw new Error(read.error);
            got.push(...read.value);
            at = Math.min(bytes.length, at + cut);
          }
          expect(JSON.stringify(got)).toEqual(JSON.stringify(sent));
        },
      ),
    );
  });

  it('that cannot be ours end the stream instead of filling memory', () => {
    expect(new FrameDecoder().push(Buffer.from([0xff, 0xff, 0xff, 0xff])).ok).toBe(false);
    expect(new FrameDecoder().push(Buffer.from([0, 0, 0, 2, 0xde, 0xad])).ok).toBe(false);
    for (const batch of [
      null,
      1,
      {},
      [null],
      [1],
      [[]],
      [['hello', null]],
      [['event', 1]],
      [['request', 'x']],
      [['shout', 1]],
    ]) {
      const text = JSON.stringify(batch);
      const frame = Buffer.from(`0000${text}`);
      frame.writeUInt32BE(text.length);
      expect([text, new FrameDecoder().push(frame).ok]).toEqual([text, false]);
    }
  });
});

describe('a channel', () => {
  it('carries events and answers requests', async () => {
    const heard: unknown[] = [];
    const { near, clock } = pair({
      events: { said: what => void heard.push(what) },
      requests: { double: n => n * 2 },
    });
    near.send('said', { name: 'Анна', at: [1, null] });
    const answer = near.request('double', 21);
    await clock.settle();
    expect(heard).toEqual([{ name: 'Анна', at: [1, null] }]);
    expect(await answer).toEqual({ ok: true, value: 42 });
    expect(clock.pending).toBe(0);
  });

  it('lets the answer to a patient request wait for company, 50 ms at most', async () => {
    const { near, far, clock } = pair({ requests: { double: n => n * 2 } });
    await clock.settle();
    let answered = 0;
    const ask = () => void near.request('double', 1, { patient: true }).then(() => answered++);
    ask();
    await clock.advance(49);
    expect(answered).toBe(0);
    await clock.advance(1);
    expect(answered).toBe(1);
    ask();
    await clock.settle();
    far.send('said', 'company');
    await clock.settle();
    expect(answered).toBe(2);
    ask();
    await clock.settle();
    near.close();
    await clock.settle();
    expect([answered, clock.pending]).toEqual([3, 0]);
  });

  it('hands over a copy, never the object itself', async () => {
    const heard: unknown[] = [];
    const { near, clock } = pair({ events: { said: what => void heard.push(what) } });
    const mine = { n: 1 };
    near.send('said', mine);
    await clock.settle();
    expect(heard[0]).toEqual(mine);
    expect(heard[0]).not.toBe(mine);
  });

  it('reports a late answer, a refusal, an unknown request and a lost peer as values', async () => {
    const { near, far, clock } = pair({
      requests: {
        double: () => {
          throw new Error('no');
        },
        never: () => new Promise<null>(() => {}),
      },
    });
    const late = near.request('never', null, { within: 500 });
    const failed = near.request('double', 1);
    await clock.advance(500);
    expect([await late, await failed]).toEqual([
      { ok: false, error: 'late' },
      { ok: false, error: 'failed' },
    ]);
    const gone = near.request('never', null);
    far.close();
    await clock.settle();
    expect(await gone).toEqual({ ok: false, error: 'gone' });
    expect(await near.request('never', null)).toEqual({ ok: false, error: 'gone' });
    expect(near.send('said', 1)).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('sends what one tick says in one write', async () => {
    const batches: number[] = [];
    const line: Line = {
      backlog: 0,
      soon: flush => queueMicrotask(flush),
      send: batch => void batches.push(batch.length),
      receive: () => {},
      closed: () => {},
      close: () => {},
    };
    const channel = new Channel<Words, Words>({
      line,
      clock: new VirtualClock(),
      role: 'x',
      meet: () => ({}),
    });
    channel.send('said', 1);
    channel.send('said', 2);
    await Promise.resolve();
    channel.send('said', 3);
    await Promise.resolve();
    expect(batches).toEqual([3, 1]);
  });

  it('refuses more when its queue is full, rather than growing', () => {
    const line: Line = {
      backlog: 0,
      soon: () => {},
      send: () => {},
      receive: () => {},
      closed: () => {},
      close: () => {},
    };
    const channel = new Channel<Words, Words>({
      line,
      clock: new VirtualClock(),
      role: 'x',
      meet: () => ({}),
      most: { messages: 3, bytes: 100 },
    });
    expect([1, 2, 3].map(n => channel.send('said', n))).toEqual([true, true, false]);
  });

  it('hangs up on a peer of another version', () => {
    const why: string[] = [];
    const line: Line = {
      backlog: 0,
      soon: () => {},
      send: () => {},
      receive: () => {},
      closed: () => {},
      close: () => {},
    };
    new Channel<Words, Words>({
      line,
      clock: new VirtualClock(),
      role: 'x',
      meet: () => {
        throw new Error('met');
      },
      closed: reason => void why.push(reason),
    });
    line.receive([['hello', { version: 99, role: 'old' }]]);
    expect(why).toEqual(['peer speaks version 99']);
  });
});

describe('a connection over a Unix socket', () => {
  const clock = new SystemClock();
  const serve = (path: string) =>
    serveChannels<Words, Words>({
      path,
      role: 'server',
      clock,
      accept: channel => {
        channel.send('said', 'welcome');
        return { requests: { double: n => n * 2 } };
      },
    });

  it('comes back after the server was replaced, and its first words are not lost', async () => {
    const path = socketPath();
    let server = await serve(path);
    const said: unknown[] = [];
    const answers: unknown[] = [];
    let met = () => {};
    const meeting = () => new Promise<void>(resolve => (met = resolve));
    let next = meeting();
    const client = keepConnected<Words, Words>({
      path,
      role: 'client',
      clock,
      up: channel => {
        void channel.request('double', 4).then(answer => {
          answers.push(answer);
          met();
        });
        return { events: { said: what => void said.push(what) } };
      },
    });
    await next;
    next = meeting();
    await server.close();
    server = await serve(path);
    await next;
    client.close();
    await server.close();
    expect(said).toEqual(['welcome', 'welcome']);
    expect(answers).toEqual([
      { ok: true, value: 8 },
      { ok: true, value: 8 },
    ]);
  });

  it('replaces the socket file of a killed process', async () => {
    const path = socketPath();
    await new Promise<void>(resolve => createServer().listen(path, resolve).unref());
    const server = await serve(path);
    await server.close();
  });
});
