import { serializeMessage } from '../message/serialize.ts';
import type { HeaderList, ServerTransaction } from '../stack.ts';
import type { Incoming } from '../transaction/incoming.ts';
import type { Core } from './core.ts';
import type { SipDialog } from './dialog.ts';
import { ReinviteReply, Reply } from './reply.ts';
import { isTooBrief, LEAST_INTERVAL } from './session-terms.ts';

/** Takes a request that belongs to a dialog, and is neither ACK nor CANCEL (RFC 3261 §12.2.2). */
export function receiveInside(core: Core, dialog: SipDialog, incoming: Incoming): void {
  const { request, sequence } = incoming;
  if (dialog.state === 'ended') {
    // Only waiting for an ACK before its own BYE.
    new Reply(core, incoming, dialog).respond(request.method === 'BYE' ? 200 : 481);
    return;
  }
  if (dialog.remoteSequence !== null && sequence < dialog.remoteSequence) {
    refuse(core, incoming, 500, 'CSeq out of order');
    return;
  }
  dialog.remoteSequence = sequence;
  dialog.hear(incoming);
  if (request.method === 'BYE') receiveBye(core, dialog, incoming);
  else if (request.method === 'INVITE') receiveReinvite(core, dialog, incoming);
  else if (request.method === 'UPDATE') receiveUpdate(core, dialog, incoming);
  else if (request.method === 'PRACK') receivePrack(core, dialog, incoming);
  else ask(core, dialog, new Reply(core, incoming, dialog));
}

/** RFC 3261 §15.1.2. A caller may end an early dialog so, which is a CANCEL in other words (§15). */
function receiveBye(core: Core, dialog: SipDialog, incoming: Incoming): void {
  const reply = new Reply(core, incoming, dialog);
  if (dialog.state === 'early') {
    const { founding } = dialog;
    reply.respond(200);
    founding?.abandon(incoming.request);
    dialog.end();
    return;
  }
  const { events } = dialog;
  dialog.end();
  core.guard(
    () => events.bye(reply),
    () => reply.respond(500),
  );
}

/** RFC 3261 §14.2: 491 against one of ours, 500 while an earlier one of theirs is unanswered. */
function receiveReinvite(core: Core, dialog: SipDialog, incoming: Incoming): void {
  if (dialog.theirInvite || (dialog.state === 'early' && dialog.side === 'uas')) {
    refuse(core, incoming, 500, 'INVITE overlaps', retryAfter(core));
  } else if (dialog.offering || dialog.state === 'early') refuse(core, incoming, 491);
  else if (refusesSession(core, incoming)) return;
  else {
    const reply = new ReinviteReply(core, incoming, dialog);
    dialog.theirInvite = reply;
    ask(core, dialog, reply);
  }
}

/** RFC 3311 §5.2: 500 while an earlier UPDATE is unanswered, 491 when offers would cross. */
function receiveUpdate(core: Core, dialog: SipDialog, incoming: Incoming): void {
  if (dialog.theirUpdate) refuse(core, incoming, 500, 'UPDATE overlaps', retryAfter(core));
  else if (incoming.request.body.length > 0 && (dialog.offering || dialog.theirInvite)) {
    refuse(core, incoming, 491);
  } else if (!refusesSession(core, incoming)) {
    dialog.theirUpdate = true;
    ask(core, dialog, new Reply(core, incoming, dialog));
  }
}

/** RFC 4028 §9: 422 to a session that would have to be refreshed too often. @returns whether it was refused. */
export function refusesSession(core: Core, incoming: Incoming): boolean {
  if (core.session === null || !isTooBrief(incoming.request.headers)) return false;
  refuse(core, incoming, 422, undefined, [['Min-SE', String(LEAST_INTERVAL)]]);
  return true;
}

/** RFC 3262 §3: 481 when it acknowledges nothing; one with SDP is the owner's to answer. */
function receivePrack(core: Core, dialog: SipDialog, incoming: Incoming): void {
  const { headers, body } = incoming.request;
  const goOn = dialog.reliable?.acknowledge(headers.get('rack') ?? '');
  if (!goOn) {
    refuse(core, incoming, 481);
    return;
  }
  const reply = new Reply(core, incoming, dialog);
  if (body.length > 0) ask(core, dialog, reply);
  else reply.respond(200);
  goOn();
}

function ask(core: Core, dialog: SipDialog, reply: ServerTransaction): void {
  core.guard(
    () => dialog.events.request(reply),
    () => reply.respond(500),
  );
}

/** Answers without asking anybody. */
function refuse(
  core: Core,
  incoming: Incoming,
  status: number,
  reason?: string,
  headers: HeaderList = [],
): void {
  const o = reason === undefined ? { headers } : { headers, reason };
  const bytes = serializeMessage(
    core.composer.reply(incoming.request, status, incoming.toTag === '' ? core.composer.newTag() : '', o),
  );
  const machine =
    incoming.request.method === 'INVITE' ? core.table.serveInvite(incoming) : core.table.serve(incoming);
  // Outside a dialog nobody knows yet who it is.
  machine.respond(status, bytes, incoming.toTag === '');
}

/** Between 0 and 10 s (RFC 3261 §14.2). */
const retryAfter = (core: Core) =>
  [['Retry-After', String(Math.floor(core.composer.random() * 11))]] as const;
