import type { Clock, Ms } from '@kommutator/base';
import type { DtlsCertificate } from '../dtls/certificate.ts';
import type {
  Answer,
  Command,
  Ep,
  Event,
  Hear,
  Key,
  Living,
  Negotiated,
  Shown,
  Watched,
} from '../protocol.ts';
import { Latch } from '../rtp/latch.ts';
import { isRtcp } from '../rtp/packet.ts';
import { SdesShield } from '../secure/sdes.ts';
import type { Shield, ShieldEvents } from '../secure/shield.ts';
import { WebrtcShield } from '../secure/webrtc.ts';
import type { PromptLibrary } from '../tones/prompts.ts';
import { Inbound } from './inbound.ts';
import { KeySender } from './key-sender.ts';
import { Mixer, mixInto } from './mixer.ts';
import { Outbound } from './outbound.ts';
import type { Paced, Pacer } from './pacer.ts';
import { Playback } from './playback.ts';
import { Reports } from './reports.ts';
import { EVENT, type Listener, type Sound, type Source, type Sources } from './sources.ts';
import type { Inlet, Wire } from './wire.ts';

/** What all endpoints of a thread share. */
export interface Shared {
  readonly clock: Clock;
  readonly pacer: Pacer;
  readonly sources: Sources;
  readonly library: Pick<PromptLibrary, 'find'>;
  readonly random: () => number;
  readonly emit: (event: Event) => void;
  readonly log: (line: string) => void;
  /** Shown to browsers. */
  readonly certificate: () => DtlsCertificate;
}

/** One endpoint: packets in, packets out, and the one thing it hears. */
export class Endpoint implements Inlet, Listener, Paced {
  readonly ep: Ep;
  /** RTP port once bound. */
  port: number | undefined;
  closed = false;
  readonly #shared: Shared;
  readonly #language: string;
  readonly #domain: string;
  readonly #latch = new Latch();
  readonly #in: Inbound;
  readonly #out: Outbound;
  readonly #keys: KeySender;
  readonly #reports: Reports;
  readonly #webrtc: boolean;
  #wire: Wire | undefined;
  #shield: Shield | undefined;
  #mux = false;
  #negotiated: Negotiated | undefined;
  #hears: Hear = { silence: true };
  #watched: { readonly keys: Watched; readonly lostAfter: Ms } = { keys: 'relay', lostAfter: 0 };
  #heard: readonly Ep[] = [];
  #playback: Playback | undefined;
  #mixer: Mixer | undefined;

