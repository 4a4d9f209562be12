import { createHmac, timingSafeEqual } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { crc32 } from 'node:zlib';

/** STUN messages (RFC 8489) as far as ICE checks need them. */
export const BINDING = { request: 0x0001, indication: 0x0011, success: 0x0101, error: 0x0111 } as const;

const COOKIE = 0x2112_a442;
const HEADER = 20;
const ATTRIBUTE = {
  username: 0x0006,
  integrity: 0x0008,
  errorCode: 0x0009,
  unknown: 0x000a,
  mapped: 0x0020,
  priority: 0x0024,
  useCandidate: 0x0025,
  software: 0x8022,
  fingerprint: 0x8028,
  controlled: 0x8029,
  controlling: 0x802a,
} as const;
const UNDERSTOOD = new Set<number>(Object.values(ATTRIBUTE));
const INTEGRITY = 24;
const FINGERPRINT = 8;
const FINGERPRINT_XOR = 0x5354_554e;
/** Attributes of one message that are looked at; a check has seven. */
const MOST = 24;

export interface StunMessage {
  readonly type: number;
  readonly transaction: Buffer;
  readonly username: string | undefined;
  readonly priority: number;
  readonly useCandidate: boolean;
  /** Which role of ICE the sender has. */
  readonly role: 'controlling' | 'controlled' | undefined;
  /** Attributes that must be understood and are not (RFC 8489 §14). */
  readonly unknown: readonly number[];
  /** Whether the message was signed with this password. */
  readonly isFrom: (password: string) => boolean;
}

/** RFC 7983: a first byte of 0…3, and the magic cookie. */
const isStun = (packet: Buffer): boolean =>
  packet.length >= HEADER && (packet[0] as number) < 4 && packet.readUInt32BE(4) === COOKIE;

/** Reads a message. @returns null when it is none or its FINGERPRINT is missing or wrong (RFC 8445 §7.1). */
export function readStun(packet: Buffer): StunMessage | null {
  if (!isStun(packet) || packet.length !== HEADER + packet.readUInt16BE(2)) return null;
  let username: string | undefined;
  let priority = 0;
  let useCandidate = false;
  let role: StunMessage['role'];
  let integrity = 0;
  let fingerprint = 0;
  const unknown: number[] = [];
  let count = 0;
  for (let at = HEADER; at < packet.length; ) {
    if (at + 4 > packet.length || ++count > MOST || fingerprint > 0) return null;
    const type = packet.readUInt16BE(at);
    const length = packet.readUInt16BE(at + 2);
    const value = at + 4;
    if (value + length > packet.length) return null;
    // Behind the signature only FINGERPRINT counts (RFC 8489 §14.5).
    if (type === ATTRIBUTE.fingerprint && length === 4) fingerprint = at;
    else if (integrity > 0) return null;
    else if (type === ATTRIBUTE.integrity && length === 20) integrity = at;
    else if (type === ATTRIBUTE.username) username = packet.toString('utf8', value, value + length);
    else if (type === ATTRIBUTE.priority && length === 4) priority = packet.readUInt32BE(value);
    else if (type === ATTRIBUTE.useCandidate) useCandidate = true;
    else if (type === ATTRIBUTE.controlling) role = 'controlling';
    else if (type === ATTRIBUTE.controlled) role = 'controlled';
    else if (type < 0x8000 && !UNDERSTOOD.has(type)) unknown.push(type);
    at = value + ((length + 3) & ~3);
  }
  if (fingerprint === 0 || packet.readUInt32BE(fingerprint + 4) !== checksum(packet.subarray(0, fingerprint)))
    return null;
  return {
    type: packet.readUInt16BE(0),
    transaction: packet.subarray(8, HEADER),
    username,
    priority,
    useCandidate,
    role,
    unknown,
    isFrom: password =>
      integrity > 0 &&
      timingSafeEqual(
        sign(packet, integrity, password),
        packet.subarray(integrity + 4, integrity + INTEGRITY),
      ),
  };
}

/** The answer to a check: where it came from, signed with our password. */
export function bindingSuccess(
  transaction: Buffer,
  { address, port }: { readonly address: string; readonly port: number },
  password: string,
): Buffer {
  return message(
    BINDING.success,
    transaction,
    [attribute(ATTRIBUTE.mapped, mapped(transaction, address, port))],
    password,
  );
}

