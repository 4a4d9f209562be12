import { VirtualClock } from '@kommutator/base';
import { createStack, type StackOptions } from '../../src/create-stack.ts';
import type {
  Body,
  Dialog,
  InviteFailure,
  InviteServer,
  ServerTransaction,
  SipStack,
} from '../../src/stack.ts';
import { type Link, MemoryNetwork, seededRandom } from '../../src/testing/index.ts';
import type { Peer, Protocol } from '../../src/transport/types.ts';

export const SDP = (text: string): Body => ({
  type: 'application/sdp',
  bytes: new TextEncoder().encode(text),
});
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** One side of a pair: its stack and everything its events told, in order. */
export interface Side {
  readonly stack: SipStack;
  readonly peer: Peer;
  readonly told: string[];
  readonly invites: InviteServer[];
  readonly requests: ServerTransaction[];
  /** Puts requests into `requests` unless replaced. */
  asked: (transaction: ServerTransaction) => void;
}

export interface Pair {
  readonly clock: VirtualClock;
  readonly net: MemoryNetwork;
  readonly anna: Side;
  readonly boris: Side;
  /** 64·T1 and what hangs on it, twice: everything that ends by itself has ended. */
  rest(): Promise<void>;
  /** All counters of both sides, and the timers of the clock. */
  left(): { transactions: number; tombstones: number; dialogs: number; pending: number };
}

/** Two stacks on one network in memory. */
export function pair(
  o: { seed?: number; link?: Partial<Link>; protocol?: Protocol; supported?: string[] } = {},
): Pair {
  const clock = new VirtualClock();
  const random = seededRandom(o.seed ?? 1);
  const net = new MemoryNetwork({ clock, random }).every(o.link ?? {});
  const side = (address: string): Side => {
    const protocol = o.protocol ?? 'udp';
    const transport = net.transport({ address, port: 5060, protocol });
    const options: StackOptions = {
      transport,
      clock,
      random,
      userAgent: `Test ${address}`,
      supported: o.supported ?? [],
    };
    const stack = createStack(options);
    const made: Side = {
      stack,
      peer: { protocol, address, port: 5060 },
      told: [],
      invites: [],
      requests: [],
      asked: transaction => made.requests.push(transaction),
    };
    stack.events = {
      request: transaction => made.asked(transaction),
      invite: invite => {
        made.invites.push(invite);
        made.told.push('invite');
        invite.events = {
          cancelled: () => made.told.push('cancelled'),
          acknowledged: ack => made.told.push(`acknowledged ${textOf(ack.body)}`.trim()),
          unacknowledged: () => made.told.push('unacknowledged'),
        };
        watch(made, invite.dialog);
      },
    };
    return made;
  };
  const anna = side('192.0.2.1');
  const boris = side('192.0.2.2');
  return {
    clock,
    net,
    anna,
    boris,
    rest: () => clock.advance(200_000),
    left: () => {
      const a = anna.stack.counters();
      const b = boris.stack.counters();
      return {
        transactions: a.transactions + b.transactions,
        tombstones: a.tombstones + b.tombstones,
        dialogs: a.dialogs + b.dialogs,
        pending: clock.pending,
      };
    },
  };
}

export const NOTHING_LEFT = { transactions: 0, tombstones: 0, dialogs: 0, pending: 0 };

/** Writes down what a dialog tells; BYE is answered 200, other requests wait in `requests`. */
export function watch(side: Side, dialog: Dialog): void {
  dialog.events = {
    request: transaction => side.asked(transaction),
    acknowledged: ack => side.told.push(`acknowledged ${textOf(ack.body)}`.trim()),
    bye: transaction => {
      side.told.push('bye');
      transaction.respond(200);
    },
    lost: why => side.told.push(`lost: ${why}`),
  };
}

export interface Outgoing {
  readonly client: { cancel(): void; readonly callId: string };
  readonly dialogs: Dialog[];
  readonly early: Dialog[];
  readonly failures: InviteFailure[];
}

/** An INVITE from one side to the other; the 2xx is acknowledged at once. */
export function call(from: Side, to: Side, o: { acknowledge?: boolean; uri?: string } = {}): Outgoing {
  const out: Omit<Outgoing, 'client'> = { dialogs: [], early: [], failures: [] };
  const client = from.stack.invite(
    {
      method: 'INVITE',
      uri: o.uri ?? `sip:boris@${to.peer.address}`,
      from: 'sip:anna@example.com',
      to: 'sip:boris@example.com',
      body: SDP('offer'),
    },
    to.peer,
    {
      provisional: (response, early) => {
        from.told.push(String(response.status));
        if (early && !out.early.includes(early)) {
          out.early.push(early);
          watch(from, early);
        }
      },
      answered: (response, dialog) => {
        from.told.push(`answered ${response.status}`);
        out.dialogs.push(dialog);
        watch(from, dialog);
        if (o.acknowledge !== false) dialog.acknowledge();
      },
      failed: failure => {
        from.told.push(`failed ${failure.why} ${failure.status}`);
        out.failures.push(failure);
      },
    },
  );
  return { ...out, client };
}

/** The only element. */
export function one<T>(list: readonly T[]): T {
  const [first] = list;
  if (list.length !== 1 || first === undefined) throw new Error(`${list.length} instead of one`);
  return first;
}
