import { Settled } from '@kommutator/base';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Clip, clipOf } from '../src/codec/wav.ts';
import { Pacer } from '../src/engine/pacer.ts';
import { markerOf, payloadTypeOf, sequenceOf, timestampOf } from '../src/rtp/packet.ts';
import { decode, detectKey, detectTone, sines } from '../src/testing/index.ts';
import { Leg, play, relay, Stage, steps } from './support/leg.ts';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});

describe('playing', () => {
  test('a tone is heard, and frame n leaves at start + n × 20 ms', async () => {
    const a = new Leg(stage, 'a', 4_000);
    a.hears(play(['tone:busy'], { tag: 1 }));
    await stage.clock.advance(199);
    expect(a.sent.length).toBe(10);
    const pcm = decode('PCMA', Buffer.concat(a.sent.map(p => p.subarray(12))));
    expect(detectTone(pcm, 425)).toBe(true);
    await stage.clock.advance(501);
    expect(a.sent.length).toBe(35);
    expect(stage.told()).toEqual(['1 done']);
    expect([stage.clock.pending, stage.shared.pacer.size]).toEqual([0, 0]);
  });

  test('pauses take their time, a missing clip is skipped and told, `then` follows without a gap', async () => {
    const a = new Leg(stage, 'a', 4_000);
    a.hears(
      play(['silence:100', 'announcement:../none', 'tone:confirm'], {
        tag: 1,
        next: play(['tone:dial'], { tag: 2 }),
      }),
    );
    await stage.clock.settle();
    await stage.clock.advance(100 + 400 + 1_000);
    await stage.clock.advance(20);
    expect(stage.told()).toEqual(['1 missing', '2 done']);
    expect(a.sent.length).toBe(5 + 20 + 50);
    expect(new Set(steps(a.sent, timestampOf))).toEqual(new Set([160]));
  });

  test('a list whose clips are all missing ends, looped or not', async () => {
    const a = new Leg(stage, 'a', 4_000);
    a.hears(play(['no name'], { tag: 1, loop: true }));
    await stage.clock.advance(0);
    a.hears(play(['no name', ':', 'tone:none'], { tag: 2 }));
    await stage.clock.advance(20);
    expect(stage.told()).toEqual(['1 missing', '2 missing']);
    expect(stage.shared.pacer.size).toBe(0);
  });

  test('while a file is being read nothing is sent, then it begins at its beginning', async () => {
    const file = new Settled<Clip | undefined>();
    stage.shared = { ...stage.shared, library: { find: () => file.promise } };
    const a = new Leg(stage, 'a', 4_000);
    a.hears(play(['announcement:forbidden'], { tag: 1 }));
    await stage.clock.advance(500);
    expect([a.sent.length, stage.shared.pacer.size]).toEqual([0, 1]);
    file.settle(clipOf(sines([500], 100)));
    await stage.clock.advance(100);
    expect(a.sent.length).toBe(5);
    await stage.clock.advance(20);
    expect(stage.told()).toEqual(['1 done']);
  });

  test('a key of `stopOn` ends it, another key does not', async () => {
    const [a, b] = [new Leg(stage, 'a', 4_000), new Leg(stage, 'b', 5_000)];
    a.hears(play(['tone:dial'], { tag: 1, loop: true, stopOn: '#', next: relay(b) }));
    await stage.clock.advance(100);
    a.presses('5');
    expect(stage.told()).toEqual(['first', 'heard']);
    a.presses('#');
    expect(stage.told()).toEqual(['first', 'heard', 'heard', '1 key']);
    const before = a.sent.length;
    b.says();
    expect(a.sent.length).toBe(before + 1);
  });

  test('a blocked loop is caught up with five frames at most', async () => {
    let blocked = 0;
    // The loop was blocked: it is later than the timers think.
    const stuck = {
      now: () => stage.clock.now() + blocked,
      wall: () => stage.clock.wall(),
      after: stage.clock.after.bind(stage.clock),
    };
    const late = new Pacer(Object.assign(Object.create(stage.clock), stuck));
    let ticks = 0;
    late.add({ tick: () => ++ticks < 1_000 });
    await stage.clock.advance(40);
    expect(ticks).toBe(3);
    blocked = 60;
    await stage.clock.advance(20);
    expect(ticks).toBe(7);
    blocked = 10_060;
    await stage.clock.advance(20);
    expect(ticks).toBe(8);
  });
});

