import { expect, test } from 'vitest';
import { createResponse, parseMessage, type SipMessage, serializeMessage } from '../../src/index.ts';

const INVITE = [
  'INVITE sip:102@demo.kommutator.test SIP/2.0',
  'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;rport',
  'Max-Forwards: 70',
  'From: "Анна" <sip:101@demo.kommutator.test>;tag=a1',
  'To: <sip:102@demo.kommutator.test>',
  'Call-ID: 1@192.0.2.1',
  'CSeq: 1 INVITE',
  'Contact: <sip:101@192.0.2.1>',
  'Content-Type: application/sdp',
  'Content-Length: 4',
  '',
  'v=0\n',
].join('\r\n');

const parsed = (text: string): SipMessage => {
  const result = parseMessage(Buffer.from(text));
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.detail}`);
  return result.value;
};

test('RFC 3261 §7 an INVITE is parsed with its fields and body', () => {
  const message = parsed(INVITE);
  expect(message).toMatchObject({ kind: 'request', method: 'INVITE', uri: 'sip:102@demo.kommutator.test' });
  expect(message.headers.get('f')).toBe('"Анна" <sip:101@demo.kommutator.test>;tag=a1');
  expect(Buffer.from(message.body).toString()).toBe('v=0\n');
});

test('RFC 3261 §18.3 what stands behind Content-Length is cut off', () => {
  expect(parsed(`${INVITE}junk`).body.length).toBe(4);
});

test('RFC 3261 §7 parse and serialise give the same bytes back', () => {
  expect(Buffer.from(serializeMessage(parsed(INVITE))).toString()).toBe(INVITE);
});

test('RFC 3261 §8.2.6 a response copies Via, From, To, Call-ID and CSeq and nothing else', () => {
  const request = parsed(INVITE);
  if (request.kind !== 'request') throw new Error('not a request');
  const response = createResponse(request, 486);
  expect(response.reason).toBe('Busy Here');
  expect([...response.headers].map(([name]) => name)).toEqual(['Via', 'From', 'To', 'Call-ID', 'CSeq']);
});

test('RFC 3261 §7.3.1 stray CR, LF and NUL in what came in are spaces', () => {
  const text = INVITE.replace('Анна', 'A\0\rB').replace('Max-Forwards: 70', 'Subject: a\nb\r c');
  const { headers } = parsed(text);
  expect(headers.get('from')).toBe('"A  B" <sip:101@demo.kommutator.test>;tag=a1');
  expect(headers.get('subject')).toBe('a b  c');
  const response = parsed(INVITE.replace(/^.*\r\n/, 'SIP/2.0 200 O\nK\r\n'));
  expect(response).toMatchObject({ kind: 'response', reason: 'O K' });
});

test('RFC 3261 §7.3.1 a stray CR at the end of a line leaves no blank behind the value (found by mutation)', () => {
  const message = parsed(INVITE.replace('Max-Forwards: 70', 'Max-Forwards: 70\r'));
  expect(message.headers.get('max-forwards')).toBe('70');
  const again = parsed(Buffer.from(serializeMessage(message)).toString());
  expect([...again.headers]).toEqual([...message.headers]);
});

test('RFC 3261 §8.2.6.1 a 100 carries the Timestamp of the request, other responses do not', () => {
  const request = parsed(INVITE.replace('Max-Forwards: 70', 'Timestamp: 54'));
  if (request.kind !== 'request') throw new Error('not a request');
  expect(createResponse(request, 100).headers.get('timestamp')).toBe('54');
  expect(createResponse(request, 180).headers.has('timestamp')).toBe(false);
});
