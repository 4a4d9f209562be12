import { WITH_CONTACT } from '../composer.ts';
import { serializeMessage } from '../message/serialize.ts';
import type { SipRequest } from '../message/types.ts';
import type { HeaderList, ReplyOptions, ServerTransaction } from '../stack.ts';
import type { Incoming } from '../transaction/incoming.ts';
import type { InviteServerTransaction } from '../transaction/invite-server.ts';
import type { ServerTransactionMachine } from '../transaction/server.ts';
import type { Listening, Peer } from '../transport/types.ts';
import { Answering } from './answering.ts';
import type { Core } from './core.ts';
import type { SipDialog } from './dialog.ts';
import { isOnce } from './once.ts';
import { serveSession } from './session-timer.ts';

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

const withHeaders = (o: ReplyOptions = {}, more: HeaderList): ReplyOptions => ({
  ...o,
  headers: [...(o.headers ?? []), ...more],
});

/** A request with the way back, as its owner sees it; not INVITE. */
export class Reply implements ServerTransaction {
  readonly request: SipRequest;
  readonly source: Peer;
  readonly #core: Core;
  readonly #machine: ServerTransactionMachine;
  readonly #dialog: SipDialog | null;
  readonly #tagless: boolean;
  #tag: string;

  constructor(core: Core, incoming: Incoming, dialog: SipDialog | null = null) {
    this.request = incoming.request;
    this.source = incoming.source;
    this.#core = core;
    this.#dialog = dialog;
    this.#tag = incoming.toTag;
    this.#tagless = incoming.toTag === '';
    this.#machine = core.table.serve(incoming);
  }

  get local(): Listening {
    return this.#core.composer.local(this.source);
  }

  get localTag(): string {
    if (this.#tag === '') this.#tag = this.#core.composer.newTag();
    return this.#tag;
  }

  respond(status: number, o?: ReplyOptions): void {
    if (this.#machine.answered) return;
    const { composer } = this.#core;
    const dialog = this.#dialog;
    const { method } = this.request;
    const contact = status < 300 && WITH_CONTACT.has(method) ? dialog?.contact : undefined;
    const told = dialog?.state === 'confirmed' && isSuccess(status) && method === 'UPDATE';
    const more = told ? withHeaders(o, serveSession(dialog, this.request)) : o;
    const response = composer.reply(this.request, status, this.#tagless ? this.localTag : '', more, contact);
    if (dialog && status >= 200 && method === 'UPDATE') {
      dialog.theirUpdate = false;
      if (status < 300) dialog.refresh(this.request);
    }
    this.#machine.respond(status, serializeMessage(response), isOnce(status, o));
  }
}

/** A re-INVITE with the way back (RFC 3261 §14.2). */
export class ReinviteReply implements ServerTransaction {
  readonly request: SipRequest;
  readonly source: Peer;
  readonly localTag: string;
  readonly #core: Core;
  readonly #incoming: Incoming;
  readonly #machine: InviteServerTransaction;
  readonly #dialog: SipDialog;

  constructor(core: Core, incoming: Incoming, dialog: SipDialog) {
    this.request = incoming.request;
    this.source = incoming.source;
    this.localTag = incoming.toTag;
    this.#core = core;
    this.#incoming = incoming;
    this.#dialog = dialog;
    this.#machine = core.table.serveInvite(incoming);
    this.#machine.owner = { localTag: '', cancel: () => this.respond(487) };
    this.respond(100);
  }

  get local(): Listening {
    return this.#core.composer.local(this.source);
  }

  /** The dialog is over, or the INVITE was cancelled. */
  abandon(): void {
    this.respond(487);
  }

  respond(status: number, o?: ReplyOptions): void {
    if (!this.#machine.open) return;
    const dialog = this.#dialog;
    const contact = status > 100 && status < 300 ? dialog.contact : undefined;
    const told = dialog.state === 'confirmed' && isSuccess(status);
    const more = told ? withHeaders(o, serveSession(dialog, this.request)) : o;
    const bytes = serializeMessage(this.#core.composer.reply(this.request, status, '', more, contact));
    this.#machine.respond(status, bytes);
    if (status < 200) return;
    if (status < 300) this.#accepted(bytes);
    if (dialog.theirInvite === this) dialog.inviteOver();
  }

  #accepted(bytes: Uint8Array): void {
    const dialog = this.#dialog;
    dialog.refresh(this.request);
    const { sequence, replyTo } = this.#incoming;
    const answering = new Answering(this.#core, sequence, bytes, replyTo, ack => {
      if (ack) dialog.events.acknowledged?.(ack);
      else this.#unacknowledged(answering);
    });
    dialog.awaitAck(answering);
  }

  /** RFC 3261 §14.2: without ACK the dialog is ended with BYE. */
  #unacknowledged(answering: Answering): void {
    const dialog = this.#dialog;
    dialog.answered(answering);
    if (dialog.state === 'ended') return;
    dialog.bye();
    dialog.events.lost('no ACK to the answer of a re-INVITE');
  }
}
