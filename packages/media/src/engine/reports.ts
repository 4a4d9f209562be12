import type { Clock, Ms } from '@kommutator/base';
import { SAMPLES_PER_MS } from '../codec/g711.ts';
import type { Ep, Event, FarQuality, Negotiated } from '../protocol.ts';
import type { Latch, Source } from '../rtp/latch.ts';
import { mos } from '../rtp/quality.ts';
import { type About, readRtcp, roundTrip, writeRtcp } from '../rtp/rtcp.ts';
import type { Inbound } from './inbound.ts';
import type { Outbound } from './outbound.ts';

const RTCP_EVERY: Ms = 5_000;
const STATS_EVERY: Ms = 10_000;
/** A peer that sends RTCP does so every five seconds or so: one that is silent for three of them has another port now. */
const FORGOTTEN: Ms = 15_000;

/** RTCP of one endpoint, and the figures told to signalling. */
export class Reports {
  readonly #clock: Clock;
  readonly #in: Inbound;
  readonly #out: Outbound;
  readonly #latch: Latch;
  readonly #cname: string;
  #remote: Negotiated | undefined;
  /** Where the peer's RTCP came from (behind NAT not where SDP says). */
  #source: Source | undefined;
  #sourceAt: Ms = 0;
  #rtcpAt: Ms;
  #statsAt: Ms;
  #sentBefore = 0;
  #rtt: Ms | undefined;
  #about: About | undefined;
  #lsr = 0;
  #lsrAt: Ms = 0;
  refused = 0;

  constructor(clock: Clock, inbound: Inbound, outbound: Outbound, latch: Latch, random: () => number) {
    this.#clock = clock;
    this.#in = inbound;
    this.#out = outbound;
    this.#latch = latch;
    // RFC 3550 §6.2: the first report at a random time, so that calls begun together do not report together.
    this.#rtcpAt = clock.now() + RTCP_EVERY * (0.5 + random() / 2);
    this.#statsAt = clock.now() + STATS_EVERY;
    this.#cname = Math.floor(random() * 2 ** 48).toString(36);
  }

  remote(to: Negotiated): void {
    if (this.#remote?.address !== to.address || this.#remote.port !== to.port) this.#source = undefined;
    this.#remote = to;
  }

  /** A packet on the RTCP port, or on a shared one. */
  receive(packet: Buffer, address: string, port: number): void {
    const now = this.#clock.now();
    const heard = readRtcp(packet, this.#out.stream.ssrc);
    if (!heard || !this.#isPeers(heard.from, address, port, now)) {
      this.refused++;
      return;
    }
    this.#source = { address, port };
    this.#sourceAt = now;
    this.#in.alive(now);
    if (heard.sr) {
      this.#lsr = heard.sr;
      this.#lsrAt = this.#clock.now();
    }
    if (heard.about) {
      this.#about = heard.about;
      this.#rtt = roundTrip(this.#clock.wall(), heard.about.lsr, heard.about.dlsr) ?? this.#rtt;
    }
  }

  /**
   * Only the host whose RTP we take is heard: from the port that belongs to it, or, behind NAT, from another one that names
   * the SSRC of its stream while no other does. Many phones may share one address.
   */
  #isPeers(ssrc: number, address: string, port: number, now: Ms): boolean {
    const rtp = this.#out.target;
    if (address !== rtp.address) return false;
    if (port === this.#portOf(rtp)) return true;
    const source = this.#source?.address === address ? this.#source : undefined;
    if (source?.port === port) return true;
    if (this.#remote?.rtcpMux) return false;
    return ssrc === this.#in.reception.ssrc && (!source || now - this.#sourceAt > FORGOTTEN);
  }

  /** The RTCP port of a peer whose RTP comes from there: as negotiated where that is its negotiated place. */
  #portOf(rtp: Source): number {
    if (this.#remote?.rtcpMux) return rtp.port;
    return this.#remote?.port === rtp.port ? (this.#remote.rtcpPort ?? rtp.port + 1) : rtp.port + 1;
  }

  /** @returns figures when they are due. */
  sweep(ep: Ep, now: Ms): Event | undefined {
    if (now >= this.#rtcpAt) {
      this.#rtcpAt = now + RTCP_EVERY;
      this.#send(false);
    }
    if (now < this.#statsAt) return undefined;
    this.#statsAt = now + STATS_EVERY;
    return this.stats(ep, false);
  }

  /** The end of the stream: BYE. */
  end(): void {
    this.#send(true);
  }

  stats(ep: Ep, last: boolean): Event {
    const { reception } = this.#in;
    const { loss, jitterMs, packets } = reception;
    const round = (n: number, digits: number) => Number(n.toFixed(digits));
    return {
      is: 'stats',
      ep,
      packetsIn: packets,
      packetsOut: this.#out.stream.packets,
      loss: round(loss, 5),
      jitterMs: round(jitterMs, 2),
      ...(this.#rtt === undefined ? {} : { rttMs: round(this.#rtt, 1) }),
      mos: packets === 0 ? 0 : mos(loss, jitterMs, this.#rtt),
      ...(this.#about && { far: this.#far(this.#about) }),
      refused: this.#latch.refused + this.#in.flooded + this.refused,
      ...(this.#latch.stranger !== undefined && { refusedFrom: this.#latch.stranger }),
      last,
    };
  }

  #far({ lost, highest, jitter }: About): FarQuality {
    // Its first packet of ours was our first one, or nearly: what is missing in front looks like no loss.
    const expected = Math.max(1, highest - this.#out.stream.first + 1);
    const loss = Math.min(1, Math.max(0, lost / expected));
    // An interval longer than a minute is no jitter but a peer that counts wrongly.
    const jitterMs = Math.min(60_000, jitter / SAMPLES_PER_MS);
    return {
      loss: Number(loss.toFixed(5)),
      jitterMs: Number(jitterMs.toFixed(2)),
      mos: mos(loss, jitterMs, this.#rtt),
    };
  }

  #send(bye: boolean): void {
    const { stream, wire } = this.#out;
    const { reception } = this.#in;
    if (!wire || !this.#remote || (stream.packets === 0 && reception.packets === 0)) return;
    const wall = this.#clock.wall();
    const sends = stream.packets > this.#sentBefore;
    this.#sentBefore = stream.packets;
    const dlsr = this.#lsr ? Math.round(((this.#clock.now() - this.#lsrAt) * 65_536) / 1_000) : 0;
    const packet = writeRtcp({
      ssrc: stream.ssrc,
      cname: this.#cname,
      wall,
      sent: sends
        ? { timestamp: stream.timestampAt(this.#clock.now()), packets: stream.packets, octets: stream.octets }
        : undefined,
      received: reception.packets > 0 ? { ...reception.report(), lsr: this.#lsr, dlsr } : undefined,
      bye,
    });
    const rtp = this.#out.target;
    if (this.#remote.rtcpMux) {
      wire.rtp(packet, rtp.port, rtp.address);
      return;
    }
    const to = this.#source ?? { address: rtp.address, port: this.#portOf(rtp) };
    if (to.port > 0 && to.port < 65_536) wire.rtcp(packet, to.port, to.address);
  }
}
