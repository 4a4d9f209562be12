import { WITH_CONTACT } from '../composer.ts';
import { serializeMessage } from '../message/serialize.ts';
import type { SipRequest, SipResponse } from '../message/types.ts';
import type { Body, Dialog, DialogEvents, HeaderList } from '../stack.ts';
import type { Incoming } from '../transaction/incoming.ts';
import type { Peer } from '../transport/types.ts';
import type { Answering } from './answering.ts';
import { ask, requestInside } from './asking.ts';
import type { Core } from './core.ts';
import type { DialogInit, Founding } from './dialog-init.ts';
import { type DialogState, SEQUENCE_GAP } from './dialog-state.ts';
import { type Invitation, Invitations } from './invitations.ts';
import type { ReliableResponses } from './reliable-responses.ts';
import { contactUri } from './route.ts';
import { SentAck } from './sent-ack.ts';
import { SessionTimer } from './session-timer.ts';
import { Way } from './way.ts';

const DEAF: DialogEvents = {
  request: transaction => transaction.respond(481),
  bye: transaction => transaction.respond(200),
  lost: () => {},
};

/** A dialog (RFC 3261 §12). */
export class SipDialog implements Dialog {
  readonly core: Core;
  readonly side: 'uac' | 'uas';
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly contact: string;
  state: 'early' | 'confirmed' | 'ended' = 'early';
  events: DialogEvents = DEAF;
  founding: Founding | null = null;
  /** Of the last request from the other side; null before the first (RFC 3261 §12.2.2). */
  remoteSequence: number | null;
  /** A re-INVITE or UPDATE of theirs that is not answered. */
  theirInvite: { abandon(): void } | null = null;
  theirUpdate = false;
  /** UPDATEs of ours whose offers are not answered; one without an offer is in nobody's way (RFC 3311 §5.2). */
  ourOffers = 0;
  /** Reliable provisional responses of ours that may yet be acknowledged (RFC 3262). */
  reliable: ReliableResponses | null = null;
  /** RSeq of the last one of theirs in order, and the CSeq number of the INVITE it answered. */
  heardReliable: { readonly invite: number; readonly rseq: number } | null = null;
  /** Once the other side has spoken of RFC 4028. */
  session: SessionTimer | null = null;
  readonly #local: string;
  readonly #remote: string;
  readonly #inviteSequence: number;
  #sequence: number;
  readonly #way: Way;
  /** 2xx of ours without ACK. */
  #unacknowledged: Answering[] = [];
  /** Header fields of a BYE that waits for the ACK (RFC 3261 §15). */
  #byeLater: HeaderList | null = null;
  /** The ACK of the founding INVITE's 2xx. */
  readonly sentAck: SentAck;
  #credentials: HeaderList = [];
  #invitations: Invitations | null = null;

  constructor(core: Core, init: DialogInit) {
    this.core = core;
    this.side = init.side;
    this.callId = init.callId;
    this.localTag = init.localTag;
    this.remoteTag = init.remoteTag;
    this.sentAck = new SentAck(core, init.remoteTag);
    this.contact = init.contact;
    this.#local = init.local;
    this.#remote = init.remote;
    this.#inviteSequence = init.sequence;
    this.#sequence = init.side === 'uac' ? init.sequence : Math.floor(core.composer.random() * 2 ** 16);
    this.remoteSequence = init.side === 'uas' ? init.sequence : null;
    this.#way = new Way(init);
    core.dialogs.add(this);
  }

  /** Goes on with a dialog of an earlier process, whose INVITE is over. */
  static restore(core: Core, state: DialogState): SipDialog {
    const { localSequence, remoteSequence, session, ...init } = state;
    const dialog = new SipDialog(core, { ...init, sequence: localSequence });
    dialog.state = 'confirmed';
    dialog.remoteSequence = remoteSequence;
    dialog.#sequence = localSequence + SEQUENCE_GAP;
    // Acknowledged in its earlier life.
    dialog.sentAck.skip();
    if (session) dialog.session = new SessionTimer(dialog, session.terms, session.takesUpdate);
    return dialog;
  }

  keep(): DialogState {
    const { target, routes } = this.#way;
    const { flow: _gone, ...heard } = this.#way.heard;
    return {
      side: this.side,
      callId: this.callId,
      localTag: this.localTag,
      remoteTag: this.remoteTag,
      local: this.#local,
      remote: this.#remote,
      localSequence: this.#sequence,
      remoteSequence: this.remoteSequence,
      target,
      routes,
      heard,
      contact: this.contact,
      session: this.session?.state ?? null,
    };
  }

  get peer(): Peer {
    return this.#way.peer;
  }