describe('RFC 4733 keys', () => {
  test('a key is reported once and passed on with the hearer’s payload type and a held timestamp', () => {
    const [a, b] = [new Leg(stage, 'a', 4_000), new Leg(stage, 'b', 5_000, { telephoneEvent: 110 })];
    b.hears(relay(a));
    a.says();
    a.presses('5');
    a.says();
    expect(stage.events.filter(e => e.is === 'heard')).toEqual([
      { is: 'heard', ep: 'a', what: { key: '5', via: '4733' } },
    ]);
    expect(b.sent.map(payloadTypeOf)).toEqual([8, 110, 110, 110, 110, 8]);
    expect(steps(b.sent, timestampOf)).toEqual([160, 0, 0, 0, 480]);
    expect(steps(b.sent, sequenceOf)).toEqual([1, 1, 1, 1, 1]);
    expect(b.sent.slice(1, 5).map(p => [...p.subarray(12)])).toEqual([
      [5, 10, 0, 160],
      [5, 10, 1, 64],
      [5, 138, 1, 224],
      [5, 138, 1, 224],
    ]);
  });

  test('a withheld key is reported, not passed, and not missed; an ignored one is not even reported', () => {
    const [a, b] = [new Leg(stage, 'a', 4_000), new Leg(stage, 'b', 5_000)];
    b.hears(relay(a));
    a.watch('withhold');
    a.says();
    a.presses('#');
    a.says();
    a.watch('off');
    a.presses('1');
    a.says();
    expect(stage.told()).toEqual(['first', 'heard']);
    expect(steps(b.sent, sequenceOf)).toEqual([1, 1]);
  });

  test('§2.5.1 keys are sent 100 ms long with three ends and one timestamp each, sound rests meanwhile', async () => {
    const [a, b] = [new Leg(stage, 'a', 4_000), new Leg(stage, 'b', 5_000)];
    a.hears(relay(b));
    b.says();
    a.endpoint.obey({ do: 'keys', ep: a.endpoint.ep, keys: '4#' });
    for (let i = 0; i < 17; i++) {
      await stage.clock.advance(20);
      b.says();
    }
    const kinds = a.sent.map(payloadTypeOf).join(' ');
    expect(kinds).toBe(`8 ${Array(16).fill(101).join(' ')} 8 8 8`);
    const [four, hash] = [a.sent.slice(1, 9), a.sent.slice(9, 17)];
    expect(four.map(p => [p[12], (p[13] ?? 0) >> 7, p.readUInt16BE(14), markerOf(p)])).toEqual([
      [4, 0, 160, true],
      [4, 0, 320, false],
      [4, 0, 480, false],
      [4, 0, 640, false],
      [4, 0, 800, false],
      [4, 1, 800, false],
      [4, 1, 800, false],
      [4, 1, 800, false],
    ]);
    expect(new Set(four.map(timestampOf)).size).toBe(1);
    expect(new Set(hash.map(timestampOf)).size).toBe(1);
    expect(timestampOf(hash[0] as Buffer) - timestampOf(four[0] as Buffer)).toBe(8 * 160);
    expect(new Set(steps(a.sent, sequenceOf))).toEqual(new Set([1]));
    expect(steps(a.sent, timestampOf).every(step => step >= 0)).toBe(true);
  });

  test('a peer without telephone-event is sent tones, its own or those of who it hears', async () => {
    const [a, b] = [new Leg(stage, 'a', 4_000, { telephoneEvent: undefined }), new Leg(stage, 'b', 5_000)];
    a.hears(relay(b));
    a.endpoint.obey({ do: 'keys', ep: a.endpoint.ep, keys: '9' });
    await stage.clock.advance(150);
    expect(a.sent.length).toBe(8);
    expect(detectKey(decode('PCMA', Buffer.concat(a.sent.slice(0, 5).map(p => p.subarray(12)))))).toBe('9');
    b.presses('1');
    await stage.clock.advance(150);
    expect(detectKey(decode('PCMA', Buffer.concat(a.sent.slice(8, 13).map(p => p.subarray(12)))))).toBe('1');
  });
});

describe('mix', () => {
  test('two voices are added up, and cut where they are too loud', async () => {
    const [a, b, c] = [new Leg(stage, 'a', 4_000), new Leg(stage, 'b', 5_000), new Leg(stage, 'c', 6_000)];
    c.hears({ mix: [a.endpoint.ep, b.endpoint.ep] });
    for (let i = 0; i < 10; i++) {
      a.says(Array(160).fill(0xaa));
      b.says(Array(160).fill(i < 5 ? 0xaa : 0x2a));
      await stage.clock.advance(20);
    }
    // The middle of each frame: its edges may be joined to what was made up.
    const sums = c.sent.map(p => decode('PCMA', p.subarray(12))[80] ?? 0);
    expect(sums.slice(0, 5)).toEqual(Array(5).fill(32_256));
    expect(sums.slice(-4)).toEqual([8, 8, 8, 8]);
    expect(new Set(steps(c.sent, timestampOf))).toEqual(new Set([160]));
    a.presses('5');
    await stage.clock.advance(200);
    expect(c.sent.filter(p => payloadTypeOf(p) === 101).length).toBe(8);
  });
});
