import type { Clock, Timer } from '@kommutator/base';
import type { CodecName, Key } from '@kommutator/media';
import { encode, RtpPeer, sines, ToneDetector } from '@kommutator/media/testing';
import type { AudioDescription } from '@kommutator/sip';
import type { PhoneAudio, PhoneMedia } from '@kommutator/telephony/testing';

const FRAME_MS = 20;
const KEYS = '0123456789*#ABCD';

/** Real RTP for a test phone on 127.0.0.1: it sings one tone all the time and listens with a detector. */
export class RtpMedia implements PhoneMedia {
  readonly #clock: Clock;
  readonly #voice: Readonly<Record<CodecName, Uint8Array>>;
  /** The audio of the latest call. */
  latest: RtpAudio | null = null;

  /** @param hz its voice; a whole number of periods must fit 20 ms. */
  constructor(clock: Clock, hz: number) {
    this.#clock = clock;
    const pcm = sines([hz], FRAME_MS);
    this.#voice = { PCMA: encode('PCMA', pcm), PCMU: encode('PCMU', pcm) };
  }

  async open(): Promise<PhoneAudio> {
    this.latest = new RtpAudio(this.#clock, await RtpPeer.open(), this.#voice);
    return this.latest;
  }
}

/** One call's audio. */
export class RtpAudio implements PhoneAudio {
  readonly address = '127.0.0.1';
  readonly port: number;
  readonly peer: RtpPeer;
  readonly #clock: Clock;
  readonly #voice: Readonly<Record<CodecName, Uint8Array>>;
  #to: { readonly port: number; readonly codec: CodecName; readonly events: number } | null = null;
  #timer: Timer | null = null;
  #due = 0;
  #closed = false;
  muted = false;

  constructor(clock: Clock, peer: RtpPeer, voice: Readonly<Record<CodecName, Uint8Array>>) {
    this.#clock = clock;
    this.#voice = voice;
    this.peer = peer;
    this.port = peer.port;
  }

  connect(remote: AudioDescription): void {
    const first = remote.codecs[0];
    if (this.#closed || !first || (first.name !== 'PCMA' && first.name !== 'PCMU')) return;
    this.peer.payloadTypes = { ...this.peer.payloadTypes, [first.name]: first.payloadType };
    this.#to = { port: remote.port, codec: first.name, events: remote.telephoneEvent ?? 101 };
    if (this.#timer) return;
    this.#due = this.#clock.now();
    this.#sing();
  }

  /** Name of what it hears: `425 Hz` for a tone it knows by its own detector, `quiet`, `sound`, or `nothing` without packets. */
  async hears(): Promise<string> {
    const known = [425, 500, 700, 900, 1100];
    const ear = this.#listen();
    if (!ear) return 'nothing';
    return ear.quiet
      ? 'quiet'
      : (known.map(hz => (ear.hears(hz) ? `${hz} Hz` : '')).find(Boolean) ?? 'sound');
  }

  /** Resolves as soon as the last 100 ms were that tone. */
  untilHears(hz: number): Promise<void> {
    return this.peer.until(() => this.#listen()?.hears(hz) === true);
  }

  /** Resolves as soon as the last 100 ms were something but no tone we know: speech. */
  untilHearsSpeech(): Promise<void> {
    return this.peer.until(() => {
      const ear = this.#listen();
      return ear?.full === true && !ear.quiet && ![425, 500, 700, 900, 1100].some(hz => ear.hears(hz));
    });
  }

  async press(key: Key): Promise<void> {
    if (this.#to) this.peer.press(this.#to.port, this.#to.events, key);
  }

  /** Keys by their RFC 4733 events, each timestamp once. */
  keysHeard(): string {
    const seen = new Map<number, string>();
    for (const { payloadType, timestamp, payload } of this.peer.heard) {
      if (payloadType === 101) seen.set(timestamp, KEYS[payload[0] ?? 0] ?? '?');
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
    const recent = this.peer.heard.filter(packet => packet.payloadType !== 101).slice(-5);
    const last = recent.at(-1);
    if (!last || recent.length < 5) return null;
    const ear = new ToneDetector(last.payloadType === this.peer.payloadTypes.PCMU ? 'PCMU' : 'PCMA');
    for (const packet of recent) ear.push(packet.payload);
    return ear;
  }

  #sing(): void {
    if (this.#closed) return;
    if (this.#to && !this.muted) this.peer.send(this.#to.port, this.#to.codec, this.#voice[this.#to.codec]);
    this.#due += FRAME_MS;
    this.#timer = this.#clock.after(Math.max(0, this.#due - this.#clock.now()), () => this.#sing());
  }
}
