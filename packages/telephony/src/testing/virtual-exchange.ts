import { randomBytes } from 'node:crypto';
import { VirtualClock } from '@kommutator/base';
import type { MediaEngine } from '@kommutator/media';
import { SymbolicEngine, type SymbolicOptions } from '@kommutator/media/testing';
import type { DomainSnapshot, TrunkConfig } from '@kommutator/model/config';
import { createStack, DigestServer, joinTransports, type Peer, type SipStack } from '@kommutator/sip';
import { MemoryNetwork, seededRandom } from '@kommutator/sip/testing';
import { ChannelCounter } from '../channels.ts';
import { createExchange, type Exchange } from '../exchange.ts';
import { LINE_ALLOW, LINE_SUPPORTED } from '../line/line-context.ts';
import { type ConfigInput, configOf } from './config.ts';
import {
  MemoryDirectory,
  MemoryJournal,
  MemoryLog,
  MemoryRegistrations,
  TestMeter,
  trunkOf,
} from './memory-ports.ts';
import { IncomingCall } from './phone/incoming-call.ts';
import { Phone, type PhoneInit } from './phone/phone.ts';
import type { PhoneCall } from './phone/phone-call.ts';
import { SymbolicMedia } from './phone/symbolic-media.ts';

const PASSWORD = 'Demo-1234';
const EXCHANGE: Peer = { protocol: 'udp', address: '10.0.0.1', port: 5060 };
/** The public network of every test. */
const CARRIER: Peer = { protocol: 'udp', address: '10.9.0.1', port: 5060 };

export interface VirtualOptions {
  /** Domains of the exchange; the first is the one phones belong to when nothing else is said. */
  readonly domains: readonly ConfigInput[];
  /** Wall time at the start; Wednesday 14.04.2021, 12:00 in Moscow when left out. */
  readonly start?: string;
  /** The carrier alone when left out. */
  readonly trunks?: readonly TrunkConfig[];
  /** Chance of the network and of identifiers; 1 when left out. */
  readonly seed?: number;
  readonly media?: Pick<SymbolicOptions, 'durations' | 'missing'>;
  /** Puts something between the exchange and the engine: see `engineThrough`. */
  readonly through?: (engine: MediaEngine, clock: VirtualClock) => MediaEngine;
}

/** What a phone of the virtual exchange speaks. */
export interface VirtualPhone {
  readonly displayName?: string;
  /** UDP when left out. */
  readonly protocol?: 'udp' | 'tcp';
  /** Option tags of its stack: `timer`, `100rel`; none when left out. */
  readonly supported?: readonly string[];
  /** Methods it tells in Allow: without UPDATE its sessions are refreshed by re-INVITE. */
  readonly allow?: readonly string[];
  /** It knows no telephone-event: keys are tones. */
  readonly tones?: boolean;
}

/** A trunk to `host`, trusted from there. */
export const trunkTo = (name: string, host: string, o: Partial<TrunkConfig> = {}): TrunkConfig =>
  trunkOf(name, { trusts: [host], destinations: [{ host, port: 5060, protocol: 'udp' }], ...o });

/**
 * A whole exchange in memory with phones and a public network around it, at virtual speed: the real stack, registrar,
 * legs and flows; only network, audio, database and time are stand-ins.
 */
export class VirtualExchange {
  readonly clock: VirtualClock;
  readonly network: MemoryNetwork;
  readonly engine: SymbolicEngine;
  readonly directory = new MemoryDirectory();
  readonly journal = new MemoryJournal();
  readonly meter = new TestMeter();
  readonly channels = new ChannelCounter();
  readonly log = new MemoryLog();
  readonly exchange: Exchange;
  /** The public network: rings on any number, calls from any. */
  readonly pstn: Phone;
  readonly phones: Phone[] = [];
  config: DomainSnapshot;
  readonly #ears: SymbolicMedia[] = [];
  readonly #stacks: SipStack[] = [];
  #zero = 0;
  #hosts = 1;

