import { describe, expect, test } from 'vitest';
import { Latch } from '../src/rtp/latch.ts';

describe('DESIGN §2 the latch', () => {
  const sdp = { address: '192.168.1.5', port: 4_000, signallingAddress: '198.51.100.7' };
  const latch = (answered: boolean) => {
    const l = new Latch();
    l.expect(sdp, answered);
    let seq = 0;
    return {
      l,
      from: (address: string, port: number, now: number, o: { ssrc?: number; seq?: number } = {}) =>
        l.take(address, port, o.ssrc ?? 1, o.seq ?? seq++, now),
    };
  };

  test('a stranger is heard until the signalling address or the negotiated one speaks', () => {
    const { l, from } = latch(false);
    expect(from('203.0.113.66', 9, 0)).toBe('first');
    expect(from('203.0.113.66', 9, 10)).toBe('same');
    expect(from('198.51.100.7', 30_000, 20, { ssrc: 2 })).toBe('moved');
    expect(from('203.0.113.66', 9, 30)).toBe('refused');
    expect(from('192.168.1.5', 4_000, 40, { ssrc: 3 })).toBe('moved');
    expect(from('198.51.100.7', 30_000, 50)).toBe('refused');
    expect([l.moves, l.refused]).toEqual([2, 2]);
    // The phone itself, at another of its places, is no stranger.
    expect(l.stranger).toBe('203.0.113.66');
  });

  test('after the answer one preferred address does not take the place of another', () => {
    const { from } = latch(true);
    expect(from('198.51.100.7', 30_000, 0)).toBe('first');
    expect(from('192.168.1.5', 4_000, 20, { ssrc: 2 })).toBe('refused');
    expect(from('198.51.100.7', 30_002, 20, { ssrc: 2 })).toBe('refused');
  });

  test('a stranger who was first does not keep the phone out, answered or not', () => {
    const { from } = latch(true);
    expect(from('203.0.113.66', 9, 0)).toBe('first');
    expect(from('192.168.1.5', 4_000, 20, { ssrc: 2 })).toBe('moved');
  });

  test('spraying a live stream gains nothing, even with its SSRC and sequence', () => {
    const { l, from } = latch(true);
    expect(from('192.168.1.5', 4_000, 0)).toBe('first');
    for (let i = 1; i <= 50; i++) {
      expect(from('192.168.1.5', 4_000, i * 20)).toBe('same');
      expect(from('203.0.113.66', 9, i * 20 + 1, { seq: i + 1 })).toBe('refused');
    }
    expect(l.source).toEqual({ address: '192.168.1.5', port: 4_000 });
    expect(l.refused).toBe(50);
  });

  test('a stream that goes on elsewhere after a second of silence is followed, at most once in five seconds', () => {
    const { from } = latch(true);
    from('192.168.1.5', 4_000, 0, { seq: 100 });
    expect(from('198.51.100.7', 500, 999, { seq: 150 })).toBe('refused');
    expect(from('198.51.100.7', 500, 1_000, { seq: 150, ssrc: 9 })).toBe('refused');
    expect(from('198.51.100.7', 500, 1_000, { seq: 100 })).toBe('refused');
    expect(from('198.51.100.7', 500, 1_000, { seq: 40_000 })).toBe('refused');
    expect(from('198.51.100.7', 500, 1_000, { seq: 150 })).toBe('moved');
    expect(from('198.51.100.7', 600, 2_500, { seq: 200 })).toBe('refused');
    expect(from('198.51.100.7', 600, 6_000, { seq: 300 })).toBe('moved');
  });

  test('a new offer/answer is followed at once, and the loser of a fork is not heard again', () => {
    const { l, from } = latch(false);
    from('192.168.1.5', 4_000, 0);
    l.expect({ address: '192.168.1.9', port: 5_000, signallingAddress: undefined }, true);
    expect(l.source).toBeUndefined();
    expect(from('192.168.1.5', 4_000, 20)).toBe('refused');
    expect(from('192.168.1.9', 5_000, 40, { ssrc: 7 })).toBe('moved');
  });

  test('the same address again keeps the learned source', () => {
    const { l, from } = latch(false);
    from('198.51.100.7', 30_000, 0);
    l.expect(sdp, true);
    expect(l.source).toEqual({ address: '198.51.100.7', port: 30_000 });
    expect(from('198.51.100.7', 30_000, 20)).toBe('same');
  });
});
