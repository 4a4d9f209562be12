import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createHeaders,
  createRequest,
  createResponse,
  formatNameAddr,
  formatUri,
  formatVia,
  parseMessage,
  parseNameAddr,
  parseUri,
  parseVia,
  serializeMessage,
} from '../../src/index.ts';
import { accepted, acceptedRequest, options } from './support.ts';

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/);
const host = fc.oneof(
  fc.domain().map(name => name.toLowerCase()),
  fc.ipV4(),
  fc
    .ipV6()
    .filter(address => !address.includes('.'))
    .map(address => address.toLowerCase()),
);
const port = fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined });
const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const params = fc.dictionary(word, fc.oneof(fc.constant(''), text), { maxKeys: 4, noNullPrototype: true });
const uri = fc.record({
  scheme: fc.constantFrom('sip' as const, 'sips' as const),
  user: text,
  host,
  port,
  params,
});

const plainValue = fc.string({ unit: 'grapheme', maxLength: 40 }).map(value => value.trim());

test('RFC 3261 §19.1 a URI survives formatting and parsing, whatever stands in its parts', () => {
  fc.assert(
    fc.property(uri, fc.option(text, { nil: undefined }), (value, password) => {
      const whole = { ...value, password: value.user === '' ? undefined : password };
      expect(parseUri(formatUri(whole))).toEqual({ ...whole, headers: undefined });
    }),
  );
});

test('RFC 3261 §20.10 an address survives formatting and parsing; Cyrillic and quotes in its name too', () => {
  fc.assert(
    fc.property(text, uri, params, (displayName, address, headerParams) => {
      const value = {
        displayName,
        uri: { ...address, password: undefined, headers: undefined },
        params: headerParams,
      };
      expect(parseNameAddr(formatNameAddr(value))).toEqual(value);
    }),
  );
});

test('RFC 3261 §20.42 a Via survives formatting and parsing', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('UDP', 'TCP', 'TLS', 'WSS'),
      host,
      port,
      params,
      (protocol, sentBy, at, extra) => {
        const via = { protocol, host: sentBy, port: at, params: extra };
        expect(parseVia(formatVia(via))).toEqual(via);
      },
    ),
  );
});

test('RFC 3261 §7 a message survives serialising and parsing', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.stringMatching(/^X-[A-Za-z0-9-]{1,12}$/), plainValue), { maxLength: 6 }),
      fc.uint8Array({ maxLength: 300 }),
      (extra, bytes) => {
        const start = acceptedRequest(options());
        const sent = createRequest('OPTIONS', start.uri, [...start.headers, ...extra], {
          type: 'a/b',
          bytes,
        });
        const got = acceptedRequest(serializeMessage(sent));
        expect(Uint8Array.from(got.body)).toEqual(bytes);
        got.headers.remove('Content-Length');
        expect([...got.headers].map(([name, value]) => [name, value.trim()])).toEqual(
          [...sent.headers].map(([name, value]) => [name, value.trim()]),
        );
      },
    ),
  );
});

test('RFC 3261 §7.3.1 no value, name, reason or URI can add a header field', () => {
  const nasty = fc
    .array(fc.constantFrom('\r', '\n', '\r\n', '\0', ' ', ':', 'Evil: 1', '\r\nEvil: 1\r\n', 'я', '"', '<'), {
      maxLength: 8,
    })
    .map(parts => parts.join(''));
  fc.assert(
    fc.property(nasty, nasty, nasty, (name, value, reason) => {
      const request = acceptedRequest(options());
      const response = createResponse(request, 200, reason);
      response.headers.append(name, value);
      response.headers.set('Subject', value);
      response.headers.prepend('X-First', value);
      const head = Buffer.from(serializeMessage(response)).toString();
      // Start line, five copied fields, three added, Content-Length, and what follows the blank line.
      expect(head.split(/\r\n|\r|\n/)).toHaveLength(12);
      expect(head).not.toContain('\0');
      const uriHead = serializeMessage({ ...request, uri: `sip:a@b${value}` });
      expect(
        Buffer.from(uriHead)
          .toString()
          .split(/\r\n|\r|\n/),
      ).toHaveLength(10);
    }),
  );
});

test('RFC 4475 a message changed at random is parsed or refused, never thrown over', {
  timeout: 60_000,
}, () => {
  const seed = Buffer.from(
    `${options(
      { To: '"Борис" <sip:boris@example.com;user=phone>;tag=1', 'Content-Length': '5' },
      [
        'Contact: <sip:a@[2001:db8::1]:5070>, "B" <sip:b@b.example.com>;q=0.5',
        'Authorization: Digest realm="a,b"',
      ],
      'OPTIONS sip:+7495%20@example.com:5060;lr;x=%D1%8F SIP/2.0',
    )}v=0\r\n`,
  );
  const mutation = fc.record({
    at: fc.nat(seed.length - 1),
    drop: fc.nat(12),
    insert: fc.uint8Array({ maxLength: 6 }),
  });
  const punctuation = fc
    .record({ at: fc.nat(seed.length - 1), char: fc.constantFrom(...'\r\n\0 \t"<>;:,@=?%[]\\/') })
    .map(({ at, char }) => ({ at, drop: 1, insert: Uint8Array.of(char.charCodeAt(0)) }));
  fc.assert(
    fc.property(fc.array(fc.oneof(mutation, punctuation), { minLength: 1, maxLength: 6 }), mutations => {
      let bytes: Buffer = seed;
      for (const { at, drop, insert } of mutations) {
        bytes = Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + drop)]);
      }
      const result = parseMessage(bytes);
      const message = result.ok ? result.value : result.error.request;
      if (!message) return;
      // Whatever came in may be looked at and answered.
      for (const [name, value] of message.headers) {
        message.headers.all(name);
        parseNameAddr(value);
        parseVia(value);
        expect(value).not.toMatch(/[\r\n\0]/);
      }
      parseMessage(serializeMessage(message));
      if (message.kind === 'request') serializeMessage(createResponse(message, 400));
    }),
    { numRuns: 1000 },
  );
});

test('RFC 3261 §7.3.1 what is accepted and sent on is accepted again with the same fields', () => {
  const received = accepted(options({}, ['X-Folded: one', '\ttwo', 'k: a', 'Supported: b, c']));
  const again = accepted(serializeMessage(received));
  again.headers.remove('content-length');
  expect([...again.headers]).toEqual([...received.headers]);
});

test('RFC 3261 §7.3.3 a compact form and its long form are one field', () => {
  const pairs: [string, string][] = [
    ['v', 'Via'],
    ['i', 'Call-ID'],
    ['m', 'Contact'],
    ['e', 'Content-Encoding'],
    ['l', 'Content-Length'],
    ['k', 'Supported'],
    ['s', 'Subject'],
    ['u', 'Allow-Events'],
    ['f', 'From'],
    ['t', 'To'],
    ['c', 'Content-Type'],
    ['r', 'Refer-To'],
    ['b', 'Referred-By'],
    ['d', 'Request-Disposition'],
    ['x', 'Session-Expires'],
    ['o', 'Event'],
    ['a', 'Accept-Contact'],
  ];
  for (const [letter, name] of pairs) {
    const headers = createHeaders([[letter, '1']]);
    expect([...headers]).toEqual([[name, '1']]);
    expect(headers.get(name.toUpperCase())).toBe('1');
    expect(headers.get(letter.toUpperCase())).toBe('1');
  }
});
