import { FRAME } from '../codec/g711.ts';
import type { Clip } from '../codec/wav.ts';
import type { Hear } from '../protocol.ts';
import type { PromptLibrary } from '../tones/prompts.ts';

export type Play = Extract<Hear, { play: unknown }>;
/** `wait`: the next clip is still being read. */
export type Step = 'frame' | 'wait' | 'done' | 'missing';

/** Plays a list of clips frame by frame. A clip without a file is skipped, and told at the end. */
export class Playback {
  readonly play: Play;
  /** After `frame`: 160 bytes from `offset` of this clip are to be sent. */
  clip: Clip | undefined;
  offset = 0;
  /** Read, not there (null), or still being read (undefined). */
  readonly #clips: (Clip | null | undefined)[];
  #at = 0;
  #next = 0;
  #missed = false;

  constructor(play: Play, language: string, library: Pick<PromptLibrary, 'find'>) {
    this.play = play;
    this.#clips = play.play.map((id, i) => {
      const found = library.find(language, id);
      if (!(found instanceof Promise)) return found ?? null;
      void found.then(clip => {
        this.#clips[i] = clip ?? null;
      });
      return undefined;
    });
  }

  /** Goes on by one frame. */
  step(): Step {
    for (let skipped = 0; skipped <= this.#clips.length; ) {
      if (this.#at >= this.#clips.length) {
        if (!this.play.loop || this.#at === 0) break;
        this.#at = 0;
        continue;
      }
      const clip = this.#clips[this.#at];
      if (clip === undefined) return 'wait';
      if (clip && this.#next < clip.frames) {
        this.clip = clip;
        this.offset = (this.#next * FRAME) % clip.PCMA.length;
        this.#next++;
        return 'frame';
      }
      if (clip === null) {
        this.#missed = true;
        skipped++;
      }
      this.#at++;
      this.#next = 0;
    }
    return this.#missed ? 'missing' : 'done';
  }
}
