import type { SipResponse } from '../message/types.ts';
import { tagOf } from '../transaction/incoming.ts';
import { bytesOf, type Heir, textOf } from '../transaction/tombstones.ts';
import type { Peer } from '../transport/types.ts';
import type { Core } from './core.ts';

/**
 * The ACK of a 2xx to an INVITE of ours, sent again whenever the 2xx comes again (RFC 3261 §13.2.2.4). It outlives its dialog,
 * so it holds nothing else; as text, because bytes would keep the whole buffer they were cut from.
 */
export class SentAck implements Heir {
  /** To tag of the 2xx. */
  readonly tag: string;
  readonly #core: Core;
  #text: string | null = null;
  #to: Peer | null = null;

  constructor(core: Core, tag: string) {
    this.#core = core;
    // A copy: the tag was cut out of a message, which must not live as long as this.
    this.tag = Buffer.from(tag).toString();
  }

  get sent(): boolean {
    return this.#text !== null;
  }

  send(bytes: Uint8Array, to: Peer): void {
    this.#text = textOf(bytes);
    this.#to = to;
    this.#core.table.send(bytes, to);
  }

  /** A 2xx came: when it is this one again, so does the ACK. Nothing happens while its owner has not acknowledged it. */
  success(response: SipResponse): void {
    if (!this.#text || !this.#to || tagOf(response.headers.get('to') ?? '') !== this.tag) return;
    this.#core.table.send(bytesOf(this.#text), this.#to);
  }

  /** Somebody else has sent it long ago: there is nothing to repeat. */
  skip(): void {
    this.#text = '';
  }
}
