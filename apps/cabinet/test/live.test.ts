import { describe, expect, test } from 'vitest';
import type { Call } from '../src/api/words.ts';
import { concerns, merged, withEvent } from '../src/live/calls.ts';
import { LiveChannel, type Socket } from '../src/live/channel.ts';

/** A WebSocket held by the test, and time that passes when it says so. */
function scene() {
  const sockets: (Socket & { sent: unknown[]; closed: boolean })[] = [];
  const timers: { ms: number; act: () => void; off: boolean }[] = [];
  const channel = new LiveChannel({
    open: () => {
      const socket = {
        onopen: null,
        onmessage: null,
        onclose: null,
        sent: [] as unknown[],
        closed: false,
        send(text: string) {
          this.sent.push(JSON.parse(text));
        },
        close() {
          this.closed = true;
        },
      };
      sockets.push(socket);
      return socket;
    },
    after: (ms, act) => {
      const timer = { ms, act, off: false };
      timers.push(timer);
      return () => {
        timer.off = true;
      };
    },
    random: () => 1,
  });
  const socket = () => {
    const last = sockets.at(-1);
    if (!last) throw new Error('nothing was opened');
    return last;
  };
  const says = (words: unknown) => socket().onmessage?.({ data: JSON.stringify(words) });
  const wait = () => {
    const timer = timers.at(-1);
    if (!timer || timer.off) throw new Error('nothing is waited for');
    timer.act();
    return timer.ms;
  };
  return { channel, sockets, socket, says, wait, timers };
}

describe('the live channel', () => {
  test('opens for the first listener, subscribes once per topic, closes nothing while somebody hears', () => {
    const { channel, socket, says } = scene();
    const heard: unknown[] = [];
    const off = channel.on('calls', data => heard.push(['a', data]));
    channel.on('calls', data => heard.push(['b', data]));
    socket().onopen?.();
    expect(socket().sent).toEqual([{ subscribe: ['calls'], resume: null, batch: true }]);
    says({ hello: { epoch: 'e1', seq: 4 } });
    says({ seq: 5, topic: 'calls', data: 1 });
    off();
    says([
      { seq: 6, topic: 'calls', data: 2 },
      { seq: 7, topic: 'calls', data: 3 },
    ]);
    expect(heard).toEqual([
      ['a', 1],
      ['b', 1],
      ['b', 2],
      ['b', 3],
    ]);
    expect(socket().sent).toHaveLength(1);
  });

  test('a topic that comes later is asked for, one that nobody hears any more is given up', () => {
    const { channel, socket } = scene();
    channel.on('calls', () => {});
    socket().onopen?.();
    channel.on('jobs', () => {})();
    expect(socket().sent.slice(1)).toEqual([
      { subscribe: ['jobs'], resume: null, batch: true },
      { unsubscribe: ['jobs'] },
    ]);
  });

  test('after a break it resumes from the last event heard, in the same epoch', () => {
    const { channel, socket, says, wait } = scene();
    channel.on('calls', () => {});
    socket().onopen?.();
    says({ hello: { epoch: 'e1', seq: 4 } });
    says({ seq: 9, topic: 'calls', data: 1 });
    socket().onclose?.({ code: 1006 });
    expect(channel.state).toBe('waiting');
    wait();
    socket().onopen?.();
    expect(socket().sent).toEqual([{ subscribe: ['calls'], resume: { epoch: 'e1', seq: 9 }, batch: true }]);
  });

  test('pauses grow to 15 s and begin anew once the server has spoken', () => {
    const { channel, socket, says, wait } = scene();
    channel.on('calls', () => {});
    const pauses: number[] = [];
    for (let i = 0; i < 8; i++) {
      socket().onclose?.({ code: 1006 });
      pauses.push(wait());
    }
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
    socket().onopen?.();
    says({ hello: { epoch: 'e2', seq: 0 } });
    socket().onclose?.({ code: 1006 });
    expect(wait()).toBe(500);
  });

  test('the network coming back cuts the pause short', () => {
    const { channel, socket, sockets, timers } = scene();
    channel.on('calls', () => {});
    socket().onclose?.({ code: 1006 });
    channel.hurry();
    expect(sockets).toHaveLength(2);
    expect(timers.at(-1)?.off).toBe(true);
  });

  test('events that were lost are said, and a new epoch is taken over', () => {
    const { channel, socket, says, wait } = scene();
    let lost = 0;
    channel.onLost(() => lost++);
    channel.on('calls', () => {});
    socket().onopen?.();
    says({ hello: { epoch: 'e1', seq: 4 } });
    socket().onclose?.({ code: 1006 });
    wait();
    socket().onopen?.();
    says({ hello: { epoch: 'e2', seq: 1 } });
    says({ lost: true });
    says({ seq: 2, topic: 'calls', data: null });
    socket().onclose?.({ code: 1006 });
    wait();
    socket().onopen?.();
    expect(lost).toBe(1);
    expect(socket().sent).toEqual([{ subscribe: ['calls'], resume: { epoch: 'e2', seq: 2 }, batch: true }]);
  });

  test('ACC-5 signed out: nothing is heard, nothing is tried again', () => {
    const { channel, socket, timers } = scene();
    channel.on('calls', () => {});
    socket().onopen?.();
    const first = socket();
    channel.close();
    expect(first.closed).toBe(true);
    expect(first.onmessage).toBeNull();
    expect(timers).toHaveLength(0);
    const other = scene();
    other.channel.on('calls', () => {});
    other.socket().onclose?.({ code: 4401 });
    expect(other.channel.state).toBe('idle');
    expect(other.timers).toHaveLength(0);
  });

  test('several events in one frame are heard one after the other', () => {
    const { channel, socket, says } = scene();
    const heard: unknown[] = [];
    channel.on('calls', data => heard.push(data));
    socket().onopen?.();
    says([
      { seq: 1, topic: 'calls', data: 'a' },
      { seq: 2, topic: 'jobs', data: 'b' },
      { seq: 3, topic: 'calls', data: 'c' },
    ]);
    expect(heard).toEqual(['a', 'c']);
  });

  test.each([
    [4401, 'idle'],
    [4403, 'waiting'],
  ])('ACC-5.3 hung up with %i: who we are is asked anew, then %s', (code, state) => {
    const { channel, socket } = scene();
    let doubts = 0;
    channel.onDoubt(() => doubts++);
    channel.on('calls', () => {});
    socket().onclose?.({ code });
    expect(doubts).toBe(1);
    expect(channel.state).toBe(state);
  });

  test.each(['{', '[]', '12', 'null', '{"topic":"constructor","data":1}'])(
    'nonsense is not heard: %s',
    text => {
      const { channel, socket } = scene();
      const heard: unknown[] = [];
      channel.on('calls', data => heard.push(data));
      socket().onopen?.();
      expect(() => socket().onmessage?.({ data: text })).not.toThrow();
      expect(heard).toEqual([]);
    },
  );
});

