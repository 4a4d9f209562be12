import { DEFAULT_CODECS, writeOffer } from '@kommutator/sip';
import { INVALID } from '../../sip/test/torture/invalid.ts';
import { SEMANTICS } from '../../sip/test/torture/semantics.ts';
import { VALID } from '../../sip/test/torture/valid.ts';
import { DEMO, virtualExchange } from '../src/testing/index.ts';

/** The 49 messages of RFC 4475. */
export const TORTURES: readonly Buffer[] = [...VALID, ...INVALID, ...SEMANTICS].map(({ text }) =>
  Buffer.from(text),
);

/** Every message of some real calls: registration, challenge, ringing, talk, hold, CANCEL, refusal, BYE, early media. */
export async function realMessages(): Promise<readonly Buffer[]> {
  const x = virtualExchange(DEMO);
  const [anna, boris] = await x.registered('anna', 'boris');
  if (!anna || !boris) throw new Error('no phones');
  await anna.calls('102');
  await x.settles();
  boris.answers();
  await x.settles();
  await boris.call.holds();
  await boris.call.holds(false, { by: 'UPDATE' });
  anna.hangsUp();
  await x.settles();
  const cancelled = await anna.calls('102');
  await x.settles();
  cancelled.hangsUp();
  await x.settles();
  await x.pstn.calls('74951230003');
  await x.settles();
  anna.refuses(486);
  await x.settles();
  await anna.calls('89161112233');
  await x.settles();
  x.pstn.call.hangsUp();
  await x.clock.advance(60_000);
  return x.network.log.map(({ text }) => Buffer.from(text));
}

const lines = (...text: string[]): Buffer => Buffer.from(`${text.join('\r\n')}\r\n`);

/** Descriptions: ours, a phone's with much in it, a browser's. */
export const DESCRIPTIONS: readonly Buffer[] = [
  Buffer.from(
    writeOffer({
      sessionId: '1',
      version: 1,
      address: '10.0.0.1',
      port: 20_000,
      codecs: DEFAULT_CODECS,
      telephoneEvent: 101,
      direction: 'sendrecv',
      ptime: 20,
    }),
  ),
  lines(
    'v=0',
    'o=- 20518 0 IN IP6 2001:db8::1',
    's=Телефон',
    'i=A session',
    'u=http://example.com/',
    'e=a@example.com',
    'p=+7 495 1230001',
    'c=IN IP6 2001:db8::1',
    'b=AS:84',
    't=0 0',
    'r=7d 1h 0 25h',
    'z=2882844526 -1h 2898848070 0',
    'k=clear:x',
    'a=recvonly',
    'm=audio 5006/2 RTP/AVP 9 8 0 18 101 13',
    'c=IN IP4 192.0.2.7/127',
    'a=rtpmap:9 G722/8000',
    'a=rtpmap:18 G729/8000',
    'a=fmtp:18 annexb=no',
    'a=rtpmap:101 telephone-event/8000',
    'a=fmtp:101 0-15',
    'a=ptime:30',
    'a=maxptime:60',
    'a=rtcp:5007 IN IP4 192.0.2.7',
    'a=sendonly',
    'm=video 5008 RTP/AVP 96',
    'a=rtpmap:96 H264/90000',
    'm=application 9 UDP/BFCP *',
  ),
  lines(
    'v=0',
    'o=- 4611731400430051336 2 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=group:BUNDLE 0',
    'a=msid-semantic: WMS x',
    'm=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126',
    'c=IN IP4 0.0.0.0',
    'a=rtcp:9 IN IP4 0.0.0.0',
    'a=candidate:1 1 udp 2122260223 192.0.2.1 56143 typ host generation 0',
    'a=ice-ufrag:4ZcD',
    'a=ice-pwd:2/1muCWoOi3uLifh0NuRHlF1',
    'a=fingerprint:sha-256 39:4A:09:1E:0E:33:32:85:51:03:49:95:54:0B:41:09:A2:10:60:CC:39:8F:C0:C4:45:FC:37:3A:55:EA:11:5A',
    'a=setup:actpass',
    'a=mid:0',
    'a=rtcp-mux',
    'a=rtpmap:111 opus/48000/2',
    'a=fmtp:111 minptime=10;useinbandfec=1',
    'a=rtpmap:126 telephone-event/8000',
    'a=ssrc:1 cname:x',
  ),
];
