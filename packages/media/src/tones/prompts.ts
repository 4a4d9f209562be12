import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clip, readWav } from '../codec/wav.ts';
import type { ClipId } from '../protocol.ts';
import { clipKind } from './cadence.ts';
import { pauseClip, toneClip } from './oscillator.ts';

/** Where clips come from; plain data, so that it can be sent to a thread. */
export interface Prompts {
  /** Folder of `<language>/<kind>/<name>.wav` and `common/<kind>/<name>.wav`. */
  readonly dir: string;
  /** Memory for sounds that may be dropped again, bytes; 64 MB by default. */
  readonly cacheBytes?: number;
}

/** The folder of what sounds the same in every language. */
const COMMON = 'common';
/** A language tag as a folder name, nothing that could climb. */
const LANGUAGE = /^[a-z]{2,8}$/;

/**
 * Sounds by name: tones and pauses at once, files read off the hot path and kept in both laws in a bounded cache,
 * least recently used out first. A sound that plays stays alive by its player.
 */
export class PromptLibrary {
  readonly #dir: string;
  readonly #limit: number;
  readonly #cache = new Map<string, Clip>();
  readonly #loading = new Map<string, Promise<Clip | undefined>>();
  #bytes = 0;

  constructor(prompts: Prompts) {
    this.#dir = prompts.dir;
    this.#limit = prompts.cacheBytes ?? 64_000_000;
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The clip, a promise of it where it must be read, or undefined where the name means nothing. Never rejects. */
  find(language: string, id: ClipId): Clip | Promise<Clip | undefined> | undefined {
    const kind = clipKind(id);
    if (kind.is === 'unknown') return undefined;
    if (kind.is === 'tone') return toneClip(kind.tone);
    if (kind.is === 'silence') return pauseClip(kind.ms);
    const spoken = LANGUAGE.test(language) ? language : 'ru';
    const key = `${spoken}/${id}`;
    const cached = this.#cache.get(key);
    if (cached) {
      this.#cache.delete(key);
      this.#cache.set(key, cached);
      return cached;
    }
    let loading = this.#loading.get(key);
    if (!loading) {
      loading = this.#load(key, [...new Set([spoken, 'ru', COMMON])], kind.kind, kind.name);
      this.#loading.set(key, loading);
    }
    return loading;
  }

  /**
   * Reads beforehand what callers will hear, file by file, until half the cache is full: the first caller after a start
   * hears his announcement at once. A folder that is not there has nothing. Never rejects.
   * @returns how many sounds are ready.
   */
  async preload(): Promise<number> {
    let ready = 0;
    const languages = (await names(this.#dir)).filter(name => LANGUAGE.test(name) && name !== COMMON);
    for (const language of languages) {
      for (const folder of new Set([language, 'ru', COMMON])) {
        for (const kind of await names(join(this.#dir, folder))) {
          for (const file of await names(join(this.#dir, folder, kind))) {
            if (this.#bytes >= this.#limit / 2) return ready;
            if (!file.endsWith('.wav')) continue;
            if (await this.find(language, `${kind}:${file.slice(0, -4)}` as ClipId)) ready++;
          }
        }
      }
    }
    return ready;
  }

  async #load(key: string, folders: string[], kind: string, name: string): Promise<Clip | undefined> {
    try {
      for (const folder of folders) {
        const file = await readFile(join(this.#dir, folder, kind, `${name}.wav`)).catch(() => undefined);
        const clip = file ? readWav(file) : undefined;
        if (clip) return this.#keep(key, clip);
      }
      return undefined;
    } finally {
      this.#loading.delete(key);
    }
  }

  #keep(key: string, clip: Clip): Clip {
    this.#cache.set(key, clip);
    this.#bytes += sizeOf(clip);
    for (const [oldest, old] of this.#cache) {
      if (this.#bytes <= this.#limit) break;
      this.#cache.delete(oldest);
      this.#bytes -= sizeOf(old);
    }
    return clip;
  }
}

/** What a folder holds, in order; nothing where there is none. */
const names = async (folder: string): Promise<string[]> => (await readdir(folder).catch(() => [])).toSorted();

const sizeOf = (clip: Clip): number => clip.PCMA.length + clip.PCMU.length;