const at = (second: number) => new Date(Date.UTC(2026, 10, 23, 9, 0, second)).toISOString();

const call = (id: string, second: number, change: Partial<Call> = {}): Call => ({
  id,
  startedAt: at(second),
  answeredAt: null,
  endedAt: null,
  durationS: 0,
  waitS: 0,
  type: 'in_missed',
  direction: 'in',
  from: { number: '79161234567', name: null, kind: 'pstn' },
  to: { number: '101', name: 'Анна', kind: 'user' },
  line: '74951230003',
  live: true,
  mos: null,
  recordings: 0,
  ...change,
});

describe('live calls on a list', () => {
  const all = { past: false };

  test('newest first, a call told of twice stands once', () => {
    let told = withEvent([], { event: 'new', call: call('a', 1) });
    told = withEvent(told, { event: 'new', call: call('b', 2) });
    told = withEvent(told, { event: 'ended', call: call('a', 1, { endedAt: at(9), live: false }) });
    expect(told.map(({ id, live }) => [id, live])).toEqual([
      ['b', true],
      ['a', false],
    ]);
  });

  test('what strangers can grow is bounded', () => {
    let told: readonly Call[] = [];
    for (let i = 0; i < 20; i++) told = withEvent(told, { event: 'new', call: call(String(i), i) }, 5);
    expect(told.map(({ id }) => id)).toEqual(['19', '18', '17', '16', '15']);
  });

  test('a call of a page changes where it stands, one of no page is fresh', () => {
    const pages = [call('b', 2), call('a', 1)];
    const told = [call('c', 3), call('a', 1, { answeredAt: at(4) })];
    const { rows, fresh } = merged(pages, told, all);
    expect(rows.map(({ id, answeredAt }) => [id, answeredAt])).toEqual([
      ['b', null],
      ['a', at(4)],
    ]);
    expect(fresh.map(({ id }) => id)).toEqual(['c']);
  });

  test('a page read after the end is not undone by what was told before it', () => {
    const { rows } = merged([call('a', 1, { endedAt: at(9), live: false })], [call('a', 1)], all);
    expect(rows[0]?.live).toBe(false);
  });

  test.each([
    ['direction', { direction: 'out' }, false],
    ['direction', { direction: 'in' }, true],
    ['not accepted', { result: 'unanswered' }, true],
    ['accepted', { result: 'answered' }, false],
    ['line', { line: '74951230001' }, false],
    ['a period that is over', { past: true }, false],
    ['name', { search: 'анн' }, true],
    ['number with an 8', { search: '8 (916) 123-45-67' }, true],
    ['part of a number', { search: '231' }, false],
    ['part of a number', { search: '1234' }, true],
  ])('ADM-2 a fresh call has to fit the filter: %s', (_, filter, fits) => {
    expect(merged([], [call('a', 1)], { ...all, ...filter }).fresh).toHaveLength(fits ? 1 : 0);
  });

  test('ACC-31 the own list takes own calls only', () => {
    expect(concerns({ event: 'new', call: call('a', 1) }, '101')).toBe(true);
    expect(concerns({ event: 'new', call: call('a', 1) }, '102')).toBe(false);
  });
});
