import type { Clock, Ms } from '@kommutator/base';
import type { Answer, ClipId, Command, Ep, Event, Hear, Key, MediaEngine } from '../protocol.ts';
import { clipKind, roundOf } from '../tones/cadence.ts';
import {
  farOf,
  livingOf,
  OURS,
  type Playing,
  type SymbolicEndpoint,
  shownOf,
  sourcesOf,
  weReceive,
  weSend,
} from './symbolic-endpoint.ts';

export interface SymbolicOptions {
  readonly clock: Clock;
  readonly log?: (line: string) => void;
  /** Length of a clip in ms, by its name; others last 1 000 ms, a digit 500 ms, a tone one round of its cadence. */
  readonly durations?: { readonly [clip: string]: Ms };
  /** Clips that have no file: they take no time and end as `missing`. */
  readonly missing?: readonly string[];
}

/**
 * A media engine without audio: only who hears what, at virtual speed. Messages are cloned as a socket would,
 * events come after the answer of the command that caused them.
 */
export class SymbolicEngine implements MediaEngine {
  onEvent: (event: Event) => void = () => {};
  onLost: (why: string) => void = () => {};
  readonly #options: SymbolicOptions;
  readonly #endpoints = new Map<Ep, SymbolicEndpoint>();
  #nextPort = 20_000;
  #timers = 0;
  #dead = false;

  constructor(options: SymbolicOptions) {
    this.#options = options;
  }

  /** {@inheritDoc MediaEngine.command} Commands take effect at once; the promise only carries the answer. */
  async command(command: Command): Promise<Answer> {
    const answer = this.#dead
      ? ({ ok: false, refused: 'gone' } as const)
      : this.#obey(structuredClone(command));
    this.#options.log?.(`${JSON.stringify(command)} → ${JSON.stringify(answer)}`);
    return structuredClone(answer);
  }

  async close(): Promise<void> {
    for (const endpoint of [...this.#endpoints.values()]) this.#forget(endpoint);
    this.#dead = true;
  }

  /**
   * What the phone at `far` (`host:port` given in `remote`) hears now: `silence`, `tone:ringback`,
   * `clip:announcement:forbidden`, `voice of 10.0.0.9:4002`, `echo`, `mix of 10.0.0.9:4002 + 10.0.0.7:4000`,
   * or `no media` when no endpoint talks to it.
   */
  hears(far: string): string {
    const endpoint = this.#at(far);
    if (!endpoint) return 'no media';
    return weSend(endpoint) ? this.#symbol(endpoint) : 'silence';
  }

  /** The phone at `far` presses a key: as RFC 4733 says where it was agreed on, else as a tone. @returns false when nobody listens to it. */
  press(far: string, key: Key): boolean {
    const endpoint = this.#at(far);
    if (!endpoint || !weReceive(endpoint)) return false;
    if (endpoint.watch.keys !== 'off') {
      this.#emit({
        is: 'heard',
        ep: endpoint.ep,
        what: { key, via: endpoint.remote?.telephoneEvent === undefined ? 'inband' : '4733' },
      });
    }
    if (endpoint.watch.keys === 'relay') {
      for (const other of this.#endpoints.values()) {
        if (!weSend(other) || other.remote?.keysApart) continue;
        if (sourcesOf(other.hear).includes(endpoint.ep)) other.keysHeard += key;
      }
    }
    if ('play' in endpoint.hear && endpoint.hear.stopOn?.includes(key))
      this.#end(endpoint, endpoint.hear, 'key');
    return true;
  }

  /** All keys the phone at `far` was made to hear, in order. */
  keysHeardBy(far: string): string {
    return this.#at(far)?.keysHeard ?? '';
  }

  /** Reports a change of the stream from the phone at `far`, such as `lost`. */
  flow(far: string, state: Extract<Event, { is: 'flow' }>['state']): void {
    const endpoint = this.#at(far);
    if (endpoint) this.#emit({ is: 'flow', ep: endpoint.ep, state });
  }

