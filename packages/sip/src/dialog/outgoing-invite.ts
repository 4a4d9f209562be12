import { serializeMessage } from '../message/serialize.ts';
import type { SipRequest, SipResponse } from '../message/types.ts';
import type { HeaderList, InviteClient, InviteClientEvents, InviteFailure } from '../stack.ts';
import { clientKey, tagOf } from '../transaction/incoming.ts';
import type { InviteClientTransaction, InviteClientUser } from '../transaction/invite-client.ts';
import { giveUpAfter } from '../transaction/timing.ts';
import type { Peer } from '../transport/types.ts';
import { Aftermath, MOST_FORKS } from './aftermath.ts';
import type { Core } from './core.ts';
import { SipDialog } from './dialog.ts';
import { sendPrack, takeReliable } from './prack.ts';
import { contactUri, routeSetOf } from './route.ts';
import { askedTerms, minimumOf } from './session-terms.ts';
import { startSession } from './session-timer.ts';

const NOTHING = new Uint8Array(0);

/** What the dialogs of an INVITE have in common. */
interface Origin {
  readonly branch: string;
  readonly callId: string;
  readonly fromTag: string;
  readonly sequence: number;
  readonly contact: string;
}

/** An INVITE of ours, with all its forks (RFC 3261 §13.2). */
export class OutgoingInvite implements InviteClient, InviteClientUser {
  readonly callId: string;
  readonly heir: Aftermath;
  readonly #core: Core;
  readonly #to: Peer;
  readonly #events: InviteClientEvents;
  readonly #request: SipRequest;
  #origin: Origin;
  #transaction: InviteClientTransaction;
  /** SDP of the INVITE, as long as it may have to be sent again. */
  #body: Uint8Array;
  /** By remote tag: early while it rings, then those that sent a 2xx. */
  readonly #dialogs = new Map<string, SipDialog>();
  /** `over`: the outcome has been reported. */
  #state: 'open' | 'cancelled' | 'over' = 'open';
  /** Header fields of a CANCEL that waits for a provisional response. */
  #cancelLater: HeaderList | null = null;

  constructor(core: Core, request: SipRequest, origin: Origin, to: Peer, events: InviteClientEvents) {
    this.callId = origin.callId;
    this.heir = new Aftermath(core, to);
    this.#core = core;
    this.#to = to;
    this.#origin = origin;
    this.#events = events;
    this.#request = request;
    const key = clientKey(origin.branch, 'INVITE');
    this.#transaction = core.table.invite(key, serializeMessage(request), to, this);
    // The request is kept for other forks, up to 64·T1 after the end; its SDP is not.
    this.#body = request.body;
    request.body = NOTHING;
  }

