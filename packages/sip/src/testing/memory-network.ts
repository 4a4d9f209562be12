import type { Clock, Ms } from '@kommutator/base';
import type { Random } from '../random.ts';
import type { Listening, Peer, Protocol, Transport } from '../transport/types.ts';
import { seededRandom } from './seeded-random.ts';

/** What a link does to a message. A reliable protocol only feels `delay` and `down`. */
export interface Link {
  /** One way, ms. 0 = delivered before any timer runs, so `clock.settle()` is enough. */
  readonly delay: Ms;
  /** Up to so many ms more, evenly spread: messages overtake one another. */
  readonly jitter: Ms;
  /** Share of messages lost, 0…1. */
  readonly loss: number;
  /** Share of messages that arrive twice, 0…1. */
  readonly duplicate: number;
  /** Nothing passes, and the sender is told (ICMP unreachable, connection lost). */
  readonly down: boolean;
}

/** One message as it left; `fate` says what the network did to it. */
export interface Logged {
  readonly at: Ms;
  readonly from: Peer;
  readonly to: Peer;
  readonly text: string;
  /** First line: `INVITE sip:101@10.0.0.2 SIP/2.0`, `SIP/2.0 180 Ringing`. */
  readonly line: string;
  readonly fate: 'delivered' | 'lost' | 'doubled' | 'nobody' | 'down';
}

/** A message about to leave, as {@link MemoryNetwork.meddle} sees it. */
export type Leaving = Pick<Logged, 'from' | 'to' | 'text' | 'line'>;

/** Lost, delivered twice, or so many ms late, beside what the link does. Over a reliable protocol only lateness counts. */
export type Meddling = 'lose' | 'double' | Ms;

export interface MemoryNetworkOptions {
  readonly clock: Clock;
  /** For loss, doubling and jitter; the same seed gives the same run. */
  readonly random?: Random;
}

const PERFECT: Link = { delay: 0, jitter: 0, loss: 0, duplicate: 0, down: false };
const decoder = new TextDecoder();

/**
 * A network in memory with hosts that exchange SIP messages through the clock. Behaves like UDP, or, for a
 * transport opened with another protocol, like connections that lose nothing and keep the order.
 */
export class MemoryNetwork {
  /** Every message sent, in the order of sending. */
  readonly log: Logged[] = [];
  /** Off for load tests: the log would grow for ever. */
  logging = true;
  /** Picks single messages to harm: `line.startsWith('ACK') ? 'lose' : undefined`. */
  meddle: ((message: Leaving) => Meddling | undefined) | null = null;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #hosts = new Map<string, Transport>();
  readonly #links = new Map<string, Link>();
  #default: Link = PERFECT;
  #underWay = 0;

  constructor(o: MemoryNetworkOptions) {
    this.#clock = o.clock;
    this.#random = o.random ?? seededRandom(1);
  }

  /** Messages sent and not yet delivered. */
  get underWay(): number {
    return this.#underWay;
  }

  /** What every link without settings of its own does. */
  every(link: Partial<Link>): this {
    this.#default = { ...this.#default, ...link };
    return this;
  }

  /** What the way from one address to another does; the way back is a link of its own. */
  link(from: string, to: string, link: Partial<Link>): this {
    this.#links.set(`${from}>${to}`, { ...this.#linkOf(from, to), ...link });
    return this;
  }

  /** The start lines of the log, for assertions: `['INVITE sip:…', 'SIP/2.0 100 Trying', …]`. */
  lines(of: (message: Logged) => boolean = () => true): string[] {
    return this.log.filter(of).map(message => message.line);
  }