  constructor(o: VirtualOptions) {
    this.clock = new VirtualClock(o.start ?? '2021-04-14T09:00:00Z');
    const { clock, directory, journal, meter, channels, log } = this;
    const seed = o.seed ?? 1;
    const random = seededRandom(seed);
    this.network = new MemoryNetwork({ clock, random: seededRandom(seed + 1) });
    this.engine = new SymbolicEngine({ clock, ...o.media });
    const configs = o.domains.map(configOf);
    for (const config of configs) directory.put(config, PASSWORD);
    this.config = configs[0] ?? configOf();
    directory.setTrunks(o.trunks ?? [trunkTo('carrier', CARRIER.address)]);
    const transport = joinTransports(
      (['udp', 'tcp'] as const).map(protocol => this.network.transport({ ...EXCHANGE, protocol })),
    );
    this.exchange = createExchange({
      clock,
      directory,
      journal,
      meter,
      channels,
      log,
      sip: createStack({
        transport,
        clock,
        random,
        userAgent: 'Kommutator',
        allow: LINE_ALLOW,
        supported: LINE_SUPPORTED,
      }),
      media: o.through?.(this.engine, clock) ?? this.engine,
      registrations: new MemoryRegistrations(),
      digest: new DigestServer({ clock, secret: randomBytes(32), random: size => randomBytes(size) }),
      random: size => randomBytes(size),
      settings: {
        localNets: [],
        demoFromAnywhere: true,
        publicAddress: null,
        simulator: null,
      },
    });
    this.pstn = this.#connect('pstn', CARRIER, { domain: CARRIER.address });
  }

