import type { Ms } from '@kommutator/base';
import type { Inlet, Wire } from '../engine/wire.ts';
import type { Negotiated, Secure } from '../protocol.ts';
import type { Source } from '../rtp/latch.ts';
import { isRtcp } from '../rtp/packet.ts';
import { srtpBackend } from '../srtp/context.ts';
import { profileOf } from '../srtp/profile.ts';
import type { SrtpContext } from '../srtp/protection.ts';
import type { Shield, ShieldEvents } from './shield.ts';

type Sdes = Extract<Secure, { by: 'sdes' }>;

/** Packets from elsewhere that are tried between two sweeps: each costs a signature. */
const STRANGERS = 50;

/**
 * SRTP with keys from SDP (RFC 4568). Who sends an authentic packet is the peer, wherever it comes from, and is sent to
 * there: a phone behind NAT, or one that moved.
 */
export class SdesShield implements Shield {
  readonly outside: Inlet;
  readonly inside: Wire;
  readonly #endpoint: Inlet;
  readonly #events: ShieldEvents;
  #wire: Wire | undefined;
  #secure: Sdes | undefined;
  #context: SrtpContext | undefined;
  #expected: Source = { address: '', port: 0 };
  #source: Source | undefined;
  #rtcpSource: Source | undefined;
  #strangers = STRANGERS;

  constructor(endpoint: Inlet, events: ShieldEvents) {
    this.#endpoint = endpoint;
    this.#events = events;
    this.outside = {
      rtp: (packet, address, port) => this.#received(packet, address, port),
      rtcp: (packet, address, port) => this.#receivedRtcp(packet, address, port),
    };
    this.inside = {
      rtp: (packet, port, address) => this.#sent(packet, port, address),
      rtcp: (packet, port, address) => {
        const to = this.#rtcpSource ?? { address, port };
        const sealed = this.#context?.protectRtcp(packet);
        if (sealed) this.#wire?.rtcp(sealed, to.port, to.address);
      },
      openRtcp: () => this.#wire?.openRtcp(),
      close: () => this.#wire?.close(),
    };
  }

  connect(wire: Wire): void {
    this.#wire = wire;
  }

  remote({ secure, address, port }: Negotiated): boolean {
    if (secure?.by !== 'sdes') return false;
    const before = this.#secure;
    if (before?.suite !== secure.suite || before.send !== secure.send || before.receive !== secure.receive) {
      const profile = profileOf(secure.suite);
      const keys = {
        send: Buffer.from(secure.send, 'base64'),
        receive: Buffer.from(secure.receive, 'base64'),
      };
      const length = profile ? profile.key + profile.salt : -1;
      if (!profile || keys.send.length !== length || keys.receive.length !== length) return false;
      this.#context?.close();
      this.#context = srtpBackend().open(profile, keys);
      this.#secure = secure;
    }
    if (address !== this.#expected.address || port !== this.#expected.port) {
      this.#expected = { address, port };
      this.#source = undefined;
      this.#rtcpSource = undefined;
    }
    return true;
  }

  sweep(_now: Ms): void {
    this.#strangers = STRANGERS;
  }

  close(): void {
    this.#context?.close();
    this.#context = undefined;
  }

  #received(packet: Buffer, address: string, port: number): void {
    if (isRtcp(packet)) {
      this.#receivedRtcp(packet, address, port, true);
      return;
    }
    const known = this.#isFrom(this.#source, address, port);
    const opened = this.#mayTry(known) ? this.#context?.unprotect(packet) : null;
    if (!opened) {
      this.#events.refused();
      return;
    }
    if (!known) {
      if (this.#source) this.#events.moved();
      this.#source = { address, port };
    }
    this.#endpoint.rtp(opened, this.#expected.address, this.#expected.port);
  }

  #receivedRtcp(packet: Buffer, address: string, port: number, shared = false): void {
    const known = this.#isFrom(shared ? this.#source : this.#rtcpSource, address, port);
    const opened = this.#mayTry(known) ? this.#context?.unprotectRtcp(packet) : null;
    if (!opened) {
      this.#events.refused();
      return;
    }
    if (shared) {
      this.#endpoint.rtp(opened, this.#expected.address, this.#expected.port);
      return;
    }
    this.#rtcpSource = { address, port };
    this.#endpoint.rtcp(opened, this.#expected.address, this.#expected.port + 1);
  }

  #sent(packet: Buffer, port: number, address: string): void {
    const to = this.#source ?? { address, port };
    const sealed = isRtcp(packet) ? this.#context?.protectRtcp(packet) : this.#context?.protect(packet);
    if (sealed) this.#wire?.rtp(sealed, to.port, to.address);
  }

  #isFrom(source: Source | undefined, address: string, port: number): boolean {
    return source !== undefined && source.port === port && source.address === address;
  }

  #mayTry(known: boolean): boolean {
    return known || --this.#strangers >= 0;
  }
}