/** A refusal. @param unknown the attributes that a 420 does not know. */
export function bindingError(
  transaction: Buffer,
  code: 400 | 401 | 420 | 487,
  password: string | null,
  unknown: readonly number[] = [],
): Buffer {
  const error = Buffer.of(0, 0, Math.floor(code / 100), code % 100);
  const attributes = [attribute(ATTRIBUTE.errorCode, error)];
  if (unknown.length > 0) {
    const list = Buffer.alloc(2 * unknown.length);
    for (const [i, type] of unknown.entries()) list.writeUInt16BE(type, 2 * i);
    attributes.push(attribute(ATTRIBUTE.unknown, list));
  }
  return message(BINDING.error, transaction, attributes, password);
}

/** A check as a browser sends it: for tests and load tools. */
export function bindingRequest(
  transaction: Buffer,
  o: {
    readonly username: string;
    readonly priority: number;
    readonly role: 'controlling' | 'controlled';
    readonly useCandidate: boolean;
  },
  password: string,
): Buffer {
  const priority = Buffer.alloc(4);
  priority.writeUInt32BE(o.priority);
  const role = o.role === 'controlling' ? ATTRIBUTE.controlling : ATTRIBUTE.controlled;
  return message(
    BINDING.request,
    transaction,
    [
      attribute(ATTRIBUTE.username, Buffer.from(o.username)),
      attribute(ATTRIBUTE.priority, priority),
      attribute(role, transaction.subarray(0, 8)),
      ...(o.useCandidate ? [attribute(ATTRIBUTE.useCandidate, Buffer.alloc(0))] : []),
    ],
    password,
  );
}

function message(
  type: number,
  transaction: Buffer,
  attributes: readonly Buffer[],
  password: string | null,
): Buffer {
  const body = Buffer.concat(attributes);
  const signed = password === null ? 0 : INTEGRITY;
  const packet = Buffer.alloc(HEADER + body.length + signed + FINGERPRINT);
  packet.writeUInt16BE(type, 0);
  packet.writeUInt16BE(packet.length - HEADER, 2);
  packet.writeUInt32BE(COOKIE, 4);
  transaction.copy(packet, 8);
  body.copy(packet, HEADER);
  let at = HEADER + body.length;
  if (password !== null) {
    packet.writeUInt16BE(ATTRIBUTE.integrity, at);
    packet.writeUInt16BE(INTEGRITY - 4, at + 2);
    sign(packet, at, password).copy(packet, at + 4);
    at += INTEGRITY;
  }
  packet.writeUInt16BE(ATTRIBUTE.fingerprint, at);
  packet.writeUInt16BE(4, at + 2);
  packet.writeUInt32BE(checksum(packet.subarray(0, at)), at + 4);
  return packet;
}

/** RFC 8489 §14.5: HMAC over what is before the attribute, with a length as if the message ended behind it. */
function sign(packet: Buffer, at: number, password: string): Buffer {
  const head = Buffer.from(packet.subarray(0, 4));
  head.writeUInt16BE(at + INTEGRITY - HEADER, 2);
  return createHmac('sha1', password).update(head).update(packet.subarray(4, at)).digest();
}

const checksum = (packet: Buffer): number => (crc32(packet) ^ FINGERPRINT_XOR) >>> 0;

function attribute(type: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc(4 + ((value.length + 3) & ~3));
  bytes.writeUInt16BE(type, 0);
  bytes.writeUInt16BE(value.length, 2);
  value.copy(bytes, 4);
  return bytes;
}

/** XOR-MAPPED-ADDRESS (RFC 8489 §14.2). */
function mapped(transaction: Buffer, address: string, port: number): Buffer {
  const six = isIPv6(address);
  const bytes = Buffer.alloc(six ? 20 : 8);
  bytes[1] = six ? 2 : 1;
  bytes.writeUInt16BE(port ^ (COOKIE >>> 16), 2);
  const mask = Buffer.alloc(16);
  mask.writeUInt32BE(COOKIE, 0);
  transaction.copy(mask, 4);
  const plain = six ? groups(address) : address.split('.').map(Number);
  plain.forEach((byte, i) => {
    bytes[4 + i] = byte ^ (mask[i] as number);
  });
  return bytes;
}

/** The 16 bytes of an IPv6 address. */
function groups(address: string): number[] {
  const [plain = ''] = address.split('%');
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(plain);
  const text = dotted
    ? `${dotted[1]}${((Number(dotted[2]) << 8) | Number(dotted[3])).toString(16)}:${((Number(dotted[4]) << 8) | Number(dotted[5])).toString(16)}`
    : plain;
  const [left = '', right] = text.split('::');
  const words = (part: string): number[] =>
    part === '' ? [] : part.split(':').map(word => Number.parseInt(word, 16));
  const before = words(left);
  const after = right === undefined ? [] : words(right);
  const zeros = Array<number>(Math.max(0, 8 - before.length - after.length)).fill(0);
  return [...before, ...zeros, ...after].flatMap(word => [word >> 8, word & 0xff]);
}
