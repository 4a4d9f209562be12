import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AudioCodec,
  type AudioDescription,
  answerAudio,
  DEFAULT_CODECS,
  type Direction,
  isHold,
  type LocalDescription,
  mirrorDirection,
  offerCodecs,
  parseSdp,
  readAnswer,
  type SessionDescription,
  TELEPHONE_EVENT,
  writeAnswer,
  writeOffer,
} from '../../src/index.ts';

const HEAD = ['v=0', 'o=anna 2890844526 2890842807 IN IP4 192.0.2.1', 's=call', 't=0 0'];
const sdp = (...lines: string[]) => `${[...HEAD, ...lines].join('\r\n')}\r\n`;

const parsed = (body: string | Uint8Array): SessionDescription => {
  const result = parseSdp(body);
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.detail}`);
  return result.value;
};
const audioOf = (body: string | Uint8Array): AudioDescription => {
  const { audio } = parsed(body);
  if (!audio) throw new Error('no audio');
  return audio;
};
const code = (body: string) => {
  const result = parseSdp(body);
  return result.ok ? 'ok' : result.error.code;
};
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

const C = 'c=IN IP4 192.0.2.7';
const PCMA: AudioCodec = { name: 'PCMA', clockRate: 8000, channels: 1, payloadType: 8 };
const PCMU: AudioCodec = { name: 'PCMU', clockRate: 8000, channels: 1, payloadType: 0 };
const G722: AudioCodec = { name: 'G722', clockRate: 8000, channels: 1, payloadType: 9 };
const OPUS: AudioCodec = {
  name: 'OPUS',
  clockRate: 48_000,
  channels: 2,
  payloadType: 111,
  fmtp: 'useinbandfec=1',
};

const local: LocalDescription = {
  sessionId: '17',
  version: 3,
  address: '198.51.100.5',
  port: 20_000,
  codecs: DEFAULT_CODECS,
  telephoneEvent: TELEPHONE_EVENT,
  direction: 'sendrecv',
  ptime: 20,
};

describe('reading', () => {
  test('RFC 8866 §5 an offer of a phone is read whole', () => {
    const description = parsed(
      sdp(
        C,
        'm=audio 4000 RTP/AVP 111 8 0 101',
        'a=rtpmap:111 opus/48000/2',
        'a=fmtp:111 useinbandfec=1',
        'a=rtpmap:8 PCMA/8000',
        'a=rtpmap:101 telephone-event/8000',
        'a=fmtp:101 0-16',
        'a=ptime:30',
        'a=rtcp:4005 IN IP4 192.0.2.7',
        'a=rtcp-mux',
        'a=sendonly',
      ),
    );
    expect(description).toEqual({
      audioIndex: 0,
      sessionVersion: '2890842807',
      media: [{ kind: 'audio', protocol: 'RTP/AVP', formats: '111 8 0 101', port: 4000 }],
      audio: {
        address: '192.0.2.7',
        port: 4000,
        codecs: [OPUS, PCMA, PCMU],
        telephoneEvent: 101,
        direction: 'sendonly',
        ptime: 30,
        rtcpPort: 4005,
        rtcpMux: true,
        crypto: [],
        profile: 'RTP/AVP',
      },
    });
  });

  test('RFC 3551 §6 static payload types need no rtpmap, dynamic ones do', () => {
    const { codecs } = audioOf(sdp(C, 'm=audio 4000 RTP/AVP 0 8 9 18 96 8'));
    expect(codecs.map(({ name, payloadType }) => `${payloadType} ${name}`)).toEqual([
      '0 PCMU',
      '8 PCMA',
      '9 G722',
      '18 G729',
    ]);
  });

  test('RFC 8866 §5.14 a single format is a list of one', () => {
    expect(audioOf(sdp(C, 'm=audio 4000 RTP/AVP 8')).codecs).toEqual([PCMA]);
    expect(parsed(sdp(C, 'm=audio 4000 RTP/AVP 8')).media[0]?.formats).toBe('8');
  });

  test('RFC 8866 §5.7 c= and direction of the session hold where the stream has none of its own', () => {
    const inherited = audioOf(sdp(C, 'a=inactive', 'a=ptime:40', 'm=audio 4000 RTP/AVP 8'));
    expect(inherited).toMatchObject({ address: '192.0.2.7', direction: 'inactive', ptime: 40 });
    const own = audioOf(sdp(C, 'a=inactive', 'm=audio 4000 RTP/AVP 8', 'c=IN IP6 2001:db8::7', 'a=recvonly'));
    expect(own).toMatchObject({ address: '2001:db8::7', direction: 'recvonly' });
  });

  test('RFC 3264 §5.1 without a direction it is sendrecv', () => {
    expect(audioOf(sdp(C, 'm=audio 4000 RTP/AVP 8')).direction).toBe('sendrecv');
  });

  test('RFC 3264 §8.2 a refused audio stream is passed over, another one is found', () => {
    const description = parsed(
      sdp(C, 'm=audio 0 RTP/AVP 8', 'm=video 5000 RTP/AVP 34', 'm=audio 4002 RTP/AVP 0'),
    );
    expect(description.audioIndex).toBe(2);
    expect(description.audio?.port).toBe(4002);
  });

  test('RFC 3264 §5 plain RTP goes before SRTP when a phone offers both', () => {
    expect(parsed(sdp(C, 'm=audio 4000 RTP/SAVP 8', 'm=audio 4002 RTP/AVP 8')).audioIndex).toBe(1);
    expect(parsed(sdp(C, 'm=audio 4000 RTP/SAVP 8')).audio?.profile).toBe('RTP/SAVP');
  });

  test('RFC 3264 §5 a description without audio is one all the same', () => {
    expect(parsed(sdp(C, 'm=image 4000 udptl t38'))).toMatchObject({ audio: null, audioIndex: -1 });
    expect(parsed(sdp())).toMatchObject({ audio: null, media: [] });
  });

  test('RFC 8866 §9 bare LF ends a line too, and unknown lines are passed over', () => {
    const lines = [
      'b=AS:64',
      'k=x',
      'a=crypto:1 x',
      'z',
      C,
      'm=audio 4000 RTP/AVP 8',
      'a=candidate:1 1 UDP 1 192.0.2.7 1 typ host',
    ];
    expect(audioOf(sdp(...lines).replaceAll('\r\n', '\n')).port).toBe(4000);
  });

  test('RFC 4733 §2.4 telephone-event at another clock rate is none of ours', () => {
    const lines = [C, 'm=audio 4000 RTP/AVP 8 110 126', 'a=rtpmap:110 telephone-event/48000'];
    expect(audioOf(sdp(...lines)).telephoneEvent).toBeUndefined();
    expect(audioOf(sdp(...lines, 'a=rtpmap:126 telephone-event/8000')).telephoneEvent).toBe(126);
  });

  test.each([
    ['nothing', '', 'version'],
    ['no SDP at all', 'hello', 'version'],
    ['another version', sdp(C).replace('v=0', 'v=1'), 'version'],
    ['no origin', 'v=0\r\ns=-\r\nt=0 0\r\n', 'origin'],
    ['an origin that is none', 'v=0\r\no=anna\r\n', 'origin'],
    ['no address', sdp('m=audio 4000 RTP/AVP 8'), 'connection'],
    ['an address that is none', sdp('c=IN IP4 999.1.1.1', 'm=audio 4000 RTP/AVP 8'), 'connection'],
    ['multicast', sdp('c=IN IP4 224.2.36.42/127', 'm=audio 4000 RTP/AVP 8'), 'connection'],
    ['a port that is none', sdp(C, 'm=audio x RTP/AVP 8'), 'media-line'],
    ['a port out of range', sdp(C, 'm=audio 65536 RTP/AVP 8'), 'media-line'],
    ['no formats', sdp(C, 'm=audio 4000 RTP/AVP'), 'media-line'],
    ['too many streams', sdp(C, ...Array<string>(33).fill('m=audio 4000 RTP/AVP 8')), 'too-long'],
    ['too many bytes', sdp(C, `a=${'x'.repeat(40_000)}`), 'too-long'],
  ])('RFC 8866 %s is refused', (_, body, expected) => {
    expect(code(body)).toBe(expected);
  });

  test('RFC 8866 a description changed at random is read or refused, never thrown over', {
    timeout: 60_000,
  }, () => {
    const seed = sdp(
      C,
      'm=audio 4000 RTP/AVP 111 8 101',
      'a=rtpmap:111 opus/48000/2',
      'a=fmtp:111 x=1',
      'a=ptime:20',
      'm=video 1 X 2',
    );
    const change = fc.record({
      at: fc.nat(seed.length - 1),
      drop: fc.nat(10),
      put: fc.string({ unit: 'binary', maxLength: 5 }),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), changes => {
        let body = seed;
        for (const { at, drop, put } of changes) body = body.slice(0, at) + put + body.slice(at + drop);
        const result = parseSdp(body);
        if (!result.ok) return;
        const description = result.value;
        readAnswer(local, description);
        const answer = parsed(writeAnswer(local, description));
        expect(answer.media).toHaveLength(description.media.length);
        if (!description.audio) return;
        answerAudio(description.audio, DEFAULT_CODECS);
        for (const { payloadType } of description.audio.codecs) expect(payloadType).toBeLessThan(128);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('writing', () => {
  test('RFC 3264 §5 our offer, to the letter', () => {
    expect(text(writeOffer({ ...local, rtcpPort: 20_001 })).split('\r\n')).toEqual([
      'v=0',
      'o=- 17 3 IN IP4 198.51.100.5',
      's=-',
      'c=IN IP4 198.51.100.5',
      't=0 0',
      'm=audio 20000 RTP/AVP 8 0 101',
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:101 telephone-event/8000',
      'a=fmtp:101 0-15',
      'a=rtcp:20001',
      'a=ptime:20',
      'a=sendrecv',
      '',
    ]);
  });

  test('RFC 3264 §6 the answer has the m= lines of the offer in order; what we do not take has port 0', () => {
    const offer = parsed(
      sdp(
        C,
        'm=video 5000 RTP/AVP 34 35',
        'm=audio 4000 RTP/AVPF 0',
        'm=image 6000 udptl t38',
        'm=audio 4002 RTP/AVP 8',
      ),
    );
    const answer = parsed(writeAnswer({ ...local, codecs: [PCMU], telephoneEvent: undefined }, offer));
    expect(answer.media).toEqual([
      { kind: 'video', protocol: 'RTP/AVP', formats: '34 35', port: 0 },
      { kind: 'audio', protocol: 'RTP/AVPF', formats: '0', port: 20_000 },
      { kind: 'image', protocol: 'udptl', formats: 't38', port: 0 },
      { kind: 'audio', protocol: 'RTP/AVP', formats: '8', port: 0 },
    ]);
  });

  test('RFC 8866 §5.7 an IPv6 address is written as IP6', () => {
    expect(text(writeOffer({ ...local, address: '2001:db8::5' }))).toContain('\r\nc=IN IP6 2001:db8::5\r\n');
  });

  test('RFC 8866 what we write is read back the same', () => {
    const codec = fc.constantFrom(PCMA, PCMU, G722, OPUS);
    fc.assert(
      fc.property(
        fc.record({
          sessionId: fc.nat().map(String),
          version: fc.nat(),
          address: fc.oneof(fc.ipV4(), fc.constant('2001:db8::1')),
          port: fc.integer({ min: 1, max: 65_535 }),
          codecs: fc.uniqueArray(codec, { minLength: 1 }),
          telephoneEvent: fc.option(fc.integer({ min: 96, max: 110 }), { nil: undefined }),
          direction: fc.constantFrom<Direction>('sendrecv', 'sendonly', 'recvonly', 'inactive'),
          ptime: fc.integer({ min: 10, max: 60 }),
          rtcpPort: fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined }),
        }),
        ours => {
          const { sessionId: _, version, ...audio } = ours;
          const read = parsed(writeOffer(ours));
          expect(read.sessionVersion).toBe(String(version));
          expect(read.audio).toEqual({ ...audio, rtcpMux: false, profile: 'RTP/AVP', crypto: [] });
          expect(readAnswer(ours, read)).toEqual({
            codecs: ours.codecs,
            receive: ours.codecs,
            telephoneEvent: ours.telephoneEvent,
          });
        },
      ),
    );
  });
});

describe('offer and answer', () => {
  const offer = (formats: string, ...lines: string[]) =>
    audioOf(sdp(C, `m=audio 4000 RTP/AVP ${formats}`, ...lines));

  test("RFC 3264 §6.1 the answer keeps the offerer's order and payload types", () => {
    const agreed = answerAudio(
      offer('9 0 97 96', 'a=rtpmap:97 pcma/8000', 'a=rtpmap:96 telephone-event/8000'),
      DEFAULT_CODECS,
    );
    const pcma = { ...PCMA, payloadType: 97 };
    expect(agreed).toEqual({ codecs: [PCMU, pcma], receive: [PCMU, pcma], telephoneEvent: 96 });
  });

  test('RFC 3264 §6 no codec in common, or encryption, gives nothing to answer with: 488', () => {
    expect(answerAudio(offer('18 9'), DEFAULT_CODECS)).toBeNull();
    expect(answerAudio(audioOf(sdp(C, 'm=audio 4000 RTP/SAVP 8')), DEFAULT_CODECS)).toBeNull();
  });

  test('RFC 4733 telephone-event is answered only when it was offered', () => {
    expect(answerAudio(offer('8'), DEFAULT_CODECS)?.telephoneEvent).toBeUndefined();
  });

  test('the target is offered what the caller agreed to in his order, then the rest, with our payload types', () => {
    const ours = [PCMA, PCMU, G722];
    expect(offerCodecs([{ ...PCMU, payloadType: 100 }, OPUS], ours)).toEqual([PCMU, PCMA, G722]);
    expect(offerCodecs([], ours)).toEqual(ours);
  });

  test("RFC 3264 §7 the answer's payload types are what we send, ours what we receive", () => {
    const answer = parsed(
      sdp(C, 'm=audio 4000 RTP/AVP 97 100', 'a=rtpmap:97 PCMU/8000', 'a=rtpmap:100 telephone-event/8000'),
    );
    expect(readAnswer(local, answer)).toEqual({
      codecs: [{ ...PCMU, payloadType: 97 }],
      receive: [PCMU],
      telephoneEvent: 100,
    });
    expect(readAnswer({ ...local, telephoneEvent: undefined }, answer)?.telephoneEvent).toBeUndefined();
  });

  test('RFC 3264 §6 an answer that refuses audio, or takes what was not offered, is none', () => {
    expect(readAnswer(local, parsed(sdp(C, 'm=audio 0 RTP/AVP 8')))).toBeNull();
    expect(readAnswer(local, parsed(sdp(C, 'm=audio 4000 RTP/AVP 9')))).toBeNull();
  });

  test('RFC 3264 §6.1 directions are mirrored', () => {
    const all: Direction[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];
    expect(all.map(mirrorDirection)).toEqual(['sendrecv', 'recvonly', 'sendonly', 'inactive']);
  });

  test('RFC 3264 §8.4 hold is sendonly, inactive, or the address 0.0.0.0', () => {
    const held = (direction: string, address = '192.0.2.7') =>
      isHold(audioOf(sdp(`c=IN IP4 ${address}`, 'm=audio 4000 RTP/AVP 8', `a=${direction}`)));
    expect(['sendonly', 'inactive', 'recvonly', 'sendrecv'].map(direction => held(direction))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(held('sendrecv', '0.0.0.0')).toBe(true);
  });
});
