import type { Clock, Timer } from '@kommutator/base';
import type { CodecName, Key } from '@kommutator/media';
import { decode, detectKey, dtmfOf, encode, RtpPeer, sines, ToneDetector } from '@kommutator/media/testing';
import { type AudioCodec, type AudioDescription, DEFAULT_CODECS, TELEPHONE_EVENT } from '@kommutator/sip';
import type { PhoneAudio, PhoneCall, PhoneMedia } from '@kommutator/telephony/testing';

const FRAME_MS = 20;
/** How long a key sounds, and the pause after it. */
const TONE_MS = 100;
const KEYS = '0123456789*#ABCD';
/** What the ear tells apart: the ringback of the exchange and the voices of the phones. */
const KNOWN = [425, 500, 700, 900, 1100];

/** What a phone says and in which words. */
export interface VoiceOptions {
  /** Its voice, Hz: 500, 700, 900, 1100 are told apart; a whole number of periods must fit 20 ms. */
  readonly hz: number;
  /** The codecs it has, in its order: PCMA and PCMU when left out. */
  readonly codecs?: readonly CodecName[];
  /** Payload type of telephone-event (RFC 4733) it asks for: 101 when left out. */
  readonly telephoneEvent?: number | null;
  /** Where its RTP is; 127.0.0.1 when left out. */
  readonly rtpHost?: string;
}

/** Real RTP for a test phone on a loopback address: it sings one tone all the time and listens with a detector. */
export class RtpMedia implements PhoneMedia {
  readonly #clock: Clock;
  readonly #options: VoiceOptions;
  readonly #voice: Readonly<Record<CodecName, Uint8Array>>;
  readonly #all: RtpAudio[] = [];

  constructor(clock: Clock, options: VoiceOptions) {
    this.#clock = clock;
    this.#options = options;
    const pcm = sines([options.hz], FRAME_MS);
    this.#voice = { PCMA: encode('PCMA', pcm), PCMU: encode('PCMU', pcm) };
  }

  /** The audio of the latest call. */
  get latest(): RtpAudio | null {
    return this.#all.at(-1) ?? null;
  }

