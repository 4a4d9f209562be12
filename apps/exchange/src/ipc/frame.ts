import { err, ok, type Result } from '@kommutator/base';
import type { Message } from './messages.ts';

/** Bytes of the length in front of every frame: unsigned, big endian. */
const HEAD = 4;
/** A longer frame is not ours: the peer is out of step. */
const LONGEST = 256 * 1024 * 1024;

/**
 * One frame: the messages of one tick behind their length, as JSON: for messages of our size V8's own serialisation
 * takes three to ten times as long.
 */
export function encodeFrame(batch: readonly Message[]): Buffer {
  const text = JSON.stringify(batch);
  const length = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(HEAD + length);
  frame.writeUInt32BE(length);
  frame.write(text, HEAD);
  return frame;
}

/** Puts frames together from whatever pieces a socket delivers. */
export class FrameDecoder {
  #pieces: Buffer[] = [];
  #held = 0;
  /** Bytes of the frame under way with its head; unknown while fewer than four bytes are here. */
  #wanted: number | null = null;

  /** @returns the batches completed by this piece; an error means the stream cannot be read on. */
  push(piece: Buffer): Result<readonly (readonly Message[])[], string> {
    this.#pieces.push(piece);
    this.#held += piece.length;
    const batches: (readonly Message[])[] = [];
    for (;;) {
      if (this.#wanted === null) {
        if (this.#held < HEAD) return ok(batches);
        const length = this.#joined().readUInt32BE(0);
        if (length > LONGEST) return err(`frame of ${length} bytes`);
        this.#wanted = HEAD + length;
      }
      if (this.#held < this.#wanted) return ok(batches);
      const all = this.#joined();
      const batch = decodeBody(all.subarray(HEAD, this.#wanted));
      if (!batch.ok) return batch;
      batches.push(batch.value);
      this.#pieces = [all.subarray(this.#wanted)];
      this.#held -= this.#wanted;
      this.#wanted = null;
    }
  }

  #joined(): Buffer {
    const [only] = this.#pieces;
    if (only && this.#pieces.length === 1) return only;
    const all = Buffer.concat(this.#pieces, this.#held);
    this.#pieces = [all];
    return all;
  }
}

function decodeBody(body: Buffer): Result<readonly Message[], string> {
  try {
    const batch: unknown = JSON.parse(body.toString());
    return Array.isArray(batch) && batch.every(isMessage) ? ok(batch) : err('frame without messages');
  } catch (error) {
    return err(`unreadable frame: ${String(error)}`);
  }
}

/** Whether it has the form of a message: what it says is for its handler to know, of a name nobody handles nothing comes. */
function isMessage(value: unknown): value is Message {
  if (!Array.isArray(value)) return false;
  const [kind, first] = value as readonly unknown[];
  switch (kind) {
    case 'hello':
      return typeof first === 'object' && first !== null;
    case 'event':
      return typeof first === 'string';
    case 'request':
    case 'answer':
    case 'fault':
      return typeof first === 'number';
    default:
      return false;
  }
}
