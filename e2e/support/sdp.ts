/** Description of an audio stream at one address: what a plain phone says. PCMA first, PCMU, telephone-event. */
export const audioAt = (address: string, port: number): Uint8Array =>
  Buffer.from(
    [
      'v=0',
      `o=phone 1 1 IN IP4 ${address}`,
      's=-',
      `c=IN IP4 ${address}`,
      't=0 0',
      `m=audio ${port} RTP/AVP 8 0 101`,
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:101 telephone-event/8000',
      'a=fmtp:101 0-16',
      '',
    ].join('\r\n'),
  );
