import type { Clock, Ms } from '@kommutator/base';
import type { Peer, SipStack } from '@kommutator/sip';

/** A call that rings longer than this was forgotten by an exchange that died. */
const PATIENCE: Ms = 5_000;

/** What became of the calls of a load. */
export interface LoadResult {
  readonly placed: number;
  readonly answered: number;
  /** ms from INVITE to 200 of the calls answered, in the order of their answers. */
  readonly setUps: readonly number[];
  /** SIP Call-IDs of the calls whose BYE was answered 200: the exchange promised to remember these. */
  readonly acknowledged: readonly string[];
  readonly failed: readonly { readonly index: number; readonly callId: string; readonly status: number }[];
}

export interface LoadOptions {
  readonly stack: SipStack;
  readonly clock: Clock;
  readonly exchange: Peer;
  /** Calls per second. */
  readonly rate: number;
  /** How many calls in all. */
  readonly calls: number;
  /** ms of talk. */
  readonly holdFor: number;
  /** Called numbers, in turn. */
  readonly numbers: readonly string[];
  /** SDP body of the caller. */
  readonly offer: Uint8Array;
}

/** Answers every INVITE with 180 and 200 and ends on BYE: a crowd of phones on one socket. */
export function answerEverything(stack: SipStack, answer: Uint8Array): void {
  stack.events = {
    request: transaction => transaction.respond(transaction.request.method === 'OPTIONS' ? 200 : 405),
    invite: invite => {
      invite.dialog.events = {
        request: transaction =>
          transaction.respond(200, { body: { type: 'application/sdp', bytes: answer } }),
        bye: transaction => transaction.respond(200),
        lost: () => {},
      };
      invite.events = {
        cancelled: () => {},
        acknowledged: () => {},
        unacknowledged: () => invite.dialog.bye(),
      };
      invite.ring(180);
      invite.answer({ body: { type: 'application/sdp', bytes: answer } });
    },
  };
}

/** Places calls from the trunk at a steady rate, talks, hangs up, and keeps the books. */
export async function placeCalls(o: LoadOptions): Promise<LoadResult> {
  const acknowledged: string[] = [];
  const setUps: number[] = [];
  const failed: { index: number; callId: string; status: number }[] = [];
  let answered = 0;
  const one = (index: number) =>
    new Promise<void>(done => {
      const placed = o.clock.now();
      const number = o.numbers[index % o.numbers.length] as string;
      const client = o.stack.invite(
        {
          method: 'INVITE',
          uri: `sip:${number}@${o.exchange.address}:${o.exchange.port}`,
          from: `<sip:7499${String(index).padStart(7, '0')}@127.0.0.1>`,
          to: `<sip:${number}@${o.exchange.address}>`,
          body: { type: 'application/sdp', bytes: o.offer },
        },
        o.exchange,
        {
          provisional: () => {},
          failed: failure => {
            impatient.cancel();
            failed.push({ index, callId: client.callId, status: failure.status });
            done();
          },
          answered: (_response, dialog) => {
            impatient.cancel();
            answered++;
            setUps.push(o.clock.now() - placed);
            let over = false;
            const end = () => {
              over = true;
              done();
            };
            dialog.events = {
              request: transaction => transaction.respond(200),
              bye: transaction => {
                transaction.respond(200);
                end();
              },
              lost: end,
            };
            dialog.acknowledge();
            o.clock.after(o.holdFor, async () => {
              if (over) return;
              const bye = await dialog.request('BYE');
              if (bye.status === 200) acknowledged.push(client.callId);
              end();
            });
          },
        },
      );
      const impatient = o.clock.after(PATIENCE, () => client.cancel());
    });
  const all: Promise<void>[] = [];
  const start = o.clock.now();
  for (let i = 0; i < o.calls; i++) {
    const wait = start + (i * 1000) / o.rate - o.clock.now();
    if (wait > 0) await o.clock.sleep(wait);
    all.push(one(i));
  }
  await Promise.all(all);
  return { placed: o.calls, answered, setUps, acknowledged, failed };
}
