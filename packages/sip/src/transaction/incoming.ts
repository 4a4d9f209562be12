import { splitAddress } from '../message/address.ts';
import type { SipMessage, SipRequest, Via } from '../message/types.ts';
import { parseCSeq } from '../message/via.ts';
import { markSource, replyRoute, sentByPort, topVia } from '../transport/reply-route.ts';
import type { Peer } from '../transport/types.ts';
import type { ReplyPeer } from './ground.ts';

/** A request with what matching needs read out of it once. */
export interface Incoming {
  readonly request: SipRequest;
  readonly source: Peer;
  readonly replyTo: ReplyPeer;
  readonly callId: string;
  readonly fromTag: string;
  /** '' outside a dialog. */
  readonly toTag: string;
  readonly sequence: number;
  /** The server transaction it belongs to; an ACK's and a CANCEL's names the INVITE. */
  readonly key: string;
  /** Equal for copies of one request that took different ways (RFC 3261 §8.2.2.2). */
  readonly merge: string;
}

const COOKIE = 'z9hG4bK';

/** Reads a request and notes in its Via where it came from. Null when it cannot be answered. */
export function readIncoming(request: SipRequest, source: Peer): Incoming | null {
  const { headers } = request;
  const via = topVia(headers);
  const cseq = parseCSeq(headers.get('cseq') ?? '');
  if (!via || !cseq) return null;
  const callId = headers.get('call-id') ?? '';
  const fromTag = tagOf(headers.get('from') ?? '');
  const merge = keyOf(callId, fromTag, cseq.sequence, request.method);
  const incoming = {
    request,
    source,
    replyTo: replyRoute(via, source),
    callId,
    fromTag,
    toTag: tagOf(headers.get('to') ?? ''),
    sequence: cseq.sequence,
    key: serverKey(request.method, via, merge, source.address),
    merge,
  };
  markSource(request, via, source);
  return incoming;
}

/**
 * RFC 3261 §17.2.3: branch, sent-by and method. A branch without the cookie comes from an RFC 2543 client and is not
 * unique, the cookie alone is not either (RFC 4475 §3.2.1); Call-ID, From tag and CSeq stand in for it. The Request-URI and the To tag, which that section also
 * compares, are left out: an ACK of such a client may differ from its INVITE in both. The source address is added: behind
 * NAT two phones may have the same sent-by and count the same branches, and nobody else may cancel a call by guessing one.
 */
function serverKey(method: string, via: Via, merge: string, from: string): string {
  const machine = method === 'ACK' || method === 'CANCEL' ? 'INVITE' : method;
  const branch = via.params.branch ?? '';
  if (branch.startsWith(COOKIE) && branch.length > COOKIE.length)
    return keyOf(branch, via.host, sentByPort(via), from, machine);
  return keyOf(
    branch,
    via.host,
    sentByPort(via),
    from,
    merge.slice(0, merge.length - method.length),
    machine,
  );
}

/**
 * Parts as one key. `join` copies them; a template would keep the parts, and with them the text of the whole message
 * they were cut from, for as long as a tombstone keeps the key.
 */
const keyOf = (...parts: (string | number)[]): string => parts.join(' ');

/** RFC 3261 §17.1.3. Our branches are 165 random bits: no other field needs comparing. */
export const clientKey = (branch: string, method: string): string => keyOf(branch, method);

const PING = `${COOKIE}ping-`;

/** The branch of a ping, which no transaction remembers. */
export const pingBranch = (token: string): string => PING + token;

const PING_TEXT = Buffer.from(`branch=${PING}`);
/** Bytes in which the top Via of a ping and of its answer ends. */
const FAR_ENOUGH = 512;

/** Whether these bytes are a ping that leaves, or an answer to one that comes: nothing for who looks for a call. */
export function isPing(way: 'in' | 'out', bytes: Uint8Array): boolean {
  // OPTIONS, SIP/2.0: a stranger's request that has such a branch is none, nor is our answer to it.
  if (way === 'out' ? bytes[0] !== 0x4f : bytes[0] !== 0x53 || bytes[3] !== 0x2f) return false;
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, FAR_ENOUGH));
  return head.includes(PING_TEXT);
}

/** The token of the ping a {@link responseKey} answers; null when it answers something else. */
export function pingToken(key: string): string | null {
  return key.startsWith(PING) ? key.slice(PING.length, key.indexOf(' ')) : null;
}

/** The client transaction a response belongs to; null when that cannot be told. */
export function responseKey(message: SipMessage): string | null {
  const branch = topVia(message.headers)?.params.branch;
  const cseq = parseCSeq(message.headers.get('cseq') ?? '');
  return branch && cseq ? clientKey(branch, cseq.method) : null;
}

/** The tag of a From or To value; '' when it has none (RFC 2543). */
export const tagOf = (address: string): string => splitAddress(address)?.params.tag ?? '';
