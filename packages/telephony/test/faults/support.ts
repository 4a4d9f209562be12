import {
  createHeaders,
  parseMessage,
  type SipMessage,
  type SipRequest,
  serializeMessage,
} from '@kommutator/sip';
import type { Leaving, Meddling } from '@kommutator/sip/testing';
import { expect } from 'vitest';
import {
  type ConfigInput,
  DEMO,
  type Phone,
  trunkTo,
  type VirtualExchange,
  type VirtualOptions,
  virtualExchange,
} from '../../src/testing/index.ts';
import { dials, phonesOf } from '../calls/support.ts';

/** One line of docs/faults.md, and the call that shows it. */
export interface Fault {
  /** The paragraph that says so. */
  readonly rule: string;
  readonly fault: string;
  readonly happens: string;
  readonly run: () => Promise<void>;
}

export const EXCHANGE = '10.0.0.1';
export const ANNA = '10.1.0.1';
export const BORIS = '10.1.0.2';
/** The carrier whose switch is worked by hand. */
const HAND = '10.9.0.2';

/** Harms the first messages that match. @returns how many there were until now. */
export function harm(
  x: VirtualExchange,
  which: (message: Leaving) => boolean,
  what: Meddling = 'lose',
  times = 1,
): () => number {
  let harmed = 0;
  x.network.meddle = message => {
    if (harmed >= times || !which(message)) return undefined;
    harmed++;
    return what;
  };
  return () => harmed;
}

/** A message on one link, by the beginning of its first line and something within. */
export const on =
  (from: string, to: string, line: string, within = '') =>
  (message: Leaving): boolean =>
    message.from.address === from &&
    message.to.address === to &&
    message.line.startsWith(line) &&
    message.text.includes(within);

/** How many messages of that kind have left. */
export const sent = ({ network }: VirtualExchange, which: (message: Leaving) => boolean): number =>
  network.log.filter(which).length;

/** Anna and boris, registered, and the log of the network empty. */
export async function pair(config: ConfigInput = DEMO) {
  const x = virtualExchange(config);
  const [anna, boris] = await phonesOf(x, 'anna', 'boris');
  x.network.log.length = 0;
  x.begins();
  return { x, anna, boris };
}

/** Anna has called boris, and they talk. */
export async function talk() {
  const talking = await pair();
  await dials(talking.x, talking.anna, '102');
  talking.boris.answers();
  await talking.x.settles();
  return talking;
}

/** The two hear each other, on one call each. */
export async function expectTalk(anna: Phone, boris: Phone): Promise<void> {
  expect([await anna.hears(), await boris.hears()]).toEqual([
    `voice of ${BORIS}:4000`,
    `voice of ${ANNA}:4000`,
  ]);
  expect([anna.history.length, boris.history.length]).toEqual([1, 1]);
}

export const SDP = (formats = '8 101', more = '', address = HAND): string =>
  `v=0\r\no=- 1 1 IN IP4 ${address}\r\ns=-\r\nc=IN IP4 ${address}\r\nt=0 0\r\nm=audio 4000 RTP/AVP ${formats}\r\n` +
  `a=rtpmap:101 telephone-event/8000\r\n${more}`;

/** What a carrier is asked whether there are calls or not; the hand need not see to it. */
const BESIDE = new Set(['OPTIONS', 'REGISTER']);
const GRANTED = { Contact: '<sip:acc@10.0.0.1>;expires=3600' };

/** A carrier's switch worked by hand: it says exactly what the test writes. */
export class Hand {
  readonly got: SipMessage[] = [];
  readonly #send: (bytes: Uint8Array) => void;
  #branch = 0;

  constructor({ network }: VirtualExchange) {
    const line = network.transport({ address: HAND, port: 5060 });
    this.#send = bytes => line.send(bytes, { protocol: 'udp', address: EXCHANGE, port: 5060 });
    line.receive = bytes => {
      const parsed = parseMessage(bytes);
      if (!parsed.ok) throw new Error(`the exchange sent ${parsed.error.code}: ${parsed.error.detail}`);
      const message = parsed.value;
      if (message.kind === 'request' && BESIDE.has(message.method)) this.answers(message, 200, GRANTED);
      else this.got.push(message);
    };
  }

