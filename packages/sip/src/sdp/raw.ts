import type { Direction } from './types.ts';

/** The lines of a description that we read, taken apart but not judged: values are text as it stood there. */
export interface RawSdp extends RawSection {
  version: string | undefined;
  sessionVersion: string | undefined;
  /** The identification tags of the first BUNDLE group. */
  bundle: string | undefined;
  readonly media: RawMedia[];
}

/** What may stand in the session part, for all streams, or behind an m= line, for one. */
interface RawSection {
  /** Address of the c= line. */
  address: string | undefined;
  direction: Direction | undefined;
  ptime: string | undefined;
  iceUfrag: string | undefined;
  icePassword: string | undefined;
  setup: string | undefined;
  readonly fingerprints: string[];
}

export interface RawMedia extends RawSection {
  /** The parts of the m= line; null when it is malformed. */
  readonly line: {
    readonly kind: string;
    readonly port: string;
    readonly protocol: string;
    readonly formats: string;
  } | null;
  rtcpPort: string | undefined;
  rtcpMux: boolean;
  mid: string | undefined;
  readonly crypto: string[];
  readonly maps: RawMap[];
  /** Format parameters by payload type. */
  readonly parameters: Map<number, string>;
}

interface RawMap {
  readonly payloadType: string;
  readonly name: string;
  readonly clockRate: string;
  readonly channels: string | undefined;
}

const BUNDLE = 'group:BUNDLE ';
const LINE_END = /\r\n?|\n/;
const ORIGIN = /^\S* \d* (\d+) \S* IP\d /;
const CONNECTION = /^IN IP\d (\S+)/;
const MEDIA = /^(\w+) (\d+) ([\w/]+) (.*)/;
const RTPMAP = /^(\d+) ([\w.-]+)\s*\/(\d+)(?:\s*\/(\S*))?/;
const FMTP = /^(\d+) ([^\t]*)/;

/** Takes apart the lines of RFC 8866 that matter here and passes over the rest. Of a line
 * that may stand once the last readable one counts. */
export function parseRaw(text: string): RawSdp {
  const sdp: RawSdp = {
    ...section(),
    version: undefined,
    sessionVersion: undefined,
    bundle: undefined,
    media: [],
  };
  let media: RawMedia | null = null;
  for (const line of text.split(LINE_END)) {
    if (line[1] !== '=') continue;
    const value = line.slice(2);
    switch (line[0]) {
      case 'v':
        sdp.version = value;
        break;
      case 'o':
        sdp.sessionVersion = ORIGIN.exec(value)?.[1] ?? sdp.sessionVersion;
        break;
      case 'c': {
        const here = media ?? sdp;
        here.address = CONNECTION.exec(value)?.[1] ?? here.address;
        break;
      }
      case 'm':
        media = mediaOf(value);
        sdp.media.push(media);
        break;
      case 'a':
        if (!media && value.startsWith(BUNDLE)) sdp.bundle ??= value.slice(BUNDLE.length);
        attribute(media ?? sdp, media, value);
        break;
    }
  }
  return sdp;
}

const section = (): RawSection => ({
  address: undefined,
  direction: undefined,
  ptime: undefined,
  iceUfrag: undefined,
  icePassword: undefined,
  setup: undefined,
  fingerprints: [],
});

function mediaOf(value: string): RawMedia {
  const [, kind, port, protocol, formats] = MEDIA.exec(value) ?? [];
  const whole = kind !== undefined && port !== undefined && protocol !== undefined && formats !== undefined;
  return {
    ...section(),
    line: whole ? { kind, port, protocol, formats } : null,
    rtcpPort: undefined,
    rtcpMux: false,
    mid: undefined,
    crypto: [],
    maps: [],
    parameters: new Map(),
  };
}

function attribute(here: RawSection, media: RawMedia | null, text: string): void {
  const colon = text.indexOf(':');
  const name = colon < 0 ? text : text.slice(0, colon);
  const value = colon < 0 ? '' : text.slice(colon + 1);
  switch (name) {
    case 'sendrecv':
    case 'sendonly':
    case 'recvonly':
    case 'inactive':
      here.direction = name;
      break;
    case 'ptime':
      here.ptime = value;
      break;
    case 'rtpmap':
      if (media) addMap(media, value);
      break;
    case 'fmtp':
      if (media) addParameters(media, value);
      break;
    case 'rtcp':
      if (media) media.rtcpPort = value.split(' ', 1)[0];
      break;
    case 'rtcp-mux':
      if (media) media.rtcpMux = true;
      break;
    case 'mid':
      if (media) media.mid = value;
      break;
    case 'crypto':
      if (media) media.crypto.push(value);
      break;
    case 'fingerprint':
      here.fingerprints.push(value);
      break;
    case 'setup':
      here.setup = value;
      break;
    case 'ice-ufrag':
      here.iceUfrag = value;
      break;
    case 'ice-pwd':
      here.icePassword = value;
      break;
  }
}

function addMap(media: RawMedia, value: string): void {
  const [, payloadType, name, clockRate, channels] = RTPMAP.exec(value) ?? [];
  if (payloadType !== undefined && name !== undefined && clockRate !== undefined)
    media.maps.push({ payloadType, name, clockRate, channels });
}

function addParameters(media: RawMedia, value: string): void {
  const [, payloadType, parameters] = FMTP.exec(value) ?? [];
  if (payloadType !== undefined && parameters !== undefined)
    media.parameters.set(Number(payloadType), parameters);
}
