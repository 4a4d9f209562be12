import type { AudioCodec, LocalDescription, SessionDescription } from './types.ts';

/** Our offer: one audio stream over plain RTP (RFC 3264 §5). */
export const writeOffer = (local: LocalDescription): Uint8Array =>
  Buffer.from(`${head(local)}${audio(local, 'RTP/AVP')}`);

/**
 * Our answer: as many m= lines as the offer in its order, with its profile on our audio; whatever we do not take is
 * refused with port 0 (RFC 3264 §6). `local.codecs` carries the offerer's payload types, see `answerAudio`.
 */
export function writeAnswer(local: LocalDescription, offer: SessionDescription): Uint8Array {
  let text = head(local);
  offer.media.forEach((line, index) => {
    if (index === offer.audioIndex) text += audio(local, line.protocol);
    else text += `m=${line.kind} 0 ${line.protocol} ${line.formats}\r\n`;
  });
  return Buffer.from(text);
}

function head(local: LocalDescription): string {
  const at = `IN ${local.address.includes(':') ? 'IP6' : 'IP4'} ${local.address}`;
  return `v=0\r\no=- ${local.sessionId} ${local.version} ${at}\r\ns=-\r\nc=${at}\r\nt=0 0\r\n`;
}

function audio(local: LocalDescription, profile: string): string {
  const types = local.codecs.map(({ payloadType }) => payloadType);
  if (local.telephoneEvent !== undefined) types.push(local.telephoneEvent);
  let text = `m=audio ${local.port} ${profile} ${types.join(' ')}\r\n`;
  for (const codec of local.codecs) text += payloadMap(codec);
  if (local.telephoneEvent !== undefined) {
    text += `a=rtpmap:${local.telephoneEvent} telephone-event/8000\r\na=fmtp:${local.telephoneEvent} 0-15\r\n`;
  }
  if (local.rtcpPort !== undefined) text += `a=rtcp:${local.rtcpPort}\r\n`;
  return `${text}a=ptime:${local.ptime}\r\na=${local.direction}\r\n`;
}

function payloadMap({ payloadType, name, clockRate, channels, fmtp }: AudioCodec): string {
  const map = `a=rtpmap:${payloadType} ${name}/${clockRate}${channels > 1 ? `/${channels}` : ''}\r\n`;
  return fmtp === undefined ? map : `${map}a=fmtp:${payloadType} ${fmtp}\r\n`;
}
