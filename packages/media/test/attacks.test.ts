import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { ssrcOf, writeHeader } from '../src/rtp/packet.ts';
import { eventCode, writeEvent } from '../src/rtp/telephone-event.ts';
import { Leg, relay, Stage } from './support/leg.ts';

let stage: Stage;
let a: Leg;
let b: Leg;
const STRANGER = '203.0.113.66';

beforeEach(() => {
  stage = new Stage();
  [a, b] = [new Leg(stage, 'a', 4_000), new Leg(stage, 'b', 5_000)];
  b.hears(relay(a));
  a.watch('relay');
  a.says();
  b.says();
});

/** A packet as the phone of `a` would send it next, from wherever. */
const packet = (payload: readonly number[], payloadType = 8): Buffer =>
  packetAs(payload, a.port, payloadType);

function packetAs(payload: readonly number[], ssrc: number, payloadType = 8): Buffer {
  const bytes = Buffer.from([0x80, ...Array<number>(11).fill(0), ...payload]);
  a.timestamp += 160;
  writeHeader(bytes, payloadType, false, a.sequence++, a.timestamp, ssrc);
  return bytes;
}

describe('SECURITY: what comes to an RTP port', () => {
  test('a flood from a third address does not silence the phone', () => {
    for (let n = 0; n < 1_000; n++) a.endpoint.rtp(packet([1]), STRANGER, 4_000);
    a.says();
    expect(b.sent).toHaveLength(2);
  });

  test('the same SSRC and sequence from a third address are not heard, nor answered', () => {
    for (let n = 0; n < 20; n++) {
      a.endpoint.rtp(packet([1]), STRANGER, 4_000);
      a.endpoint.rtp(packet([1]), '10.0.0.1', 4_444);
    }
    expect(b.sent).toHaveLength(1);
    a.hears(relay(b));
    b.says();
    expect(a.to).toEqual(['10.0.0.1:4000']);
  });

  test('keys from a third address are not pressed', () => {
    const event = packet([0, 0, 0, 0], 101);
    writeEvent(event, 12, eventCode('1'), true, 800);
    a.endpoint.rtp(event, STRANGER, 4_000);
    expect(stage.told()).not.toContain('heard');
  });

  test('a phone that presses a thousand keys a second is heard to press as many as a person could', () => {
    for (let n = 0; n < 200; n++) {
      const event = packet([0, 0, 0, 0], 101);
      writeEvent(event, 12, n % 10, true, 800);
      a.endpoint.rtp(event, '10.0.0.1', 4_000);
    }
    expect(stage.told().filter(what => what === 'heard').length).toBeLessThanOrEqual(25);
  });

  test('a packet no phone sends, longer than an Ethernet frame, is not passed on', () => {
    a.endpoint.rtp(packet(Array<number>(60_000).fill(0x2a)), '10.0.0.1', 4_000);
    expect(b.sent).toHaveLength(1);
    a.says();
    expect(b.sent).toHaveLength(2);
  });

  test('our own stream that comes back does not go round', () => {
    a.hears(relay(a));
    const [echo] = b.sent;
    const own = a.sent[0] ?? packet([1]);
    writeHeader(own, 8, false, 7, 7, ssrcOf(own));
    if (echo) b.endpoint.rtp(Buffer.from(echo), '10.0.0.1', 5_000);
    expect(a.sent).toHaveLength(0);
  });

  test.each([
    ['nothing', []],
    ['one byte', [0x80]],
    ['a header cut short', [0x80, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0]],
    ['version 0', [0x00, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 9, 9]],
    ['version 1', [0x40, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 9, 9]],
    ['version 3', [0xc0, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 9, 9]],
    ['fifteen CSRCs that are not there', [0x8f, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 9, 9]],
    ['an extension that is not there', [0x90, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0]],
    ['an extension longer than the packet', [0x90, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0xff, 0xff, 9]],
    ['padding longer than the packet', [0xa0, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 9, 255]],
    ['padding of no length', [0xa0, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 9, 0]],
    ['padding of a header alone', [0xa0, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]],
  ])('%s is dropped and passes nothing on', (_, bytes) => {
    a.endpoint.rtp(Buffer.from(bytes), '10.0.0.1', 4_000);
    expect(b.sent).toHaveLength(1);
  });

  test('RTCP from a third address moves nothing and says nothing', () => {
    const sr = Buffer.from([0x80, 200, 0, 6, ...Array<number>(24).fill(1)]);
    for (let n = 0; n < 10; n++) a.endpoint.rtcp(sr, STRANGER, 4_001);
    const bye = Buffer.from([0x81, 203, 0, 1, 0, 0, 0, 1]);
    a.endpoint.rtcp(bye, '10.0.0.1', 4_001);
    a.endpoint.rtp(bye, '10.0.0.1', 4_000);
    a.says();
    expect(b.sent).toHaveLength(2);
  });

  describe('RTCP of a neighbour behind the same address', () => {
    /** A receiver's report that says nothing but who sends it. */
    const report = (ssrc: number) => {
      const bytes = Buffer.from([0x80, 201, 0, 1, 0, 0, 0, 0]);
      bytes.writeUInt32BE(ssrc, 4);
      return bytes;
    };
    /** Where the last report of `a` went: it says BYE when it closes. */
    const reported = () => {
      a.endpoint.close();
      return a.to.at(-1);
    };
    beforeEach(() => a.remote({ rtcpMux: false }));

    test('is not answered: another port that does not know the stream', () => {
      a.endpoint.rtcp(report(0xdead_beef), '10.0.0.1', 9_999);
      expect(reported()).toBe('10.0.0.1:4001');
    });

    test('nor one that does, while the phone reports from its own', async () => {
      a.endpoint.rtcp(report(a.port), '10.0.0.1', 4_001);
      a.endpoint.rtcp(report(a.port), '10.0.0.1', 9_999);
      expect(reported()).toBe('10.0.0.1:4001');
    });

    test('nor a BYE without a report, RFC 3550 A.2', () => {
      const bye = Buffer.from([0x81, 203, 0, 1, 0, 0, 0, 0]);
      bye.writeUInt32BE(a.port, 4);
      a.endpoint.rtcp(bye, '10.0.0.1', 9_999);
      expect(reported()).toBe('10.0.0.1:4001');
    });

    test('a phone whose NAT gave its RTCP any port is answered there', async () => {
      a.endpoint.rtcp(report(a.port), '10.0.0.1', 31_007);
      a.endpoint.rtcp(report(a.port), '10.0.0.1', 9_999);
      expect(a.to.at(-1)).toBeUndefined();
      await stage.clock.advance(15_001);
      a.endpoint.rtcp(report(a.port), '10.0.0.1', 31_008);
      expect(reported()).toBe('10.0.0.1:31008');
    });

    test('on a shared port it comes from where RTP comes from, or not at all', () => {
      a.remote({ rtcpMux: true });
      a.endpoint.rtp(report(a.port), '10.0.0.1', 9_999);
      expect(reported()).toBe('10.0.0.1:4000');
    });
  });

  describe('a NAT that gives the phone another port', () => {
    /** 20 ms of the phone of `a`, from this port. */
    const says = async (port: number, ssrc = a.port) => {
      a.endpoint.rtp(packetAs([1], ssrc), '10.0.0.1', port);
      await stage.clock.advance(20);
      a.endpoint.sweep(stage.clock.now());
    };

    beforeEach(() => a.remote({ answered: true }));

    test('it is heard again a second after its last packet, from there alone, and hears us there', async () => {
      for (let i = 0; i < 50; i++) await says(4_000);
      const before = b.sent.length;
      let refused = 0;
      while (b.sent.length === before) {
        refused++;
        await says(31_000);
      }
      expect(refused * 20).toBeLessThanOrEqual(1_040);
      const now = b.sent.length;
      await says(4_000);
      expect(b.sent).toHaveLength(now);
      a.hears(relay(b));
      b.says();
      expect(a.to.at(-1)).toBe('10.0.0.1:31000');
      expect(stage.told().filter(what => what === 'moved')).toHaveLength(1);
    });

    test('a stranger with a guessed SSRC is not taken for it, however long the phone is silent', async () => {
      for (let i = 0; i < 50; i++) await says(4_000);
      const before = b.sent.length;
      for (let i = 0; i < 500; i++) await says(31_000, 0xdead_beef);
      expect(b.sent).toHaveLength(before);
      await says(4_000);
      expect(b.sent).toHaveLength(before + 1);
    });
  });

  test('no bytes whatsoever make it throw, from the phone or from a stranger, as RTP or RTCP', () => {
    const start = fc.constantFrom<number[]>(
      [],
      [0x80],
      [0x90, 8],
      [0xbf, 0xff],
      [0x80, 200, 0, 1],
      [0x81, 201, 0, 7],
    );
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 80 }), fc.boolean(), (head, tail, friend) => {
        const bytes = Buffer.from([...head, ...tail]);
        const from = friend ? '10.0.0.1' : STRANGER;
        a.endpoint.rtp(Buffer.from(bytes), from, 4_000);
        a.endpoint.rtcp(Buffer.from(bytes), from, 4_001);
      }),
      { numRuns: 2_000 },
    );
  });
});