  /** A host's socket. @param o.advertised what Via and Contact say; the address when left out. */
  transport(o: { address: string; port: number; advertised?: string; protocol?: Protocol }): Transport {
    const protocol = o.protocol ?? 'udp';
    const listening: Listening = {
      protocol,
      address: o.address,
      port: o.port,
      advertised: o.advertised ?? o.address,
    };
    const own: Peer = {
      protocol,
      address: o.address,
      port: o.port,
      ...(protocol !== 'udp' && { flow: `${protocol}-${o.address}-${o.port}` }),
    };
    const host: Transport = {
      listening: [listening],
      local: () => listening,
      send: (bytes, to, failed) => this.#send(own, to, bytes, failed),
      receive: () => {},
      closed: () => {},
      hangUp: unwanted => {
        for (const {
          listening: [at],
        } of [...this.#hosts.values()]) {
          const peer = at && { protocol: at.protocol, address: at.address, port: at.port };
          if (peer && unwanted(peer)) this.disconnect(peer);
        }
      },
      close: async () => {
        this.#hosts.delete(keyOf(own));
        this.disconnect(own);
      },
    };
    if (this.#hosts.has(keyOf(own))) throw new Error(`${keyOf(own)} is taken`);
    this.#hosts.set(keyOf(own), host);
    return host;
  }

  /** A datagram with a forged source, delivered at once: what anybody on the Internet can send. */
  forge(from: Peer, to: Peer, bytes: Uint8Array): void {
    this.#hosts.get(keyOf(to))?.receive(bytes.slice(), from);
  }

  /** The connections of a host are lost, as when its power fails: everybody else is told. Nothing over UDP. */
  disconnect(host: Peer): void {
    if (host.protocol === 'udp') return;
    const flow = `${host.protocol}-${host.address}-${host.port}`;
    for (const [key, other] of this.#hosts) {
      if (key !== keyOf(host) && key.startsWith(host.protocol)) other.closed({ ...host, flow });
    }
  }

  #send(from: Peer, to: Peer, bytes: Uint8Array, failed?: (why: string) => void): void {
    const link = this.#linkOf(from.address, to.address);
    const reliable = from.protocol !== 'udp';
    if (link.down || (reliable && !this.#hosts.has(keyOf(to)))) {
      this.#note(from, to, bytes, link.down ? 'down' : 'nobody');
      if (failed) this.#later(link.delay, () => failed(link.down ? 'unreachable' : 'refused'));
      return;
    }
    const harm = this.meddle?.({ from, to, ...textOf(bytes) });
    const delay = link.delay + (typeof harm === 'number' ? harm : 0);
    if (reliable) {
      this.#note(from, to, bytes, 'delivered');
      this.#deliver(from, to, bytes, delay);
      return;
    }
    if (this.#random() < link.loss || harm === 'lose') {
      this.#note(from, to, bytes, 'lost');
      return;
    }
    const twice = this.#random() < link.duplicate || harm === 'double';
    this.#note(from, to, bytes, twice ? 'doubled' : this.#hosts.has(keyOf(to)) ? 'delivered' : 'nobody');
    for (let copy = twice ? 2 : 1; copy > 0; copy--) {
      this.#deliver(from, to, bytes, delay + (link.jitter && Math.floor(this.#random() * link.jitter)));
    }
  }

  #deliver(from: Peer, to: Peer, bytes: Uint8Array, delay: Ms): void {
    // A copy: the receiver must not depend on what the sender does with its buffer.
    const copy = bytes.slice();
    this.#underWay++;
    this.#later(delay, () => {
      this.#underWay--;
      this.#hosts.get(keyOf(to))?.receive(copy, from);
    });
  }

  #later(delay: Ms, run: () => void): void {
    if (delay > 0) this.#clock.after(delay, run);
    else queueMicrotask(run);
  }

  #linkOf(from: string, to: string): Link {
    return this.#links.get(`${from}>${to}`) ?? this.#default;
  }

  #note(from: Peer, to: Peer, bytes: Uint8Array, fate: Logged['fate']): void {
    if (!this.logging) return;
    this.log.push({ at: this.#clock.now(), from, to, ...textOf(bytes), fate });
  }
}

function textOf(bytes: Uint8Array): Pick<Logged, 'text' | 'line'> {
  const text = decoder.decode(bytes);
  const end = text.indexOf('\r\n');
  return { text, line: end < 0 ? text : text.slice(0, end) };
}

const keyOf = (peer: Peer): string => `${peer.protocol}:${peer.address}:${peer.port}`;
