import { describe, expect, test } from 'vitest';
import {
  type AudioDescription,
  DEFAULT_CODECS,
  type LocalDescription,
  parseSdp,
  protectionOf,
  type SessionDescription,
  writeAnswer,
  writeOffer,
} from '../../src/index.ts';

const FINGERPRINT = Array.from({ length: 32 }, (_, i) => (i + 16).toString(16).toUpperCase()).join(':');
const KEY = Buffer.alloc(30, 7).toString('base64');

/** What a Chromium offers for a call with sound alone, but for lines we pass over. */
const BROWSER = `v=0
o=- 4611731400430051336 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=extmap-allow-mixed
a=msid-semantic: WMS 5b9d
m=audio 51000 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
c=IN IP4 192.0.2.44
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:1 1 udp 2122260223 192.0.2.44 51000 typ host generation 0 network-id 1
a=ice-ufrag:EsAw
a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1
a=ice-options:trickle
a=fingerprint:sha-256 ${FINGERPRINT}
a=setup:actpass
a=mid:0
a=sendrecv
a=msid:5b9d 7f1c
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=rtpmap:63 red/48000/2
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:13 CN/8000
a=rtpmap:110 telephone-event/48000
a=rtpmap:126 telephone-event/8000
a=ssrc:1399694169 cname:jU1
`.replaceAll('\n', '\r\n');

const parsed = (body: string | Uint8Array): SessionDescription => {
  const result = parseSdp(body);
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
};
const audioOf = (body: string | Uint8Array): AudioDescription => {
  const { audio } = parsed(body);
  if (!audio) throw new Error('no audio');
  return audio;
};
const phone = (profile: string, ...lines: string[]): AudioDescription =>
  audioOf(
    `${['v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0', `m=audio 4000 ${profile} 8`, ...lines].join('\r\n')}\r\n`,
  );

const ours: LocalDescription = {
  sessionId: '17',
  version: 1,
  address: '198.51.100.5',
  port: 20_000,
  codecs: DEFAULT_CODECS,
  telephoneEvent: 126,
  direction: 'sendrecv',
  ptime: 20,
  secure: {
    by: 'dtls',
    fingerprint: FINGERPRINT,
    setup: 'passive',
    ice: { ufrag: 'abcd', password: 'x'.repeat(24) },
    candidates: ['198.51.100.5', '10.0.0.5'],
    ssrc: 4_242,
  },
};

