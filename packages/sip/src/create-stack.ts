import type { Clock } from '@kommutator/base';
import { Composer, withTag } from './composer.ts';
import type { Core } from './dialog/core.ts';
import { SipDialog } from './dialog/dialog.ts';
import type { DialogState } from './dialog/dialog-state.ts';
import { DialogTable } from './dialog/dialog-table.ts';
import { OutgoingInvite } from './dialog/outgoing-invite.ts';
import { askedTerms, TIMER } from './dialog/session-terms.ts';
import type { SipLog } from './log.ts';
import { LongRequests } from './long-requests.ts';
import { createResponse } from './message/create.ts';
import { serializeMessage } from './message/serialize.ts';
import type { SipRequest, SipResponse } from './message/types.ts';
import type { Random } from './random.ts';
import { Receiver } from './receiver.ts';
import type {
  Dialog,
  InviteClient,
  InviteClientEvents,
  RequestInit,
  SipStack,
  StackEvents,
} from './stack.ts';
import { clientKey, pingBranch } from './transaction/incoming.ts';
import { TransactionTable } from './transaction/table.ts';
import { TIMING, type Timing } from './transaction/timing.ts';
import type { Listening, Peer, Transport } from './transport/types.ts';

export interface StackOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Branches, tags and Call-IDs come from it: `secureRandom`, or a seeded one in tests. */
  readonly random: Random;
  /** User-Agent and Server. */
  readonly userAgent: string;
  /**
   * Told of refused messages, and of exceptions of the stack's user, which are then answered 500. Without it such an
   * exception is thrown on.
   */
  readonly log?: SipLog;
  /** Base values of RFC 3261, ms. */
  readonly timers?: Partial<Timing>;
  /** Methods told in Allow. */
  readonly allow?: readonly string[];
  /**
   * Option tags told in Supported, lower case: what the stack's user takes care of, as `replaces`, and what of the stack's
   * own he wants: `100rel` (RFC 3262), `timer` (RFC 4028).
   */
  readonly supported?: readonly string[];
  /** Seconds after which a session that was not refreshed is over, where `timer` is supported; 1800 when left out. */
  readonly sessionExpires?: number;
}

/** RFC 4028 §4 recommends half an hour. */
const SESSION_EXPIRES = 1800;

const ALLOW = [
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'OPTIONS',
  'INFO',
  'UPDATE',
  'PRACK',
  'REFER',
  'NOTIFY',
  'MESSAGE',
];

/** SIP signalling over a transport: transactions (RFC 3261 §17), dialogs (§12), INVITE (§13). */
export function createStack(options: StackOptions): SipStack {
  return new Stack(options);
}

/** An exception of the stack's user is a bug of his, not the end of all other calls. */
function guardWith(log: SipLog | undefined): Core['guard'] {
  if (!log) return run => run();
  return (run, otherwise) => {
    try {
      run();
    } catch (error) {
      log('error', 'exception in a SIP event', { error });
      otherwise?.();
    }
  };
}

/** A request of ours, ready to leave. */
interface Composed {
  readonly request: SipRequest;
  readonly branch: string;
  readonly callId: string;
  readonly sequence: number;
}

/** What of an INVITE's own its dialogs go on with. */
interface Called {
  readonly fromTag: string;
  readonly contact: string;
}

class Stack implements SipStack {
  readonly #transport: Transport;
  readonly #core: Core;
  readonly #long: LongRequests;
  readonly #receiver: Receiver;

