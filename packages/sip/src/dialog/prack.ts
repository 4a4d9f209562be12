import { serializeMessage } from '../message/serialize.ts';
import type { SipResponse } from '../message/types.ts';
import type { Body } from '../stack.ts';
import { clientKey } from '../transaction/incoming.ts';
import type { SipDialog } from './dialog.ts';

/** The option tag of RFC 3262. */
export const RELIABLE = '100rel';

/**
 * Takes a provisional response to an INVITE of ours (RFC 3262 §4).
 * @param invite CSeq number of the INVITE.
 * @returns `plain`: not reliable; `new`: the next in order, to be acknowledged with {@link sendPrack}; `stale`: repeated, or
 *   ahead of one that is missing, and not to be looked at.
 */
export function takeReliable(
  dialog: SipDialog,
  response: SipResponse,
  invite: number,
): 'plain' | 'new' | 'stale' {
  const { headers } = response;
  if (!headers.has('require') || !dialog.core.composer.supports(RELIABLE)) return 'plain';
  const rseq = Number(headers.get('rseq') ?? Number.NaN);
  const reliable = headers.all('require').some(tag => tag.toLowerCase() === RELIABLE);
  if (!reliable || !Number.isInteger(rseq) || rseq <= 0) return 'plain';
  const last = dialog.heardReliable;
  if (last?.invite === invite && rseq !== last.rseq + 1) return 'stale';
  dialog.heardReliable = { invite, rseq };
  return 'new';
}

/** Acknowledges what {@link takeReliable} called new. If it is lost for good, the far end fails the INVITE itself. */
export function sendPrack(dialog: SipDialog, body: Body | null): void {
  const last = dialog.heardReliable;
  if (!last) return;
  const { core } = dialog;
  const headers = [['RAck', `${last.rseq} ${last.invite} INVITE`]] as const;
  const { request, branch } = dialog.compose('PRACK', { headers, body: body ?? undefined });
  core.table.request(clientKey(branch, 'PRACK'), serializeMessage(request), dialog.peer, () => {});
}
