import { wire } from '../message/support.ts';
import { message, sized, type Torture } from './parts.ts';

const CALL_ID = 'Call-ID: SSG9559905523997077@hlau_4100';

/** §4.1 to §4.4 differ in their Request-URI alone. */
const register = (uri: string): string =>
  message(
    `REGISTER ${uri} SIP/2.0`,
    'To: sip:user@example.com',
    'From: sip:user@example.com;tag=81x2',
    'Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111',
    CALL_ID,
    'Max-Forwards: 70',
    'Contact: "Caller" <sip:caller@[2001:db8::1]>',
    'CSeq: 98176 REGISTER',
    'Content-Length: 0',
  );

/** §4.10's two differ in a colon. */
const options = (host: string): string =>
  message(
    `OPTIONS sip:user@[${host}] SIP/2.0`,
    `To: sip:user@[${host}]`,
    'From: sip:user@example.com;tag=810x2',
    'Via: SIP/2.0/UDP lab1.east.example.com;branch=z9hG4bKas3-111',
    'Call-ID: G9559905523997077@hlau_4100',
    'CSeq: 689 OPTIONS',
    'Max-Forwards: 70',
    'Content-Length: 0',
  );

/** The two streams three of the messages offer. */
const streams = [
  'm=audio 6000 RTP/AVP 2',
  'a=rtpmap:2 G726-32/8000',
  'm=video 6024 RTP/AVP 107',
  'a=rtpmap:107 H263-1998/90000',
  '',
];

/**
 * RFC 5118 §4: the messages that test IPv6. Lengths are those of the bodies: the RFC counts some of them without their CRs.
 * To a stack without an application a BYE of no dialog is 481: what counts is that it was understood.
 */
export const IPV6: readonly Torture[] = [
  { section: '4.1', name: 'ipv6-good', outcome: 'request', text: register('sip:[2001:db8::10]') },
  { section: '4.2', name: 'ipv6-bad', outcome: 400, text: register('sip:2001:db8::10') },
  { section: '4.3', name: 'port-ambiguous', outcome: 'request', text: register('sip:[2001:db8::10:5070]') },
  { section: '4.4', name: 'port-unambiguous', outcome: 'request', text: register('sip:[2001:db8::10]:5070') },
  {
    section: '4.5',
    name: 'via-received-param-with-delim',
    outcome: 481,
    text: message(
      'BYE sip:[2001:db8::10] SIP/2.0',
      'To: sip:user@example.com;tag=bd76ya',
      'From: sip:user@example.com;tag=81x2',
      'Via: SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3-111',
      CALL_ID,
      'Max-Forwards: 70',
      'CSeq: 321 BYE',
      'Content-Length: 0',
    ),
  },
  {
    section: '4.5',
    name: 'via-received-param-no-delim',
    outcome: 'request',
    text: message(
      'OPTIONS sip:[2001:db8::10] SIP/2.0',
      'To: sip:user@example.com',
      'From: sip:user@example.com;tag=81x2',
      'Via: SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255;branch=z9hG4bKas3',
      'Call-ID: SSG95523997077@hlau_4100',
      'Max-Forwards: 70',
      'Contact: "Caller" <sip:caller@[2001:db8::9:1]>',
      'CSeq: 921 OPTIONS',
      'Content-Length: 0',
    ),
  },
  {
    section: '4.6',
    name: 'ipv6-in-sdp',
    outcome: 'invite',
    text: sized(
      wire(
        'v=0',
        'o=assistant 971731711378798081 0 IN IP6 2001:db8::20',
        "s=Live video feed for today's meeting",
        'c=IN IP6 2001:db8::20',
        't=3338481189 3370017201',
        ...streams,
      ),
      'INVITE sip:user@[2001:db8::10] SIP/2.0',
      'To: sip:user@[2001:db8::10]',
      'From: sip:user@example.com;tag=81x2',
      'Via: SIP/2.0/UDP [2001:db8::20];branch=z9hG4bKas3-111',
      CALL_ID,
      'Contact: "Caller" <sip:caller@[2001:db8::20]>',
      'CSeq: 8612 INVITE',
      'Max-Forwards: 70',
      'Content-Type: application/sdp',
    ),
  },
  {
    section: '4.7',
    name: 'mult-ip-in-header',
    outcome: 'request',
    text: message(
      'OPTIONS sip:user@host.example.com SIP/2.0',
      'To: sip:user@host.example.com',
      'From: sip:user@example.com;tag=81x2',
      'Via: SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9hG4bKas3-111',
      'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKjhja8781hjuaij65144',
      'Via: SIP/2.0/TCP [2001:db8::9:255];branch=z9hG4bK451jj;received=192.0.2.200',
      CALL_ID,
      'Max-Forwards: 68',
      'Contact: "Caller" <sip:caller@[2001:db8::9:1]>',
      'CSeq: 921 OPTIONS',
      'Content-Length: 0',
    ),
  },
  {
    section: '4.8',
    name: 'mult-ip-in-sdp',
    outcome: 'invite',
    text: sized(
      wire(
        'v=0',
        'o=bob 280744730 28977631 IN IP4 host.example.com',
        's=',
        't=0 0',
        'm=audio 22334 RTP/AVP 0',
        'c=IN IP4 192.0.2.1',
        'm=video 6024 RTP/AVP 107',
        'c=IN IP6 2001:db8::1',
        'a=rtpmap:107 H263-1998/90000',
        '',
      ),
      'INVITE sip:user@[2001:db8::10] SIP/2.0',
      'To: sip:user@[2001:db8::10]',
      'From: sip:user@example.com;tag=81x2',
      'Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111',
      CALL_ID,
      'Contact: "Caller" <sip:caller@[2001:db8::9:1]>',
      'Max-Forwards: 70',
      'CSeq: 8912 INVITE',
      'Content-Type: application/sdp',
    ),
  },
  {
    section: '4.9',
    name: 'ipv4-mapped-ipv6',
    outcome: 'invite',
    text: sized(
      wire(
        'v=0',
        'o=assistant 971731711378798081 0 IN IP6 ::ffff:192.0.2.2',
        's=Call me soon, please!',
        'c=IN IP6 ::ffff:192.0.2.2',
        't=3338481189 3370017201',
        ...streams,
      ),
      'INVITE sip:user@example.com SIP/2.0',
      'To: sip:user@example.com',
      'From: sip:user@east.example.com;tag=81x2',
      'Via: SIP/2.0/UDP [::ffff:192.0.2.10]:19823;branch=z9hG4bKbh19',
      'Via: SIP/2.0/UDP [::ffff:192.0.2.2];branch=z9hG4bKas3-111',
      CALL_ID,
      'Contact: "T. desk phone" <sip:ted@[::ffff:192.0.2.2]>',
      'CSeq: 612 INVITE',
      'Max-Forwards: 70',
      'Content-Type: application/sdp',
    ),
  },
  {
    section: '4.10',
    name: 'ipv6-bug-abnf-3-colons',
    outcome: 'request',
    text: options('2001:db8:::192.0.2.1'),
  },
  {
    section: '4.10',
    name: 'ipv6-correct-abnf-2-colons',
    outcome: 'request',
    text: options('2001:db8::192.0.2.1'),
  },
];
