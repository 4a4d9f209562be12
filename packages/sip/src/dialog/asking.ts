import { createResponse } from '../message/create.ts';
import { serializeMessage } from '../message/serialize.ts';
import type { SipRequest, SipResponse } from '../message/types.ts';
import type { Body, HeaderList } from '../stack.ts';
import { clientKey } from '../transaction/incoming.ts';
import type { SipDialog } from './dialog.ts';

/** What a request inside a dialog came to. */
type Outcome = SipResponse | 'timeout' | 'transport';

interface Content {
  readonly headers?: HeaderList | undefined;
  readonly body?: Body | undefined;
}

/**
 * The credentials that answer a challenge to a request inside the dialog (RFC 3261 §22.2, §22.3), as its owner has them.
 * @returns null when it is no challenge, or one he cannot answer.
 */
export function credentialsFor(
  dialog: SipDialog,
  outcome: Outcome,
  request: SipRequest,
): HeaderList[number] | null {
  if (typeof outcome !== 'object' || (outcome.status !== 401 && outcome.status !== 407)) return null;
  let found: HeaderList[number] | null = null;
  dialog.core.guard(() => {
    found = dialog.events.challenged?.(outcome, request) ?? null;
  });
  return found;
}

/**
 * Sends a request that is not INVITE inside the dialog, a second time with credentials when it is challenged. A BYE too,
 * whose dialog is over for its owner: without it the far end would go on talking, and charging.
 * @param over called once.
 */
export function ask(
  dialog: SipDialog,
  method: string,
  content: Content,
  over: (outcome: Outcome, request: SipRequest) => void,
  again = true,
): void {
  const { request, branch } = dialog.compose(method, content);
  const { table } = dialog.core;
  table.request(clientKey(branch, method), serializeMessage(request), dialog.peer, outcome => {
    const credentials = again ? credentialsFor(dialog, outcome, request) : null;
    if (!credentials) over(outcome, request);
    else ask(dialog, method, { ...content, headers: [...(content.headers ?? []), credentials] }, over, false);
  });
}

/** A request of the dialog's owner. Resolves with the final response, made up where none came. */
export function requestInside(dialog: SipDialog, method: string, content: Content): Promise<SipResponse> {
  if (dialog.state === 'ended') {
    return Promise.resolve(createResponse(dialog.compose(method, content).request, 481));
  }
  const update = method === 'UPDATE';
  const offers = update && content.body !== undefined;
  if (offers) dialog.ourOffers++;
  return new Promise(resolve => {
    ask(dialog, method, content, (outcome, request) => {
      if (offers) dialog.ourOffers--;
      judge(dialog, outcome);
      if (update) dialog.refresh(outcome);
      if (typeof outcome === 'object') resolve(outcome);
      else resolve(createResponse(request, outcome === 'timeout' ? 408 : 503));
    });
  });
}

/** RFC 3261 §12.2.1.2: 481, 408 or silence to a request of ours ends the dialog; so does a lost connection. */
export function judge(dialog: SipDialog, outcome: Outcome): void {
  if (outcome === 'timeout') dialog.lose('no answer');
  else if (outcome === 'transport') dialog.lose('connection lost');
  else if (outcome.status === 481 || outcome.status === 408)
    dialog.lose(`${outcome.status} ${outcome.reason}`);
}
