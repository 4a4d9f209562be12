import { type Ms, newId, Settled } from '@kommutator/base';
import type { ClipId, Ep, Key, Living } from '@kommutator/media';
import { CAUSES, type Cause } from '@kommutator/model/cause';
import type { DomainSnapshot } from '@kommutator/model/config';
import type { CallEvent, Party } from '@kommutator/model/events';
import type { LegId } from '@kommutator/model/ids';
import type { Dialog, HeaderList, Headers, SipRequest, SipResponse } from '@kommutator/sip';
import { type Call, type Leg, LegEnded, type Sound } from '../call.ts';
import type { Breadth } from './breadth.ts';
import { reasonHeaders } from './causes.ts';
import { InDialog } from './in-dialog.ts';
import type { InfoType } from './key-feed.ts';
import type { KeptLeg } from './leg-adopted.ts';
import { LegKeys } from './leg-keys.ts';
import { LegMedia } from './leg-media.ts';
import { clipOf, qualityOf, tellStranger, whileUp } from './leg-sound.ts';
import type { LineContext } from './line-context.ts';
import type { Negotiation } from './negotiation.ts';
import { PhoneCheck } from './phone-check.ts';
import { address } from './presentation.ts';

/** A phone that sends neither RTP nor RTCP for so long while it talks may have gone without a word. */
const RTP_TIMEOUT: Ms = 60_000;

/** The header field that answers a challenge to a request of ours; null when we have no account for it (RFC 3261 §22.2). */
export type Authorise = (
  challenge: SipResponse,
  request: Pick<SipRequest, 'method' | 'uri'>,
) => readonly [name: string, value: string] | null;

export interface LegInit {
  /** A new one when left out. */
  readonly id?: LegId;
  readonly context: LineContext;
  readonly config: DomainSnapshot;
  readonly party: Party;
  /** Hops this call may still make (RFC 3261 §20.22). */
  readonly maxForwards: number;
  /** Branches this call may have at a time; null = the caller has said nothing of it. */
  readonly breadth?: Breadth | null;
  readonly negotiation: Negotiation;
}

/**
 * A leg: one dialog, one endpoint. What the two halves – an INVITE that came, an INVITE we sent – do the same way is
 * here; how they ring, answer and are refused is theirs.
 */
export abstract class LineLeg implements Leg {
  readonly id: LegId;
  abstract readonly sipCallId: string;
  readonly party: Party;
  readonly ep: Ep;
  call: Call | null = null;
  onHold: () => void = () => undefined;
  readonly maxForwards: number;
  readonly breadth: Breadth | null;
  readonly context: LineContext;
  readonly config: DomainSnapshot;
  readonly media: LegMedia;
  readonly negotiation: Negotiation;
  /** Null where the far end has no account of ours: a challenge of its is final. */
  authorise: Authorise | null = null;
  protected dialog: Dialog | null = null;
  #answered = false;
  #cause: Cause | null = null;
  #finished: Promise<void> | null = null;
  readonly #ended = new Settled<Cause>();
  readonly #keys: LegKeys;
  readonly #check = new PhoneCheck();
  #shown: Party | null = null;
  #peerTakesUpdate = false;
  #holds = false;

