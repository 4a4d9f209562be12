import { createCipheriv, createDecipheriv } from 'node:crypto';
import { ReplayWindow } from '../srtp/window.ts';
import type { WriteKeys } from './secrets.ts';

export const CHANGE_CIPHER_SPEC = 20;
export const ALERT_RECORD = 21;
export const HANDSHAKE = 22;

/** DTLS 1.2, RFC 6347. */
export const VERSION = 0xfefd;
const HEADER = 13;
const EXPLICIT = 8;
const TAG = 16;
/** Records of one datagram that are looked at: a whole flight has eight. */
const MOST = 32;

/** One record of a datagram (RFC 6347 §4.1). */
export interface DtlsRecord {
  readonly type: number;
  readonly epoch: number;
  /** Epoch and sequence number, the 8 bytes that make the nonce. */
  readonly number: Buffer;
  readonly body: Buffer;
}

/** The records of a datagram; what is cut short or of another version is passed over (RFC 6347 §4.1.2.7). */
export function recordsOf(datagram: Buffer): DtlsRecord[] {
  const records: DtlsRecord[] = [];
  for (let at = 0; at + HEADER <= datagram.length && records.length < MOST; ) {
    const end = at + HEADER + datagram.readUInt16BE(at + 11);
    if (end > datagram.length) break;
    // 0xfeff stands on the first ClientHello of some (RFC 6347 §4.2.1).
    if (datagram[at + 1] === 0xfe) {
      records.push({
        type: datagram[at] as number,
        epoch: datagram.readUInt16BE(at + 3),
        number: datagram.subarray(at + 3, at + 11),
        body: datagram.subarray(at + HEADER, end),
      });
    }
    at = end;
  }
  return records;
}

/** Writes the records of one side; a cipher from epoch 1 on. */
export class RecordWriter {
  #epoch = 0;
  #sequence = 0;
  #keys: WriteKeys | null = null;
  #before = 0;

  /** From now on sealed. */
  encrypt(keys: WriteKeys): void {
    this.#keys = keys;
    this.#before = this.#sequence;
    this.#epoch = 1;
    this.#sequence = 0;
  }

  /** Goes back to epoch 0 for one record of a flight sent again, which began there. */
  plain(type: number, body: Uint8Array): Buffer {
    if (this.#epoch === 0) return this.write(type, body);
    return Buffer.concat([head(type, 0, this.#before++, body.length), body]);
  }

  write(type: number, body: Uint8Array): Buffer {
    const sequence = this.#sequence++;
    if (!this.#keys) return Buffer.concat([head(type, this.#epoch, sequence, body.length), body]);
    const header = head(type, this.#epoch, sequence, EXPLICIT + body.length + TAG);
    const number = header.subarray(3, 11);
    const cipher = createCipheriv('aes-128-gcm', this.#keys.key, Buffer.concat([this.#keys.iv, number]));
    cipher.setAAD(Buffer.concat([number, head(type, 0, 0, body.length).subarray(0, 3), length(body.length)]));
    const sealed = cipher.update(body);
    cipher.final();
    return Buffer.concat([header, number, sealed, cipher.getAuthTag()]);
  }
}

/** Opens the records of the other side's epoch 1. */
export class RecordReader {
  readonly #keys: WriteKeys;
  readonly #window = new ReplayWindow();

  constructor(keys: WriteKeys) {
    this.#keys = keys;
  }

  /** @returns null for a record that is forged or seen before. */
  open({ type, number, body }: DtlsRecord): Buffer | null {
    if (body.length < EXPLICIT + TAG) return null;
    const index = number.readUIntBE(2, 6);
    if (!this.#window.isNew(index)) return null;
    const end = body.length - TAG;
    const nonce = Buffer.concat([this.#keys.iv, body.subarray(0, EXPLICIT)]);
    const decipher = createDecipheriv('aes-128-gcm', this.#keys.key, nonce, { authTagLength: TAG });
    decipher.setAAD(Buffer.concat([number, head(type, 0, 0, 0).subarray(0, 3), length(end - EXPLICIT)]));
    decipher.setAuthTag(body.subarray(end));
    const opened = decipher.update(body.subarray(EXPLICIT, end));
    try {
      decipher.final();
    } catch {
      return null;
    }
    this.#window.add(index);
    return opened;
  }
}

function head(type: number, epoch: number, sequence: number, size: number): Buffer {
  const header = Buffer.alloc(HEADER);
  header[0] = type;
  header.writeUInt16BE(VERSION, 1);
  header.writeUInt16BE(epoch, 3);
  header.writeUIntBE(sequence, 5, 6);
  header.writeUInt16BE(size, 11);
  return header;
}

function length(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
