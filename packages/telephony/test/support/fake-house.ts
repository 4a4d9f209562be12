import { VirtualClock } from '@kommutator/base';
import type { DomainSnapshot } from '@kommutator/model/config';
import type { CallEvent, Party } from '@kommutator/model/events';
import { findLogin } from '@kommutator/model/lookup';
import type { Arrival } from '../../src/call.ts';
import { ChannelCounter } from '../../src/channels.ts';
import type { House } from '../../src/house.ts';
import { PickupBoard } from '../../src/pickup-board.ts';
import { Switchboard } from '../../src/switchboard.ts';
import { type ConfigInput, configOf } from '../../src/testing/config.ts';
import {
  MemoryDirectory,
  MemoryJournal,
  MemoryLog,
  TestMeter,
  trunkOf,
} from '../../src/testing/memory-ports.ts';
import { FakeLeg, FakeLines } from './fake-line.ts';

/** Call control on a fake line: arrivals are given, INVITEs looked at, time is the test's. */
export class FakeHouse {
  readonly clock: VirtualClock;
  readonly lines = new FakeLines();
  readonly directory = new MemoryDirectory();
  readonly journal = new MemoryJournal();
  readonly meter = new TestMeter();
  readonly log = new MemoryLog();
  readonly channels = new ChannelCounter();
  readonly house: House;
  readonly switchboard: Switchboard;
  config: DomainSnapshot;

  constructor(input: ConfigInput, start = '2021-04-14T09:00:00Z') {
    this.clock = new VirtualClock(start);
    this.config = configOf(input);
    this.directory.put(this.config);
    this.directory.setTrunks([
      trunkOf('main', { destinations: [{ host: '10.9.0.1', port: 5060, protocol: 'udp' }] }),
    ]);
    for (const user of this.config.users) this.lines.phones.set(user.login, 1);
    const { clock, lines, directory, journal, meter, channels, log } = this;
    const pickups = new PickupBoard();
    this.house = {
      clock,
      lines,
      directory,
      journal,
      meter,
      channels,
      log,
      pickups,
      watchers: null,
      calls: new Set(),
    };
    this.switchboard = new Switchboard(this.house, { adopt: () => null, release: () => {} });
  }

  /** The configuration changes: the next call uses it. */
  change(input: ConfigInput): void {
    this.config = configOf(input);
    this.directory.put(this.config);
  }

  async userCalls(login: string, dialled: string, o: Partial<Arrival> = {}): Promise<FakeLeg> {
    const user = findLogin(this.config, login);
    if (!user) throw new Error(`nobody is called ${login}`);
    const leg = new FakeLeg({ kind: 'user', number: user.extension, name: user.displayName, user: user.id });
    return this.#arrive(leg, { from: { kind: 'user', user }, dialled, callerNumber: null, ...o });
  }

  async pstnCalls(
    dialled: string,
    from: string | null = '79161234567',
    o: Partial<Arrival> = {},
  ): Promise<FakeLeg> {
    const party: Party = { kind: 'pstn', number: from ?? '', name: '' };
    const trunk = trunkOf('main');
    return this.#arrive(new FakeLeg(party), {
      from: { kind: 'trunk', trunk },
      dialled,
      callerNumber: from,
      ...o,
    });
  }

  async #arrive(
    leg: FakeLeg,
    o: Pick<Arrival, 'from' | 'dialled' | 'callerNumber'> & Partial<Arrival>,
  ): Promise<FakeLeg> {
    this.switchboard.arrive({ leg, config: this.config, privacy: false, hops: 0, ...o });
    await this.clock.settle();
    return leg;
  }

  /** Events of the latest call, as one word each; what is kept for a later process is not told. */
  get story(): readonly CallEvent['type'][] {
    const types = this.journal.eventsOf().map(event => event.type);
    return types.filter(type => type !== 'leg.kept');
  }

  /** What is held now: zero everywhere when no call is up. */
  get left() {
    const { house } = this;
    return {
      calls: house.calls.size,
      channels: this.channels.total,
      money: this.meter.held,
      pickups: house.pickups.size,
      timers: this.clock.pending,
      ringing: this.lines.open.length,
      errors: this.log.lines,
    };
  }
}

export const NOTHING_LEFT = {
  calls: 0,
  channels: 0,
  money: 0,
  pickups: 0,
  timers: 0,
  ringing: 0,
  errors: [] as readonly string[],
};
