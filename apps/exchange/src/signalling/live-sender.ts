import type { LiveNews } from '@kommutator/model/live';
import type { Channel } from '../ipc/index.ts';
import type { FromSignalling, ToSignalling } from '../ipc/signalling-words.ts';

type ToOffice = Pick<Channel<FromSignalling, ToSignalling>, 'send' | 'backlog'>;

/** A reader this far behind gets no news until it has caught up, and then everything anew. */
const MOST_BEHIND = 4 * 1024 * 1024;
/** States in one message when everything is told. */
const PART = 500;
const NOTHING: LiveNews = { calls: [], ended: [], devices: [] };

/** Brings live news to whoever listens. Never waits, never keeps anything for a slow listener. */
export class LiveSender {
  readonly #all: () => LiveNews;
  readonly #listeners = new Map<ToOffice, { behind: boolean }>();

  /** @param all everything as it is now */
  constructor(all: () => LiveNews) {
    this.#all = all;
  }

  listen(channel: ToOffice): void {
    this.#listeners.set(channel, { behind: !this.#everything(channel) });
  }

  gone(channel: ToOffice): void {
    this.#listeners.delete(channel);
  }

  tell(news: LiveNews): void {
    for (const [channel, state] of this.#listeners) {
      if (channel.backlog > MOST_BEHIND) state.behind = true;
      else if (state.behind) state.behind = !this.#everything(channel);
      else state.behind = !channel.send('live', news);
    }
  }

  /** @returns false when not all of it was taken. */
  #everything(channel: ToOffice): boolean {
    const { calls, devices } = this.#all();
    let taken = channel.send('live', { ...NOTHING, part: 'begin' });
    for (let at = 0; at < Math.max(calls.length, devices.length); at += PART) {
      const part = { calls: calls.slice(at, at + PART), ended: [], devices: devices.slice(at, at + PART) };
      taken = channel.send('live', part) && taken;
    }
    return channel.send('live', { ...NOTHING, part: 'complete' }) && taken;
  }
}
