import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Clock, err, type Ms, ok, type Result } from '@kommutator/base';
import type { UpgradeRequest } from '@kommutator/sip';

/** Bytes of the length in front: unsigned, big endian. */
const HEAD = 4;
/** The HTTP server takes no longer heads. */
const LONGEST = 32 * 1024;
const VERSION = 1;

/** What the office says of a WebSocket before it hands over its bytes: whose it is, and the request's head. */
export function encodePreface(request: UpgradeRequest): Buffer {
  const text = JSON.stringify({ v: VERSION, ...request });
  const length = Buffer.byteLength(text);
  const preface = Buffer.allocUnsafe(HEAD + length);
  preface.writeUInt32BE(length);
  preface.write(text, HEAD);
  return preface;
}

/** A preface and what came behind it. */
export interface Handover {
  readonly request: UpgradeRequest;
  readonly head: Buffer;
}

/**
 * Reads the preface of a connection just made; the socket is paused then, nothing is lost.
 * @returns an error when it is none, does not come in time, or the connection ends.
 */
export function readPreface(socket: Duplex, clock: Clock, within: Ms): Promise<Result<Handover, string>> {
  return new Promise(resolve => {
    let held = Buffer.alloc(0);
    const done = (result: Result<Handover, string>) => {
      late.cancel();
      socket.pause();
      socket.off('data', read).off('close', gone).off('error', gone);
      resolve(result);
    };
    const read = (piece: Buffer) => {
      held = Buffer.concat([held, piece]);
      if (held.length < HEAD) return;
      const length = held.readUInt32BE(0);
      if (length > LONGEST) done(err(`preface of ${length} bytes`));
      else if (held.length >= HEAD + length)
        done(decode(held.subarray(HEAD, HEAD + length), held.subarray(HEAD + length)));
    };
    const gone = () => done(err('gone before its preface'));
    const late = clock.after(within, () => done(err('no preface in time')));
    socket.on('data', read).on('close', gone).on('error', gone);
  });
}

function decode(text: Buffer, head: Buffer): Result<Handover, string> {
  try {
    const told = JSON.parse(text.toString()) as { readonly v?: unknown } & UpgradeRequest;
    if (told?.v !== VERSION) return err(`preface of version ${String(told?.v)}`);
    const { method, headers, address, port, secure } = told;
    if (typeof method !== 'string' || typeof headers !== 'object' || headers === null || isIP(address) === 0)
      return err('a preface without its fields');
    return ok({ request: { method, headers, address, port, secure }, head });
  } catch (error) {
    return err(`unreadable preface: ${String(error)}`);
  }
}
