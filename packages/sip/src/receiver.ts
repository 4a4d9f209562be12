import type { Core } from './dialog/core.ts';
import { IncomingInvite } from './dialog/incoming-invite.ts';
import { receiveInside, refusesSession } from './dialog/inside.ts';
import { Reply } from './dialog/reply.ts';
import type { SipLog } from './log.ts';
import { parseMessage } from './message/parse.ts';
import { serializeMessage } from './message/serialize.ts';
import type { ParseFault, SipRequest, SipResponse } from './message/types.ts';
import type { HeaderList, StackEvents } from './stack.ts';
import { type Incoming, pingToken, readIncoming, responseKey } from './transaction/incoming.ts';
import type { Peer } from './transport/types.ts';

/** Requests that only make sense inside an INVITE's dialog (RFC 3261 §12.2.2, §15.1.2). */
const ONLY_INSIDE = new Set(['INVITE', 'BYE', 'INFO', 'PRACK', 'REFER', 'UPDATE']);

/** Requests that need one, and name none. */
const NEVER_OUTSIDE = new Set(['BYE', 'PRACK', 'UPDATE']);

/** Schemes of a Request-URI we can read (RFC 3261 §8.2.2.1, RFC 3966). */
const KNOWN_SCHEME = /^(?:sips?|tel):/i;

/** Nobody at home yet. */
const DEAF: StackEvents = {
  request: transaction => transaction.respond(503),
  invite: invite => invite.refuse(503),
};

/** Takes messages from the transport to whom they concern. */
export class Receiver {
  events: StackEvents = DEAF;
  readonly #core: Core;
  readonly #log: SipLog | undefined;

  constructor(core: Core, log: SipLog | undefined) {
    this.#core = core;
    this.#log = log;
  }

  receive(bytes: Uint8Array, from: Peer): void {
    const parsed = parseMessage(bytes);
    if (!parsed.ok) this.#malformed(parsed.error, from);
    else if (parsed.value.kind === 'response') this.#response(parsed.value);
    else this.#request(parsed.value, from);
  }

  #response(response: SipResponse): void {
    const key = responseKey(response);
    if (key === null) return;
    const token = pingToken(key);
    this.#core.guard(() => {
      if (token === null) this.#core.table.receive(key, response);
      else this.events.ponged?.(token);
    });
  }

  /** RFC 3261 §8.2: repeats, ACK, CANCEL, scheme, merging, extensions, then the dialog or the outside. */
  #request(request: SipRequest, from: Peer): void {
    const incoming = readIncoming(request, from);
    if (!incoming) return;
    if (request.method === 'ACK') this.#ack(incoming);
    else if (request.method === 'CANCEL') this.#cancel(incoming);
    else if (!this.#core.table.repeated(incoming)) this.#new(incoming);
  }

  #new(incoming: Incoming): void {
    const core = this.#core;
    const { request, toTag } = incoming;
    const strange = core.composer.unsupported(request);
    if (!KNOWN_SCHEME.test(request.uri)) this.#turnAway(incoming, 416);
    else if (toTag === '' && core.table.merged(incoming)) this.#turnAway(incoming, 482);
    else if (strange.length > 0) {
      this.#turnAway(incoming, 420, [['Unsupported', strange.join(', ')]]);
    } else {
      const dialog = toTag === '' ? null : core.dialogs.find(incoming.callId, toTag, incoming.fromTag);
      if (dialog) receiveInside(core, dialog, incoming);
      else if ((toTag === '' ? NEVER_OUTSIDE : ONLY_INSIDE).has(request.method))
        this.#turnAway(incoming, 481);
      else this.#outside(incoming);
    }
  }

  #outside(incoming: Incoming): void {
    const core = this.#core;
    let ignored = false;
    core.guard(() => {
      ignored = this.events.ignores?.(incoming.request, incoming.source) ?? false;
    });
    if (ignored) return;
    if (incoming.request.method === 'INVITE') {
      if (refusesSession(core, incoming)) return;
      const invite = new IncomingInvite(core, incoming);
      core.guard(
        () => this.events.invite(invite),
        () => invite.refuse(500),
      );
      invite.trying();
    } else {
      const reply = new Reply(core, incoming);
      core.guard(
        () => this.events.request(reply),
        () => reply.respond(500),
      );
    }
  }

  /** To the INVITE it acknowledges: by branch after a refusal, by dialog after a 2xx (RFC 3261 §17.1.1.3). */
  #ack(incoming: Incoming): void {
    const { table, dialogs } = this.#core;
    const invite = table.invited(incoming.key);
    if (invite) invite.acknowledge();
    else {
      const dialog = dialogs.find(incoming.callId, incoming.toTag, incoming.fromTag);
      if (dialog) this.#core.guard(() => dialog.acknowledged(incoming));
    }
  }

  /** RFC 3261 §9.2: 200 when the INVITE is known, whatever its state; 481 when not. */
  #cancel(incoming: Incoming): void {
    const { table } = this.#core;
    const owner = table.invited(incoming.key)?.owner ?? null;
    if (!owner && !table.knows(incoming.key)) {
      this.#turnAway(incoming, 481);
      return;
    }
    this.#turnAway(incoming, 200, [], owner?.localTag);
    if (owner) this.#core.guard(() => owner.cancel(incoming.request));
  }

  /**
   * Answers what belongs to nothing we know, once, and remembers nothing of it (RFC 3261 §8.2.7): a repeat gets the same
   * answer, a flood costs no memory, a forged source is not sent it again and again.
   * @param tag To tag where the request has none; a new one when left out
   */
  #turnAway(
    { request, toTag, replyTo }: Incoming,
    status: number,
    headers: HeaderList = [],
    tag: string = this.#core.composer.newTag(),
  ): void {
    const { composer, table } = this.#core;
    const response = composer.reply(request, status, toTag === '' ? tag : '', { headers });
    table.reply(serializeMessage(response), replyTo);
  }

  /** RFC 3261 §8.1.3.2 drops a broken response; a request is answered as far as it can be (RFC 4475 §3.1.2). */
  #malformed(fault: ParseFault, from: Peer): void {
    this.#log?.('debug', 'malformed SIP message', { code: fault.code, detail: fault.detail, from });
    const { request } = fault;
    if (!request || request.method === 'ACK') return;
    const incoming = readIncoming(request, from);
    if (!incoming) return;
    const { composer, table } = this.#core;
    const status = fault.code === 'version' ? 505 : fault.code === 'too-long' ? 513 : 400;
    const o = status === 400 ? { reason: `Bad Request: ${fault.detail}` } : {};
    const reply = composer.reply(request, status, incoming.toTag === '' ? composer.newTag() : '', o);
    table.reply(serializeMessage(reply), incoming.replyTo);
  }
}