  constructor(o: StackOptions) {
    this.#transport = o.transport;
    this.#long = new LongRequests(o.transport, o.clock);
    const timing = { ...TIMING, ...o.timers };
    const identity = { userAgent: o.userAgent, allow: o.allow ?? ALLOW, supported: o.supported ?? [] };
    this.#core = {
      clock: o.clock,
      timing,
      table: new TransactionTable(o.clock, timing, o.transport),
      composer: new Composer(o.transport, o.random, identity),
      dialogs: new DialogTable(),
      session: identity.supported.includes(TIMER) ? (o.sessionExpires ?? SESSION_EXPIRES) : null,
      guard: guardWith(o.log),
    };
    this.#receiver = new Receiver(this.#core, o.log);
    o.transport.receive = (bytes, from) => this.#receiver.receive(bytes, from);
    o.transport.closed = connection => {
      this.#core.table.connectionClosed(connection);
      this.#core.guard(() => this.events.connectionClosed?.(connection));
    };
  }

  get events(): StackEvents {
    return this.#receiver.events;
  }

  set events(events: StackEvents) {
    this.#receiver.events = events;
  }

  get listening(): readonly Listening[] {
    return this.#transport.listening;
  }

  local(peer: Peer): Listening {
    return this.#transport.local(peer);
  }

  async request(init: RequestInit, to: Peer, signal?: AbortSignal): Promise<SipResponse> {
    const composed = this.#compose(init, to);
    const tcp = this.#long.overTcp(composed.request, to);
    if (!tcp) return this.#ask(composed, to, signal);
    const again = { ...init, callId: composed.callId };
    const answer = await this.#try(this.#compose(again, tcp), tcp, signal);
    if (answer !== 'transport') return answer;
    this.#long.refused(to);
    return this.#ask(this.#compose(again, to), to, signal);
  }

  invite(init: RequestInit, to: Peer, events: InviteClientEvents): InviteClient {
    const { composer } = this.#core;
    const named = {
      ...init,
      fromTag: init.fromTag ?? composer.newTag(),
      callId: init.callId ?? composer.newCallId(),
    };
    const composed = this.#composeInvite(named, to);
    const tcp = this.#long.overTcp(composed.request, to);
    if (!tcp) return this.#invite(composed, to, events);
    let cancelled = false;
    let current = this.#invite(this.#composeInvite(named, tcp), tcp, {
      ...events,
      failed: failure => {
        if (failure.why !== 'transport' || cancelled) return events.failed(failure);
        this.#long.refused(to);
        current = this.#invite(this.#composeInvite(named, to), to, events);
      },
    });
    return {
      callId: current.callId,
      cancel: headers => {
        cancelled = true;
        current.cancel(headers);
      },
    };
  }

  restore(state: DialogState): Dialog {
    return SipDialog.restore(this.#core, state);
  }

  ping(uri: string, token: string, to: Peer): void {
    const { composer, table } = this.#core;
    const head = {
      method: 'OPTIONS',
      uri,
      branch: pingBranch(token),
      from: withTag('<sip:ping@anonymous.invalid>', composer.newTag()),
      to: `<${uri}>`,
      callId: composer.newCallId(),
      sequence: 1,
    };
    table.send(serializeMessage(composer.request(head, to)), to);
  }

  counters(): { transactions: number; tombstones: number; dialogs: number } {
    const { table, dialogs } = this.#core;
    return { transactions: table.live, tombstones: table.finished, dialogs: dialogs.size };
  }

  async close(): Promise<void> {
    this.#transport.receive = () => {};
    this.#transport.closed = () => {};
    for (const dialog of this.#core.dialogs.all()) dialog.end();
    this.#core.table.clear();
    await this.#transport.close();
  }

  async #ask(composed: Composed, to: Peer, signal?: AbortSignal): Promise<SipResponse> {
    const answer = await this.#try(composed, to, signal);
    return answer === 'transport' ? createResponse(composed.request, 503) : answer;
  }

  /** Resolves with the final response, 408 on time-out; `transport` when the network refuses it. */
  #try({ request, branch }: Composed, to: Peer, signal?: AbortSignal): Promise<SipResponse | 'transport'> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = () => {
        transaction.abandon();
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      const key = clientKey(branch, request.method);
      const transaction = this.#core.table.request(key, serializeMessage(request), to, outcome => {
        signal?.removeEventListener('abort', onAbort);
        resolve(outcome === 'timeout' ? createResponse(request, 408) : outcome);
      });
    });
  }

  #composeInvite(init: RequestInit & { readonly fromTag: string }, to: Peer): Composed & Called {
    const { composer, session } = this.#core;
    const { fromTag } = init;
    const contact = init.contact ?? composer.contact(composer.local(to), fromTag);
    const headers = session === null ? init.headers : [...(init.headers ?? []), ...askedTerms(session, 'us')];
    return { ...this.#compose({ ...init, contact, ...(headers && { headers }) }, to), fromTag, contact };
  }

  #invite({ request, ...origin }: Composed & Called, to: Peer, events: InviteClientEvents): InviteClient {
    return new OutgoingInvite(this.#core, request, origin, to, events);
  }

  #compose(init: RequestInit, to: Peer): Composed {
    const { composer } = this.#core;
    const branch = composer.newBranch();
    const callId = init.callId ?? composer.newCallId();
    const sequence = init.cseq ?? 1;
    const head = {
      method: init.method,
      uri: init.uri,
      branch,
      from: withTag(init.from, init.fromTag ?? composer.newTag()),
      to: withTag(init.to, ''),
      callId,
      sequence,
      routes: init.routes,
      contact: init.contact,
      maxForwards: init.maxForwards,
      headers: init.headers,
      body: init.body,
    };
    return { request: composer.request(head, to), branch, callId, sequence };
  }
}
