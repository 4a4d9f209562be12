import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DomainSnapshot, Restriction } from '../src/config/index.ts';
import { type DialDecision, dialPlan, outgoingNumber } from '../src/dialplan/index.ts';
import type { DomainId, E164 } from '../src/ids/index.ts';
import { allows, directionClass, effectiveRestriction } from '../src/restrictions/index.ts';
import { domain, group, number, user } from './support/domain.ts';

const anna = user('anna', '101');
const boris = user('boris', '501');
const nowhere = { domainOfNumber: () => null };
const company = (more: Partial<DomainSnapshot> = {}) =>
  domain({ users: [anna, boris], groups: [group('Продажи', '500'), group('Склад', null)], ...more });

const dial = (dialled: string, more: Partial<DomainSnapshot> = {}): DialDecision =>
  dialPlan(company(more), anna, dialled, nowhere);

/** The decision in a word or two. */
function short(d: DialDecision): string {
  switch (d.kind) {
    case 'user':
      return `user ${d.user.login}`;
    case 'group':
      return `group ${d.group.name}`;
    case 'service':
      return `service ${d.service}`;
    case 'ownNumber':
      return `own ${d.number.digits}`;
    case 'pickup':
      return `pickup ${d.extension}`;
    case 'pstn':
      return `pstn ${d.number} ${d.direction}`;
    case 'emergency':
      return `emergency ${d.number}`;
    case 'refused':
      return `${d.cause.sip}/${d.cause.q850} ${d.announcement}`;
  }
}

const UNKNOWN = '404/1 announcement:not-exist';

describe('spec 00 §3.4 order of the dial plan', () => {
  test.each([
    ['112', 'emergency 112'],
    ['101', 'user anna'],
    ['103', 'emergency 103'],
    ['501', 'user boris'],
    ['500', 'group Продажи'],
    ['999', 'service echo'],
    ['777', UNKNOWN],
    ['*8', 'pickup null'],
    ['*8501', 'pickup 501'],
    ['*8777', UNKNOWN],
    ['*15', UNKNOWN],
    ['#1#', UNKNOWN],
    ['84951230001', 'own 74951230001'],
    ['+74951230001', 'own 74951230001'],
    ['1230001', 'own 74951230001'],
    ['8 (812) 123-45-67', 'pstn 78121234567 intercity'],
    ['4959204455', 'pstn 74959204455 local'],
    ['9204455', 'pstn 74959204455 local'],
    ['+79161234567', 'pstn 79161234567 mobile'],
    ['810375291234567', 'pstn 375291234567 international'],
    ['88002500000', 'pstn 78002500000 tollfree'],
    ['87771234567', 'pstn 77771234567 international'],
    ['boris', UNKNOWN],
    ['', UNKNOWN],
    ['123456', UNKNOWN],
  ])('RTE-15 POOL-3.3 «%s» → %s', (dialled, expected) => {
    expect(short(dial(dialled))).toBe(expected);
  });

  test('ACC-2.6 112 is an emergency call even where an internal number 112 exists', () => {
    expect(short(dial('112', { users: [anna, user('x', '112')] }))).toBe('emergency 112');
  });

  test('ADM-20 an own code of digits yields to internal numbers; without a code the string is as any other', () => {
    expect(short(dial('7501', { pickupCode: '7' }))).toBe('pickup 501');
    expect(short(dial('7501', { pickupCode: '7', users: [anna, boris, user('x', '7501')] }))).toBe('user x');
    expect(short(dial('#8', { pickupCode: '#8' }))).toBe('pickup null');
    expect(short(dial('*8', { pickupCode: null }))).toBe(UNKNOWN);
    expect(short(dial('*8', { pickupCode: '*77' }))).toBe(UNKNOWN);
  });

  test('a decision names the steps it went through', () => {
    expect(dial('112').reasons).toEqual(['emergency112']);
    expect(dial('500').reasons).toEqual(['emergency112', 'extension']);
    expect(dial('84951230001').reasons.at(-1)).toBe('ownNumber');
  });

  test('a number of another domain of the exchange leaves by the trunk and says whose it is', () => {
    const other = 'other' as DomainId;
    const d = dialPlan(company(), anna, '84957770000', { domainOfNumber: () => other });
    expect(d).toMatchObject({ kind: 'pstn', connectedTo: other });
  });

  test('no dialled string makes the plan throw, and nothing but an answer comes back', () => {
    const config = company();
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'0123456789*#+') })),
        dialled => {
          expect(short(dialPlan(config, anna, dialled, nowhere))).toBeTruthy();
        },
      ),
    );
  });
});

