import { CAUSES } from '@kommutator/model/cause';
import { createHeaders, parseUri } from '@kommutator/sip';
import { describe, expect, test } from 'vitest';
import { readReplaces } from '../../src/line/arrivals.ts';
import { causeOfResponse, readReason, reasonHeaders, refusalStatus } from '../../src/line/causes.ts';
import { countDiversions } from '../../src/line/diversions.ts';
import { readInfoKey } from '../../src/line/key-feed.ts';
import { isOwnNumber, type TrunkCall, toPhone, toTrunk } from '../../src/line/presentation.ts';
import { contactKey, readRegister } from '../../src/line/register-request.ts';
import { configOf } from '../../src/testing/config.ts';
import { trunkOf } from '../../src/testing/memory-ports.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('RFC 3326 Reason', () => {
  test('a Q.850 cause wins over the table of RFC 3398', () => {
    expect(
      causeOfResponse(480, 'Temporarily Unavailable', ['SIP;cause=480', 'Q.850;cause=19;text="No answer"']),
    ).toEqual({
      sip: 480,
      q850: 19,
      text: 'No answer',
    });
    expect(causeOfResponse(486, 'Busy Here', []).q850).toBe(17);
    expect(causeOfResponse(603, 'Decline', ['Q.850;cause=999999']).q850).toBe(21);
  });

  test('text keeps semicolons within quotes and loses its escapes', () => {
    expect(readReason('Q.850 ; cause=16 ; text="a; \\"b\\""')).toEqual({
      protocol: 'Q.850',
      cause: 16,
      text: 'a; "b"',
    });
  });

  test('USR-42.5 answered elsewhere, BIL-14 blocked for money, a plain refusal', () => {
    expect(reasonHeaders(CAUSES.elsewhere)).toEqual([
      ['Reason', 'SIP;cause=200;text="Call completed elsewhere"'],
    ]);
    const unpaid = { ...CAUSES.forbidden, reasonSip: 402, text: 'Payment required' };
    expect(reasonHeaders(unpaid).map(([, value]) => value)).toEqual([
      'SIP;cause=402;text="Payment required"',
      'Q.850;cause=21;text="Payment required"',
    ]);
    expect([CAUSES.busy, CAUSES.normal, CAUSES.elsewhere].map(refusalStatus)).toEqual([486, 480, 480]);
  });
});

describe('RFC 3261 §10.2 what a REGISTER asks for', () => {
  const read = (...fields: [string, string][]) => {
    const wish = readRegister(createHeaders(fields));
    return wish.ok ? wish.value : wish.error;
  };

  test('the contact’s expires before the general one, 300 s when there is none, 3600 s at most', () => {
    const wish = read(
      ['Contact', '<sip:a@10.0.0.5>;expires=120;q=0.5'],
      ['Contact', '<sip:b@10.0.0.5>'],
      ['Contact', '<sip:c@10.0.0.5>;expires=99999'],
      ['Expires', '600'],
    );
    expect(wish).toMatchObject({
      contacts: [{ expires: 120, q: 500 }, { expires: 600, q: 1000 }, { expires: 3600 }],
    });
    expect(read(['Contact', '<sip:a@10.0.0.5>'])).toMatchObject({ contacts: [{ expires: 300 }] });
  });

  test('less than 60 s is too brief, 0 is not', () => {
    expect(read(['Contact', '<sip:a@h>'], ['Expires', '59'])).toEqual({
      status: 423,
      headers: [['Min-Expires', '60']],
    });
    expect(read(['Contact', '<sip:a@h>'], ['Expires', '0'])).toMatchObject({
      kind: 'bind',
      contacts: [{ expires: 0 }],
    });
  });

  test('no contact only asks; * needs Expires: 0 and stands alone; eleven are too many', () => {
    expect(read()).toEqual({ kind: 'fetch' });
    expect(read(['Contact', '*'], ['Expires', '0'])).toEqual({ kind: 'removeAll' });
    expect(read(['Contact', '*'])).toMatchObject({ status: 400 });
    expect(read(['Contact', '*'], ['Contact', '<sip:a@h>'], ['Expires', '0'])).toMatchObject({ status: 400 });
    expect(
      read(...Array.from({ length: 11 }, (_, i): [string, string] => ['Contact', `<sip:${i}@h>`])),
    ).toMatchObject({
      status: 403,
    });
  });

  test('the same phone by +sip.instance and reg-id (RFC 5626)', () => {
    const wish = read(['Contact', '<sip:a@h>;+sip.instance="<urn:uuid:1>";reg-id=2']);
    expect(wish).toMatchObject({ contacts: [{ instance: '<urn:uuid:1>#2' }] });
  });

  test('RFC 3261 §19.1.4 port and transport make another contact, parameters of no meaning do not', () => {
    const key = (text: string) => {
      const uri = parseUri(text);
      return uri && contactKey(uri);
    };
    expect(key('sip:a@h')).toBe(key('sip:a@H:5060;ob'));
    expect(key('sip:a@h')).not.toBe(key('sip:a@h;transport=tcp'));
    expect(key('sip:a@h')).not.toBe(key('sip:a@h:5070'));
  });
});

