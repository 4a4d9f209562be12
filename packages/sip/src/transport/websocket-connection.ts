import { isUtf8 } from 'node:buffer';
import type { Ms } from '@kommutator/base';
import type { RawData, WebSocket } from 'ws';
import { type ConnectionEvents, MOST_UNREAD } from './connection.ts';
import type { Peer } from './types.ts';

/** Silence after which we ask whether the far end is alive (RFC 6455 §5.5.2): NATs forget sooner than it does. */
const PING_AFTER: Ms = 25_000;
/** Silence after which it is not. Half a frame is no sign of life: who drips bytes cannot answer a ping. */
const DEAD_AFTER: Ms = 60_000;

const CR = 0x0d;
const LF = 0x0a;
const PONG = '\r\n';

/** One WebSocket that carries one SIP message per WebSocket message (RFC 7118 §5). */
export class WebSocketConnection {
  readonly peer: Peer;
  readonly #socket: WebSocket;
  readonly #events: ConnectionEvents<WebSocketConnection>;
  /** When the last complete frame came. */
  #alive: Ms;
  /** When the last message came or went. */
  #used: Ms;
  /** What has been sent and not confirmed written. */
  readonly #waiting = new Set<(why: string) => void>();
  #proven = false;
  #closed = false;

  constructor(socket: WebSocket, peer: Peer, events: ConnectionEvents<WebSocketConnection>) {
    this.#socket = socket;
    this.peer = peer;
    this.#events = events;
    this.#alive = this.#used = events.now();
    socket.on('message', data => this.#read(data));
    // ws answers pings itself, and no more of them than the far end reads.
    socket.on('ping', () => this.#sign());
    socket.on('pong', () => this.#sign());
    socket.on('error', error => this.close(error.message));
    socket.on('close', () => this.close('connection lost'));
  }

  /** A SIP message has come over it. */
  get proven(): boolean {
    return this.#proven;
  }

  /** Ms without a message. */
  idle(): Ms {
    return this.#events.now() - this.#used;
  }

  /** Looked at every few seconds: pings who is silent, closes who does not answer. */
  look(): void {
    const silent = this.#events.now() - this.#alive;
    if (silent > DEAD_AFTER) this.close('no sign of life');
    else if (silent > PING_AFTER && this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }

  /** Text where it is UTF-8, since browsers' stacks read that best (RFC 7118 §5). */
  send(bytes: Uint8Array, failed?: (why: string) => void): void {
    if (this.#closed) {
      if (failed) queueMicrotask(() => failed('connection lost'));
      return;
    }
    this.#used = this.#events.now();
    if (failed) this.#waiting.add(failed);
    this.#socket.send(bytes, { binary: !isUtf8(bytes) }, error => {
      if (failed && !error) this.#waiting.delete(failed);
    });
    if (this.#socket.bufferedAmount > MOST_UNREAD) this.close('the other side does not read');
  }

  /** Ends it at once. Who still waits learns why. */
  close(why: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.terminate();
    this.#events.ended(this, why);
    for (const failed of this.#waiting) queueMicrotask(() => failed(why));
    this.#waiting.clear();
  }

  /** Ends it with a word, so that the far end comes back soon (RFC 6455 §7.4.1: going away). */
  leave(): void {
    if (!this.#closed) this.#socket.close(1001);
    this.close('closed');
  }

  #sign(): void {
    this.#alive = this.#events.now();
  }

  #read(data: RawData): void {
    if (this.#closed || !Buffer.isBuffer(data)) return;
    this.#sign();
    this.#used = this.#alive;
    if (isKeepAlive(data)) {
      // RFC 5626 §4.4.1, as browsers' stacks send it; none while the last answer waits to be read.
      if (data.length === 4 && this.#socket.bufferedAmount === 0)
        this.#socket.send(PONG, { binary: false }, () => {});
      return;
    }
    this.#proven = true;
    this.#events.message(data, this.peer);
  }
}

/** Nothing, a pong, or a ping (RFC 5626 §4.4.1). */
function isKeepAlive(data: Uint8Array): boolean {
  if (data.length > 4) return false;
  for (const byte of data) if (byte !== CR && byte !== LF) return false;
  return true;
}