  constructor(init: LegInit) {
    const { context, config } = init;
    this.id = init.id ?? newId<LegId>(context.clock.wall());
    this.ep = this.id as string as Ep;
    this.context = context;
    this.config = config;
    this.party = init.party;
    this.maxForwards = init.maxForwards;
    this.breadth = init.breadth ?? null;
    this.media = new LegMedia({
      clock: context.clock,
      hub: context.hub,
      ep: this.ep,
      domain: config.id,
      language: config.language,
      as: () => init.negotiation.as,
    });
    this.#keys = new LegKeys({
      clock: context.clock,
      media: this.media,
      events: () => init.negotiation.negotiated?.telephoneEvent !== undefined,
      info: body => this.dialog?.request('INFO', { body }) ?? Promise.resolve(),
      changed: () => this.mediaChanged(),
    });
    this.media.events = { key: (key, via) => this.#keys.heard(key, via), failed: why => this.#failed(why) };
    this.negotiation = init.negotiation;
    context.legs.add(this);
  }

  get answered(): boolean {
    return this.#answered;
  }

  get holds(): boolean {
    return this.#holds;
  }

  get endCause(): Cause | null {
    return this.#cause;
  }

  get ended(): Promise<Cause> {
    return this.#ended.promise;
  }

  abstract answer(): Promise<void>;

  /** 180, once; nothing for a half that cannot ring. */
  protected abstract ring(): void;

  /** 183 with SDP, once; nothing for a half that has no caller waiting. */
  protected abstract openEarly(): void;

  /** Whether what the endpoint plays reaches the phone before the answer. */
  protected abstract readonly earlyMedia: boolean;

  /** CANCEL or refusal: the leg ends before it was answered. */
  protected abstract giveUp(cause: Cause): void;

  hear(sound: Sound): void {
    if (this.#cause) return;
    if (!this.#answered && !this.earlyMedia) {
      if (sound === 'ringback') {
        this.ring();
        return;
      }
      if (sound === 'silence') return;
      this.openEarly();
    }
    if (sound === 'silence') this.media.hear({ silence: true });
    else this.media.loop(clipOf(sound));
  }

  hearLeg(other: Leg): void {
    if (this.#cause) return;
    if (!this.#answered) this.openEarly();
    this.media.hear({ relay: other.ep });
  }

  async play(
    clips: readonly ClipId[],
    o: { readonly stopOn?: string; readonly signal?: AbortSignal } = {},
  ): Promise<{ readonly key: Key | null }> {
    if (this.#cause) throw new LegEnded(this, this.#cause);
    o.signal?.throwIfAborted();
    if (!this.#answered) this.openEarly();
    this.#keys.feeds.last = null;
    const end = await whileUp(this, this.media.play(clips, o.stopOn), o.signal);
    if (end === 'missing') this.context.log.warn({ ...this.ids, clips }, 'a sound is missing');
    return { key: end === 'key' ? this.#keys.feeds.last : null };
  }

  keys(signal?: AbortSignal): AsyncIterable<Key> {
    return this.#keys.feeds.open(signal);
  }

  /** Before the answer the identity travels in the next response (RFC 3325); later in an UPDATE (RFC 3311). */
  show(party: Party): void {
    if (this.#cause) return;
    this.#shown = party;
    if (this.#answered) this.#update();
  }

  hangup(cause: Cause): void {
    if (this.#cause) return;
    if (this.#answered) this.dialog?.bye(reasonHeaders(cause));
    else {
      this.context.log.info(
        { ...this.ids, sip: cause.sip, q850: cause.q850, why: cause.text },
        'leg given up',
      );
      this.giveUp(cause);
    }
    void this.end(cause, 'us');
  }

  /**
   * The leg is over; signalling has been seen to. Notes quality and end, then lets everybody know. The endpoint's last
   * statistics are waited for, ≤ 200 ms, only when somebody has talked.
   */
  end(cause: Cause, by: 'remote' | 'us'): Promise<void> {
    this.#finished ??= this.#end(cause, by);
    return this.#finished;
  }

  /** Call and leg id: on every log line about this leg. */
  get ids(): { readonly leg: LegId; readonly call?: Call['id']; readonly sipCallId: string } {
    return { leg: this.id, sipCallId: this.sipCallId, ...(this.call && { call: this.call.id }) };
  }

  /** A key that came by INFO. */
  infoKey(key: Key, type: InfoType): void {
    this.#keys.info(key, type);
  }

  /** Tells the engine what is negotiated now and whether RTP is to be expected, and who is joined with it of a hold. */
  mediaChanged(): void {
    const { negotiated, onHold } = this.negotiation;
    if (!negotiated) return;
    // The answer is told with the description that belongs to it: `confirm` comes here.
    const { byInfo } = this.#keys;
    this.media.tellKey = byInfo ? key => this.#keys.tell(key) : null;
    this.media.remote({ ...negotiated, answered: this.#answered, ...(byInfo && { keysApart: true }) });
    if (this.#answered) {
      this.media.watch(onHold ? 0 : this.#rtpTimeout);
      this.#keep();
    }
    if (this.#holds === onHold) return;
    this.#holds = onHold;
    this.onHold();
  }

  /** The engine has no place for this leg: an unanswered peer may try elsewhere. */
  protected noMedia(): void {
    this.#mediaFailed('refused', CAUSES.overload);
  }

  /** The dialog is over without a BYE. */
  dialogLost(why: string): void {
    this.context.log.warn({ ...this.ids, why }, 'dialog lost');
    if (this.#check.asking) this.#mediaFailed('silent', CAUSES.mediaTimeout);
    else void this.end({ sip: 408, q850: 102, text: 'Dialog lost' }, 'remote');
  }

  note(event: CallEvent): void {
    this.call?.note(event);
  }

  /** Who is shown to the peer, for 180, 183 and 200. */
  protected identity(): HeaderList {
    if (!this.#shown) return [];
    const { number, name } = this.#shown;
    return number === ''
      ? [['Privacy', 'id']]
      : [['P-Asserted-Identity', address(number, this.config.name, name)]];
  }

  /** The dialog stands. @param headers of the peer's message that says what it understands. */
  protected confirm(dialog: Dialog, headers: Headers): void {
    this.#answered = true;
    this.take(dialog);
    this.#peerTakesUpdate = headers.all('Allow').some(method => method.toUpperCase() === 'UPDATE');
    this.note({ type: 'leg.answered', leg: this.id });
    this.mediaChanged();
  }

  /** Goes on where an earlier process was. */
  protected resume(dialog: Dialog, takesUpdate: boolean, living: Living): void {
    this.#answered = true;
    this.#peerTakesUpdate = takesUpdate;
    this.#holds = this.negotiation.onHold;
    this.media.adopt(living);
    this.take(dialog);
  }

  /** Requests of this dialog are ours to answer from now on. */
  protected take(dialog: Dialog): void {
    this.dialog = dialog;
    dialog.events = new InDialog(this);
  }

  async #end(cause: Cause, by: 'remote' | 'us'): Promise<void> {
    this.#cause = cause;
    const closing = this.media.close();
    const quality = this.#answered ? await closing : null;
    if (quality) {
      this.note(qualityOf(this.id, quality));
      tellStranger(this.context.security, quality);
    }
    this.note({ type: 'leg.ended', leg: this.id, cause, by });
    this.context.legs.delete(this);
    this.#keys.end();
    this.#ended.settle(cause);
  }

  /** A restarted process goes on from here. */
  #keep(): void {
    if (this.dialog?.state !== 'confirmed') return;
    const state: KeptLeg = {
      dialog: this.dialog.keep(),
      takesUpdate: this.#peerTakesUpdate,
      maxForwards: this.maxForwards,
      description: this.negotiation.keep(),
    };
    this.note({ type: 'leg.kept', leg: this.id, state: { ...state } });
  }

  #failed(why: 'silent' | 'lost' | 'broken'): void {
    if (why === 'broken') this.#mediaFailed('lost', CAUSES.mediaLost);
    else if (why === 'lost') this.#mediaFailed(why, this.#answered ? CAUSES.mediaLost : CAUSES.overload);
    else if (this.#answered && !this.#holds && this.dialog) {
      this.context.log.info({ ...this.ids }, 'no RTP: is the phone still there?');
      this.#check.ask(this.dialog, () => {
        if (!this.#cause && !this.#holds) this.media.watch(this.#rtpTimeout);
      });
    }
  }

  get #rtpTimeout(): Ms {
    return this.context.settings.rtpTimeout ?? RTP_TIMEOUT;
  }

  #mediaFailed(why: 'refused' | 'lost' | 'silent', cause: Cause): void {
    if (this.#cause) return;
    this.context.log.warn({ ...this.ids, why }, 'a leg has no media');
    this.note({ type: 'media.failed', leg: this.id, why });
    this.hangup(cause);
  }

  #update(): void {
    const { dialog } = this;
    if (!dialog || !this.#peerTakesUpdate) return;
    void dialog.request('UPDATE', { headers: this.identity() });
  }
}