describe('what is read from headers', () => {
  test('USR-42.11 diversions are counted by counter, or by History-Info behind its first entry', () => {
    const count = (...fields: [string, string][]) => countDiversions(createHeaders(fields));
    expect(count()).toBe(0);
    expect(count(['Diversion', '<sip:1@h>;reason=unconditional;counter=3, <sip:2@h>'])).toBe(4);
    expect(count(['History-Info', '<sip:1@h>;index=1, <sip:2@h>;index=1.1, <sip:3@h>;index=1.1.1'])).toBe(2);
    expect(count(['Diversion', '<sip:1@h>;counter=99999999999999999999'])).toBe(100);
    expect(count(['Diversion', 'rubbish <'])).toBe(0);
  });

  test('RFC 3891 Replaces needs both tags', () => {
    expect(readReplaces('a@b;to-tag=2;from-tag=1;early-only')).toEqual({
      callId: 'a@b',
      fromTag: '1',
      toTag: '2',
    });
    expect(readReplaces('a@b;to-tag=2')).toBeNull();
  });

  test('keys in INFO of both kinds', () => {
    expect(readInfoKey('application/dtmf-relay', bytes('Signal=5\r\nDuration=160\r\n'))?.key).toBe('5');
    expect(readInfoKey('Application/DTMF-Relay; x=y', bytes('Duration=1\nsignal= 11'))?.key).toBe('#');
    expect(readInfoKey('application/dtmf', bytes('*'))).toEqual({ key: '*', type: 'application/dtmf' });
    expect(readInfoKey('application/dtmf', bytes('55'))).toBeNull();
    expect(readInfoKey('text/plain', bytes('5'))).toBeNull();
  });
});

describe('what an INVITE of ours says', () => {
  const config = configOf({
    name: 'demo.kommutator.test',
    users: { anna: { extension: '101' } },
    numbers: { '74951230001': [], '74951230002': [] },
  });
  const caller = { kind: 'pstn', number: '74951230001', name: '' } as const;
  const base: TrunkCall = {
    config,
    trunk: trunkOf('main'),
    destination: '10.9.0.1:5060',
    ownHost: 'pbx.example',
    number: '79151112233',
    caller,
    privacy: false,
    diverted: { hops: 0 },
  };
  const headersOf = (o: Partial<TrunkCall>) => Object.fromEntries(toTrunk({ ...base, ...o })?.headers ?? []);

  test('ACC-15.1 a phone sees name and internal number of the caller', () => {
    const said = toPhone(
      'sip:anna@10.0.0.5',
      'anna',
      config.name,
      { kind: 'user', number: '102', name: 'Борис "Б"' },
      { hops: 0 },
    );
    expect(said.from).toBe('"Борис \\"Б\\"" <sip:102@demo.kommutator.test>');
    expect(said.to).toBe('<sip:anna@demo.kommutator.test>');
    expect(said.headers).toEqual([['P-Asserted-Identity', said.from]]);
  });

  test('a hidden caller is anonymous to the phone', () => {
    const said = toPhone('sip:a@h', 'a', 'd', { kind: 'pstn', number: '', name: '' }, { hops: 0 });
    expect(said.from).toContain('anonymous.invalid');
    expect(said.headers).toEqual([]);
  });

  test('ACC-15.2 the trunk gets the company number in its own form (RTE-7)', () => {
    expect(toTrunk(base)).toMatchObject({
      uri: 'sip:79151112233@10.9.0.1:5060;user=phone',
      from: '<sip:74951230001@pbx.example>',
      to: '<sip:79151112233@10.9.0.1>',
    });
    expect(toTrunk({ ...base, trunk: trunkOf('n', { numberFormat: 'national8' }) })?.from).toContain(
      'sip:84951230001@',
    );
    expect(toTrunk({ ...base, trunk: trunkOf('p', { numberFormat: 'plus' }) })?.uri).toContain(
      'sip:+79151112233@',
    );
  });

  test('DESIGN §2 a number that is not the domain’s does not leave', () => {
    expect(toTrunk({ ...base, caller: { ...caller, number: '79999999999' } })).toBeNull();
    expect(isOwnNumber(config, '74951230002')).toBe(true);
  });

  test('ACC-15.4 CLIR: anonymous From, Privacy: id, the number asserted to the carrier alone', () => {
    const said = toTrunk({ ...base, privacy: true });
    expect(said?.from).toContain('anonymous@anonymous.invalid');
    expect(headersOf({ privacy: true })).toMatchObject({
      Privacy: 'id',
      'P-Asserted-Identity': '<sip:74951230001@pbx.example>',
    });
  });

  test('USR-44.1 a forwarded call carries Diversion and History-Info of the called number', () => {
    const user = config.users[0];
    if (!user) throw new Error('no user');
    const diverted = { by: { user, number: '74951230002' }, hops: 1 };
    expect(headersOf({ diverted })).toMatchObject({
      Diversion: '<sip:74951230002@pbx.example>;reason=unconditional;counter=1',
      'History-Info': '<sip:74951230002@pbx.example>;index=1, <sip:79151112233@pbx.example>;index=1.1',
    });
    const internal = { by: { user, number: '101' }, hops: 2 };
    expect(headersOf({ diverted: internal }).Diversion).toBe(
      '<sip:74951230001@pbx.example>;reason=unconditional;counter=2',
    );
  });

  test('an emergency call of a domain without numbers leaves without one', () => {
    const said = toTrunk({ ...base, number: '112', caller: { ...caller, number: '' } });
    expect(said).toMatchObject({ uri: 'sip:112@10.9.0.1:5060;user=phone', headers: [] });
  });
});
