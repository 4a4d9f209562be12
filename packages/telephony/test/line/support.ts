import { randomBytes } from 'node:crypto';
import { VirtualClock } from '@kommutator/base';
import { SymbolicEngine } from '@kommutator/media/testing';
import type { DomainSnapshot, TrunkConfig, UserConfig } from '@kommutator/model/config';
import type { CallEvent } from '@kommutator/model/events';
import type { CallId } from '@kommutator/model/ids';
import {
  createStack,
  DigestServer,
  type HeaderList,
  type Peer,
  type SipResponse,
  type SipStack,
  screened,
} from '@kommutator/sip';
import { MemoryNetwork, seededRandom } from '@kommutator/sip/testing';
import type { Arrival, Call, InviteOrder, Leg } from '../../src/call.ts';
import { Shield, type ShieldOptions } from '../../src/defence/shield.ts';
import { LINE_ALLOW, LINE_SUPPORTED } from '../../src/line/line-context.ts';
import { createLines, type LineSide } from '../../src/line/lines.ts';
import type { Resolver } from '../../src/ports.ts';
import { type ConfigInput, configOf } from '../../src/testing/config.ts';
import { MemoryDirectory, MemoryLog, MemoryRegistrations } from '../../src/testing/memory-ports.ts';
import { Credentials } from '../../src/testing/phone/credentials.ts';
import { Phone } from '../../src/testing/phone/phone.ts';
import { SymbolicMedia } from '../../src/testing/phone/symbolic-media.ts';

export const DOMAIN = 'demo.kommutator.test';
export const PASSWORD = 'Demo-1234';
export const EXCHANGE: Peer = { protocol: 'udp', address: '10.0.0.1', port: 5060 };

const DEMO: ConfigInput = {
  name: DOMAIN,
  users: { anna: { extension: '101', name: 'Анна' }, boris: { extension: '102', name: 'Борис' } },
  numbers: { '74951230001': [], '74951230002': [] },
};
const FILIAL: ConfigInput = { name: 'filial.kommutator.test', users: { ivan: { extension: '101' } } };

/** A call that only keeps its journal. */
class PlainCall implements Call {
  readonly id = 'call-1' as CallId;
  readonly config: DomainSnapshot;
  readonly clock: VirtualClock;
  readonly legs = new Set<Leg>();
  readonly events: CallEvent[] = [];

  constructor(config: DomainSnapshot, clock: VirtualClock) {
    this.config = config;
    this.clock = clock;
  }

  note(event: CallEvent): void {
    this.events.push(event);
  }

  adopt(leg: Leg): void {
    leg.call = this;
    this.legs.add(leg);
  }

