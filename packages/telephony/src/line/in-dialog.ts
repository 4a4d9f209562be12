import { CAUSES } from '@kommutator/model/cause';
import type { Body, DialogEvents, ServerTransaction, SipRequest, SipResponse } from '@kommutator/sip';
import { readInfoKey } from './key-feed.ts';
import { ALLOW } from './line-context.ts';
import type { Authorise, LineLeg } from './line-leg.ts';

/** What a phone asks within its dialog: other media, hold, keys, the end. */
export class InDialog implements DialogEvents {
  readonly #leg: LineLeg;

  constructor(leg: LineLeg) {
    this.#leg = leg;
  }

  request(transaction: ServerTransaction): void {
    switch (transaction.request.method) {
      case 'INVITE':
        this.#offer(transaction, true);
        return;
      case 'UPDATE':
      case 'PRACK': // With SDP: a new offer (RFC 3262 §5).
        this.#offer(transaction, false);
        return;
      case 'INFO':
        this.#info(transaction);
        return;
      case 'OPTIONS':
        transaction.respond(200);
        return;
      case 'NOTIFY':
        transaction.respond(489);
        return;
      default:
        transaction.respond(405, { headers: [['Allow', ALLOW]] });
        return;
    }
  }

  /**
   * BYE. The leg ends, the flows get their turn, the journal goes to the disk, and only then the phone hears 200: what it
   * takes for ended is written down (DESIGN rule 3). A phone that misses the 200 repeats the BYE; nothing is done twice.
   */
  bye(transaction: ServerTransaction): void {
    const leg = this.#leg;
    void leg.end(CAUSES.normal, 'remote').then(() =>
      setImmediate(() => {
        leg.context.journalFlush();
        transaction.respond(200);
      }),
    );
  }

  /** The answer to an offer of ours in the 200 to a re-INVITE without SDP. */
  acknowledged({ body }: SipRequest): void {
    if (body.length === 0 || this.#leg.endCause) return;
    if (this.#leg.negotiation.conclude(body)) this.#leg.mediaChanged();
  }

  /** A session that goes on unchanged is refreshed with what is in use (RFC 4028 §7.4). */
  refreshing(): Body {
    return this.#leg.negotiation.offer();
  }

  refreshed({ body }: SipResponse): void {
    if (body.length === 0 || this.#leg.endCause) return;
    if (this.#leg.negotiation.conclude(body)) this.#leg.mediaChanged();
  }

  /** A carrier may ask for our account again: at a BYE it would otherwise let the call, and its bill, go on. */
  challenged(challenge: SipResponse, request: SipRequest): ReturnType<Authorise> {
    return this.#leg.authorise?.(challenge, request) ?? null;
  }

  lost(why: string): void {
    this.#leg.dialogLost(why);
  }

  /** re-INVITE or UPDATE: hold, another address, other codecs; answered here, the other leg is not asked (DESIGN §2). */
  #offer(transaction: ServerTransaction, reinvite: boolean): void {
    const leg = this.#leg;
    const { negotiation } = leg;
    if (leg.endCause) {
      transaction.respond(481);
      return;
    }
    if (negotiation.owesAnswer) {
      // RFC 3311 §5.2: up to ten seconds, by chance.
      const seconds = Math.ceil(leg.context.random() * 10);
      transaction.respond(500, { headers: [['Retry-After', String(seconds)]] });
      return;
    }
    if (!negotiation.negotiated) {
      transaction.respond(491);
      return;
    }
    const { body } = transaction.request;
    if (body.length === 0) {
      transaction.respond(200, reinvite ? { body: negotiation.offer() } : {});
      return;
    }
    if (!negotiation.accept(body).ok) {
      leg.context.log.info({ ...leg.ids, sip: 488 }, 'offer within the call refused');
      transaction.respond(488);
      return;
    }
    transaction.respond(200, { body: negotiation.answer() });
    leg.mediaChanged();
  }

  #info(transaction: ServerTransaction): void {
    const { headers, body } = transaction.request;
    if (body.length === 0) {
      transaction.respond(200);
      return;
    }
    const told = readInfoKey(headers.get('Content-Type') ?? '', body);
    if (!told) {
      transaction.respond(415, { headers: [['Accept', 'application/dtmf-relay, application/dtmf']] });
      return;
    }
    transaction.respond(200);
    this.#leg.infoKey(told.key, told.type);
  }
}