describe('a browser’s offer (RFC 8829)', () => {
  test('is read whole: fingerprint, role, ICE, tag, and telephone-event of 8 000 Hz', () => {
    const offer = parsed(BROWSER);
    expect(offer.audio).toMatchObject({
      profile: 'UDP/TLS/RTP/SAVPF',
      telephoneEvent: 126,
      rtcpMux: true,
      dtls: {
        fingerprints: [{ hash: 'sha-256', value: FINGERPRINT }],
        setup: 'actpass',
        ice: { ufrag: 'EsAw', password: 'P2uYro0UCOQ4zxjKXaWCBui1' },
      },
    });
    expect(offer.audio && protectionOf(offer.audio)).toBe('dtls');
    expect(offer.bundle).toEqual(['0']);
  });

  test.each([
    ['zeros', 'c=IN IP4 0.0.0.0'],
    ['a name', 'c=IN IP4 7b3f0e1c-aaaa-bbbb-cccc-ddddeeeeffff.local'],
  ])('its address may be hidden behind %s', (_, line) => {
    expect(audioOf(BROWSER.replace('c=IN IP4 192.0.2.44', line)).address).toBe('0.0.0.0');
  });

  test('RFC 8839 §4.4.3: fingerprint, role and ICE may stand in the session part', () => {
    const lines = BROWSER.split('\r\n');
    const isOf = (line: string) => /^a=(ice-ufrag|ice-pwd|fingerprint|setup)/.test(line);
    const head = lines.slice(0, 7);
    const moved = [...head, ...lines.filter(isOf), ...lines.slice(7).filter(line => !isOf(line))];
    expect(audioOf(moved.join('\r\n')).dtls).toEqual(audioOf(BROWSER).dtls);
  });

  test.each([
    ['a fingerprint', /a=fingerprint.*\r\n/],
    ['a fingerprint that counts', 'sha-256'],
    ['a name for ICE', /a=ice-ufrag.*\r\n/],
    ['a password for ICE', /a=ice-pwd.*\r\n/],
  ])('without %s it cannot be taken', (_, what) => {
    const changed = BROWSER.replace(what, what === 'sha-256' ? 'md5' : '');
    expect(protectionOf(audioOf(changed))).toBeNull();
  });

  test('our answer: one stream in the bundle, lite, our addresses as candidates, video refused under its tag', () => {
    const video = 'm=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\n';
    const answer = Buffer.from(
      writeAnswer(ours, parsed(BROWSER.replace('BUNDLE 0', 'BUNDLE 0 1') + video)),
    ).toString();
    expect(answer.split('\r\n')).toEqual([
      'v=0',
      'o=- 17 1 IN IP4 198.51.100.5',
      's=-',
      'c=IN IP4 198.51.100.5',
      't=0 0',
      'a=group:BUNDLE 0',
      'a=ice-lite',
      'a=msid-semantic: WMS *',
      'm=audio 20000 UDP/TLS/RTP/SAVPF 8 0 126',
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:126 telephone-event/8000',
      'a=fmtp:126 0-15',
      'a=ptime:20',
      'a=sendrecv',
      'a=mid:0',
      'a=rtcp-mux',
      'a=ice-ufrag:abcd',
      `a=ice-pwd:${'x'.repeat(24)}`,
      `a=fingerprint:sha-256 ${FINGERPRINT}`,
      'a=setup:passive',
      'a=candidate:1 1 udp 2130706431 198.51.100.5 20000 typ host',
      'a=candidate:2 1 udp 2130706175 10.0.0.5 20000 typ host',
      'a=end-of-candidates',
      'a=msid:kommutator audio',
      'a=ssrc:4242 cname:kommutator',
      'm=video 0 UDP/TLS/RTP/SAVPF 96',
      'a=mid:1',
      '',
    ]);
  });

  test('our offer is read by ourselves', () => {
    const read = parsed(writeOffer(ours));
    expect(read.bundle).toEqual(['0']);
    expect(read.audio).toMatchObject({
      profile: 'UDP/TLS/RTP/SAVPF',
      rtcpMux: true,
      dtls: { setup: 'passive', ice: { ufrag: 'abcd' } },
    });
  });
});

describe('keys in SDP (RFC 4568)', () => {
  test.each([
    ['plain', `1 AES_CM_128_HMAC_SHA1_80 inline:${KEY}`, 1],
    ['with a lifetime', `1 AES_CM_128_HMAC_SHA1_80 inline:${KEY}|2^31`, 1],
    ['with a window', `1 AES_CM_128_HMAC_SHA1_80 inline:${KEY} WSH=128`, 1],
    ['with an identifier of the master key', `1 AES_CM_128_HMAC_SHA1_80 inline:${KEY}|2^20|1:4`, 0],
    ['without encryption', `1 AES_CM_128_HMAC_SHA1_80 inline:${KEY} UNENCRYPTED_SRTP`, 0],
    ['of another kind', `1 AES_CM_128_HMAC_SHA1_80 uri:${KEY}`, 0],
    ['without a key', '1 AES_CM_128_HMAC_SHA1_80', 0],
  ])('a line %s', (_, line, count) => {
    const audio = phone('RTP/SAVP', `a=crypto:${line}`);
    expect(audio.crypto).toHaveLength(count);
    expect(protectionOf(audio)).toBe(count > 0 ? 'sdes' : null);
  });

  test('RFC 8643: plain RTP that offers keys is plain RTP', () => {
    const audio = phone('RTP/AVP', `a=crypto:3 AES_CM_128_HMAC_SHA1_32 inline:${KEY}`);
    expect(protectionOf(audio)).toBe('plain');
    expect(audio.crypto).toEqual([{ tag: 3, suite: 'AES_CM_128_HMAC_SHA1_32', key: KEY }]);
  });

  test.each(['RTP/AVP', 'RTP/SAVP'] as const)('our offer over %s', profile => {
    const crypto = [{ tag: 1, suite: 'AES_CM_128_HMAC_SHA1_80', key: KEY }];
    const audio = audioOf(writeOffer({ ...ours, secure: { by: 'sdes', profile, crypto } }));
    expect(audio).toMatchObject({ profile, crypto });
  });
});
