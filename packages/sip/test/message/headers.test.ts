import { expect, test } from 'vitest';
import {
  createHeaders,
  parseCSeq,
  parseNameAddr,
  parseNameAddrList,
  parseUri,
  reasonPhrase,
} from '../../src/index.ts';

test('RFC 3261 §7.3.1 comma lists are split where the field allows it, not inside quotes or brackets', () => {
  const headers = createHeaders([
    ['Contact', '"Иванов, Иван" <sip:i@a;x=1,2>, <sip:b@b>'],
    ['m', '<sip:c@c>'],
    ['WWW-Authenticate', 'Digest realm="a", nonce="b"'],
    ['Subject', 'one, two'],
    ['Supported', ' timer ,, 100rel'],
    ['Require', ''],
  ]);
  expect(headers.all('contact')).toEqual(['"Иванов, Иван" <sip:i@a;x=1,2>', '<sip:b@b>', '<sip:c@c>']);
  expect(headers.all('www-authenticate')).toEqual(['Digest realm="a", nonce="b"']);
  expect(headers.all('subject')).toEqual(['one, two']);
  expect(headers.all('supported')).toEqual(['timer', '100rel']);
  expect(headers.all('require')).toEqual([]);
});

test('RFC 3261 §7.3.1 set replaces every value and keeps the place; prepend stands first', () => {
  const headers = createHeaders([
    ['Via', '1'],
    ['To', 'a'],
    ['v', '2'],
  ]);
  headers.set('VIA', '3');
  headers.prepend('Via', '0');
  headers.append('Via', '4');
  expect([...headers]).toEqual([
    ['Via', '0'],
    ['Via', '3'],
    ['To', 'a'],
    ['Via', '4'],
  ]);
  headers.remove('v');
  expect(headers.has('via')).toBe(false);
});

test('RFC 3261 §7.3 a clone does not share what is changed later', () => {
  const headers = createHeaders([['To', 'a']]);
  const copy = headers.clone();
  copy.set('To', 'b');
  copy.append('From', 'c');
  expect([...headers]).toEqual([['To', 'a']]);
});

test('RFC 3261 §20 without angle brackets parameters belong to the header', () => {
  expect(parseNameAddr('sip:a@b.c;tag=1')).toMatchObject({ uri: { params: {} }, params: { tag: '1' } });
  expect(parseNameAddr('<sip:a@b.c;transport=tcp>;tag=1')).toMatchObject({
    uri: { params: { transport: 'tcp' } },
    params: { tag: '1' },
  });
});

test('RFC 3261 §20.10 a Cyrillic name without quotes is understood', () => {
  expect(parseNameAddr('Анна Петрова <sip:a@b.c>')?.displayName).toBe('Анна Петрова');
});

test('RFC 3261 §7.3.1 a list of addresses is read, and refused when one is broken', () => {
  expect(parseNameAddrList('<sip:a@b.c>, "D, E" <sip:d@e.f>')?.map(a => a.uri.user)).toEqual(['a', 'd']);
  expect(parseNameAddrList('<sip:a@b.c>, nonsense')).toBeNull();
});

test.each([
  [
    'sip:a@b.c:5060;transport=TCP;lr',
    { user: 'a', host: 'b.c', port: 5060, params: { transport: 'TCP', lr: '' } },
  ],
  ['SIPS:B.C', { scheme: 'sips', user: '', host: 'b.c' }],
  ['sip:a:p%40w@[2001:DB8::1]:5070', { password: 'p@w', host: '2001:db8::1', port: 5070 }],
  ['sip:a@b.c?Replaces=1%40x', { headers: 'Replaces=1%40x', params: {} }],
  [
    'tel:+7-495-123;phone-context=x.ru',
    { scheme: 'tel', user: '+7-495-123', host: '', params: { 'phone-context': 'x.ru' } },
  ],
  ['sip:%23%2AЯ@b.c', { user: '#*Я' }],
  ['sip:%FF@b.c', { user: 'ÿ' }],
])('RFC 3261 §19.1 %s', (text, parts) => {
  expect(parseUri(text)).toMatchObject(parts);
});

test.each([
  '',
  'sip:',
  'sip:@b.c',
  'sip:a@',
  'sip:a@b c',
  'sip:a@b.c:99999',
  'sip:a@b.c;;x',
  'sip:a%4@b.c',
  'sip:a@[::1',
  'http://a',
  'tel:',
  'sip:a@b.c;x="1"',
  'sip:a b@c',
])('RFC 3261 §19.1 %j is no URI of ours', text => {
  expect(parseUri(text)).toBeNull();
});

test('RFC 3261 §20.16 CSeq is a number below 2³¹ and a method', () => {
  expect(parseCSeq(' 2147483647  INVITE ')).toEqual({ sequence: 2_147_483_647, method: 'INVITE' });
  for (const text of ['2147483648 INVITE', 'INVITE', '1', '-1 INVITE', '1 IN VITE', ''])
    expect(parseCSeq(text)).toBeNull();
});

test('RFC 3261 §21 every status has a phrase', () => {
  expect(reasonPhrase(487)).toBe('Request Terminated');
  expect(reasonPhrase(499)).toBe('Bad Request');
});
