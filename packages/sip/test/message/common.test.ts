import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseNameAddr, parseUri, parseVia } from '../../src/index.ts';
import { isCommonAddress, isCommonUri, isCommonVia } from '../../src/message/common.ts';

const host = fc.stringMatching(/^[A-Za-z0-9.-]{1,12}(?::[0-9]{1,6})?$/);
const params = fc.stringMatching(/^(?:;[A-Za-z-]{1,5}(?:=[A-Za-z0-9._-]{1,5})?){0,3}$/);
const user = fc.stringMatching(/^(?:[A-Za-z0-9_.+%-]{1,8}@)?$/);
const scheme = fc.constantFrom('sip:', 'sips:', 'tel:', 'SIP:', '');
const uri = fc.tuple(scheme, user, host, params).map(parts => parts.join(''));
const name = fc.oneof(
  fc.constant(''),
  fc.string({ unit: 'binary', maxLength: 8 }).map(text => `"${text}" `),
  fc.constant('Анна '),
);
const address = fc
  .tuple(name, fc.constantFrom('<', ''), uri, fc.constantFrom('>', ''), params)
  .map(parts => parts.join(''));
const via = fc
  .tuple(fc.constantFrom('SIP/2.0/UDP ', 'SIP/2.0/tls ', 'SIP / 2.0/TCP ', 'SIP/2.0/WSS'), host, params)
  .map(parts => parts.join(''));

test('RFC 3261 §25.1 what is recognised as a common form is well formed by the full grammar', {
  timeout: 60_000,
}, () => {
  let recognised = 0;
  fc.assert(
    fc.property(uri, address, via, (someUri, someAddress, someVia) => {
      const judged = [
        [isCommonUri(someUri), parseUri(someUri)],
        [isCommonAddress(someAddress), parseNameAddr(someAddress)],
        [isCommonVia(someVia), parseVia(someVia)],
      ] as const;
      for (const [common, full] of judged) {
        if (!common) continue;
        recognised++;
        expect(full).not.toBeNull();
      }
    }),
    { numRuns: 1000 },
  );
  expect(recognised).toBeGreaterThan(200);
});