describe('ACC-30 matrix of restrictions', () => {
  const DIALLED = ['810375291234567', '84951234567', '88121234567', '88002500000', '101', '112'];
  const MATRIX: Record<Restriction, string> = {
    none: '++++++',
    international: '-+++++',
    intercity: '--++++',
    internal_only: '----++',
  };
  const cells = Object.entries(MATRIX).flatMap(([restriction, row]) =>
    DIALLED.map((dialled, i) => [restriction as Restriction, dialled, row[i] === '+'] as const),
  );
  test.each(cells)('ACC-30 %s, dialled %s passes is %s', (restriction, dialled, passes) => {
    const config = company({
      homeCodes: ['812'],
      restriction,
      defaultOutgoingNumber: '78121230001' as E164,
      numbers: [number('78121230001')],
    });
    const d = dialPlan(config, anna, dialled, nowhere);
    expect(d.kind !== 'refused').toBe(passes);
    if (d.kind === 'refused') {
      expect(d).toMatchObject({
        cause: { sip: 403, q850: 21 },
        announcement: 'announcement:forbidden',
        event: { type: 'direction.forbidden' },
      });
    }
  });

  test('USR-35.5 the domain value works until the user has his own', () => {
    const config = company({ restriction: 'internal_only' });
    const free = user('free', '102', { restriction: 'none' });
    expect(effectiveRestriction(config, anna)).toBe('internal_only');
    expect(effectiveRestriction(config, null)).toBe('internal_only');
    expect(effectiveRestriction(config, free)).toBe('none');
    expect(dialPlan(config, free, '84951112233', nowhere).kind).toBe('pstn');
  });
});

test.each([
  ['101', 'emergency'],
  ['112', 'emergency'],
  ['555', 'internal'],
  ['74951234567', 'local'],
  ['79161234567', 'mobile'],
  ['78121234567', 'intercity'],
  ['78001234567', 'tollfree'],
  ['78041234567', 'tollfree'],
  ['78091234567', 'intercity'],
  ['77271234567', 'international'],
  ['375291234567', 'international'],
  ['12125551234', 'international'],
] as const)('BIL-7 the class of %s is %s', (digits, expected) => {
  expect(directionClass(digits, ['495', '499'])).toBe(expected);
});

test('RTE-26 local, long-distance and international under each restriction', () => {
  const classes = ['local', 'intercity', 'international'] as const;
  const row = (r: Restriction) => classes.map(c => (allows(r, c) ? 'ok' : '403')).join(' ');
  expect(row('none')).toBe('ok ok ok');
  expect(row('international')).toBe('ok ok 403');
  expect(row('intercity')).toBe('ok 403 403');
  expect(row('internal_only')).toBe('403 403 403');
});

describe('ACC-15 the number shown to the public network', () => {
  const numbers = [
    number('78002500000', [], { class: 'tollfree' }),
    number('74991110000', [], { kind: 'additional' }),
    number('74957756999'),
    number('74951234567'),
  ];
  const shown = (own: string | null, byDefault: string | null, owned = numbers) =>
    outgoingNumber(
      company({ numbers: owned, defaultOutgoingNumber: byDefault as E164 | null }),
      user('u', '1', { outgoingNumber: own as E164 | null }),
    );
  test.each([
    ['the user’s own', '74957756999', '74951234567', '74957756999'],
    ['the default', null, '74951234567', '74951234567'],
    ['the default, when the own is no more the domain’s', '74950000000', '74951234567', '74951234567'],
    ['the first main city number', null, null, '74957756999'],
    ['never 8-800', '78002500000', '78002500000', '74957756999'],
    ['never a foreign number', '79999999999', '79999999999', '74957756999'],
  ])('ACC-15 %s', (_name, own, byDefault, expected) => {
    expect(shown(own, byDefault)).toBe(expected);
  });

  test('RTE-6 a call of the domain itself shows the default', () => {
    expect(outgoingNumber(company(), null)).toBe('74951230001');
  });

  test('ACC-15 without any number the call is refused with 403, emergency calls pass', () => {
    expect(shown('74951234567', null, [])).toBeNull();
    const config = company({ numbers: [] });
    expect(dialPlan(config, anna, '84957756999', nowhere)).toMatchObject({
      kind: 'refused',
      cause: { sip: 403 },
      announcement: 'announcement:no-number',
      event: { type: 'outgoingNumber.none' },
    });
    expect(dialPlan(config, anna, '112', nowhere)).toMatchObject({ kind: 'emergency', outgoingNumber: null });
    expect(dialPlan(config, anna, '501', nowhere).kind).toBe('user');
  });
});
