import type { Ep, Living } from '@kommutator/media';
import type { Party } from '@kommutator/model/events';
import type { CallId, DomainId } from '@kommutator/model/ids';
import { ChannelCounter } from './channels.ts';
import type { House } from './house.ts';
import { createLines, type LinesDeps } from './line/lines.ts';
import { PickupBoard } from './pickup-board.ts';
import type { Channels, Journal, Meter, Watchers } from './ports.ts';
import type { LeftCall } from './resume.ts';
import { Switchboard } from './switchboard.ts';
import { unfailingJournal, unfailingWatchers } from './unfailing.ts';

export interface ExchangeDeps extends Omit<LinesDeps, 'journalFlush'> {
  readonly journal: Journal;
  readonly meter: Meter;
  /** Counted in memory of this node when left out. */
  readonly channels?: Channels;
  /** Screens, lamps and traces; nobody watches when left out. */
  readonly watchers?: Watchers;
}

/** What is alive now. All but `registrations`, `tombstones`, `timers` and `shed` are zero when nobody calls. */
export interface ExchangeCounters {
  readonly calls: number;
  readonly legs: number;
  /** Media endpoints. */
  readonly endpoints: number;
  readonly channels: number;
  /** Calls a colleague could pick up. */
  readonly pickups: number;
  readonly transactions: number;
  readonly dialogs: number;
  readonly registrations: number;
  /** New calls refused since the start, because of overload or while draining. */
  readonly shed: number;
  /** Finished transactions that wait for stray repeats. */
  readonly tombstones: number;
  /** Pending timers of the clock, whoever set them. */
  readonly timers: number;
}

export interface ActiveCall {
  readonly id: CallId;
  readonly domain: DomainId;
  /** Unix ms. */
  readonly startedAt: number;
  readonly from: Party;
  readonly dialled: string;
  readonly legs: number;
}

/** A telephone exchange: the line side and call control on top of it. */
export interface Exchange {
  /** Calls going on. */
  readonly calls: number;
  activeCalls(): readonly ActiveCall[];
  counters(): ExchangeCounters;
  /**
   * Goes on with the talks an earlier process left, where their endpoints live; the others are ended towards their phones.
   * @returns the calls that go on, and the endpoints they have.
   */
  resume(
    calls: readonly LeftCall[],
    living: readonly Living[],
  ): {
    readonly calls: ReadonlySet<CallId>;
    readonly endpoints: ReadonlySet<Ep>;
  };
  /** While on, new calls get 503 with Retry-After before any work; emergency calls and those going on pass. */
  setOverload(on: boolean): void;
  /** The directory has changed: trunks are looked at again. */
  reload(): void;
  /** Refuses new calls and resolves when those that go on are over. */
  drain(): Promise<void>;
  /** Ends all calls, writes their ends, and closes the line. */
  close(): Promise<void>;
}

/** Puts an exchange on a SIP stack and a media engine. */
export function createExchange(deps: ExchangeDeps): Exchange {
  const { clock, directory, meter, log, sip } = deps;
  const journal = unfailingJournal(deps.journal, log);
  const channels = deps.channels ?? new ChannelCounter();
  const pickups = new PickupBoard();
  const calls: House['calls'] = new Set();
  const lines = createLines({ ...deps, journalFlush: () => journal.flush() }, arrival =>
    switchboard.arrive(arrival),
  );
  const watchers = deps.watchers ? unfailingWatchers(deps.watchers, log) : null;
  const switchboard = new Switchboard(
    { clock, directory, journal, meter, channels, log, watchers, lines, pickups, calls },
    lines,
  );
  const drain = () => {
    lines.drain();
    return switchboard.idle();
  };
  return {
    get calls() {
      return calls.size;
    },
    activeCalls: () =>
      Array.from(calls, call => ({
        id: call.id,
        domain: call.config.id,
        startedAt: call.startedAt,
        from: call.caller.party,
        dialled: call.arrival.dialled,
        legs: call.legs.size,
      })),
    counters: () => ({
      calls: calls.size,
      channels: channels.total,
      pickups: pickups.size,
      timers: clock.pending,
      ...lines.counters(),
      ...sip.counters(),
    }),
    resume: (left, living) => switchboard.resume(left, living),
    setOverload: on => lines.setOverload(on),
    reload: () => lines.reload(),
    drain,
    close: async () => {
      await lines.close();
      await drain();
    },
  };
}