  /** No INVITE transaction of either side is in progress, so that a re-INVITE may be sent (RFC 3261 §14.1). */
  get quiet(): boolean {
    if (this.state !== 'confirmed' || this.theirInvite || this.#unacknowledged.length > 0) return false;
    return this.side === 'uas' || this.sentAck.sent;
  }

  /** An offer of ours may be under way. */
  get offering(): boolean {
    return this.ourOffers > 0 || this.#invitations?.busy === true;
  }

  request(
    method: string,
    o: { readonly headers?: HeaderList; readonly body?: Body } = {},
  ): Promise<SipResponse> {
    return requestInside(this, method, o);
  }

  reinvite(body: Body | null, o: Omit<Invitation, 'body'> = {}): Promise<SipResponse> {
    this.#invitations ??= new Invitations(this);
    return this.#invitations.ask({ ...o, body });
  }

  acknowledge(body?: Body): void {
    if (this.side !== 'uac' || this.sentAck.sent || this.state === 'early') return;
    const ack = this.ack(this.#inviteSequence, body, this.#credentials);
    this.sentAck.send(ack, this.peer);
    this.#invitations?.go();
  }

  bye(headers: HeaderList = []): void {
    if (this.state === 'ended') return;
    if (this.state === 'early' && this.side === 'uas') {
      this.founding?.abandon();
      return;
    }
    // RFC 3261 §13.2.2.4: the 2xx is acknowledged even when the call is unwanted.
    this.acknowledge();
    if (this.#unacknowledged.length > 0) {
      this.state = 'ended';
      this.#byeLater = headers;
      this.#close();
    } else {
      this.end();
      this.#sendBye(headers);
    }
  }

  /** A 2xx nobody wants any more: ACK, then BYE (RFC 3261 §13.2.2.4). */
  decline(): void {
    if (this.state === 'early') this.confirm();
    this.acknowledge();
    this.end();
    this.#sendBye([]);
  }

  /** The INVITE got its 2xx. */
  confirm(): void {
    this.state = 'confirmed';
    this.founding = null;
  }

  /** As {@link confirm}, for the UAC, whose route set and target are those of the 2xx (RFC 3261 §13.2.2.4). */
  confirmBy(response: SipResponse, credentials: HeaderList): void {
    this.#credentials = credentials;
    this.#way.confirmBy(response);
    if (this.state === 'early') this.confirm();
  }

  /** Takes the Contact of a target refresh (RFC 3261 §12.2.1.2, §12.2.2; RFC 3311 §5.1), and what it says of the session. */
  refresh(by: SipRequest | SipResponse | string): void {
    if (typeof by === 'string' || (by.kind === 'response' && (by.status < 200 || by.status > 299))) return;
    if (by.kind === 'response') this.session?.renew(by.headers);
    const target = contactUri(by.headers);
    if (target !== null) this.#way.retarget(target);
  }

  hear({ replyTo }: Incoming): void {
    this.#way.hear(replyTo);
  }

  /** A request of ours inside the dialog (RFC 3261 §12.2.1.1). */
  compose(
    method: string,
    o: { readonly headers?: HeaderList | undefined; readonly body?: Body | undefined },
  ): { readonly request: SipRequest; readonly branch: string; readonly sequence: number } {
    const sequence = ++this.#sequence;
    const session = method === 'INVITE' || method === 'UPDATE' ? this.session : null;
    const headers = session ? [...(o.headers ?? []), ...session.asking] : o.headers;
    const { request, branch } = this.#write(method, sequence, headers, o.body);
    return { request, branch, sequence };
  }

  /** An ACK to a 2xx: a request of its own, without a transaction (RFC 3261 §13.2.2.4). */
  ack(sequence: number, body: Body | undefined, headers: HeaderList = []): Uint8Array {
    return serializeMessage(this.#write('ACK', sequence, headers, body).request);
  }

  #write(method: string, sequence: number, headers: HeaderList | undefined, body: Body | undefined) {
    const { composer } = this.core;
    const branch = composer.newBranch();
    const { uri, routes } = this.#way.next;
    const head = {
      method,
      uri,
      branch,
      from: this.#local,
      to: this.#remote,
      callId: this.callId,
      sequence,
      routes,
      contact: WITH_CONTACT.has(method) ? this.contact : undefined,
      headers,
      body,
    };
    return { request: composer.request(head, this.peer), branch };
  }

  lose(why: string): void {
    if (this.state === 'ended') return;
    this.end();
    this.events.lost(why);
  }

  /** A 2xx of ours was sent. */
  awaitAck(answering: Answering): void {
    this.#unacknowledged.push(answering);
  }

  /** ACK to a 2xx of ours; a repeated one means nothing. */
  acknowledged(incoming: Incoming): void {
    const found = this.#unacknowledged.find(answering => answering.sequence === incoming.sequence);
    if (!found) return;
    found.acknowledge(incoming.request);
    this.answered(found);
  }

  /** The wait for an ACK is over, with or without it; what waited for it may go on. */
  answered(answering: Answering): void {
    this.#unacknowledged = this.#unacknowledged.filter(other => other !== answering);
    if (this.#unacknowledged.length > 0) return;
    if (this.#byeLater) {
      const headers = this.#byeLater;
      this.#byeLater = null;
      this.core.dialogs.remove(this);
      this.#sendBye(headers);
    } else this.#invitations?.go();
  }

  /** An INVITE of theirs got its final answer. */
  inviteOver(): void {
    this.theirInvite = null;
    this.#invitations?.go();
  }

  /** Over, for whatever reason: nothing of it stays, and nobody is told. */
  end(): void {
    this.state = 'ended';
    this.core.dialogs.remove(this);
    for (const answering of this.#unacknowledged) answering.stop();
    this.#unacknowledged = [];
    this.#byeLater = null;
    this.#close();
  }

  #close(): void {
    this.reliable?.stop();
    this.session?.stop();
    this.founding?.stop();
    this.founding = null;
    // RFC 3261 §15.1.2: what they asked and we did not answer gets 487.
    this.theirInvite?.abandon();
    this.theirInvite = null;
    this.#invitations?.close();
  }

  #sendBye(headers: HeaderList): void {
    ask(this, 'BYE', { headers }, () => {});
  }
}
