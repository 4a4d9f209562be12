import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  callerNumber,
  formatDisplay,
  formatNational,
  fromTrunk,
  isE164,
  normalise,
  normaliseDialled,
  parsePrefixes,
  prefixInE164,
  prefixMatches,
  readsAsTrunk8,
  toTrunkFormat,
} from '../src/numbers/index.ts';

describe('RTE-7 every written form becomes E.164 digits', () => {
  test.each([
    ['8 916 123-45-67', '79161234567'],
    ['+7 (495) 920-44-55', '74959204455'],
    ['7.495.920.44.55', '74959204455'],
    ['4959204455', '74959204455'],
    ['9161234567', '79161234567'],
    ['3431234567', '73431234567'],
    ['8432345678', '78432345678'],
    ['810375291234567', '375291234567'],
    ['8 10 375 29 123 45 67', '375291234567'],
    ['0049 5301 234567', '495301234567'],
    ['+495301234567', '495301234567'],
    ['375291234567', '375291234567'],
    ['+47 23 00 00 00', '4723000000'],
    ['8(800)250-00-00', '78002500000'],
  ])('RTE-7.1 %s → %s', (text, digits) => {
    expect(normalise(text)).toEqual({ kind: 'e164', digits });
  });

  test.each(['1', '101', '112', '99999', '1-0-1'])('RTE-7.1 %s is an internal number', text => {
    expect(normalise(text)).toEqual({ kind: 'internal', digits: text.replaceAll('-', '') });
  });

  test.each([
    '',
    '+',
    'abc',
    'anna',
    '123456',
    '1234567',
    '1234567890',
    '7495123456789',
    '+0123456789',
    '1234567890123456',
    '*8',
    '495;123',
    '++74951234567',
    '7+4951234567',
    '٧٤٩٥١٢٣٤٥٦٧',
  ])('RTE-7.1 «%s» is no number', text => {
    expect(normalise(text)).toEqual({ kind: 'invalid' });
  });
});

