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
const PING = Buffer.from('\r\n\r\n');

/** How often we show life on connections we made (RFC 5626 §3.5.1, §4.4.1: 95 to 120 s). */
const PING_EVERY: Ms = 100_000;
/** RFC 5626 §4.4.1. */
const PONG_WITHIN: Ms = 10_000;
/** 64·T1 and a little: who was asked something has said something by then, were it a 408 (RFC 3261 §17). */
const ANSWER_WITHIN: Ms = 35_000;

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
  /** When something last came, or we last pinged. */
  #heard: Ms;
  /** When a request left that nothing has come after. */
  #askedAt: Ms | null = null;
  #pingedAt: Ms | null = null;
  /** It has answered a ping: from then on its silence says something. Not every server knows RFC 5626. */
  #pongs = false;
  readonly #ours: boolean;
  /** When an unfinished message began. */
  #unfinishedSince: Ms | null = null;
  /** What has been sent and not confirmed written. */
  #waiting = new Set<(why: string) => void>();
  #proven = false;
  /** What was read last held a ping, and it has been answered. */
  #ponged = false;
  #closed = false;

  /** @param ours we made it: its keep-alive is our business (RFC 5626 §3.5). */
  constructor(socket: Socket, peer: Peer, events: ConnectionEvents, ours = false) {
    this.#socket = socket;
    this.peer = peer;
    this.#events = events;
    this.#ours = ours;
    this.#used = this.#heard = events.now();
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

  /**
   * Looked at every few seconds: a far end that is gone without a word, as when its power fails, is found here and not by
   * the next caller. Our pings keep the NATs on the way to it.
   */
  look(): void {
    const now = this.#events.now();
    if (this.#askedAt !== null && now - this.#askedAt > ANSWER_WITHIN) this.close('no answer');
    else if (this.#pingedAt !== null && this.#pongs && now - this.#pingedAt > PONG_WITHIN)
      this.close('no pong');
    else if (this.#ours && now - this.#heard >= PING_EVERY) {
      this.#heard = this.#pingedAt = now;
      this.#socket.write(PING);
    }
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
    if (wantsAnswer(bytes)) this.#askedAt ??= this.#used;
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
    this.#heard = this.#events.now();
    this.#askedAt = null;
    if (this.#pingedAt !== null && chunk[0] === PONG[0] && chunk[1] === PONG[1]) this.#pongs = true;
    this.#pingedAt = null;
    // A connection nobody uses but for pings may end.
    if (!this.#ours || chunk.length > PING.length) this.#used = this.#heard;
    this.#ponged = false;
    this.#framer.push(chunk);
    this.#unfinishedSince = this.#framer.pending === 0 ? null : (this.#unfinishedSince ?? this.#heard);
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

const isWord = (bytes: Uint8Array, word: string): boolean => {
  for (let i = 0; i < word.length; i++) if (bytes[i] !== word.charCodeAt(i)) return false;
  return true;
};

/** A request that is answered; neither a response nor an ACK is. */
const wantsAnswer = (bytes: Uint8Array): boolean => !isWord(bytes, 'SIP/') && !isWord(bytes, 'ACK ');
