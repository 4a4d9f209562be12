import { VirtualClock } from '@kommutator/base';
import { createStack, type StackOptions } from '../../src/create-stack.ts';
import { createHeaders } from '../../src/message/headers.ts';
import { parseMessage } from '../../src/message/parse.ts';
import { serializeMessage } from '../../src/message/serialize.ts';
import type { SipMessage, SipRequest } from '../../src/message/types.ts';
import type { SipStack } from '../../src/stack.ts';
import { MemoryNetwork, seededRandom } from '../../src/testing/index.ts';
import type { Peer, Protocol } from '../../src/transport/types.ts';
import type { Side } from './pair.ts';
import { watch } from './pair.ts';

export const STACK = '192.0.2.1';
export const WIRE = '192.0.2.9';

/** A stack, and a far end that says exactly what the test writes. */
export interface Bench {
  readonly clock: VirtualClock;
  readonly net: MemoryNetwork;
  readonly stack: SipStack;
  readonly side: Side;
  readonly wire: Wire;
}

class Wire {
  /** Everything received, in order. */
  readonly got: SipMessage[] = [];
  readonly peer: Peer;
  readonly #send: (bytes: Uint8Array) => void;

  constructor(peer: Peer, send: (bytes: Uint8Array) => void) {
    this.peer = peer;
    this.#send = send;
  }

  /** `'INVITE'`, `'180'` … of everything received. */
  get heard(): string[] {
    return this.got.map(m => (m.kind === 'request' ? m.method : String(m.status)));
  }

  /** The last message received. */
  get last(): SipMessage {
    const last = this.got.at(-1);
    if (!last) throw new Error('nothing received');
    return last;
  }

  /** The n-th request of a method received. */
  request(method: string, n = 0): SipRequest {
    const found = this.got.filter((m): m is SipRequest => m.kind === 'request' && m.method === method)[n];
    if (!found) throw new Error(`no ${method}`);
    return found;
  }

  header(name: string): string {
    return this.last.headers.get(name) ?? '';
  }

  raw(text: string): void {
    this.#send(new TextEncoder().encode(text));
  }

  /** A request with sensible header fields; `over` replaces (or with '' removes) them. */
  send(method: string, uri: string, over: Record<string, string> = {}, body = ''): void {
    const fields: Record<string, string> = {
      Via: `SIP/2.0/${this.peer.protocol.toUpperCase()} ${WIRE}:5060;branch=z9hG4bK-${method}-1;rport`,
      'Max-Forwards': '70',
      From: '<sip:wire@example.com>;tag=wire',
      To: '<sip:stack@example.com>',
      'Call-ID': 'one',
      CSeq: `1 ${method}`,
      Contact: `<sip:wire@${WIRE}:5060>`,
      ...over,
    };
    const headers = createHeaders(Object.entries(fields).filter(([, value]) => value !== ''));
    if (body !== '') headers.set('Content-Type', 'application/sdp');
    this.#send(
      serializeMessage({ kind: 'request', method, uri, headers, body: new TextEncoder().encode(body) }),
    );
  }

  /** A response to a request received. */
  answer(request: SipRequest, status: number, over: Record<string, string> = {}, body = ''): void {
    const headers = createHeaders();
    for (const via of request.headers.all('via')) headers.append('Via', via);
    for (const name of ['From', 'To', 'Call-ID', 'CSeq'])
      headers.append(name, request.headers.get(name) ?? '');
    for (const [name, value] of Object.entries(over)) headers.set(name, value);
    this.#send(
      serializeMessage({
        kind: 'response',
        status,
        reason: 'Test',
        headers,
        body: new TextEncoder().encode(body),
      }),
    );
  }
}

/** A stack facing a wire. */
export function bench(o: { protocol?: Protocol; supported?: string[] } & Partial<StackOptions> = {}): Bench {
  const clock = new VirtualClock();
  const net = new MemoryNetwork({ clock });
  const protocol = o.protocol ?? 'udp';
  const transport = net.transport({ address: STACK, port: 5060, protocol });
  const stack = createStack({ transport, clock, random: seededRandom(7), userAgent: 'Test', ...o });
  const line = net.transport({ address: WIRE, port: 5060, protocol });
  const wire = new Wire({ protocol, address: WIRE, port: 5060 }, bytes => {
    line.send(bytes, { protocol, address: STACK, port: 5060 });
  });
  line.receive = bytes => {
    const parsed = parseMessage(bytes);
    if (!parsed.ok) throw new Error(`the stack sent ${parsed.error.code}: ${parsed.error.detail}`);
    wire.got.push(parsed.value);
  };
  const side: Side = {
    stack,
    peer: { protocol, address: STACK, port: 5060 },
    told: [],
    invites: [],
    requests: [],
    asked: transaction => side.requests.push(transaction),
  };
  stack.events = {
    request: transaction => side.asked(transaction),
    invite: invite => {
      side.invites.push(invite);
      invite.events = {
        cancelled: () => side.told.push('cancelled'),
        acknowledged: () => side.told.push('acknowledged'),
        unacknowledged: () => side.told.push('unacknowledged'),
      };
      watch(side, invite.dialog);
    },
  };
  return { clock, net, stack, side, wire };
}
