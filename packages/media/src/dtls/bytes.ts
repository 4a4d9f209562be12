/** What is wrong with a handshake, as the alert that says so (RFC 5246 §7.2). Never leaves this folder. */
export class DtlsFault extends Error {
  readonly alert: number;

  constructor(alert: number, message: string) {
    super(message);
    this.alert = alert;
  }
}

export const ALERT = {
  closeNotify: 0,
  unexpectedMessage: 10,
  handshakeFailure: 40,
  badCertificate: 42,
  illegalParameter: 47,
  decodeError: 50,
  decryptError: 51,
  protocolVersion: 70,
} as const;

/** Reads TLS structures (RFC 5246 §4); what is cut short is a decode error. */
export class Bytes {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  number(size: 1 | 2 | 3): number {
    return this.take(size).readUIntBE(0, size);
  }

  take(length: number): Buffer {
    if (length > this.left) throw new DtlsFault(ALERT.decodeError, 'cut short');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** A vector behind its length. */
  vector(size: 1 | 2 | 3): Buffer {
    return this.take(this.number(size));
  }

  end(): void {
    if (this.left > 0) throw new DtlsFault(ALERT.decodeError, 'bytes left over');
  }
}

/** An unsigned number, big end first. */
export function uint(value: number, size: 1 | 2 | 3 | 6): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.writeUIntBE(value, 0, size);
  return bytes;
}

/** Parts joined behind their length. */
export function vector(size: 1 | 2 | 3, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([uint(body.length, size), body]);
}
