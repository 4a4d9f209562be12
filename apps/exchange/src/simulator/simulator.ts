import { type Clock, newId, type Timer } from '@kommutator/base';
import type { ClipId, CodecName, Ep, Hear, MediaEngine, Negotiated } from '@kommutator/media';
import {
  type AgreedAudio,
  type AudioCodec,
  answerAudio,
  DEFAULT_CODECS,
  type Dialog,
  type InviteServer,
  type LocalDescription,
  mirrorDirection,
  parseSdp,
  parseUri,
  type SessionDescription,
  type SipStack,
  writeAnswer,
} from '@kommutator/sip';

export interface SimulatorOptions {
  readonly sip: SipStack;
  readonly media: MediaEngine;
  readonly clock: Clock;
}

const RING_MS = 2_000;
const PTIME = 20;
const SPOKEN: Readonly<Record<string, true>> = Object.fromEntries(
  [...'0123456789'].map(digit => [digit, true]),
);

/** An offer we can take: what it says and what both sides have. */
interface Offer {
  readonly session: SessionDescription;
  readonly agreed: AgreedAudio;
}

/**
 * The public network of the demo: rings for two seconds, answers, says which number was called, then echoes until the
 * caller hangs up. It is a phone behind a trunk like any other: its own stack, its own endpoints.
 */
export class Simulator {
  readonly #options: SimulatorOptions;
  readonly #calls = new Set<SimulatedCall>();

  constructor(options: SimulatorOptions) {
    this.#options = options;
    options.sip.events = {
      invite: invite => this.#invite(invite),
      request: transaction => transaction.respond(transaction.request.method === 'OPTIONS' ? 200 : 405),
    };
  }

  get calls(): number {
    return this.#calls.size;
  }

  async close(): Promise<void> {
    for (const call of this.#calls) call.end();
    await this.#options.sip.close();
  }

  #invite(invite: InviteServer): void {
    const offer = readOffer(invite.request.body);
    if (!offer) {
      invite.refuse(488);
      return;
    }
    const call = new SimulatedCall(this.#options, invite, offer, () => this.#calls.delete(call));
    this.#calls.add(call);
    void call.run();
  }
}

function readOffer(body: Uint8Array): Offer | null {
  const session = parseSdp(body);
  if (!session.ok || !session.value.audio) return null;
  const agreed = answerAudio(session.value.audio, DEFAULT_CODECS);
  return agreed ? { session: session.value, agreed } : null;
}

class SimulatedCall {
  readonly #options: SimulatorOptions;
  readonly #invite: InviteServer;
  readonly #offer: Offer;
  readonly #gone: () => void;
  readonly #ep: Ep;
  #timer: Timer | null = null;
  #answered = false;
  #over = false;

  constructor(options: SimulatorOptions, invite: InviteServer, offer: Offer, gone: () => void) {
    this.#options = options;
    this.#invite = invite;
    this.#offer = offer;
    this.#gone = gone;
    this.#ep = `simulator-${newId(options.clock.wall())}` as Ep;
    invite.events = {
      cancelled: () => this.#free(),
      acknowledged: () => {},
      unacknowledged: () => this.end(),
    };
    this.#listen(invite.dialog);
  }

  /** Opens an endpoint, rings, and answers later. */
  async run(): Promise<void> {
    const { media, clock } = this.#options;
    this.#invite.ring(180);
    const opened = await media.command({
      do: 'open',
      ep: this.#ep,
      domain: 'simulator',
      as: 'rtp',
      language: 'ru',
    });
    if (this.#over) return void media.command({ do: 'close', ep: this.#ep });
    const { address, port } = opened.ok ? opened : {};
    if (address === undefined || port === undefined) {
      this.#invite.refuse(503);
      return this.#free();
    }
    this.#timer = clock.after(RING_MS, () => this.#answer(address, port));
  }

  /** Ends the call from our side. */
  end(): void {
    if (this.#over) return;
    if (this.#answered) this.#invite.dialog.bye();
    else this.#invite.refuse(480);
    this.#free();
  }

  #answer(address: string, port: number): void {
    const { session, agreed } = this.#offer;
    const remote = session.audio;
    const negotiated = remote && negotiate(this.#offer);
    if (!remote || !negotiated) {
      this.end();
      return;
    }
    const local: LocalDescription = {
      sessionId: String(Math.floor(this.#options.clock.wall())),
      version: 0,
      address,
      port,
      codecs: agreed.codecs,
      telephoneEvent: agreed.telephoneEvent,
      direction: mirrorDirection(remote.direction),
      ptime: PTIME,
    };
    this.#answered = true;
    this.#invite.answer({ body: { type: 'application/sdp', bytes: writeAnswer(local, session) } });
    void this.#options.media.command({ do: 'remote', ep: this.#ep, to: negotiated });
    void this.#options.media.command({ do: 'hear', ep: this.#ep, what: this.#speech() });
  }

  #speech(): Hear {
    const called = parseUri(this.#invite.request.uri)?.user ?? '';
    const digits = [...called].filter(digit => SPOKEN[digit]).map(digit => `digit:${digit}`);
    const clips = ['silence:500', 'announcement:you-called', ...digits] as ClipId[];
    return { play: clips, tag: 1, then: { relay: this.#ep } };
  }

  #listen(dialog: Dialog): void {
    dialog.events = {
      request: transaction => {
        const { method } = transaction.request;
        transaction.respond(method === 'OPTIONS' || method === 'INFO' ? 200 : 488);
      },
      bye: transaction => {
        transaction.respond(200);
        this.#free();
      },
      lost: () => this.#free(),
    };
  }

  #free(): void {
    if (this.#over) return;
    this.#over = true;
    this.#timer?.cancel();
    void this.#options.media.command({ do: 'close', ep: this.#ep });
    this.#gone();
  }
}

function negotiate({ session, agreed }: Offer): Negotiated | null {
  const remote = session.audio;
  const receive = agreed.receive.map(codecOf).filter(codec => codec !== null);
  const send = agreed.codecs.map(codecOf).find(codec => codec !== null);
  if (!remote || !send) return null;
  return {
    address: remote.address,
    port: remote.port,
    rtcpPort: remote.rtcpPort,
    rtcpMux: remote.rtcpMux,
    send,
    receive,
    telephoneEvent: agreed.telephoneEvent,
    direction: mirrorDirection(remote.direction),
    ptime: remote.ptime ?? PTIME,
  };
}

function codecOf({ name, payloadType }: AudioCodec): { codec: CodecName; payloadType: number } | null {
  return name === 'PCMA' || name === 'PCMU' ? { codec: name, payloadType } : null;
}