  constructor({ ep, domain, language, as }: Extract<Command, { do: 'open' }>, shared: Shared) {
    this.ep = ep;
    this.#webrtc = as === 'webrtc';
    this.#shared = shared;
    this.#language = language;
    this.#domain = domain;
    const { clock, random, sources } = shared;
    this.#out = new Outbound(this.#latch, random);
    this.#keys = new KeySender(this.#out);
    this.#in = new Inbound(this.#latch, sources.open(ep), this.#out.stream.ssrc, {
      flow: state => shared.emit({ is: 'flow', ep, state }),
      key: (key, via) => this.#pressed(key, via),
    });
    this.#reports = new Reports(clock, this.#in, this.#out, this.#latch, random);
    if (this.#webrtc) {
      const deps = { clock, certificate: shared.certificate() };
      this.#shield = new WebrtcShield(this.#within, deps, this.#shieldEvents);
    }
  }

  /** What SDP tells a browser of us; undefined where there is none. */
  get shown(): Shown | undefined {
    if (!this.#webrtc) return undefined;
    return { fingerprint: this.#shared.certificate().fingerprint, ssrc: this.#out.stream.ssrc };
  }

  /** The sockets are bound. */
  connect(wire: Wire, port: number): void {
    this.port = port;
    this.#wire = wire;
    this.#shield?.connect(wire);
    this.#out.wire = this.#shield?.inside ?? wire;
    if (this.#negotiated && !this.#mux) this.#out.wire.openRtcp();
  }

  /** Carries out a command of its own; the rest is the engine's. */
  obey(command: Exclude<Command, { do: 'open' | 'close' | 'adopt' | 'renew' }>): Answer {
    switch (command.do) {
      case 'remote':
        if (!this.#protect(command.to)) return { ok: false, refused: 'bad-command' };
        this.#remote(command.to);
        break;
      case 'hear':
        if (this.#playback) this.#played('replaced');
        this.#hear(command.what);
        break;
      case 'watch':
        this.#watched = { keys: command.keys, lostAfter: command.lostAfter };
        this.#in.watch(command.keys, command.lostAfter, this.#shared.clock.now());
        break;
      case 'keys':
        this.#send(command.keys);
        break;
    }
    return { ok: true };
  }

  /** All that signalling must know of it. @param address where we are, as peers are told. */
  living(address: string): Living {
    return {
      ep: this.ep,
      domain: this.#domain,
      language: this.#language,
      address,
      port: this.port ?? 0,
      ...(this.shown && { shown: this.shown }),
      ...(this.#negotiated && { remote: this.#negotiated }),
      hear: this.#hears,
      ...this.#watched,
    };
  }

  rtp(packet: Buffer, address: string, port: number): void {
    // A closed socket may still deliver what it had read.
    if (this.closed) return;
    if (this.#shield) this.#shield.outside.rtp(packet, address, port);
    else this.#rtp(packet, address, port);
  }

  rtcp(packet: Buffer, address: string, port: number): void {
    if (this.closed) return;
    if (this.#shield) this.#shield.outside.rtcp(packet, address, port);
    else this.#reports.receive(packet, address, port);
  }

  /** A packet of an endpoint that this one hears. */
  packet(source: Source, sound: Sound): void {
    if (this.#mixer) {
      mixInto(this.#mixer, source, sound);
      if (sound.key) this.#send(sound.key);
      return;
    }
    // Events for a peer who knows none become tones, tones for one who knows events become events.
    if (sound.key && (sound.kind === EVENT) === (this.#out.telephoneEvent === undefined))
      this.#send(sound.key);
    if (!this.#keys.busy) this.#out.relay(source, sound);
  }

  tick(now: Ms): boolean {
    if (this.#keys.busy) this.#keys.tick(now);
    else if (this.#playback) this.#play(now);
    else if (this.#mixer?.mix()) this.#out.linear(this.#mixer.frame, this.#mixer, now);
    return this.#keys.busy || this.#playback !== undefined || this.#mixer !== undefined;
  }

  /** Twice a second: what was lost, what is due. */
  sweep(now: Ms): void {
    this.#in.sweep(now);
    this.#out.keepAlive(now);
    this.#shield?.sweep(now);
    const stats = this.#reports.sweep(this.ep, now);
    if (stats) this.#shared.emit(stats);
  }

  /** Answers what plays, says BYE, gives the last figures, lets everything go. */
  close(): void {
    this.closed = true;
    if (this.#playback) this.#played('replaced');
    this.#hear({ silence: true });
    this.#reports.end();
    this.#shared.emit(this.#reports.stats(this.ep, true));
    this.#shared.pacer.remove(this);
    this.#shared.sources.close(this.ep);
    this.#shield?.close();
    this.#wire?.close();
    this.#wire = undefined;
    this.#out.wire = undefined;
  }

  readonly #within: Inlet = {
    rtp: (packet, address, port) => this.#rtp(packet, address, port),
    rtcp: (packet, address, port) => this.#reports.receive(packet, address, port),
  };

  readonly #shieldEvents: ShieldEvents = {
    refused: () => {
      this.#reports.refused++;
    },
    moved: () => this.#shared.emit({ is: 'flow', ep: this.ep, state: 'moved' }),
    lost: why => this.#gone('lost', why),
    failed: why => this.#gone('failed', why),
  };

  #gone(state: 'lost' | 'failed', why: string): void {
    this.#shared.log(`media: ${this.ep}: ${why}`);
    this.#shared.emit({ is: 'flow', ep: this.ep, state });
  }

  #rtp(packet: Buffer, address: string, port: number): void {
    if (!isRtcp(packet)) this.#in.packet(packet, address, port, this.#shared.clock.now());
    else if (this.#mux) this.#reports.receive(packet, address, port);
  }

  /** What offer and answer say of encryption. @returns false when an endpoint for browsers is to talk without. */
  #protect(to: Negotiated): boolean {
    if (this.#webrtc) return this.#shield?.remote(to) ?? false;
    if (to.secure?.by === 'dtls') return false;
    if (!to.secure) {
      this.#shield?.close();
      this.#shield = undefined;
    } else {
      const shield = this.#shield ?? new SdesShield(this.#within, this.#shieldEvents);
      if (!shield.remote(to)) return false;
      this.#shield = shield;
    }
    if (!this.#wire) return true;
    this.#shield?.connect(this.#wire);
    this.#out.wire = this.#shield?.inside ?? this.#wire;
    return true;
  }

  #remote(to: Negotiated): void {
    this.#negotiated = to;
    this.#mux = to.rtcpMux === true;
    this.#in.remote(to, this.#shared.clock.now());
    this.#out.remote(to, this.#shared.clock.now());
    this.#reports.remote(to);
    if (!this.#mux) this.#out.wire?.openRtcp();
  }

  #hear(what: Hear): void {
    const { sources, library, pacer } = this.#shared;
    const before = this.#heard;
    this.#hears = what;
    this.#heard = 'relay' in what ? [what.relay] : 'mix' in what ? [...new Set(what.mix)] : [];
    this.#playback = 'play' in what ? new Playback(what, this.#language, library) : undefined;
    this.#mixer = 'mix' in what ? new Mixer() : undefined;
    this.#out.stream.break();
    for (const ep of this.#heard) sources.listen(ep, this);
    for (const ep of before) if (!this.#heard.includes(ep)) sources.leave(ep, this);
    if (this.#playback || this.#mixer) pacer.add(this);
  }

  /** One frame; the end of a list and what comes then fall into the same tick, so that no gap is heard. */
  #play(now: Ms): void {
    for (let playback = this.#playback; playback; playback = this.#playback) {
      const step = playback.step();
      if (step === 'wait') return;
      if (step === 'frame') {
        if (playback.clip) this.#out.frame(playback.clip, playback.offset, playback, now);
        return;
      }
      this.#played(step);
      this.#hear(playback.play.then);
    }
  }

  #pressed(key: Key, via: '4733' | 'inband'): void {
    if (this.#in.keys !== 'off') this.#shared.emit({ is: 'heard', ep: this.ep, what: { key, via } });
    const playback = this.#playback;
    if (!playback?.play.stopOn?.includes(key)) return;
    this.#played('key');
    this.#hear(playback.play.then);
  }

  #send(keys: string): void {
    if (this.#out.keysApart) return;
    this.#keys.add(keys);
    this.#shared.pacer.add(this);
  }

  #played(end: 'done' | 'key' | 'replaced' | 'missing'): void {
    const tag = this.#playback?.play.tag;
    if (tag !== undefined) this.#shared.emit({ is: 'played', ep: this.ep, tag, end });
  }
}
