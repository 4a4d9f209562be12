import type { Clock, Ms } from '@kommutator/base';
import type { DtlsCertificate } from '../dtls/certificate.ts';
import { DtlsSession } from '../dtls/session.ts';
import type { Inlet, Wire } from '../engine/wire.ts';
import { IceLite } from '../ice/lite.ts';
import type { Negotiated, Secure } from '../protocol.ts';
import { isRtcp } from '../rtp/packet.ts';
import { srtpBackend } from '../srtp/context.ts';
import type { SrtpContext } from '../srtp/protection.ts';
import type { Shield, ShieldEvents } from './shield.ts';

type Dtls = Extract<Secure, { by: 'dtls' }>;

export interface WebrtcDeps {
  readonly clock: Clock;
  readonly certificate: DtlsCertificate;
}

/**
 * A browser's media over one socket (RFC 8829): STUN, DTLS and SRTP told apart by their first byte (RFC 7983). Only
 * addresses that ICE has checked are listened to, only packets under the keys of the handshake get to the endpoint.
 */
export class WebrtcShield implements Shield {
  readonly outside: Inlet;
  readonly inside: Wire;
  readonly #endpoint: Inlet;
  readonly #deps: WebrtcDeps;
  readonly #events: ShieldEvents;
  readonly #ice = new IceLite();
  #wire: Wire | undefined;
  #secure: Dtls | undefined;
  #dtls: DtlsSession | undefined;
  #started = false;
  #context: SrtpContext | undefined;
  #expected = { address: '', port: 0 };

  constructor(endpoint: Inlet, deps: WebrtcDeps, events: ShieldEvents) {
    this.#endpoint = endpoint;
    this.#deps = deps;
    this.#events = events;
    this.outside = {
      rtp: (packet, address, port) => this.#received(packet, address, port),
      rtcp: () => events.refused(),
    };
    this.inside = {
      rtp: packet => this.#sent(packet),
      rtcp: packet => this.#sent(packet),
      // A browser has RTCP on the port of RTP (RFC 8834 §4.5).
      openRtcp: () => {},
      close: () => this.#wire?.close(),
    };
  }

  connect(wire: Wire): void {
    this.#wire = wire;
  }

  remote({ secure, address, port }: Negotiated): boolean {
    if (secure?.by !== 'dtls') return false;
    const before = this.#secure;
    this.#secure = secure;
    this.#expected = { address, port };
    this.#ice.expect(secure.ice.local, secure.ice.remote);
    if (!before || !sameAssociation(before, secure)) this.#associate(secure);
    return true;
  }

  sweep(now: Ms): void {
    if (this.#ice.sweep(now)) this.#events.lost('the browser answers for itself no longer');
  }

  close(): void {
    this.#dtls?.close();
    this.#dtls = undefined;
    this.#context?.close();
    this.#context = undefined;
  }

  /** RFC 8842 §4: other fingerprints or roles are another association. */
  #associate({ role, fingerprints }: Dtls): void {
    this.close();
    const { clock, certificate } = this.#deps;
    this.#started = false;
    this.#dtls = new DtlsSession({
      clock,
      role,
      certificate,
      fingerprints,
      send: datagram => this.#toPeer(datagram),
      connected: (profile, keys) => {
        this.#context?.close();
        this.#context = srtpBackend().open(profile, keys);
      },
      ended: why => {
        // After the handshake it is a good-bye; the BYE that belongs to it tells the call.
        if (!this.#context) this.#events.failed(`DTLS: ${why}`);
      },
    });
    this.#start();
  }

  /** The side that says hello needs a path first. */
  #start(): void {
    if (this.#started || this.#secure?.role !== 'client' || !this.#ice.selected) return;
    this.#started = true;
    this.#dtls?.start();
  }

  #received(packet: Buffer, address: string, port: number): void {
    const first = packet[0] ?? 0xff;
    if (first < 4) this.#check(packet, address, port);
    else if (!this.#ice.knows(address, port)) this.#events.refused();
    else if (first >= 20 && first < 64) this.#dtls?.receive(packet);
    else this.#media(packet, address, port);
  }

  #check(packet: Buffer, address: string, port: number): void {
    const before = this.#ice.selected;
    const refused = this.#ice.refused;
    const answer = this.#ice.receive(packet, address, port, this.#deps.clock.now());
    if (answer) this.#wire?.rtp(answer, port, address);
    if (this.#ice.refused > refused) this.#events.refused();
    if (before && this.#ice.selected !== before) this.#events.moved();
    this.#start();
  }

  #media(packet: Buffer, address: string, port: number): void {
    const control = isRtcp(packet);
    const opened = control ? this.#context?.unprotectRtcp(packet) : this.#context?.unprotect(packet);
    if (!opened) {
      this.#events.refused();
      return;
    }
    const before = this.#ice.selected;
    this.#ice.heardFrom(address, port);
    if (this.#ice.selected !== before) this.#events.moved();
    this.#endpoint.rtp(opened, this.#expected.address, this.#expected.port);
  }

  #sent(packet: Buffer): void {
    const sealed = isRtcp(packet) ? this.#context?.protectRtcp(packet) : this.#context?.protect(packet);
    if (sealed) this.#toPeer(sealed);
  }

  #toPeer(datagram: Buffer): void {
    const to = this.#ice.selected;
    if (to) this.#wire?.rtp(datagram, to.port, to.address);
  }
}

function sameAssociation(a: Dtls, b: Dtls): boolean {
  if (a.role !== b.role || a.fingerprints.length !== b.fingerprints.length) return false;
  return a.fingerprints.every(({ hash, value }, i) => {
    const other = b.fingerprints[i];
    return other?.hash === hash && other.value === value;
  });
}
