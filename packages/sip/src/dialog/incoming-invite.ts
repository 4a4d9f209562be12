import type { Ms, Timer } from '@kommutator/base';
import { serializeMessage } from '../message/serialize.ts';
import type { SipRequest } from '../message/types.ts';
import type { HeaderList, InviteServer, InviteServerEvents, ReplyOptions } from '../stack.ts';
import type { Incoming } from '../transaction/incoming.ts';
import type { InviteOwner, InviteServerTransaction } from '../transaction/invite-server.ts';
import type { Listening, Peer } from '../transport/types.ts';
import { Answering } from './answering.ts';
import type { Core } from './core.ts';
import { SipDialog } from './dialog.ts';
import type { Founding } from './dialog-init.ts';
import { isOnce } from './once.ts';
import { RELIABLE } from './prack.ts';
import { ReliableResponses } from './reliable-responses.ts';
import { contactUri, routeSetOf } from './route.ts';
import { serveSession } from './session-timer.ts';

/** A proxy on the way forgets a call that is silent for three minutes (RFC 3261 §13.3.1.1, §16.6 Timer C). */
const EVERY_MINUTE: Ms = 60_000;

const DEAF: InviteServerEvents = { cancelled: () => {}, acknowledged: () => {}, unacknowledged: () => {} };

/** An INVITE received outside a dialog (RFC 3261 §13.3). */
export class IncomingInvite implements InviteServer, InviteOwner, Founding {
  readonly request: SipRequest;
  readonly source: Peer;
  readonly localTag: string;
  readonly dialog: SipDialog;
  readonly #core: Core;
  readonly #incoming: Incoming;
  readonly #transaction: InviteServerTransaction;
  #events: InviteServerEvents = DEAF;
  /** A CANCEL that came before anybody listened. */
  #cancelled: SipRequest | null = null;
  #minute: Timer | null = null;
  /** The 2xx is on its way, or waits for a PRACK. */
  #answered = false;

  constructor(core: Core, incoming: Incoming) {
    const { request } = incoming;
    const { composer } = core;
    this.request = request;
    this.source = incoming.source;
    this.localTag = composer.newTag();
    this.#core = core;
    this.#incoming = incoming;
    this.#transaction = core.table.serveInvite(incoming);
    this.#transaction.owner = this;
    const to = request.headers.get('to') ?? '';
    const from = request.headers.get('from') ?? '';
    this.dialog = new SipDialog(core, {
      side: 'uas',
      callId: incoming.callId,
      localTag: this.localTag,
      remoteTag: incoming.fromTag,
      local: `${to};tag=${this.localTag}`,
      remote: from,
      sequence: incoming.sequence,
      target: contactUri(request.headers) ?? fallbackTarget(incoming.source),
      routes: routeSetOf(request.headers, 'uas'),
      heard: incoming.replyTo,
      contact: composer.contact(this.local, this.localTag),
    });
    this.dialog.founding = this;
  }