  /** What was noted, one word each; what is kept for a later process is not told. */
  get story(): string[] {
    return this.events.map(event => event.type).filter(type => type !== 'leg.kept');
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

export interface RigOptions {
  readonly trunks?: readonly TrunkConfig[];
  readonly registrations?: MemoryRegistrations;
  readonly privateOnly?: boolean;
  readonly publicAddress?: string;
  readonly resolver?: Resolver;
  /** What everybody speaks; UDP when left out. */
  readonly protocol?: 'tcp';
  /** The transport stands behind a shield with these rules. */
  readonly shield?: Pick<ShieldOptions, 'limits' | 'ban'> & Partial<ShieldOptions>;
}

/** The line side alone on a network in memory: what arrives is kept, and the test is the flow. */
export class Rig {
  readonly clock = new VirtualClock();
  readonly network = new MemoryNetwork({ clock: this.clock });
  readonly engine = new SymbolicEngine({ clock: this.clock, durations: { 'announcement:long': 5_000 } });
  readonly directory = new MemoryDirectory();
  readonly registrations: MemoryRegistrations;
  readonly log = new MemoryLog();
  readonly arrivals: Arrival[] = [];
  readonly config = configOf(DEMO);
  readonly filial = configOf(FILIAL);
  readonly call = new PlainCall(this.config, this.clock);
  readonly sip: SipStack;
  readonly lines: LineSide;
  readonly shield: Shield | null;
  /** Called with each arrival, in the tick of the INVITE. */
  onArrival: (arrival: Arrival) => void = () => undefined;
  flushes = 0;
  readonly #protocol: 'udp' | 'tcp';

  constructor(o: RigOptions = {}) {
    const { clock, directory, log } = this;
    this.#protocol = o.protocol ?? 'udp';
    this.registrations = o.registrations ?? new MemoryRegistrations();
    directory.put(this.config, PASSWORD);
    directory.put(this.filial, PASSWORD);
    directory.setTrunks(o.trunks ?? []);
    if (o.privateOnly) {
      const credentials = directory.credentials.bind(directory);
      directory.credentials = (domain, login) =>
        credentials(domain, login).map(one => ({ ...one, privateOnly: true }));
    }
    const open = this.network.transport({ ...EXCHANGE, protocol: this.#protocol });
    const shield = o.shield && new Shield({ clock, log, directory, edges: [], localNets: [], ...o.shield });
    const transport = shield ? screened(open, shield) : open;
    if (shield) shield.hangUp = unwanted => transport.hangUp(unwanted);
    this.shield = shield ?? null;
    this.sip = createStack({
      transport,
      clock,
      random: seededRandom(1),
      userAgent: 'Kommutator',
      allow: LINE_ALLOW,
      supported: LINE_SUPPORTED,
      log: () => undefined,
    });
    this.lines = createLines(
      {
        clock,
        sip: this.sip,
        media: this.engine,
        directory,
        registrations: this.registrations,
        ...(o.resolver && { resolver: o.resolver }),
        ...(shield && { shield }),
        digest: new DigestServer({ clock, secret: randomBytes(32), random: size => randomBytes(size) }),
        random: size => randomBytes(size),
        log,
        journalFlush: () => {
          this.flushes++;
        },
        settings: {
          localNets: [],
          demoFromAnywhere: false,
          publicAddress: o.publicAddress ?? null,
          simulator: null,
        },
      },
      arrival => {
        this.arrivals.push(arrival);
        this.call.adopt(arrival.leg);
        this.onArrival(arrival);
      },
    );
  }

  user(login: string): UserConfig {
    const user = this.config.users.find(one => one.login === login);
    if (!user) throw new Error(`nobody is called ${login}`);
    return user;
  }

  /** The only arrival so far. */
  get arrival(): Arrival {
    const [arrival] = this.arrivals;
    if (!arrival) throw new Error('nothing arrived');
    return arrival;
  }

  /** A peer that speaks SIP by hand. */
  stack(address: string, port = 5060, seed = port, userAgent = 'Peer'): SipStack {
    return createStack({
      transport: this.network.transport({ address, port, protocol: this.#protocol }),
      clock: this.clock,
      random: seededRandom(seed + 7),
      userAgent,
    });
  }

  phone(login: string, address: string, o: { port?: number; domain?: string; alerts?: boolean } = {}): Phone {
    return new Phone({
      clock: this.clock,
      stack: this.stack(address, o.port, Number(address.split('.')[3]) * 1000 + (o.port ?? 5060)),
      media: new SymbolicMedia(this.engine, address),
      exchange: EXCHANGE,
      name: login,
      domain: o.domain ?? DOMAIN,
      account: { username: login, password: PASSWORD },
      ...(o.alerts !== undefined && { alerts: o.alerts }),
    });
  }

  /** A carrier's switch, trusted by address. */
  carrier(address: string, o: { alerts?: boolean } = {}): Phone {
    return new Phone({
      clock: this.clock,
      stack: this.stack(address, 5060, Number(address.split('.')[3]) * 500 + 13),
      media: new SymbolicMedia(this.engine, address),
      exchange: EXCHANGE,
      name: 'carrier',
      domain: address,
      ...o,
    });
  }

  /** Waits for what needs the network but hardly any time. */
  async settles<T>(promise: Promise<T>): Promise<T> {
    await this.clock.settle();
    await this.clock.settle();
    return promise;
  }

  invite(to: InviteOrder['to'], o: Partial<InviteOrder> = {}) {
    const from = { kind: 'user', number: '102', name: 'Борис' } as const;
    const out = this.lines.invite({ call: this.call, to, from, privacy: false, hops: 0, ...o });
    this.call.adopt(out.leg);
    return out;
  }

  /** The INVITE to the n-th contact of anna. */
  inviteAnna(o: Partial<InviteOrder> = {}, index = 0) {
    const contact = this.lines.contacts(DOMAIN, 'anna')[index];
    if (!contact) throw new Error('anna is not registered');
    return this.invite({ kind: 'contact', contact, user: this.user('anna') }, o);
  }

  /** Closes everything and says what is left: zeros. */
  async left() {
    await this.clock.settle();
    const { legs, endpoints } = this.lines.counters();
    await this.lines.close();
    await this.clock.advance(70_000);
    const { transactions, dialogs } = this.sip.counters();
    return {
      legs,
      endpoints,
      engine: this.engine.counters().endpoints,
      transactions,
      dialogs,
      timers: this.clock.pending,
    };
  }
}

export const NOTHING = { legs: 0, endpoints: 0, engine: 0, transactions: 0, dialogs: 0, timers: 0 };

export interface RegisterInit {
  readonly login?: string;
  readonly domain?: string;
  readonly password?: string;
  readonly headers: HeaderList;
  readonly callId?: string;
  readonly to?: string;
  readonly exchange?: Peer;
}

/** REGISTER by hand: the first one without credentials, the second with what the challenge asked for. */
export class Registration {
  readonly #stack: SipStack;
  readonly #init: RegisterInit;
  readonly #credentials: Credentials;
  #cseq = 1;

  constructor(stack: SipStack, init: RegisterInit) {
    this.#stack = stack;
    this.#init = init;
    this.#credentials = new Credentials({
      username: init.login ?? 'anna',
      password: init.password ?? PASSWORD,
    });
  }

  async send(headers: HeaderList = this.#init.headers, cseq?: number): Promise<SipResponse> {
    const { login = 'anna', domain = DOMAIN, callId = 'reg-1', exchange = EXCHANGE } = this.#init;
    const aor = `sip:${login}@${domain}`;
    const init = {
      method: 'REGISTER',
      uri: `sip:${domain}`,
      from: `<${aor}>`,
      to: `<${this.#init.to ?? aor}>`,
      callId,
    };
    const first = await this.#stack.request({ ...init, headers, cseq: cseq ?? this.#cseq++ }, exchange);
    const answer = this.#credentials.answer(first, 'REGISTER', init.uri);
    if (!answer) return first;
    return this.#stack.request(
      { ...init, headers: [...headers, answer], cseq: cseq ?? this.#cseq++ },
      exchange,
    );
  }
}
