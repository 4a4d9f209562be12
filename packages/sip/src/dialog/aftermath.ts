import { splitAddress } from '../message/address.ts';
import type { SipResponse } from '../message/types.ts';
import { parseCSeq } from '../message/via.ts';
import type { HeaderList } from '../stack.ts';
import { tagOf } from '../transaction/incoming.ts';
import type { Heir } from '../transaction/tombstones.ts';
import type { Peer } from '../transport/types.ts';
import type { Core } from './core.ts';
import { SipDialog } from './dialog.ts';
import { contactUri, routeSetOf } from './route.ts';
import type { SentAck } from './sent-ack.ts';

/** Forks of one INVITE that are remembered; a far end that invents more is not answered. */
export const MOST_FORKS = 16;

const NONE: HeaderList = [];

/**
 * What stays of an INVITE of ours for 64·T1 after its first 2xx (RFC 6026 §7.2): repeats of it are acknowledged again, a 2xx of
 * another fork is acknowledged and ended. Everything that takes stands in the 2xx itself, so neither the INVITE nor its owner
 * is kept.
 */
export class Aftermath implements Heir {
  readonly #core: Core;
  readonly #to: Peer;
  #acks: readonly SentAck[] = [];
  /** Of the INVITE; its ACKs carry them too (RFC 3261 §22.1). */
  credentials: HeaderList = NONE;

  /** @param to where the INVITE went. */
  constructor(core: Core, to: Peer) {
    this.#core = core;
    this.#to = to;
  }

  /** A fork has been seen to, or will be by its owner. */
  keep(ack: SentAck): void {
    this.#acks = [...this.#acks, ack];
  }

  success(response: SipResponse): void {
    const tag = tagOf(response.headers.get('to') ?? '');
    const known = this.#acks.find(ack => ack.tag === tag);
    if (known) known.success(response);
    else if (this.#acks.length < MOST_FORKS) this.#decline(response, tag);
  }

  /** RFC 3261 §13.2.2.4: ACK, then BYE. */
  #decline(response: SipResponse, remoteTag: string): void {
    const { headers } = response;
    const [local, remote] = [headers.get('from') ?? '', headers.get('to') ?? ''];
    const dialog = new SipDialog(this.#core, {
      side: 'uac',
      callId: headers.get('call-id') ?? '',
      localTag: tagOf(local),
      remoteTag,
      local,
      remote,
      sequence: parseCSeq(headers.get('cseq') ?? '')?.sequence ?? 1,
      target: contactUri(headers) ?? splitAddress(remote)?.uri ?? '',
      routes: routeSetOf(headers, 'uac'),
      heard: this.#to,
      contact: '',
    });
    dialog.confirmBy(response, this.credentials);
    dialog.decline();
    this.keep(dialog.sentAck);
  }
}