  async open(): Promise<PhoneAudio> {
    const audio = new RtpAudio(
      this.#clock,
      await RtpPeer.open(0, this.#options.rtpHost),
      this.#voice,
      this.#options,
    );
    this.#all.push(audio);
    return audio;
  }

  close(): void {
    for (const audio of this.#all) audio.close();
  }
}

/** The ear of one call of a real phone. */
export function earOf({ audio }: PhoneCall): RtpAudio {
  if (!(audio instanceof RtpAudio)) throw new Error('not a phone with real RTP');
  return audio;
}

/** One call's audio. */
export class RtpAudio implements PhoneAudio {
  readonly address: string;
  readonly port: number;
  readonly peer: RtpPeer;
  readonly codecs: readonly AudioCodec[];
  readonly telephoneEvent: number | null;
  readonly #clock: Clock;
  readonly #voice: Readonly<Record<CodecName, Uint8Array>>;
  #to: { readonly port: number; readonly codec: CodecName; readonly events: number | null } | null = null;
  /** Frames of tones that are said instead of the voice. */
  readonly #pressed: Uint8Array[] = [];
  #timer: Timer | null = null;
  #due = 0;
  #closed = false;
  muted = false;

  constructor(
    clock: Clock,
    peer: RtpPeer,
    voice: Readonly<Record<CodecName, Uint8Array>>,
    { codecs, telephoneEvent, rtpHost = '127.0.0.1' }: VoiceOptions,
  ) {
    this.address = rtpHost;
    this.#clock = clock;
    this.#voice = voice;
    this.peer = peer;
    this.port = peer.port;
    this.codecs = codecs
      ? codecs.flatMap(name => DEFAULT_CODECS.filter(codec => codec.name === name))
      : DEFAULT_CODECS;
    this.telephoneEvent = telephoneEvent === undefined ? TELEPHONE_EVENT : telephoneEvent;
  }

  connect(remote: AudioDescription): void {
    const first = remote.codecs.find(({ name }) => this.codecs.some(codec => codec.name === name));
    if (this.#closed || !first || (first.name !== 'PCMA' && first.name !== 'PCMU')) return;
    this.peer.payloadTypes = { ...this.peer.payloadTypes, [first.name]: first.payloadType };
    this.#to = {
      port: remote.port,
      codec: first.name,
      events: this.telephoneEvent === null ? null : (remote.telephoneEvent ?? this.telephoneEvent),
    };
    if (this.#timer) return;
    this.#due = this.#clock.now();
    this.#sing();
  }

  /** RTP packets that came so far. */
  get packets(): number {
    return this.peer.heard.length;
  }

  /** Name of what it hears: `425 Hz` for a tone it knows by its own detector, `quiet`, `sound`, or `nothing` without packets. */
  async hears(): Promise<string> {
    const ear = this.#listen();
    if (!ear) return 'nothing';
    return ear.quiet
      ? 'quiet'
      : (KNOWN.map(hz => (ear.hears(hz) ? `${hz} Hz` : '')).find(Boolean) ?? 'sound');
  }

  /** Resolves as soon as the last 100 ms were that tone. */
  untilHears(hz: number): Promise<void> {
    return this.peer.until(() => this.#listen()?.hears(hz) === true);
  }

  /** Resolves as soon as the last 100 ms were something but no tone we know: speech or music. */
  untilHearsSpeech(): Promise<void> {
    return this.peer.until(() => {
      const ear = this.#listen();
      return ear?.full === true && !ear.quiet && !KNOWN.some(hz => ear.hears(hz));
    });
  }

  async press(key: Key): Promise<void> {
    const to = this.#to;
    if (!to) return;
    if (to.events !== null) return this.peer.press(to.port, to.events, key);
    const tone = encode(to.codec, Int16Array.of(...sines(dtmfOf(key), TONE_MS), ...sines([], TONE_MS)));
    for (let at = 0; at < tone.length; at += 8 * FRAME_MS)
      this.#pressed.push(tone.subarray(at, at + 8 * FRAME_MS));
  }

  /** Keys by their RFC 4733 events, each timestamp once; a phone that knows none hears their tones. */
  keysHeard(): string {
    if (this.telephoneEvent === null) return this.#tonesHeard();
    const seen = new Map<number, string>();
    for (const { payloadType, timestamp, payload } of this.peer.heard) {
      if (payloadType === this.telephoneEvent) seen.set(timestamp, KEYS[payload[0] ?? 0] ?? '?');
    }
    return [...seen.values()].join('');
  }

  untilKeys(keys: string): Promise<void> {
    return this.peer.until(() => this.keysHeard() === keys);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#timer?.cancel();
    void this.peer.close();
  }

  /** A detector fed with the last 100 ms. */
  #listen(): ToneDetector | null {
    const recent = this.peer.heard.filter(({ payloadType }) => payloadType !== this.telephoneEvent).slice(-5);
    const last = recent.at(-1);
    if (!last || recent.length < 5) return null;
    const ear = new ToneDetector(last.payloadType === this.peer.payloadTypes.PCMU ? 'PCMU' : 'PCMA');
    for (const packet of recent) ear.push(packet.payload);
    return ear;
  }

  /** Tones of keys, at least 60 ms of each. */
  #tonesHeard(): string {
    let keys = '';
    let [last, frames]: [string | undefined, number] = [undefined, 0];
    for (const { payloadType, payload } of this.peer.heard) {
      const key = detectKey(decode(payloadType === this.peer.payloadTypes.PCMU ? 'PCMU' : 'PCMA', payload));
      frames = key === last ? frames + 1 : 1;
      last = key;
      if (key && frames === 3) keys += key;
    }
    return keys;
  }

  #sing(): void {
    if (this.#closed) return;
    if (this.#to && !this.muted) {
      const { port, codec } = this.#to;
      this.peer.send(port, codec, this.#pressed.shift() ?? this.#voice[codec]);
    }
    this.#due += FRAME_MS;
    this.#timer = this.#clock.after(Math.max(0, this.#due - this.#clock.now()), () => this.#sing());
  }
}
