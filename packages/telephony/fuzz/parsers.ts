import { isDeepStrictEqual } from 'node:util';
import {
  answerAudio,
  createResponse,
  DEFAULT_CODECS,
  formatNameAddr,
  formatUri,
  formatVia,
  type LocalDescription,
  parseDigest,
  parseMessage,
  parseNameAddr,
  parseNameAddrList,
  parseSdp,
  parseUri,
  parseVia,
  readAnswer,
  type SipMessage,
  StreamFramer,
  serializeMessage,
  writeAnswer,
} from '@kommutator/sip';
import { DESCRIPTIONS, realMessages, TORTURES } from './samples.ts';
import { must, type TargetMaker } from './target.ts';

const fieldsOf = ({ headers }: SipMessage) =>
  [...headers].filter(([name]) => name.toLowerCase() !== 'content-length');

/** Everything the product does with a message it has read: looks at all of it, answers it, sends it on. */
function use(message: SipMessage, whole: boolean): void {
  for (const [name, value] of message.headers) {
    must(!/[\r\n\0]/.test(value), `a value of ${name} ends its line`);
    message.headers.all(name);
    parseNameAddrList(value);
    parseDigest(value);
    const address = parseNameAddr(value);
    if (address) {
      const again = parseNameAddr(formatNameAddr(address));
      must(isDeepStrictEqual(again?.uri, address.uri), `an address changes: ${value}`);
    }
    const via = parseVia(value);
    if (via) must(isDeepStrictEqual(parseVia(formatVia(via)), via), `a Via changes: ${value}`);
  }
  if (message.kind === 'request') {
    const uri = parseUri(message.uri);
    if (uri) must(isDeepStrictEqual(parseUri(formatUri(uri)), uri), `a URI changes: ${message.uri}`);
    serializeMessage(createResponse(message, 400));
  }
  const again = parseMessage(serializeMessage(message));
  if (!whole) return;
  must(again.ok, `what was read is not read again: ${again.ok ? '' : again.error.detail}`);
  must(isDeepStrictEqual(fieldsOf(again.value), fieldsOf(message)), 'header fields change');
  must(Buffer.from(again.value.body).equals(Buffer.from(message.body)), 'the body changes');
}

/** Parser and serialiser (RFC 3261 §7, §25): what is read is read again the same. */
export const messages: TargetMaker = async () => ({
  name: 'messages',
  sip: true,
  share: 34,
  samples: [...TORTURES, ...(await realMessages())],
  feed: mutant => {
    const parsed = parseMessage(mutant);
    const message = parsed.ok ? parsed.value : parsed.error.request;
    if (message) use(message, parsed.ok);
  },
});

/** What a framer makes of a stream, however it is cut. */
function framed(pieces: Iterable<Buffer>): string {
  let out = '';
  const framer = new StreamFramer({
    message: bytes => {
      out += `message ${Buffer.from(bytes).toString('base64')}\n`;
    },
    ping: () => {
      out += 'ping\n';
    },
    fault: ({ code, request }) => {
      out += `fault ${code} ${request?.method ?? ''}\n`;
    },
  });
  for (const piece of pieces) {
    framer.push(piece);
    must(framer.pending <= 140_000, `${framer.pending} bytes held back`);
  }
  return out;
}

/** Streams of several messages (RFC 3261 §18.3): the same messages however they are cut. */
export const streams: TargetMaker = async random => {
  const samples = [...TORTURES, ...(await realMessages())];
  const pick = () => samples[Math.floor(random() * samples.length)] as Buffer;
  return {
    name: 'streams',
    share: 12,
    samples: samples.map(sample => Buffer.concat([sample, Buffer.from('\r\n\r\n'), pick()])),
    feed: mutant => {
      const cuts = [0, ...Array.from({ length: 4 }, () => Math.floor(random() * mutant.length))]
        .sort((a, b) => a - b)
        .map((from, index, all) => mutant.subarray(from, all[index + 1] ?? mutant.length));
      must(framed([mutant]) === framed(cuts), 'other messages when it is cut otherwise');
    },
  };
};

const LOCAL: LocalDescription = {
  sessionId: '1',
  version: 1,
  address: '10.0.0.1',
  port: 20_000,
  codecs: DEFAULT_CODECS,
  telephoneEvent: 101,
  direction: 'sendrecv',
  ptime: 20,
};

/** Session descriptions (RFC 8866, RFC 3264): every one that is read can be answered, and the answer is read. */
export const descriptions: TargetMaker = () => ({
  name: 'descriptions',
  share: 16,
  samples: DESCRIPTIONS,
  feed: mutant => {
    const parsed = parseSdp(mutant);
    if (!parsed.ok) return;
    readAnswer(LOCAL, parsed.value);
    const { audio } = parsed.value;
    const agreed = audio && answerAudio(audio, DEFAULT_CODECS);
    if (!agreed) return;
    const { codecs, telephoneEvent } = agreed;
    const answer = parseSdp(writeAnswer({ ...LOCAL, codecs, telephoneEvent }, parsed.value));
    must(answer.ok, 'our answer is not read');
    must(answer.value.media.length === parsed.value.media.length, 'the answer has other m= lines');
    must(answer.value.audio?.port === LOCAL.port, 'the answer refuses what was agreed');
  },
});
