import { VirtualClock } from '@kommutator/base';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Peer, type Screen, screened } from '../../src/index.ts';
import { MemoryNetwork } from '../../src/testing/index.ts';

const US: Peer = { protocol: 'udp', address: '10.0.0.1', port: 5060 };
const STRANGER = { address: '203.0.113.9', port: 5060 };
const QUESTION = 'OPTIONS sip:x SIP/2.0\r\n';

let clock: VirtualClock;
let network: MemoryNetwork;
let trusted: Set<string>;
let admitted: boolean;

const screen: Screen = {
  admits: () => admitted,
  trusts: peer => trusted.has(peer.address),
};

beforeEach(() => {
  clock = new VirtualClock();
  network = new MemoryNetwork({ clock });
  trusted = new Set();
  admitted = true;
});

/** Answers one question of the stranger with these messages, at once, and says which of them he heard. */
async function answersWith(answers: readonly string[], question = QUESTION): Promise<string[]> {
  const transport = screened(network.transport(US), screen);
  const stranger = network.transport(STRANGER);
  const heard: string[] = [];
  stranger.receive = bytes => heard.push(Buffer.from(bytes).toString());
  transport.receive = (_bytes, from) => {
    for (const text of answers) transport.send(Buffer.from(text), from);
  };
  stranger.send(Buffer.from(question), US);
  await clock.settle();
  return heard;
}

const sized = (status: number, length: number) => `SIP/2.0 ${status} `.padEnd(length, 'x');

describe('what has not shown where it comes from', () => {
  test('no amplifier: one answer, no longer than the question', async () => {
    const fits = sized(404, QUESTION.length);
    expect(await answersWith([fits, fits])).toEqual([fits]);
  });

  test('no amplifier: a longer answer is not sent', async () => {
    expect(await answersWith([sized(200, QUESTION.length + 1)])).toEqual([]);
  });

  test.each([401, 407])('RFC 3261 §22 a challenge %i may be up to 400 bytes longer', async status => {
    const longest = sized(status, QUESTION.length + 400);
    expect(await answersWith([sized(status, QUESTION.length + 401), longest, longest])).toEqual([longest]);
  });

  test('who is trusted hears everything; so does one who becomes trusted while his question is worked on', async () => {
    const long = sized(200, 2_000);
    trusted.add(STRANGER.address);
    expect(await answersWith([long, long])).toEqual([long, long]);
  });

  test('requests of ours, as an ACK to his answer, are not held back', async () => {
    const ack = 'ACK sip:x SIP/2.0'.padEnd(600, 'x');
    expect(await answersWith([ack, ack], 'SIP/2.0 200 OK')).toEqual([ack, ack]);
  });

  test('what is not admitted is never seen', async () => {
    admitted = false;
    expect(await answersWith([sized(404, 5)])).toEqual([]);
  });
});