  /** A phone of a user, not registered yet. @param o.domain another domain than the first. */
  phone(login: string, o: VirtualPhone & { readonly domain?: string } = {}): Phone {
    const address = `10.1.0.${this.#hosts++}`;
    return this.#connect(
      login,
      { protocol: o.protocol ?? 'udp', address, port: 5060 },
      { ...o, domain: o.domain ?? this.config.name, account: { username: login, password: PASSWORD } },
    );
  }

  /** Registered phones, in the order of the logins. */
  async registered(...logins: readonly string[]): Promise<Phone[]> {
    const phones = logins.map(login => this.phone(login));
    for (const phone of phones) {
      const status = await phone.registers();
      if (status !== 200) throw new Error(`${phone.name} could not register: ${status}`);
    }
    return phones;
  }

  /** Another switch of the public network. */
  carrier(name: string, address: string, o: VirtualPhone = {}): Phone {
    return this.#connect(name, { protocol: 'udp', address, port: 5060 }, { ...o, domain: address });
  }

  /** The domain's configuration changes; the next call uses it. */
  change(input: ConfigInput): void {
    this.config = configOf({ ...input, version: this.config.version + 1 });
    this.directory.put(this.config, PASSWORD);
    this.exchange.reload();
  }

  /** From now on seconds are counted anew: the call under test begins here. */
  begins(): void {
    this.#zero = this.clock.now();
  }

  /** Moves on to that second of the test. */
  async at(seconds: number): Promise<void> {
    await this.clock.advance(this.#zero + seconds * 1000 - this.clock.now());
  }

  /** Lets everything happen that needs no time. */
  async settles(): Promise<void> {
    await this.clock.settle();
  }

  /**
   * Who rang from when to when, in seconds, by the called phone or number, and with what the caller ended:
   * `['S 0–40', 'M 40–80', '480 at 80']`. Still ringing: `S 0–`; told that somebody else has it: `S 0–5 elsewhere`.
   * @param names what a phone's or a number's line is called in the expectation
   */
  timeline(caller: PhoneCall, names: Readonly<Record<string, string>> = {}): string[] {
    const rang = [...this.phones, this.pstn]
      .flatMap(phone => phone.history.map(call => ({ phone, call })))
      .filter(({ call }) => call instanceof IncomingCall && call !== caller && call.startedAt >= this.#zero)
      .sort((a, b) => a.call.startedAt - b.call.startedAt)
      .map(({ phone, call }) => {
        const who = phone === this.pstn ? call.number : phone.name;
        const until = call.answeredAt ?? call.end?.at;
        const span = `${this.#seconds(call.startedAt)}–${until === undefined ? '' : this.#seconds(until)}`;
        const elsewhere = call.end?.reasons.some(reason => reason.startsWith('SIP;cause=200'));
        return `${names[who] ?? who} ${span}${elsewhere ? ' elsewhere' : ''}`;
      });
    if (caller.answeredAt !== null) rang.push(`200 at ${this.#seconds(caller.answeredAt)}`);
    else if (caller.end) rang.push(`${caller.end.status} at ${this.#seconds(caller.end.at)}`);
    return rang;
  }

  /** Everything that should be zero when nobody calls. */
  get left(): Readonly<Record<string, number>> {
    const { calls, legs, endpoints, channels, pickups, transactions, dialogs } = this.exchange.counters();
    const engine = this.engine.counters();
    const ports = this.#ears.reduce((sum, ears) => sum + ears.openPorts, 0);
    return {
      calls,
      legs,
      endpoints,
      channels,
      pickups,
      transactions,
      dialogs,
      money: this.meter.held,
      engineEndpoints: engine.endpoints,
      engineTimers: engine.timers,
      phonePorts: ports,
    };
  }

  /**
   * Nothing of any call remains, and each has exactly one end, its last event. Finished transactions are given the time
   * RFC 3261 lets them wait for stray repeats.
   * @throws with what is left.
   */
  async expectNothingLeft(): Promise<void> {
    await this.clock.settle();
    const left = Object.entries(this.left).filter(([name, count]) => name !== 'transactions' && count !== 0);
    if (left.length > 0)
      throw new Error(`left: ${left.map(([name, count]) => `${name} ${count}`).join(', ')}`);
    for (const call of this.journal.calls) {
      const types = this.journal.eventsOf(call).map(event => event.type);
      const ends = types.filter(type => type === 'call.ended').length;
      if (ends !== 1 || types.at(-1) !== 'call.ended') throw new Error(`end of a call: ${types.join(', ')}`);
    }
    if (this.log.lines.some(line => line.startsWith('error'))) throw new Error(this.log.lines.join('\n'));
    await this.clock.advance(64_000);
    const { transactions } = this.exchange.counters();
    if (transactions !== 0) throw new Error(`left: transactions ${transactions}`);
    const timers = this.clock.pending - this.#idleTimers;
    if (timers > 0) throw new Error(`left: timers ${timers}`);
  }

  /** What runs when nobody calls: expiry of registrations, watch and pings of trunks, one sweep per stack. */
  get #idleTimers(): number {
    const { registrations, tombstones } = this.exchange.counters();
    const pings = this.directory.current.trunks.flatMap(trunk => trunk.destinations).length;
    const sweeps = this.#stacks.filter(stack => stack.counters().tombstones > 0).length;
    return Math.min(1, registrations) + 1 + pings + Math.min(1, tombstones) + sweeps;
  }

  #connect(name: string, at: Peer, o: VirtualPhone & Pick<PhoneInit, 'domain' | 'account'>): Phone {
    const { clock } = this;
    const media = new SymbolicMedia(this.engine, at.address, o.tones ? null : undefined);
    const random = seededRandom(this.#hosts * 1000 + this.phones.length + 2);
    const { domain, account, displayName } = o;
    const stack = createStack({
      transport: this.network.transport(at),
      clock,
      random,
      userAgent: name,
      ...(o.supported && { supported: o.supported }),
      ...(o.allow && { allow: o.allow }),
    });
    const phone = new Phone({
      clock,
      stack,
      media,
      exchange: { ...EXCHANGE, protocol: at.protocol },
      name,
      domain,
      ...(account && { account }),
      ...(displayName !== undefined && { displayName }),
    });
    this.#ears.push(media);
    this.#stacks.push(stack);
    if (o.account) this.phones.push(phone);
    return phone;
  }

  #seconds(at: number): string {
    return String((at - this.#zero) / 1000);
  }
}

/** Builds the exchange of one test: `virtualExchange({ users: … })`. */
export const virtualExchange = (
  domain: ConfigInput,
  o: Omit<VirtualOptions, 'domains'> = {},
): VirtualExchange => new VirtualExchange({ domains: [domain], ...o });
