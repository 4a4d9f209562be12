import type { Key } from '@kommutator/media';
import type { AudioCodec, AudioDescription } from '@kommutator/sip';

/** The media of a test phone: symbols of an engine without audio, or real RTP with a tone detector. */
export interface PhoneMedia {
  /** Opens one port for one call. */
  open(): Promise<PhoneAudio>;
}

/** What a phone says and hears in one call. */
export interface PhoneAudio {
  /** Where it wants its RTP: written into its SDP. */
  readonly address: string;
  readonly port: number;
  /** The codecs it has, in its order; all of ours when left out. */
  readonly codecs?: readonly AudioCodec[];
  /** Payload type of telephone-event in its offers; ours when left out, null = it knows none. */
  readonly telephoneEvent?: number | null;
  /** Offer and answer are through, or have changed. */
  connect(remote: AudioDescription): void;
  /** What it hears now, as the media in use can tell it: a symbol, or the name of a tone. */
  hears(): Promise<string>;
  /** Presses a key: an event (RFC 4733), a tone where it knows none. */
  press(key: Key): Promise<void>;
  /** All keys it was made to hear. */
  keysHeard(): string;
  close(): void;
}
