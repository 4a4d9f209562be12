import type { Clock } from '@kommutator/base';
import type { RegistrationRecord } from '@kommutator/model/events';
import { type Channel, keepConnected, type Reconnecting } from '../ipc/index.ts';
import type { FromSignalling, SignallingStatus, ToSignalling } from '../ipc/signalling-words.ts';
import type { ProcessMetrics } from '../process/metrics.ts';
import type { ConfigFeed } from './config-feed.ts';

export interface SignallingLinkOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly feed: ConfigFeed;
  readonly status: (status: SignallingStatus) => void;
  readonly live: (news: FromSignalling['events']['live']) => void;
  readonly lost: () => void;
  /** Registrations of the database, asked for when signalling has lost its own; null = not to be had now. */
  readonly storedRegistrations: () => Promise<readonly RegistrationRecord[] | null>;
}

type ToThem = Channel<ToSignalling, FromSignalling>;

/** The office's end of the line to signalling. */
export class SignallingLink {
  readonly #options: SignallingLinkOptions;
  readonly #connection: Reconnecting;
  #channel: ToThem | null = null;

  constructor(options: SignallingLinkOptions) {
    this.#options = options;
    this.#connection = keepConnected<ToSignalling, FromSignalling>({
      path: options.path,
      role: 'office',
      clock: options.clock,
      up: channel => this.#up(channel),
    });
  }

  async metrics(): Promise<ProcessMetrics | null> {
    const answer = await this.#channel?.request('metrics', null, { within: 1_000 });
    return answer?.ok ? answer.value : null;
  }

  async registrations(
    since: number,
  ): Promise<{ readonly revision: number; readonly records: readonly RegistrationRecord[] } | null> {
    const answer = await this.#channel?.request('registrations', { since });
    return answer?.ok ? answer.value : null;
  }

  close(): void {
    this.#connection.close();
  }

  #up(channel: ToThem) {
    const { feed, status, live, lost } = this.#options;
    this.#channel = channel;
    let detach = () => {};
    void this.#bring(channel)
      .then(() =>
        feed.attach({
          held: async () => {
            const held = await channel.request('versions', null);
            return held.ok ? held.value : null;
          },
          domain: domain => channel.send('domain', { ...domain, json: domain.json.toString() }),
          domainGone: id => channel.send('domainGone', id),
          directory: directory => channel.send('directory', directory),
        }),
      )
      .then(release => {
        detach = release;
        if (!channel.open) release();
      });
    return {
      events: { status, live },
      closed: () => {
        this.#channel = null;
        detach();
        lost();
      },
    };
  }

  /** Registrations come before the directory: with it signalling begins to take calls. */
  async #bring(channel: ToThem): Promise<void> {
    const held = await channel.request('versions', null);
    if (!held.ok || !held.value.noRegistrations) return;
    const records = await this.#options.storedRegistrations();
    if (records && records.length > 0) channel.send('registrations', records);
  }
}
