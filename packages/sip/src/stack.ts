import type { DialogState } from './dialog/dialog-state.ts';
import type { Headers, SipRequest, SipResponse } from './message/types.ts';
import type { Listening, Peer } from './transport/types.ts';

/** Extra header fields of a message we send, in order. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

export interface Body {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** What may be added to a response. */
export interface ReplyOptions {
  readonly reason?: string;
  readonly headers?: HeaderList;
  readonly body?: Body;
  /**
   * Of a final answer other than a 2xx to INVITE: it is sent a single time and nothing of the request is remembered, so
   * that strangers cost no memory and a forged source is not sent the same answer again and again (RFC 3261 §8.2.7,
   * §26.3.2.4). 401 and 407 always are.
   */
  readonly once?: boolean;
  /** Without Server, Allow and Supported: for strangers, who are told no more than they asked. */
  readonly bare?: boolean;
}

/** A request received outside any INVITE handling below; must be answered exactly once (RFC 3261 §17.2.2). */
export interface ServerTransaction {
  readonly request: SipRequest;
  readonly source: Peer;
  readonly local: Listening;
  /**
   * Our tag: the one the final answer carries in To. Who makes a subscription of the request sends its NOTIFYs with
   * this From tag (RFC 6665 §4.4.1).
   */
  readonly localTag: string;
  /** 1xx, then one final answer; more have no effect. */
  respond(status: number, o?: ReplyOptions): void;
}

/** An INVITE received (RFC 3261 §13.3, §17.2.1). The stack sends 100 itself when there is no answer in the same tick. */
export interface InviteServer {
  readonly request: SipRequest;
  readonly source: Peer;
  readonly local: Listening;
  /** The dialog it makes: early after `ring`, confirmed after `answer`. The To tag is fixed from the start. */
  readonly dialog: Dialog;
  events: InviteServerEvents;
  /**
   * 180…183. With a body it carries SDP (RFC 3960). Repeated every minute by the stack (RFC 3261 §13.3.1.1). Where
   * `100rel` is supported it is sent reliably to a caller who requires that, and with SDP to one who supports it
   * (RFC 3262); without PRACK the INVITE gets 504 and the dialog's owner is told `lost`.
   */
  ring(status: 180 | 181 | 182 | 183, o?: ReplyOptions): void;
  /**
   * 200, retransmitted until ACK. It waits for the PRACK of SDP that was sent reliably, and goes without body then: offer
   * and answer are complete.
   */
  answer(o: ReplyOptions): void;
  /** Final 3xx–6xx. No effect after another final answer. */
  refuse(status: number, o?: ReplyOptions): void;
}

export interface InviteServerEvents {
  /** CANCEL came; the stack has answered it 200 and the INVITE 487. */
  cancelled(cancel: SipRequest): void;
  /** ACK for the 200 came; `body` holds the answer to a delayed offer. */
  acknowledged(ack: SipRequest): void;
  /** No ACK within 64·T1 (RFC 3261 §13.3.1.4): the caller of the stack should end the dialog. */
  unacknowledged(): void;
}

/** An INVITE we sent (RFC 3261 §13.2, §17.1.1). */
export interface InviteClient {
  readonly callId: string;
  /**
   * CANCEL as soon as a provisional answer allows it (RFC 3261 §9.1). A 2xx that crosses is acknowledged and ended
   * with BYE by the stack; `failed` is then reported with why = 'cancelled'.
   */
  cancel(headers?: HeaderList): void;
}

export interface InviteClientEvents {
  /** 100 came: the next hop is alive and works on it. Not called when another provisional response comes first. */
  trying?(): void;
  /** 101–199. `early` is the dialog of its To tag, null when it has none. Called for every fork. */
  provisional(response: SipResponse, early: Dialog | null): void;
  /**
   * Body of the PRACK for a reliable provisional response (RFC 3262 §5): the answer, when the INVITE had no offer and this
   * response brings it. Called after `provisional`; nothing is sent when left out.
   */
  prack?(response: SipResponse, early: Dialog): Body | null;
  /** First 2xx. ACK is sent by `dialog.acknowledge`; later 2xx of other forks are ended by the stack. */
  answered(response: SipResponse, dialog: Dialog): void;
  failed(failure: InviteFailure): void;
}

export interface InviteFailure {
  readonly why: 'response' | 'timeout' | 'transport' | 'cancelled';
  /** Final status; 408 for a time-out, 503 for a transport error, 487 after cancelling. */
  readonly status: number;
  readonly response?: SipResponse;
}

