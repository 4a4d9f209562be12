import { MAX_MESSAGE, parseMessage } from './parse.ts';
import { parseNumber } from './scan.ts';
import type { ParseFault, SipRequest } from './types.ts';

/** What a byte stream turns out to hold. */
export interface FrameEvents {
  /** One complete message; the bytes may be part of a larger buffer and are not written to again. */
  message(bytes: Uint8Array): void;
  /** CRLF CRLF between messages: answer it with one CRLF (RFC 5626 §4.4.1). */
  ping(): void;
  /** The stream cannot be cut any more: answer `fault.request` with 400 if there is one, and close. Called once. */
  fault(fault: ParseFault): void;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const NOTHING = Buffer.alloc(0);
const CR = 0x0d;
const LF = 0x0a;

/**
 * Cuts a TCP or TLS stream into messages by Content-Length (RFC 3261 §18.3), which must stand in each of them.
 * No message may be longer than 65 535 bytes. Time and copies are linear in the stream, whatever its chunks.
 */
export class StreamFramer {
  readonly #events: FrameEvents;
  #buffer = NOTHING;
  #length = 0;
  /** Where the search for the end of the head goes on. */
  #searched = 0;
  /** Bytes of the message being received; 0 until its head is complete. */
  #needed = 0;
  #faulted = false;

  constructor(events: FrameEvents) {
    this.#events = events;
  }

  /** Bytes held back for a message not complete yet. */
  get pending(): number {
    return this.#length;
  }

  /** Takes what the socket read; events are called before it returns. Ignored after a fault. */
  push(chunk: Uint8Array): void {
    if (this.#faulted || chunk.length === 0) return;
    const data = this.#join(chunk);
    let at = 0;
    while (at < data.length && !this.#faulted) {
      const used = this.#needed > 0 ? this.#takeMessage(data, at) : this.#takeHead(data, at);
      if (used === 0) break;
      at += used;
    }
    this.#keep(data, this.#faulted ? data.length : at);
  }

  /** What is held and the chunk as one piece; without anything held, the chunk itself. */
  #join(chunk: Uint8Array): Buffer {
    if (this.#length === 0) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    const total = this.#length + chunk.length;
    if (total > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(total, this.#buffer.length * 2));
      this.#buffer.copy(grown, 0, 0, this.#length);
      this.#buffer = grown;
    }
    this.#buffer.set(chunk, this.#length);
    return this.#buffer.subarray(0, total);
  }

  #keep(data: Buffer, from: number): void {
    this.#length = data.length - from;
    if (this.#length === 0) {
      this.#buffer = NOTHING;
    } else if (
      from > 0 ||
      data.buffer !== this.#buffer.buffer ||
      data.byteOffset !== this.#buffer.byteOffset
    ) {
      this.#buffer = Buffer.from(data.subarray(from));
    }
  }

  /** @returns bytes used: keep-alives, or 0 when more must come or the head is complete. */
  #takeHead(data: Buffer, at: number): number {
    if (data[at] === CR) {
      if (at + 1 === data.length) return 0;
      if (data[at + 1] === LF) return this.#takeKeepAlive(data, at);
    }
    const end = data.indexOf(HEAD_END, at + this.#searched);
    if (end < 0) {
      if (data.length - at > MAX_MESSAGE)
        this.#fail({ code: 'too-long', detail: 'no end of the header fields' }, data, at);
      this.#searched = Math.max(0, data.length - at - 3);
      return 0;
    }
    this.#searched = 0;
    const head = end + 4 - at;
    const length = contentLength(data.toString('latin1', at, end + 2));
    if (typeof length !== 'number') this.#fail(length, data, at, head);
    else if (head + length > MAX_MESSAGE) {
      this.#fail({ code: 'too-long', detail: `${head + length} bytes announced` }, data, at, head);
    } else {
      this.#needed = head + length;
      return this.#takeMessage(data, at);
    }
    return 0;
  }

  /** A lone CRLF is a pong or stands before a message (RFC 3261 §7.5); two are a ping, so one waits for what follows. */
  #takeKeepAlive(data: Buffer, at: number): number {
    const left = data.length - at;
    if (left === 2 || (left === 3 && data[at + 2] === CR)) return 0;
    if (data[at + 2] !== CR || data[at + 3] !== LF) return 2;
    this.#events.ping();
    return 4;
  }

  #takeMessage(data: Buffer, at: number): number {
    const needed = this.#needed;
    if (data.length - at < needed) return 0;
    this.#needed = 0;
    this.#events.message(data.subarray(at, at + needed));
    return needed;
  }

  #fail(fault: ParseFault, data: Buffer, at: number, head = 0): void {
    this.#faulted = true;
    const request = head > 0 && head <= MAX_MESSAGE ? requestOf(data.subarray(at, at + head)) : undefined;
    this.#events.fault(request ? { ...fault, request } : fault);
  }
}

/** Content-Length among the header lines (each ended by CRLF), in either form; a fault when missing, repeated or no number. */
function contentLength(head: string): number | ParseFault {
  let found = -1;
  let from = head.indexOf('\r\n') + 2;
  while (from < head.length) {
    let to = head.indexOf('\r\n', from);
    while (head.charCodeAt(to + 2) === 0x20 || head.charCodeAt(to + 2) === 0x09)
      to = head.indexOf('\r\n', to + 2);
    const first = head.charCodeAt(from) | 0x20;
    if (first === 0x63 || first === 0x6c) {
      const colon = head.indexOf(':', from);
      const name = head.slice(from, colon).trimEnd().toLowerCase();
      if (name === 'content-length' || name === 'l') {
        const value = parseNumber(head.slice(colon + 1, to), Number.MAX_SAFE_INTEGER);
        if (value < 0) return { code: 'content-length', detail: 'Content-Length is not a number' };
        if (found >= 0) return { code: 'content-length', detail: 'Content-Length stands twice' };
        found = value;
      }
    }
    from = to + 2;
  }
  return found >= 0 ? found : { code: 'content-length', detail: 'no Content-Length' };
}

/** The request as far as its head was understood, for an answer before the connection is closed. */
function requestOf(head: Uint8Array): SipRequest | undefined {
  const parsed = parseMessage(head);
  const message = parsed.ok ? parsed.value : parsed.error.request;
  return message?.kind === 'request' ? message : undefined;
}
