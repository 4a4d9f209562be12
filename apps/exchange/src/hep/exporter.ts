import { createSocket, type Socket } from 'node:dgram';
import type { Clock, Ms, Timer } from '@kommutator/base';
import type { CallEvent } from '@kommutator/model/events';
import type { CallId } from '@kommutator/model/ids';
import type { Listening, Peer } from '@kommutator/sip';
import { headerOf, withoutSecrets } from '../files/trace-format.ts';
import { Correlation } from './correlation.ts';
import { hepPacket } from './packet.ts';

export interface HepOptions {
  readonly clock: Clock;
  readonly server: { readonly host: string; readonly port: number };
  /** Capture agent id. */
  readonly agent: number;
}

interface Held {
  readonly at: number;
  readonly way: 'in' | 'out';
  readonly peer: Peer;
  readonly local: Listening;
  readonly bytes: Uint8Array;
}

/** Long enough for the leg of an INVITE to be known before its messages are sent. */
const FLUSH_EVERY: Ms = 200;
const SWEEP_EVERY: Ms = 40_000;
/** Messages held; beyond them copies are dropped, calls never wait. */
const MOST_HELD = 10_000;

/** A copy of every SIP message to a Homer server (HEP version 3 over UDP), secrets left out, Call and leg id on each. */
export class HepExporter {
  readonly #options: HepOptions;
  readonly #socket: Socket;
  readonly #correlation = new Correlation();
  #held: Held[] = [];
  #timer: Timer | null = null;
  #sweep: Timer | null = null;
  readonly counters = { sent: 0, dropped: 0 };

  constructor(options: HepOptions) {
    this.#options = options;
    this.#socket = createSocket(options.server.host.includes(':') ? 'udp6' : 'udp4');
    this.#socket.on('error', () => this.counters.dropped++);
    this.#socket.unref();
  }

  /** The journal of a call goes on: whose messages are whose. */
  event(call: CallId, event: CallEvent): void {
    this.#correlation.told(call, event);
    if (event.type === 'leg.ended') this.#sweepLater();
  }

  add(way: 'in' | 'out', peer: Peer, bytes: Uint8Array, local: Listening): void {
    if (this.#held.length >= MOST_HELD) {
      this.counters.dropped++;
      return;
    }
    const { clock } = this.#options;
    this.#held.push({ at: clock.wall(), way, peer, local, bytes });
    this.#timer ??= clock.after(FLUSH_EVERY, () => {
      this.#timer = null;
      this.flush();
    });
  }

  /** Sends what is held. */
  flush(): void {
    const batch = this.#held;
    this.#held = [];
    for (const each of batch) this.#send(each);
  }

  close(): Promise<void> {
    this.#timer?.cancel();
    this.#sweep?.cancel();
    this.flush();
    return new Promise(closed => this.#socket.close(() => closed()));
  }

  #send({ at, way, peer, local, bytes }: Held): void {
    const { server, agent } = this.#options;
    const payload = withoutSecrets(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    const whose = this.#correlation.of(headerOf(payload.toString('latin1'), 'call-id', 'i'));
    const here = { address: local.advertised, port: local.port };
    const there = { address: peer.address, port: peer.port };
    const packet = hepPacket(
      {
        at,
        source: way === 'in' ? there : ours(here, there),
        destination: way === 'in' ? ours(here, there) : there,
        datagram: peer.protocol === 'udp',
        payload,
        call: whose?.call,
        leg: whose?.leg,
      },
      agent,
    );
    if (!packet) {
      this.counters.dropped++;
      return;
    }
    this.#socket.send(packet, server.port, server.host, error => {
      if (error) this.counters.dropped++;
      else this.counters.sent++;
    });
  }

  #sweepLater(): void {
    this.#sweep ??= this.#options.clock.after(SWEEP_EVERY, () => {
      this.#sweep = null;
      this.#correlation.sweep();
      if (this.#correlation.size > 0) this.#sweepLater();
    });
  }
}

interface End {
  readonly address: string;
  readonly port: number;
}

/** Both ends of a HEP packet are of one family; a name (PUBLIC_HOST) is none. */
function ours(here: End, there: End): End {
  const six = there.address.includes(':');
  const fits = six ? here.address.includes(':') : /^[\d.]+$/.test(here.address);
  return fits ? here : { address: six ? '::' : '0.0.0.0', port: here.port };
}
