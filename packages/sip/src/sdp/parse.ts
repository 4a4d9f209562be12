import { err, ok, type Result } from '@kommutator/base';
import { addressOf, isPlainRtp, readCrypto, readDtls } from './protection.ts';
import { parseRaw, type RawMedia, type RawSdp } from './raw.ts';
import type { AudioCodec, AudioDescription, SessionDescription } from './types.ts';

/** Why a body is not a description we can work with. */
export interface SdpFault {
  readonly code: 'too-long' | 'version' | 'origin' | 'media-line' | 'connection';
  readonly detail: string;
}

const MAX_BYTES = 32_768;
const MAX_MEDIA = 32;
const MAX_PTIME = 200;

/** Static payload types that need no rtpmap (RFC 3551 §6). G.722 runs at 16 kHz but is clocked at 8. */
const STATIC: ReadonlyMap<number, string> = new Map([
  [0, 'PCMU'],
  [3, 'GSM'],
  [8, 'PCMA'],
  [9, 'G722'],
  [18, 'G729'],
]);

/**
 * Reads a session description (RFC 8866). Never throws.
 * The audio stream is the first one not refused; plain RTP goes before other profiles when both are offered.
 */
export function parseSdp(body: Uint8Array | string): Result<SessionDescription, SdpFault> {
  if (body.length > MAX_BYTES) return fault('too-long', `${body.length} bytes`);
  const raw = parseRaw(typeof body === 'string' ? body : Buffer.from(body).toString());
  if (raw.version !== '0') return fault('version', 'no v=0');
  const { sessionVersion } = raw;
  if (sessionVersion === undefined) return fault('origin', 'no readable o= line');
  if (raw.media.length > MAX_MEDIA) return fault('too-long', `${raw.media.length} m= lines`);

  const media: SessionDescription['media'][number][] = [];
  for (const { line, mid } of raw.media) {
    const port = Number(line?.port);
    const formats = line?.formats.trim() ?? '';
    if (!line || !isPort(port) || formats === '') {
      return fault('media-line', `m= line ${media.length + 1} is malformed`);
    }
    media.push({ kind: line.kind, protocol: line.protocol, formats, port, mid });
  }

  const audioIndex = chooseAudio(media);
  const line = media[audioIndex];
  const chosen = raw.media[audioIndex];
  const bundle = raw.bundle?.split(' ').slice(0, MAX_MEDIA);
  if (!line || !chosen) return ok({ media, bundle, audioIndex, sessionVersion, audio: null });
  const dtls = readDtls(raw, chosen);
  const address = addressOf(chosen.address ?? raw.address ?? '', dtls !== undefined);
  if (address === null) return fault('connection', 'no c= line with an IP address for the audio stream');
  const audio = { ...readAudio(raw, chosen, line, address), dtls, crypto: readCrypto(chosen) };
  return ok({ media, bundle, audioIndex, sessionVersion, audio });
}

const fault = (code: SdpFault['code'], detail: string) => err<SdpFault>({ code, detail });

const isPort = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= 65_535;

function chooseAudio(media: SessionDescription['media']): number {
  const live = (line: { kind: string; port: number }) => line.kind === 'audio' && line.port > 0;
  const plain = media.findIndex(line => live(line) && isPlainRtp(line.protocol));
  return plain >= 0 ? plain : media.findIndex(live);
}

function readAudio(
  raw: RawSdp,
  stream: RawMedia,
  { formats, port, protocol }: SessionDescription['media'][number],
  address: string,
): Omit<AudioDescription, 'dtls' | 'crypto'> {
  const maps = payloadMaps(stream);
  const codecs: AudioCodec[] = [];
  let telephoneEvent: number | undefined;
  for (const payloadType of payloadTypes(formats)) {
    const codec = maps.get(payloadType) ?? staticCodec(payloadType);
    if (!codec) continue;
    if (codec.name !== 'TELEPHONE-EVENT') codecs.push(codec);
    else if (codec.clockRate === 8000) telephoneEvent ??= payloadType;
  }
  const rtcpPort = Number(stream.rtcpPort ?? 0);
  return {
    address,
    port,
    codecs,
    telephoneEvent,
    direction: stream.direction ?? raw.direction ?? 'sendrecv',
    ptime: readPtime(stream.ptime ?? raw.ptime),
    rtcpPort: isPort(rtcpPort) && rtcpPort > 0 ? rtcpPort : undefined,
    rtcpMux: stream.rtcpMux,
    profile: protocol,
  };
}

/** Payload types of an m= line in order, each once. */
function payloadTypes(formats: string): Set<number> {
  const types = new Set<number>();
  for (const format of formats.split(' ')) {
    const type = /^\d{1,3}$/.test(format) ? Number(format) : -1;
    if (type >= 0 && type <= 127) types.add(type);
  }
  return types;
}

function payloadMaps({ maps: lines, parameters }: RawMedia): Map<number, AudioCodec> {
  const maps = new Map<number, AudioCodec>();
  for (const line of lines) {
    const payloadType = Number(line.payloadType);
    const clockRate = Number(line.clockRate);
    const channels = Number(line.channels ?? 1);
    if (maps.has(payloadType) || clockRate < 1 || !Number.isInteger(channels) || channels < 1) continue;
    const name = line.name.toUpperCase();
    maps.set(payloadType, { name, clockRate, channels, payloadType, fmtp: parameters.get(payloadType) });
  }
  return maps;
}

function staticCodec(payloadType: number): AudioCodec | undefined {
  const name = STATIC.get(payloadType);
  return name === undefined ? undefined : { name, clockRate: 8000, channels: 1, payloadType };
}

const readPtime = (value: string | undefined): number | undefined => {
  const ptime = Number(value ?? 0);
  return Number.isInteger(ptime) && ptime > 0 && ptime <= MAX_PTIME ? ptime : undefined;
};
