import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isRtcp,
  markerOf,
  payloadEnd,
  payloadStart,
  payloadTypeOf,
  sequenceOf,
  ssrcOf,
  timestampOf,
  writeHeader,
} from '../src/rtp/packet.ts';
import { readRtcp, writeRtcp } from '../src/rtp/rtcp.ts';
import { EVENT, eventCode, KeyEar, writeEvent } from '../src/rtp/telephone-event.ts';

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const short = fc.integer({ min: 0, max: 2 ** 16 - 1 });
const keys = fc.constantFrom('0', '1', '5', '9', '*', '#', 'A', 'D');

describe('what is written is read the same', () => {
  test('RFC 3550 §5.1 an RTP header with CSRCs, extension and padding around the payload', () => {
    fc.assert(
      fc.property(
        fc.record({
          payloadType: fc.integer({ min: 0, max: 63 }),
          marker: fc.boolean(),
          sequence: short,
          timestamp: word,
          ssrc: word,
          sources: fc.integer({ min: 0, max: 15 }),
          extension: fc.option(fc.integer({ min: 0, max: 8 }), { nil: undefined }),
          padding: fc.integer({ min: 0, max: 20 }),
          payload: fc.uint8Array({ maxLength: 200 }),
        }),
        p => {
          const extension = p.extension === undefined ? Buffer.alloc(0) : Buffer.alloc(4 + 4 * p.extension);
          if (p.extension !== undefined) extension.writeUInt16BE(p.extension, 2);
          const padding = Buffer.alloc(p.padding, p.padding);
          const head = Buffer.alloc(12 + 4 * p.sources);
          head[0] = 0x80 | p.sources | (p.extension === undefined ? 0 : 0x10) | (p.padding > 0 ? 0x20 : 0);
          const packet = Buffer.concat([head, extension, p.payload, padding]);
          writeHeader(packet, p.payloadType, p.marker, p.sequence, p.timestamp, p.ssrc);
          const start = payloadStart(packet);
          expect({
            payloadType: payloadTypeOf(packet),
            marker: markerOf(packet),
            sequence: sequenceOf(packet),
            timestamp: timestampOf(packet),
            ssrc: ssrcOf(packet),
            payload: Uint8Array.from(packet.subarray(start, payloadEnd(packet, start))),
            rtcp: isRtcp(packet),
          }).toEqual({
            payloadType: p.payloadType,
            marker: p.marker,
            sequence: p.sequence,
            timestamp: p.timestamp,
            ssrc: p.ssrc,
            payload: p.payload,
            rtcp: false,
          });
        },
      ),
    );
  });

  test('RFC 3550 §6.4 reports about a stream, with CNAME and BYE', () => {
    fc.assert(
      fc.property(
        fc.record({
          ssrc: word,
          theirs: word,
          wall: fc.integer({ min: 0, max: 4_000_000_000_000 }),
          sent: fc.boolean(),
          cname: fc.stringMatching(/^[a-z0-9]{1,40}$/),
          fractionLost: fc.integer({ min: 0, max: 255 }),
          lsr: word,
          dlsr: word,
          bye: fc.boolean(),
        }),
        r => {
          const bytes = writeRtcp({
            ssrc: r.ssrc,
            cname: r.cname,
            wall: r.wall,
            sent: r.sent ? { timestamp: 1, packets: 2, octets: 3 } : undefined,
            received: {
              ssrc: r.theirs,
              fractionLost: r.fractionLost,
              lost: 7,
              highest: 9,
              jitter: 11,
              lsr: r.lsr,
              dlsr: r.dlsr,
            },
            bye: r.bye,
          });
          expect(bytes.length % 4).toBe(0);
          const read = readRtcp(bytes, r.theirs);
          expect(read).toMatchObject({
            about: { fractionLost: r.fractionLost, lsr: r.lsr, dlsr: r.dlsr },
            bye: r.bye,
          });
          if (!r.sent) expect(read?.sr).toBe(0);
          // Cut off anywhere it is read as far as it goes, or not at all.
          for (let length = 0; length < bytes.length; length += 3)
            readRtcp(bytes.subarray(0, length), r.theirs);
        },
      ),
    );
  });

  test('RFC 4733 §2.5 keys in events of any length are heard once each, in order, though packets come twice', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(keys, fc.integer({ min: 1, max: 20 })), { maxLength: 12 }),
        word,
        (pressed, from) => {
          const ear = new KeyEar();
          let sequence = 0;
          let timestamp = from;
          const heard: string[] = [];
          for (const [key, packets] of pressed) {
            for (let n = 1; n <= packets; n++) {
              const packet = Buffer.alloc(12 + EVENT);
              writeHeader(packet, 101, n === 1, sequence++ & 0xffff, timestamp, 5);
              writeEvent(packet, 12, eventCode(key), n === packets, 160 * n);
              for (let copy = 0; copy < 2; copy++) {
                const found = ear.hear(packet, 12);
                if (found) heard.push(found);
              }
            }
            timestamp = (timestamp + 160 * packets + 400) >>> 0;
          }
          expect(heard).toEqual(pressed.map(([key]) => key));
        },
      ),
    );
  });
});
