import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ParseFault, StreamFramer } from '../../src/index.ts';
import { accepted, options } from './support.ts';

interface Seen {
  readonly messages: string[];
  pings: number;
  readonly faults: ParseFault[];
}

function framer(): { seen: Seen; framer: StreamFramer } {
  const seen: Seen = { messages: [], pings: 0, faults: [] };
  return {
    seen,
    framer: new StreamFramer({
      message: bytes => void seen.messages.push(Buffer.from(bytes).toString()),
      ping: () => void seen.pings++,
      fault: fault => void seen.faults.push(fault),
    }),
  };
}

const withBody = (body: string) => options({ 'Content-Length': String(Buffer.byteLength(body)) }) + body;
const piece = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }).map(body => ({ text: withBody(body), pings: 0 })),
  fc.constant({ text: '\r\n\r\n', pings: 1 }),
);

test('RFC 3261 §18.3 a stream gives the same messages however it is cut, to single bytes', {
  timeout: 60_000,
}, () => {
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 400 })),
      (pieces, cuts) => {
        const stream = Buffer.from(pieces.map(({ text }) => text).join(''));
        const whole = framer();
        const cut = framer();
        const single = framer();
        whole.framer.push(stream);
        let at = 0;
        for (const length of [...cuts, stream.length]) {
          cut.framer.push(stream.subarray(at, at + length));
          at += length;
        }
        for (let i = 0; i < stream.length; i++) single.framer.push(stream.subarray(i, i + 1));
        const messages = pieces.filter(({ pings }) => pings === 0).map(({ text }) => text);
        const expected = { messages, pings: pieces.length - messages.length, faults: [] };
        for (const { seen, framer } of [whole, cut, single]) {
          expect(seen).toEqual(expected);
          expect(framer.pending).toBe(0);
        }
      },
    ),
  );
});

test('RFC 5626 §4.4.1 two CRLF are a ping, one before a message is skipped', () => {
  const { seen, framer: stream } = framer();
  stream.push(Buffer.from(`\r\n${withBody('a')}\r\n`));
  expect(seen).toMatchObject({ messages: [withBody('a')], pings: 0 });
  stream.push(Buffer.from('\r\n'));
  expect(seen.pings).toBe(1);
});

test('RFC 3261 §7.3.1 Content-Length is found in compact, blank and folded forms', () => {
  const { seen, framer: stream } = framer();
  for (const line of ['l:3', 'Content-Length \t:  3 ', 'CONTENT-LENGTH:\r\n 3'])
    stream.push(Buffer.from(`${options({}, [line])}abc`));
  expect(seen.messages).toHaveLength(3);
  expect(seen.messages.map(text => accepted(text).body.length)).toEqual([3, 3, 3]);
});

test.each([
  ['no Content-Length', options(), 'content-length'],
  ['a Content-Length that is no number', options({ 'Content-Length': 'x' }), 'content-length'],
  ['two lengths', options({ 'Content-Length': '1' }, ['l: 2']), 'content-length'],
  ['more than 65 535 bytes announced', options({ 'Content-Length': '65500' }), 'too-long'],
])('RFC 3261 §18.3 %s ends the stream, and the request can be answered', (_, text, code) => {
  const { seen, framer: stream } = framer();
  stream.push(Buffer.from(text));
  stream.push(Buffer.from(withBody('later')));
  expect(seen.messages).toEqual([]);
  expect(seen.faults).toHaveLength(1);
  expect(seen.faults[0]).toMatchObject({ code, request: { method: 'OPTIONS' } });
  expect(stream.pending).toBe(0);
});

test('RFC 3261 §18.3 a head that never ends is cut off at 65 535 bytes', () => {
  const { seen, framer: stream } = framer();
  for (let i = 0; i < 70 && seen.faults.length === 0; i++) stream.push(Buffer.alloc(1000, 'a'));
  expect(seen.faults).toMatchObject([{ code: 'too-long' }]);
  expect(stream.pending).toBe(0);
});
