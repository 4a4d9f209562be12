import type { AudioCodec, LocalDescription, SessionDescription } from './types.ts';

const STREAM = 'kommutator';
/** Type preference 126, local preference 65 535, component 1 (RFC 8445 §5.1.2.1). */
const HOST_PRIORITY = 2_130_706_431;
/** The tag of our one stream in an offer of ours that has one. */
const MID = '0';

/** Our offer: one audio stream (RFC 3264 §5); over plain RTP unless `local.secure` says otherwise. */
export function writeOffer(local: LocalDescription): Uint8Array {
  const { secure } = local;
  const mid = secure?.by === 'dtls' ? MID : undefined;
  const profile = !secure ? 'RTP/AVP' : secure.by === 'sdes' ? secure.profile : 'UDP/TLS/RTP/SAVPF';
  return Buffer.from(`${head(local, mid)}${audio(local, profile, mid)}`);
}

/**
 * Our answer: as many m= lines as the offer in its order, with its profile on our audio; whatever we do not take is
 * refused with port 0 (RFC 3264 §6). `local.codecs` carries the offerer's payload types, see `answerAudio`.
 */
export function writeAnswer(local: LocalDescription, offer: SessionDescription): Uint8Array {
  const mid = offer.media[offer.audioIndex]?.mid;
  const bundled = mid !== undefined && offer.bundle?.includes(mid) === true;
  let text = head(local, bundled ? mid : undefined);
  offer.media.forEach((line, index) => {
    if (index === offer.audioIndex) text += audio(local, line.protocol, mid);
    else text += `m=${line.kind} 0 ${line.protocol} ${line.formats}\r\n${midOf(line.mid)}`;
  });
  return Buffer.from(text);
}

/** @param bundle the tag of the stream, where streams share a transport (RFC 9143). */
function head(local: LocalDescription, bundle: string | undefined): string {
  const at = `IN ${local.address.includes(':') ? 'IP6' : 'IP4'} ${local.address}`;
  const text = `v=0\r\no=- ${local.sessionId} ${local.version} ${at}\r\ns=-\r\nc=${at}\r\nt=0 0\r\n`;
  const group = bundle === undefined ? '' : `a=group:BUNDLE ${bundle}\r\n`;
  return local.secure?.by === 'dtls'
    ? `${text}${group}a=ice-lite\r\na=msid-semantic: WMS *\r\n`
    : text + group;
}

const midOf = (mid: string | undefined): string => (mid === undefined ? '' : `a=mid:${mid}\r\n`);

function audio(local: LocalDescription, profile: string, mid: string | undefined): string {
  const types = local.codecs.map(({ payloadType }) => payloadType);
  if (local.telephoneEvent !== undefined) types.push(local.telephoneEvent);
  let text = `m=audio ${local.port} ${profile} ${types.join(' ')}\r\n`;
  for (const codec of local.codecs) text += payloadMap(codec);
  if (local.telephoneEvent !== undefined) {
    text += `a=rtpmap:${local.telephoneEvent} telephone-event/8000\r\na=fmtp:${local.telephoneEvent} 0-15\r\n`;
  }
  if (local.rtcpPort !== undefined) text += `a=rtcp:${local.rtcpPort}\r\n`;
  return `${text}a=ptime:${local.ptime}\r\na=${local.direction}\r\n${midOf(mid)}${protection(local)}`;
}

function protection({ secure, port }: LocalDescription): string {
  if (!secure) return '';
  if (secure.by === 'sdes')
    return secure.crypto.map(({ tag, suite, key }) => `a=crypto:${tag} ${suite} inline:${key}\r\n`).join('');
  const { ice, fingerprint, setup, candidates, ssrc } = secure;
  const host = (address: string, index: number) =>
    `a=candidate:${index + 1} 1 udp ${HOST_PRIORITY - (index << 8)} ${address} ${port} typ host\r\n`;
  return [
    'a=rtcp-mux\r\n',
    `a=ice-ufrag:${ice.ufrag}\r\na=ice-pwd:${ice.password}\r\n`,
    `a=fingerprint:sha-256 ${fingerprint}\r\na=setup:${setup}\r\n`,
    ...candidates.map(host),
    'a=end-of-candidates\r\n',
    // A track without a stream would not reach pages that look for streams; the source spares the browser a guess.
    `a=msid:${STREAM} audio\r\na=ssrc:${ssrc} cname:${STREAM}\r\n`,
  ].join('');
}

function payloadMap({ payloadType, name, clockRate, channels, fmtp }: AudioCodec): string {
  const map = `a=rtpmap:${payloadType} ${name}/${clockRate}${channels > 1 ? `/${channels}` : ''}\r\n`;
  return fmtp === undefined ? map : `${map}a=fmtp:${payloadType} ${fmtp}\r\n`;
}
