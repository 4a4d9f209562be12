import { isIPv6 } from 'node:net';

/** One captured message and the two ends it went between. */
export interface Capture {
  /** Unix ms. */
  readonly at: number;
  readonly source: { readonly address: string; readonly port: number };
  readonly destination: { readonly address: string; readonly port: number };
  /** Carried by UDP, else by TCP (TLS and WebSocket included). */
  readonly datagram: boolean;
  readonly payload: Uint8Array;
  /** The Call: the same for all its legs. */
  readonly call?: string | undefined;
  readonly leg?: string | undefined;
}

/** Chunk types of HEP version 3, vendor 0 (HEP/EEP reference, sipcapture.org). */
const CHUNK = {
  family: 0x01,
  protocol: 0x02,
  source4: 0x03,
  destination4: 0x04,
  source6: 0x05,
  destination6: 0x06,
  sourcePort: 0x07,
  destinationPort: 0x08,
  seconds: 0x09,
  microseconds: 0x0a,
  payloadType: 0x0b,
  agent: 0x0c,
  payload: 0x0f,
  correlation: 0x11,
  group: 0x13,
} as const;
const FAMILY = { v4: 2, v6: 10 };
const PROTOCOL = { tcp: 6, udp: 17 };
const SIP = 1;
const CHUNK_HEAD = 6;
const HEAD = 6;
/** Length fields are 16 bits wide. */
const LONGEST = 0xffff;

/**
 * A message as a HEP version 3 packet: the Call id is the correlation id, the leg id the group id.
 * @returns null when it does not fit into one.
 */
export function hepPacket(o: Capture, agent: number): Buffer | null {
  const six = isIPv6(o.source.address);
  const address = six ? bytesOfIPv6 : bytesOfIPv4;
  const chunks = [
    chunk(CHUNK.family, byte(six ? FAMILY.v6 : FAMILY.v4)),
    chunk(CHUNK.protocol, byte(o.datagram ? PROTOCOL.udp : PROTOCOL.tcp)),
    chunk(six ? CHUNK.source6 : CHUNK.source4, address(o.source.address)),
    chunk(six ? CHUNK.destination6 : CHUNK.destination4, address(o.destination.address)),
    chunk(CHUNK.sourcePort, short(o.source.port)),
    chunk(CHUNK.destinationPort, short(o.destination.port)),
    chunk(CHUNK.seconds, long(Math.floor(o.at / 1_000))),
    chunk(CHUNK.microseconds, long(Math.floor((o.at % 1_000) * 1_000))),
    chunk(CHUNK.payloadType, byte(SIP)),
    chunk(CHUNK.agent, long(agent)),
    ...(o.call === undefined ? [] : [chunk(CHUNK.correlation, Buffer.from(o.call))]),
    ...(o.leg === undefined ? [] : [chunk(CHUNK.group, Buffer.from(o.leg))]),
    chunk(CHUNK.payload, o.payload),
  ];
  const length = chunks.reduce((sum, each) => sum + each.length, HEAD);
  if (length > LONGEST) return null;
  return Buffer.concat([Buffer.from('HEP3'), short(length), ...chunks], length);
}

function chunk(type: number, value: Uint8Array): Buffer {
  const head = Buffer.alloc(CHUNK_HEAD);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE((CHUNK_HEAD + value.length) & LONGEST, 4);
  return Buffer.concat([head, value]);
}

const byte = (value: number): Buffer => Buffer.from([value]);

function short(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function long(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

const bytesOfIPv4 = (address: string): Buffer => Buffer.from(address.split('.').map(Number));

/** @param address in any form of RFC 4291 §2.2, without zone. */
function bytesOfIPv6(address: string): Buffer {
  const hex = new URL(`http://[${address.split('%')[0]}]/`).hostname.slice(1, -1);
  const [left = '', right] = hex.split('::');
  const groups = (text: string) =>
    text === '' ? [] : text.split(':').map(group => Number.parseInt(group, 16));
  const [front, back] = [groups(left), groups(right ?? '')];
  const middle = right === undefined ? [] : new Array<number>(8 - front.length - back.length).fill(0);
  return Buffer.concat([...front, ...middle, ...back].map(short));
}