/** A peer-to-peer relation of two user agents (RFC 3261 §12). */
export interface Dialog {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly state: 'early' | 'confirmed' | 'ended';
  /**
   * Where its requests go now. With a route set the address its first entry names; without one back to where the last
   * request of the other side came from, or where the INVITE was sent to (RFC 3581: a phone behind NAT writes a
   * Contact nobody reaches). A Contact with another public address is believed.
   */
  readonly peer: Peer;
  /** Set by the owner; unset, requests are answered 481 and BYE 200. */
  events: DialogEvents;
  /** Sends a request inside the dialog. Resolves with the final response; 408 and 503 are made up on time-out or transport error. */
  request(method: string, o?: { headers?: HeaderList; body?: Body }): Promise<SipResponse>;
  /** re-INVITE; the ACK of a 2xx is sent by the stack with `ack`'s body. A 491 is retried after the RFC 3261 §14.1 delay. */
  reinvite(
    body: Body | null,
    o?: { headers?: HeaderList; ack?: (response: SipResponse) => Body | null },
  ): Promise<SipResponse>;
  /** ACK to the 2xx of the first INVITE; the stack repeats it when the 2xx is repeated. */
  acknowledge(body?: Body): void;
  /** What {@link SipStack.restore} of another process needs to go on with it, once it is confirmed. */
  keep(): DialogState;
  /** Sends BYE once; the dialog is over at once for the owner, `ended` is not called. */
  bye(headers?: HeaderList): void;
}

export interface DialogEvents {
  /** re-INVITE, UPDATE, INFO, REFER, NOTIFY, MESSAGE, OPTIONS inside the dialog, PRACK with SDP; must be answered. */
  request(transaction: ServerTransaction): void;
  /**
   * Where `timer` is supported and the other side takes no UPDATE: the body of a re-INVITE that keeps the session alive
   * (RFC 4028 §7.4), the present description as an offer. Without it the session is not refreshed, and ends.
   */
  refreshing?(): Body;
  /** 2xx to that re-INVITE; its body is the answer. The stack has sent the ACK. */
  refreshed?(response: SipResponse): void;
  /** ACK to the 2xx of a re-INVITE; `body` holds the answer to a delayed offer (RFC 3261 §14.2). */
  acknowledged?(ack: SipRequest): void;
  /**
   * 401 or 407 to a request of ours: the header field with which it is sent once more (RFC 3261 §22.2, §22.3). Asked once a
   * request, of a BYE too; null, or when left out, the challenge is the answer.
   */
  challenged?(challenge: SipResponse, request: SipRequest): HeaderList[number] | null;
  /** BYE came. The owner answers it 200 after it has written down what must not be lost. */
  bye(transaction: ServerTransaction): void;
  /**
   * The dialog died without BYE of theirs: 481 or 408 to a request of ours (RFC 3261 §12.2.1.2), a lost connection, or a
   * session that nobody refreshed (RFC 4028 §10).
   */
  lost(why: string): void;
}

/** A request to send outside a dialog. Via, CSeq, Max-Forwards, Call-ID, tags are the stack's. */
export interface RequestInit {
  readonly method: string;
  readonly uri: string;
  readonly from: string;
  readonly to: string;
  readonly callId?: string;
  readonly cseq?: number;
  readonly fromTag?: string;
  readonly contact?: string;
  readonly routes?: readonly string[];
  readonly headers?: HeaderList;
  readonly body?: Body;
  /** Fixed-up Max-Forwards; 70 when left out. */
  readonly maxForwards?: number;
}

export interface StackEvents {
  /**
   * Whether a new request outside any dialog is passed over in silence: asked before anything is kept of it. All are heard
   * when left out.
   */
  ignores?(request: SipRequest, source: Peer): boolean;
  /**
   * A request outside any dialog that is not INVITE, ACK or CANCEL: REGISTER, OPTIONS, SUBSCRIBE, MESSAGE …
   * One with a To tag comes here too, since subscriptions are the owner's; only BYE, INFO, PRACK, REFER and UPDATE of
   * an unknown dialog are answered 481 by the stack.
   */
  request(transaction: ServerTransaction): void;
  invite(invite: InviteServer): void;
  /** An answer to {@link SipStack.ping} came, whatever it says: somebody is there. */
  ponged?(token: string): void;
  /** A connection is over: who was reached by its flow is not any more (RFC 5626 §4.2.1). */
  connectionClosed?(connection: Peer): void;
}

/** SIP signalling for a server: transactions and dialogs over a {@link Transport}. */
export interface SipStack {
  events: StackEvents;
  readonly listening: readonly Listening[];
  /** The listener a request to `peer` leaves from, with the address of ours a peer of its family is told. */
  local(peer: Peer): Listening;
  /** Non-INVITE request; resolves with the final response, 408 on time-out (Timer F), 503 on transport error. */
  request(init: RequestInit, to: Peer, signal?: AbortSignal): Promise<SipResponse>;
  invite(init: RequestInit, to: Peer, events: InviteClientEvents): InviteClient;
  /**
   * OPTIONS that keeps a NAT binding and asks whether somebody is there: sent once, with no transaction to remember it.
   * @param token letters, digits and `-` nobody else can guess; `ponged` tells it back. Another one each time.
   */
  ping(uri: string, token: string, to: Peer): void;
  /**
   * Goes on with a confirmed dialog that an earlier process kept; CSeq numbers leave a gap, a session timer starts anew. The
   * other side notices nothing but the gap; over a connection it is reached once it has opened another.
   */
  restore(state: DialogState): Dialog;
  /** What is alive now; all zero when nothing goes on (finished transactions waiting for stray repeats are `tombstones`). */
  counters(): { transactions: number; tombstones: number; dialogs: number };
  close(): Promise<void>;
}

/** Re-exported so that a user of the stack finds header access in one place. */
export type { Headers };
