/**
 * What a finished transaction costs while it waits for stray repeats: `node packages/sip/bench/tombstones.ts`.
 * Both sides of calls, refusals and requests between two stacks on a network in memory; heap and buffers beside it, per tombstone.
 */
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { SystemClock } from '@kommutator/base';
import { createStack, type Peer, type SipStack } from '../src/index.ts';
import { MemoryNetwork, seededRandom } from '../src/testing/index.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const COUNT = 20_000;
const SDP = {
  type: 'application/sdp',
  bytes: Buffer.from(
    'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 20000 RTP/AVP 8 0 101\r\n' +
      'a=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\n',
  ),
};

function alive(): number {
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

type Work = (from: SipStack, to: Peer) => Promise<unknown>;

const init = (method: string) => ({
  method,
  uri: 'sip:74951230001@192.0.2.2',
  from: '"Caller" <sip:79161234567@192.0.2.1>',
  to: '<sip:74951230001@192.0.2.2>',
});

const invite: Work = (from, to) =>
  new Promise(resolve => {
    from.invite({ ...init('INVITE'), body: SDP }, to, {
      provisional: () => undefined,
      answered: (_, dialog) => {
        dialog.acknowledge();
        queueMicrotask(() => {
          dialog.bye();
          resolve(null);
        });
      },
      failed: resolve,
    });
  });

const WORKS: Readonly<Record<string, { answer: number; work: Work }>> = {
  'call answered and ended': { answer: 200, work: invite },
  'call refused': { answer: 486, work: invite },
  'OPTIONS answered': { answer: 200, work: (from, to) => from.request(init('OPTIONS'), to) },
};

interface Side {
  readonly count: number;
  /** A tombstone. */
  readonly bytes: number;
}

/** What stays of each side's part. */
async function measure(work: Work, answer: number): Promise<readonly Side[]> {
  const clock = new SystemClock();
  const random = seededRandom(1);
  const net = new MemoryNetwork({ clock, random });
  net.logging = false;
  const [one, other] = ['192.0.2.1', '192.0.2.2'].map(address =>
    createStack({
      transport: net.transport({ address, port: 5060 }),
      clock,
      random,
      userAgent: 'Bench',
    }),
  ) as [SipStack, SipStack];
  other.events = {
    request: transaction => transaction.respond(answer),
    invite: server => {
      if (answer >= 300) server.refuse(answer);
      else server.answer({ body: SDP });
      server.dialog.events = { request: t => t.respond(200), bye: t => t.respond(200), lost: () => {} };
    },
  };
  const to: Peer = { protocol: 'udp', address: '192.0.2.2', port: 5060 };
  for (let n = 0; n < COUNT; n += 100) {
    await Promise.all(Array.from({ length: 100 }, () => work(one, to)));
    await setImmediate();
  }
  await setImmediate();
  const sides: Side[] = [];
  for (const stack of [one, other]) {
    const count = stack.counters().tombstones;
    const full = alive();
    await stack.close();
    sides.push({ count: count / COUNT, bytes: count === 0 ? 0 : Math.round((full - alive()) / count) });
  }
  return sides;
}

const text = ({ count, bytes }: Side) => (count === 0 ? 'nothing' : `${count} of ${bytes} B`);
console.log('| what | tombstones of who asks | of who answers |\n|---|---|---|');
for (const [name, { answer, work }] of Object.entries(WORKS)) {
  await measure(work, answer);
  const sides = await measure(work, answer);
  console.log(`| ${name} | ${sides.map(text).join(' | ')} |`);
}