  cancel(headers: HeaderList = []): void {
    if (this.#state !== 'open') return;
    this.#state = 'cancelled';
    if (this.#transaction.proceeding) this.#sendCancel(headers);
    else this.#cancelLater = headers;
  }

  provisional(response: SipResponse): void {
    if (this.#cancelLater) this.#sendCancel(this.#cancelLater);
    if (this.#state !== 'open') return;
    if (response.status === 100) {
      this.#events.trying?.();
      return;
    }
    this.#body = NOTHING;
    const tag = tagOf(response.headers.get('to') ?? '');
    const dialog = tag === '' ? null : this.#dialog(tag, response);
    const taken = dialog?.state === 'early' ? takeReliable(dialog, response, this.#origin.sequence) : 'plain';
    if (taken === 'stale') return;
    this.#events.provisional(response, dialog);
    if (dialog && taken === 'new') sendPrack(dialog, this.#events.prack?.(response, dialog) ?? null);
  }

  success(response: SipResponse): void {
    this.#body = NOTHING;
    const tag = tagOf(response.headers.get('to') ?? '');
    const known = this.#dialogs.get(tag);
    const early = known?.state;
    const dialog = known ?? this.#make(tag, response);
    this.heir.credentials = credentialsOf(this.#request);
    this.heir.keep(dialog.sentAck);
    dialog.confirmBy(response, this.heir.credentials);
    if (this.#state === 'open' && early !== 'ended') this.#answered(response, dialog);
    else {
      dialog.decline();
      this.#fail({ why: this.#state === 'cancelled' ? 'cancelled' : 'response', status: 487, response });
    }
  }

  failure(response: SipResponse): void {
    const cancelled = this.#state === 'cancelled';
    if (response.status === 422 && this.#state === 'open' && this.#askLonger(response)) return;
    this.#fail({
      why: cancelled ? 'cancelled' : 'response',
      status: cancelled ? 487 : response.status,
      response,
    });
  }

  acknowledgement(response: SipResponse): Uint8Array {
    return serializeMessage(this.#core.composer.failureAck(this.#request, response));
  }

  lost(why: 'timeout' | 'transport'): void {
    if (this.#state === 'cancelled') this.#fail({ why: 'cancelled', status: 487 });
    else this.#fail({ why, status: why === 'timeout' ? 408 : 503 });
  }

  /** RFC 4028 §7.3: the same INVITE once more, for the interval the other side can bear. @returns false when it had that. */
  #askLonger({ headers }: SipResponse): boolean {
    const { composer, session, table } = this.#core;
    const least = minimumOf(headers);
    const fields = this.#request.headers;
    if (session === null || least <= session || fields.has('min-se') || this.#body === NOTHING) return false;
    const { branch: before, sequence: last } = this.#origin;
    const [branch, sequence] = [composer.newBranch(), last + 1];
    this.#origin = { ...this.#origin, branch, sequence };
    fields.set('Via', (fields.get('via') ?? '').replace(before, branch));
    fields.set('CSeq', `${sequence} INVITE`);
    for (const [name, value] of askedTerms(session, 'us', least)) fields.set(name, value);
    const bytes = serializeMessage({ ...this.#request, body: this.#body });
    this.#transaction = table.invite(clientKey(branch, 'INVITE'), bytes, this.#to, this);
    return true;
  }

  #answered(response: SipResponse, dialog: SipDialog): void {
    this.#state = 'over';
    this.#endAll(dialog);
    startSession(dialog, response);
    this.#events.answered(response, dialog);
  }

  #fail(failure: InviteFailure): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#endAll(null);
    this.#events.failed(failure);
  }

  /** The other forks are over for their owner; a 2xx that comes from one yet is declined. */
  #endAll(but: SipDialog | null): void {
    for (const [tag, dialog] of this.#dialogs) {
      if (dialog === but) continue;
      if (dialog.state === 'early') {
        dialog.end();
        this.#dialogs.delete(tag);
      }
    }
  }

  /** RFC 3261 §9.1: if nothing final comes within 64·T1, the INVITE counts as cancelled. */
  #sendCancel(headers: HeaderList): void {
    const { table, composer, timing } = this.#core;
    this.#cancelLater = null;
    const cancel = composer.cancel(this.#request, headers);
    this.#transaction.limit(giveUpAfter(timing));
    const key = clientKey(this.#origin.branch, 'CANCEL');
    table.request(key, serializeMessage(cancel), this.#to, () => {});
  }

  /** The dialog of a fork, made by its first response with a tag (RFC 3261 §12.1.2). */
  #dialog(tag: string, response: SipResponse): SipDialog | null {
    const known = this.#dialogs.get(tag);
    if (known) return known;
    return this.#dialogs.size >= MOST_FORKS ? null : this.#make(tag, response);
  }

  #make(tag: string, response: SipResponse): SipDialog {
    const dialog = new SipDialog(this.#core, {
      side: 'uac',
      callId: this.callId,
      localTag: this.#origin.fromTag,
      remoteTag: tag,
      local: this.#request.headers.get('from') ?? '',
      remote: response.headers.get('to') ?? '',
      sequence: this.#origin.sequence,
      target: contactUri(response.headers) ?? this.#request.uri,
      routes: routeSetOf(response.headers, 'uac'),
      heard: this.#to,
      contact: this.#origin.contact,
    });
    this.#dialogs.set(tag, dialog);
    return dialog;
  }
}

/** The ACK of a 2xx carries the credentials of the INVITE (RFC 3261 §13.2.2.4, §22.1). */
function credentialsOf(request: SipRequest): HeaderList {
  const found: [string, string][] = [];
  for (const name of ['Authorization', 'Proxy-Authorization']) {
    for (const value of request.headers.all(name)) found.push([name, value]);
  }
  return found;
}