  /**
   * 100, unless there is an answer already. Who is refused and forgotten in the same moment gets none: told that we work on
   * it, his INVITE would not come again when the refusal is lost (RFC 3261 §8.2.7).
   */
  trying(): void {
    if (this.#transaction.open && !this.#transaction.bytes) this.#respond(100);
  }

  get local(): Listening {
    return this.#core.composer.local(this.source);
  }

  get events(): InviteServerEvents {
    return this.#events;
  }

  set events(events: InviteServerEvents) {
    this.#events = events;
    const cancel = this.#cancelled;
    this.#cancelled = null;
    if (cancel) events.cancelled(cancel);
  }

  ring(status: 180 | 181 | 182 | 183, o?: ReplyOptions): void {
    if (!this.#transaction.open || this.#answered) return;
    if (this.#asksReliable(o?.body !== undefined)) this.#ringReliably(status, o);
    else this.#keepRinging(this.#respond(status, o), status);
  }

  answer(o: ReplyOptions): void {
    if (!this.#transaction.open || this.#answered) return;
    this.#answered = true;
    const { reliable } = this.dialog;
    const { body: _, ...bare } = o;
    if (reliable) reliable.answer(() => this.#answer(reliable.described ? bare : o));
    else this.#answer(o);
  }

  #answer(o: ReplyOptions): void {
    if (!this.#transaction.open) return;
    const told = serveSession(this.dialog, this.request);
    const bytes = this.#respond(
      200,
      told.length > 0 ? { ...o, headers: [...(o.headers ?? []), ...told] } : o,
    );
    this.stop();
    this.dialog.reliable?.stop();
    this.dialog.confirm();
    const { sequence, replyTo } = this.#incoming;
    const answering = new Answering(this.#core, sequence, bytes, replyTo, ack => {
      if (!ack) this.dialog.answered(answering);
      if (this.dialog.state !== 'confirmed') return;
      if (ack) this.#events.acknowledged(ack);
      else this.#events.unacknowledged();
    });
    this.dialog.awaitAck(answering);
  }

  refuse(status: number, o?: ReplyOptions): void {
    if (!this.#transaction.open) return;
    this.#respond(status, o);
    this.dialog.end();
  }

  /** CANCEL (RFC 3261 §9.2). */
  cancel(request: SipRequest): void {
    if (!this.#transaction.open) return;
    this.refuse(487);
    if (this.#events === DEAF) this.#cancelled = request;
    else this.#events.cancelled(request);
  }

  /** The dialog was ended while early: by the caller's BYE, or by its owner. */
  abandon(bye?: SipRequest): void {
    if (bye) this.cancel(bye);
    else this.refuse(480);
  }

  stop(): void {
    this.#minute?.cancel();
    this.#minute = null;
  }

  /** RFC 3262 §3: every one when the caller requires it; otherwise those with SDP, which he must not miss. */
  #asksReliable(described: boolean): boolean {
    const { headers } = this.request;
    if (!this.#core.composer.supports(RELIABLE)) return false;
    const names = (field: string) => headers.all(field).some(tag => tag.toLowerCase() === RELIABLE);
    return names('require') || (described && names('supported'));
  }

  #ringReliably(status: 180 | 181 | 182 | 183, o: ReplyOptions = {}): void {
    const { dialog } = this;
    const { sequence, replyTo } = this.#incoming;
    dialog.reliable ??= new ReliableResponses(this.#core, sequence, replyTo, () => this.#unacknowledged());
    dialog.reliable.send(o.body !== undefined, rseq => {
      const told: HeaderList = [
        ['Require', RELIABLE],
        ['RSeq', String(rseq)],
      ];
      return this.#respond(status, { ...o, headers: [...(o.headers ?? []), ...told] });
    });
    this.stop();
    // Not the same again: that would be taken for a repeat.
    this.#minute = this.#core.clock.after(EVERY_MINUTE, () =>
      this.ring(status, { headers: o.headers ?? [] }),
    );
  }

  /** RFC 3262 §3: the caller does not hear us, and the INVITE is refused. */
  #unacknowledged(): void {
    this.refuse(504);
    this.dialog.events.lost('no PRACK');
  }

  #keepRinging(bytes: Uint8Array, status: number): void {
    this.stop();
    this.#minute = this.#core.clock.after(EVERY_MINUTE, () => {
      this.#transaction.respond(status, bytes);
      this.#keepRinging(bytes, status);
    });
  }

  #respond(status: number, o: ReplyOptions = {}): Uint8Array {
    const { composer } = this.#core;
    const makesDialog = status > 100 && status < 300;
    const contact = makesDialog ? this.dialog.contact : undefined;
    const response = composer.reply(this.request, status, this.localTag, o, contact);
    if (makesDialog && this.request.headers.has('record-route')) {
      for (const route of this.request.headers.all('record-route'))
        response.headers.append('Record-Route', route);
    }
    const bytes = serializeMessage(response);
    this.#transaction.respond(status, bytes, isOnce(status, o));
    return bytes;
  }
}

/** Where a caller without Contact, who breaks RFC 3261 §8.1.1.8, is most likely found. */
const fallbackTarget = (source: Peer): string =>
  `sip:${source.address.includes(':') ? `[${source.address}]` : source.address}:${source.port}`;