  /** `'INVITE'`, `'180'` … of everything received but 100. */
  get heard(): string[] {
    const names = this.got.map(m => (m.kind === 'request' ? m.method : String(m.status)));
    return names.filter(name => name !== '100');
  }

  /** The last message received that has this name. */
  last(name: string): SipMessage {
    const found = this.got.findLast(m => (m.kind === 'request' ? m.method : String(m.status)) === name);
    if (!found) throw new Error(`no ${name} among ${this.heard.join(', ')}`);
    return found;
  }

  request(method: string): SipRequest {
    const found = this.last(method);
    if (found.kind !== 'request') throw new Error(`${method} is a response`);
    return found;
  }

  /** A request; `over` replaces header fields, or with '' removes them. A branch of its own unless Via is given. */
  sends(method: string, over: Readonly<Record<string, string>> = {}, body = '', uri = NUMBER): void {
    const fields: Record<string, string> = {
      Via: `SIP/2.0/UDP ${HAND}:5060;branch=z9hG4bK-hand-${this.#branch++};rport`,
      'Max-Forwards': '70',
      From: `<sip:79161234567@${HAND}>;tag=hand`,
      To: `<${NUMBER}>`,
      'Call-ID': 'by-hand',
      CSeq: `1 ${method}`,
      Contact: `<sip:${HAND}:5060>`,
      ...over,
    };
    const headers = createHeaders(Object.entries(fields).filter(([, value]) => value !== ''));
    if (body !== '') headers.set('Content-Type', over['Content-Type'] ?? 'application/sdp');
    this.#send(serializeMessage({ kind: 'request', method, uri, headers, body: Buffer.from(body) }));
  }

  /** A request inside the dialog of the INVITE it sent. */
  inside(method: string, sequence: number, over: Readonly<Record<string, string>> = {}, body = ''): void {
    const tagged = this.got.findLast(
      m =>
        m.kind === 'response' &&
        m.headers.get('Call-ID') === 'by-hand' &&
        m.headers.get('CSeq') === '1 INVITE' &&
        m.status > 100,
    );
    if (!tagged) throw new Error('no dialog');
    const To = tagged.headers.get('To') ?? '';
    this.sends(method, { To, CSeq: `${sequence} ${method}`, ...over }, body);
  }

  answers(request: SipRequest, status: number, over: Readonly<Record<string, string>> = {}, body = ''): void {
    const headers = createHeaders();
    for (const name of ['Via', 'From', 'To', 'Call-ID', 'CSeq'])
      headers.set(name, request.headers.get(name) ?? '');
    for (const [name, value] of Object.entries(over)) headers.set(name, value);
    if (body !== '') headers.set('Content-Type', 'application/sdp');
    this.#send(
      serializeMessage({ kind: 'response', status, reason: 'Hand', headers, body: Buffer.from(body) }),
    );
  }

  raw(text: string): void {
    this.#send(Buffer.from(text));
  }
}

const NUMBER = `sip:74951230003@${EXCHANGE}`;

/** An exchange whose only carrier is worked by hand; 74951230003 is anna's number. */
export async function facing(o: Omit<VirtualOptions, 'domains'> = {}, config: ConfigInput = DEMO) {
  const x = virtualExchange(config, { trunks: [trunkTo('hand', HAND)], ...o });
  const hand = new Hand(x);
  const [anna, boris] = await phonesOf(x, 'anna', 'boris');
  // What stays of the REGISTERs is over then.
  await x.clock.advance(40_000);
  x.network.log.length = 0;
  return { x, hand, anna, boris };
}

/** The hand has called anna with an offer, and she has answered. */
export async function facingTalk(over: Readonly<Record<string, string>> = {}) {
  const all = await facing();
  all.hand.sends('INVITE', over, SDP());
  await all.x.settles();
  all.anna.answers();
  await all.x.settles();
  all.hand.inside('ACK', 1);
  await all.x.settles();
  return all;
}

/** The hand ends its call, and nothing of it is left. */
export async function handHangsUp(
  { x, hand }: { x: VirtualExchange; hand: Hand },
  sequence = 9,
): Promise<void> {
  hand.inside('BYE', sequence);
  await x.settles();
  expect(hand.heard.at(-1)).toBe('200');
  await x.expectNothingLeft();
}
