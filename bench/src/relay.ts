import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type Clock, SystemClock } from '@kommutator/base';
import { audioAt, type RunningExchange } from '@kommutator/e2e';
import {
  createStack,
  type Dialog,
  openSockets,
  type Peer,
  parseSdp,
  type SipStack,
  secureRandom,
} from '@kommutator/sip';
import { costOf, spent } from './process-cost.ts';
import type { LoadCommand, LoadReport } from './rtp-load.ts';

export interface RelayFigures {
  readonly calls: number;
  readonly seconds: number;
  readonly sent: number;
  readonly received: number;
  /** One way through the relay, ms; the worse of the two directions. */
  readonly delay: LoadReport['delay'];
  /** CPU µs of the media process per relayed packet. */
  readonly perPacket: number;
  /** Share of one core the media process used. */
  readonly core: number;
  /** Resident bytes per call over all processes. */
  readonly memoryPerCall: number;
}

/** One side of the load: a SIP stack and a socket that stands for all its phones' audio. */
class Side implements AsyncDisposable {
  readonly stack: SipStack;
  readonly offer: Uint8Array;
  readonly #worker: Worker;

  private constructor(stack: SipStack, worker: Worker, offer: Uint8Array) {
    this.stack = stack;
    this.#worker = worker;
    this.offer = offer;
  }

  static async open(clock: Clock, port: number): Promise<Side> {
    const worker = new Worker(new URL('./rtp-load.ts', import.meta.url));
    worker.postMessage({ do: 'bind', address: '127.0.0.1' } satisfies LoadCommand);
    const [bound] = (await once(worker, 'message')) as [{ port: number }];
    const transport = await openSockets({ udp: { host: '127.0.0.1', port }, log: () => undefined });
    const stack = createStack({ transport, clock, random: secureRandom, userAgent: 'bench' });
    return new Side(stack, worker, audioAt('127.0.0.1', bound.port));
  }

  tell(command: LoadCommand): void {
    this.#worker.postMessage(command);
  }

  /** Sends this call's packets to where the exchange's description says. */
  add(index: number, description: Uint8Array): void {
    const parsed = parseSdp(description);
    if (!parsed.ok || !parsed.value.audio) throw new Error('the exchange sent no audio description');
    this.tell({ do: 'add', index, address: parsed.value.audio.address, port: parsed.value.audio.port });
  }

  async stop(): Promise<LoadReport> {
    this.tell({ do: 'stop' });
    const [report] = (await once(this.#worker, 'message')) as [LoadReport];
    return report;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stack.close();
    await this.#worker.terminate();
  }
}

/** Keeps so many relayed G.711 calls up and measures loss, delay and cost. The phone behind the number must be registered at `phonePort`. */
export async function measureRelay(
  exchange: RunningExchange,
  o: {
    readonly calls: number;
    readonly seconds: number;
    readonly phonePort: number;
    /** Number the calls come to. */
    readonly number: string;
  },
): Promise<RelayFigures> {
  const clock = new SystemClock();
  await using phone = await Side.open(clock, o.phonePort);
  await using trunk = await Side.open(clock, 0);
  let answered = 0;
  phone.stack.events = {
    request: transaction => transaction.respond(200),
    invite: invite => {
      invite.dialog.events = {
        request: t => t.respond(200),
        bye: t => t.respond(200),
        lost: () => undefined,
      };
      invite.events = {
        cancelled: () => undefined,
        acknowledged: () => undefined,
        unacknowledged: () => undefined,
      };
      phone.add(answered++, invite.request.body);
      invite.answer({ body: { type: 'application/sdp', bytes: phone.offer } });
    },
  };
  const idle = await costOf(exchange);
  const to: Peer = { protocol: 'udp', address: '127.0.0.1', port: exchange.sipPort };
  const dialogs: Dialog[] = [];
  for (let i = 0; i < o.calls; i++) dialogs.push(await place(trunk, to, o.number, i));
  const loaded = await costOf(exchange);
  for (const side of [phone, trunk]) side.tell({ do: 'start' });
  await clock.sleep(2_000);
  const before = await costOf(exchange);
  for (const side of [phone, trunk]) side.tell({ do: 'measure' });
  await clock.sleep(o.seconds * 1000);
  const after = await costOf(exchange);
  const reports = [await phone.stop(), await trunk.stop()] as const;
  await Promise.all(dialogs.map(dialog => dialog.request('BYE')));
  const sent = reports[0].sent + reports[1].sent;
  const received = reports[0].received + reports[1].received;
  const media = spent(before, after).get('media') ?? 0;
  const resident = (cost: typeof idle) => [...cost.values()].reduce((sum, one) => sum + one.resident, 0);
  return {
    calls: o.calls,
    seconds: o.seconds,
    sent,
    received,
    delay: reports[0].delay.p99 > reports[1].delay.p99 ? reports[0].delay : reports[1].delay,
    perPacket: (media * 1e6) / received,
    core: media / o.seconds,
    memoryPerCall: (resident(loaded) - resident(idle)) / o.calls,
  };
}

function place(side: Side, to: Peer, number: string, index: number): Promise<Dialog> {
  return new Promise((resolve, reject) => {
    side.stack.invite(
      {
        method: 'INVITE',
        uri: `sip:${number}@127.0.0.1:${to.port}`,
        from: `<sip:7499${String(index).padStart(7, '0')}@127.0.0.1>`,
        to: `<sip:${number}@127.0.0.1>`,
        body: { type: 'application/sdp', bytes: side.offer },
      },
      to,
      {
        provisional: () => undefined,
        failed: failure => reject(new Error(`call ${index}: ${failure.status}`)),
        answered: (response, dialog) => {
          dialog.events = {
            request: t => t.respond(200),
            bye: t => t.respond(200),
            lost: () => undefined,
          };
          dialog.acknowledge();
          side.add(index, response.body);
          resolve(dialog);
        },
      },
    );
  });
}
