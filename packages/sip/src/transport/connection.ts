import type { Socket } from 'node:net';
import type { Ms } from '@kommutator/base';
import { createResponse } from '../message/create.ts';
import { StreamFramer } from '../message/framer.ts';
import { serializeMessage } from '../message/serialize.ts';
import type { ParseFault } from '../message/types.ts';
import type { Peer } from './types.ts';

/** Bytes the other side may leave unread before it counts as stuck. */
export const MOST_UNREAD = 1024 * 1024;

const PONG = Buffer.from('\r\n');

/** Who owns connections. */
export interface ConnectionEvents<C = Connection> {
  message(bytes: Uint8Array, from: Peer): void;
  /** Called once. */
  ended(connection: C, why: string): void;
  now(): Ms;
}

/** One connection, TCP or TLS, that carries SIP in both directions (RFC 3261 §18, RFC 5626). */
export class Connection {
  readonly peer: Peer;
  readonly #socket: Socket;
  readonly #events: ConnectionEvents;
  readonly #framer: StreamFramer;
  /** When something last came or, on a connection of ours, went. */
  #used: Ms;
  /** When an unfinished message began. */
  #unfinishedSince: Ms | null = null;
  /** What has been sent and not confirmed written. */
  #waiting = new Set<(why: string) => void>();
  #proven = false;
  /** What was read last held a ping, and it has been answered. */
  #ponged = false;
  #closed = false;

  constructor(socket: Socket, peer: Peer, events: ConnectionEvents) {
    this.#socket = socket;
    this.peer = peer;
    this.#events = events;
    this.#used = events.now();
    this.#framer = new StreamFramer({
      // The framer lends its bytes only for the call.
      message: bytes => {
        this.#unfinishedSince = null;
        this.#proven = true;
        events.message(bytes.slice(), peer);
      },
      ping: () => this.#pong(),
      fault: fault => this.#answerFault(fault),
    });
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);
    socket.on('data', chunk => this.#read(chunk));
    socket.on('error', error => this.close(error.message));
    socket.on('close', () => this.close('connection lost'));
  }

  /** A whole message has come over it. */
  get proven(): boolean {
    return this.#proven;
  }

  /** Ms without a sign of life. */
  idle(): Ms {
    return this.#events.now() - this.#used;
  }

  /** Ms for which a message has been waiting for its end. */
  unfinished(): Ms {
    return this.#unfinishedSince === null ? 0 : this.#events.now() - this.#unfinishedSince;
  }

  /** Before the connection stands, what is sent waits in the socket. */
  send(bytes: Uint8Array, failed?: (why: string) => void): void {
    if (this.#closed) {
      if (failed) queueMicrotask(() => failed('connection lost'));
      return;
    }
    this.#used = this.#events.now();
    if (failed) {
      this.#waiting.add(failed);
      this.#socket.write(bytes, error => {
        if (!error) this.#waiting.delete(failed);
      });
    } else this.#socket.write(bytes);
    if (this.#socket.writableLength > MOST_UNREAD) this.close('the other side does not read');
  }

  /** Ends it at once. Who still waits learns why. */
  close(why: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.destroy();
    this.#events.ended(this, why);
    for (const failed of this.#waiting) queueMicrotask(() => failed(why));
    this.#waiting.clear();
  }

  #read(chunk: Uint8Array): void {
    if (this.#closed) return;
    this.#used = this.#events.now();
    this.#ponged = false;
    this.#framer.push(chunk);
    this.#unfinishedSince = this.#framer.pending === 0 ? null : (this.#unfinishedSince ?? this.#used);
  }

  /**
   * RFC 5626 §4.4.1. Pings that come in one piece get one answer, and none while the last one waits to be read: sixteen
   * thousand fit into 64 kB.
   */
  #pong(): void {
    if (this.#ponged || this.#socket.writableLength > 0) return;
    this.#ponged = true;
    this.#socket.write(PONG);
  }

  /** The stream cannot be cut into messages any more (RFC 3261 §18.3): say so, and close. */
  #answerFault(fault: ParseFault): void {
    const { request } = fault;
    if (request && request.method !== 'ACK') {
      const status = fault.code === 'too-long' ? 513 : 400;
      this.#socket.end(serializeMessage(createResponse(request, status)));
      this.#socket.once('finish', () => this.close(fault.detail));
    } else this.close(fault.detail);
  }
}