describe('RTE-7 prefix table', () => {
  test.each<[string, string, boolean]>([
    ['495', '74951234567', true],
    ['495', '79161234567', false],
    ['495', '495301234567', false],
    ['7495', '74951234567', true],
    ['+375', '375291234567', true],
    ['375', '375291234567', false],
    ['8495', '74951234567', true],
    ['8422', '78422123456', true],
    ['812', 'anonymous', false],
    ['9', '79161234567', true],
    ['00375', '375291234567', true],
    ['810375', '375291234567', true],
    ['+7495', '74951234567', true],
    ['8916', '79161234567', true],
    ['8495', '78495123456', false],
    ['777', '77771234567', true],
    ['777', '77712345678', false],
  ])('RTE-7.4 prefix %s and caller %s match is %s', (prefix, caller, expected) => {
    expect(prefixMatches(prefix, callerNumber(caller))).toBe(expected);
  });

  test('RTE-7.4 the dialog is told when 8 is read as the trunk prefix', () => {
    expect(['8495', '8916', '8422', '812', '8343'].map(readsAsTrunk8)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(prefixInE164('8495')).toBe('7495');
  });
});

describe('RTE-11 prefixes as typed', () => {
  test.each([
    ['495 499', ['495', '499']],
    ['495,499', ['495', '499']],
    ['495; 499\n812', ['495', '499', '812']],
    ['495,495, ', ['495']],
    ['+375', ['+375']],
  ])('RTE-11 «%s»', (text, value) => {
    expect(parsePrefixes(text)).toEqual({ ok: true, value });
  });
  test.each([
    ['49a', 'prefix.notDigits'],
    ['4+95', 'prefix.notDigits'],
    ['+', 'prefix.notDigits'],
    [' , ', 'prefix.empty'],
    ['1234567890123456', 'prefix.tooLong'],
    [Array.from({ length: 201 }, (_, i) => 1000 + i).join(' '), 'prefix.tooMany'],
  ])('RTE-11 «%s» is refused', (text, code) => {
    expect(parsePrefixes(text)).toMatchObject({ ok: false, error: { code, field: 'prefixes' } });
  });
});

test('spec 00 §3.2 a local number that is dialled is completed by the first home code', () => {
  expect(normaliseDialled('123-45-67', ['495', '499'])).toEqual({ kind: 'e164', digits: '74951234567' });
  expect(normaliseDialled('12-34-56', ['8422'])).toEqual({ kind: 'e164', digits: '78422123456' });
  expect(normaliseDialled('123456', ['495'])).toEqual({ kind: 'invalid' });
  expect(normaliseDialled('1234567', [])).toEqual({ kind: 'invalid' });
  expect(normaliseDialled('101', ['495'])).toEqual({ kind: 'internal', digits: '101' });
});

test.each(['anonymous', 'Anonymous', '', 'unavailable', '101', null])(
  'RTE-7.2 caller «%s» has no number',
  text => {
    expect(callerNumber(text)).toBeNull();
  },
);

test('RTE-7 stored digits are a public number or not, without being read as a Russian text', () => {
  expect(['74951234567', '4723000000', '375291234567'].map(isE164)).toEqual([true, true, true]);
  expect(['101', '', '+74951234567', '4951', '749512345678', '0123456789'].some(isE164)).toBe(false);
});

test('spec 00 §3.4 numbers are shown to people', () => {
  expect(formatDisplay('74959204455')).toBe('+7 (495) 920-44-55');
  expect(formatNational('74951234567')).toBe('+7 495 123-45-67');
  expect(formatDisplay('375291234567')).toBe('+375291234567');
  expect(formatNational('375291234567')).toBe('+375291234567');
  expect(formatDisplay('101')).toBe('101');
});

test.each([
  ['e164', '74951234567', '74951234567'],
  ['plus', '74951234567', '+74951234567'],
  ['national8', '74951234567', '84951234567'],
  ['national8', '375291234567', '810375291234567'],
  ['plus', '112', '112'],
  ['national8', '112', '112'],
] as const)('RTE-7 trunk format %s sends %s as %s', (format, digits, sent) => {
  expect(toTrunkFormat(digits, format)).toBe(sent);
});

test.each([
  ['e164', '74951234567', '74951234567'],
  ['e164', '84912345678', '84912345678'],
  ['plus', '+84912345678', '84912345678'],
  ['national8', '84912345678', '74912345678'],
  ['national8', '810375291234567', '375291234567'],
  ['national8', '4951234567', '74951234567'],
  ['e164', 'anonymous', null],
] as const)('RTE-7.2 trunk format %s: the carrier writes %s and means %s', (format, text, digits) => {
  expect(fromTrunk(text, format)).toBe(digits);
});

const digits = (min: number, max: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: min, maxLength: max });

test('RTE-7 normalising is idempotent: what came out, written internationally, stays', () => {
  fc.assert(
    fc.property(fc.tuple(fc.constantFrom('', '+', '8', '7', '810', '00'), digits(0, 16)), ([lead, rest]) => {
      const once = normalise(lead + rest);
      if (once.kind === 'e164') {
        expect(normalise(`+${once.digits}`)).toEqual(once);
        expect(once.digits).toMatch(/^[1-9]\d{7,14}$/);
        if (once.digits[0] === '7') expect(normalise(once.digits)).toEqual(once);
      }
      if (once.kind === 'internal') expect(normalise(once.digits)).toEqual(once);
    }),
  );
});

test('RTE-7 what a trunk is sent comes back as the same number, in every form', () => {
  const russian = digits(9, 9).map(rest => `74${rest}`);
  const foreign = fc.constantFrom('375291234567', '495301234567', '8613812345678', '84912345678');
  fc.assert(
    fc.property(
      fc.oneof(russian, foreign),
      fc.constantFrom('e164', 'plus', 'national8'),
      (number, format) => {
        expect(fromTrunk(toTrunkFormat(number, format), format)).toBe(number);
      },
    ),
  );
});

test('RTE-7 no text makes the rules throw', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      normaliseDialled(a, ['495']);
      prefixMatches(a, b);
      parsePrefixes(a);
      fromTrunk(a, 'e164');
      formatDisplay(a);
    }),
  );
});