  /** What is still held; a finished test expects zeros. */
  counters(): { readonly endpoints: number; readonly timers: number } {
    return { endpoints: this.#endpoints.size, timers: this.#timers };
  }

  /** The engine's process is gone: endpoints vanish without a word, `onLost` is called. */
  die(why = 'died'): void {
    for (const endpoint of this.#endpoints.values()) this.#stopTimer(endpoint);
    this.#endpoints.clear();
    this.#dead = true;
    this.onLost(why);
  }

  #obey(command: Command): Answer {
    if (command.do === 'renew') return { ok: true };
    if (command.do === 'adopt') return { ok: true, living: [...this.#endpoints.values()].map(livingOf) };
    if (command.do === 'open') return this.#open(command);
    const endpoint = this.#endpoints.get(command.ep);
    if (!endpoint) return { ok: false, refused: 'unknown-endpoint' };
    switch (command.do) {
      case 'remote':
        if ((endpoint.as === 'webrtc') !== (command.to.secure?.by === 'dtls'))
          return { ok: false, refused: 'bad-command' };
        // A phone that reaches a new endpoint is looked up there: the latest `remote` of an address wins.
        this.#endpoints.delete(endpoint.ep);
        this.#endpoints.set(endpoint.ep, endpoint);
        endpoint.remote = command.to;
        return { ok: true };
      case 'hear':
        if ('room' in command.what) return { ok: false, refused: 'bad-command' };
        this.#replaced(endpoint);
        this.#hear(endpoint, command.what);
        return { ok: true };
      case 'watch':
        endpoint.watch = command;
        return { ok: true };
      case 'keys':
        if (!endpoint.remote?.keysApart) endpoint.keysHeard += command.keys;
        return { ok: true };
      case 'close':
        this.#forget(endpoint);
        return { ok: true };
      default:
        return { ok: false, refused: 'bad-command' };
    }
  }

  #open({ ep, domain, language, as }: Extract<Command, { do: 'open' }>): Answer {
    let endpoint = this.#endpoints.get(ep);
    if (!endpoint) {
      endpoint = {
        ep,
        domain,
        language,
        as,
        port: this.#nextPort,
        remote: undefined,
        hear: { silence: true },
        watch: { keys: 'relay', lostAfter: 0 },
        keysHeard: '',
        clip: 0,
        timer: undefined,
        missed: false,
      };
      this.#nextPort += 2;
      this.#endpoints.set(ep, endpoint);
    }
    const answer = { ok: true, address: OURS, port: endpoint.port } as const;
    const shown = shownOf(endpoint);
    return shown ? { ...answer, shown } : answer;
  }

  #hear(endpoint: SymbolicEndpoint, hear: Hear): void {
    this.#stopTimer(endpoint);
    endpoint.hear = hear;
    endpoint.clip = 0;
    endpoint.missed = false;
    if ('play' in hear) this.#playOn(endpoint, hear);
  }

  /** Plays from the current clip on: skips what is missing, ends the list or begins it again. */
  #playOn(endpoint: SymbolicEndpoint, playing: Playing): void {
    for (let skipped = 0; skipped <= playing.play.length; ) {
      const clip = playing.play[endpoint.clip];
      if (clip === undefined) {
        if (!playing.loop || endpoint.clip === 0) break;
        endpoint.clip = 0;
        continue;
      }
      const ms = this.#lengthOf(clip);
      if (ms > 0) {
        this.#wait(endpoint, ms, () => this.#playOn(endpoint, playing));
        return;
      }
      endpoint.missed = true;
      endpoint.clip++;
      skipped++;
    }
    this.#end(endpoint, playing, endpoint.missed ? 'missing' : 'done');
  }

  #wait(endpoint: SymbolicEndpoint, ms: Ms, next: () => void): void {
    this.#timers++;
    endpoint.timer = this.#options.clock.after(ms, () => {
      endpoint.timer = undefined;
      this.#timers--;
      endpoint.clip++;
      next();
    });
  }

  #end(endpoint: SymbolicEndpoint, playing: Playing, end: 'done' | 'key' | 'missing'): void {
    this.#emit({ is: 'played', ep: endpoint.ep, tag: playing.tag, end });
    this.#hear(endpoint, playing.then);
  }

  #replaced(endpoint: SymbolicEndpoint): void {
    if ('play' in endpoint.hear) {
      this.#emit({ is: 'played', ep: endpoint.ep, tag: endpoint.hear.tag, end: 'replaced' });
    }
  }

  #forget(endpoint: SymbolicEndpoint): void {
    this.#replaced(endpoint);
    this.#stopTimer(endpoint);
    this.#endpoints.delete(endpoint.ep);
    const nothing = { packetsIn: 0, packetsOut: 0, loss: 0, jitterMs: 0, mos: 0, refused: 0 };
    this.#emit({ is: 'stats', ep: endpoint.ep, ...nothing, last: true });
  }

  #stopTimer(endpoint: SymbolicEndpoint): void {
    if (!endpoint.timer) return;
    endpoint.timer.cancel();
    endpoint.timer = undefined;
    this.#timers--;
  }

  /** ms; 0 = there is no such clip. */
  #lengthOf(clip: ClipId): Ms {
    if (this.#options.missing?.includes(clip)) return 0;
    const kind = clipKind(clip);
    if (kind.is === 'unknown') return 0;
    const told = this.#options.durations?.[clip];
    if (told !== undefined) return told;
    if (kind.is === 'silence') return kind.ms;
    if (kind.is === 'tone') return roundOf(kind.tone);
    return kind.kind === 'digit' ? 500 : 1_000;
  }

  #symbol(endpoint: SymbolicEndpoint): string {
    const { hear } = endpoint;
    if ('play' in hear) {
      const clip = hear.play[endpoint.clip];
      if (clip === undefined || clip.startsWith('silence:')) return 'silence';
      return clip.startsWith('tone:') ? clip : `clip:${clip}`;
    }
    if ('relay' in hear && hear.relay === endpoint.ep) return weReceive(endpoint) ? 'echo' : 'silence';
    const voices = sourcesOf(hear).flatMap(ep => {
      const source = this.#endpoints.get(ep);
      return source && weReceive(source) ? [farOf(source)] : [];
    });
    if (voices.length === 0) return 'silence';
    return 'mix' in hear && voices.length > 1 ? `mix of ${voices.join(' + ')}` : `voice of ${voices[0]}`;
  }

  #at(far: string): SymbolicEndpoint | undefined {
    return [...this.#endpoints.values()].findLast(endpoint => farOf(endpoint) === far);
  }

  #emit(event: Event): void {
    queueMicrotask(() => {
      this.#options.log?.(JSON.stringify(event));
      this.onEvent(structuredClone(event));
    });
  }
}
