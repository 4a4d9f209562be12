import { VirtualClock } from '@kommutator/base';
import { Endpoint, type Shared } from '../../src/engine/endpoint.ts';
import { Pacer } from '../../src/engine/pacer.ts';
import { ALONE, Sources } from '../../src/engine/sources.ts';
import type { ClipId, Ep, Event, Hear, Key, Negotiated } from '../../src/index.ts';
import { writeHeader } from '../../src/rtp/packet.ts';
import { eventCode, writeEvent } from '../../src/rtp/telephone-event.ts';
import { PromptLibrary } from '../../src/tones/prompts.ts';

/** What endpoints of one test share: virtual time, and the events they tell. */
export class Stage {
  readonly clock = new VirtualClock();
  readonly events: Event[] = [];
  shared: Shared;

  constructor() {
    let n = 0;
    this.shared = {
      clock: this.clock,
      pacer: new Pacer(this.clock),
      sources: new Sources(ALONE),
      library: new PromptLibrary({ dir: '/nonexistent' }),
      random: () => {
        n = (n + 0.137) % 1;
        return n;
      },
      emit: event => this.events.push(event),
      log: () => {},
      certificate: () => {
        throw new Error('no browser here');
      },
    };
  }

  /** The events in short. */
  told(): string[] {
    return this.events.map(e => (e.is === 'played' ? `${e.tag} ${e.end}` : e.is === 'flow' ? e.state : e.is));
  }
}

const negotiated = (port: number, o: Partial<Negotiated> = {}): Negotiated => ({
  address: '10.0.0.1',
  port,
  send: { codec: 'PCMA', payloadType: 8 },
  receive: [{ codec: 'PCMA', payloadType: 8 }],
  telephoneEvent: 101,
  direction: 'sendrecv',
  ptime: 20,
  rtcpMux: true,
  ...o,
});

/** An endpoint and the phone behind it, without sockets: what the phone is sent is a list. */
export class Leg {
  readonly sent: Buffer[] = [];
  readonly rtcp: Buffer[] = [];
  readonly to: string[] = [];
  readonly endpoint: Endpoint;
  sequence = 100;
  /** Of what it says; its port when left out. */
  ssrc: number | undefined;
  timestamp = 0;
  readonly port: number;
  constructor(stage: Stage, name: string, port: number, o: Partial<Negotiated> = {}) {
    this.port = port;
    this.endpoint = new Endpoint(
      { do: 'open', ep: name as Ep, domain: 'd', as: 'rtp', language: 'ru' },
      stage.shared,
    );
    const rtp = (packet: Buffer, port: number, address: string) => {
      const rtcp = ((packet[1] ?? 0) & 0x7f) >= 72 && ((packet[1] ?? 0) & 0x7f) <= 76;
      (rtcp ? this.rtcp : this.sent).push(Buffer.from(packet));
      this.to.push(`${address}:${port}`);
    };
    this.endpoint.connect({ rtp, rtcp: rtp, openRtcp() {}, close() {} }, 20_000);
    this.remote(o);
  }
  remote(o: Partial<Negotiated>) {
    this.endpoint.obey({ do: 'remote', ep: this.endpoint.ep, to: negotiated(this.port, o) });
  }
  hears(what: Hear) {
    this.endpoint.obey({ do: 'hear', ep: this.endpoint.ep, what });
  }
  watch(keys: 'relay' | 'withhold' | 'off', lostAfter = 0) {
    this.endpoint.obey({ do: 'watch', ep: this.endpoint.ep, keys, lostAfter });
  }
  says(payload: number[] = Array(160).fill(0x2a), pt = 8, o: { port?: number; ssrc?: number } = {}) {
    const packet = Buffer.from([0x80, ...Array(11).fill(0), ...payload]);
    writeHeader(
      packet,
      pt,
      false,
      this.sequence++ & 0xffff,
      this.timestamp,
      o.ssrc ?? this.ssrc ?? this.port,
    );
    this.timestamp += 160;
    this.endpoint.rtp(packet, '10.0.0.1', o.port ?? this.port);
  }
  presses(key: Key, pt = 101) {
    const held = this.timestamp;
    for (const [duration, end] of [
      [160, false],
      [320, false],
      [480, true],
      [480, true],
    ] as const) {
      const payload = [0, 0, 0, 0];
      const bytes = Buffer.from(payload);
      writeEvent(bytes, 0, eventCode(key), end, duration);
      this.timestamp = held;
      this.says([...bytes], pt);
    }
    this.timestamp = held + 480;
  }
}
/** A playlist to hear; silence afterwards unless `next` says otherwise. */
export const play = (
  names: string[],
  o: { tag: number; loop?: boolean; stopOn?: string; next?: Hear },
): Hear => {
  const { next = { silence: true }, ...rest } = o;
  return { play: names as ClipId[], ...rest, then: next };
};
/** To hear another leg. */
export const relay = (leg: Leg): Hear => ({ relay: leg.endpoint.ep });

/** Differences between neighbours. */
export const steps = (packets: readonly Buffer[], of: (p: Buffer) => number): number[] =>
  packets.slice(1).map((p, i) => (of(p) - of(packets[i] as Buffer)) | 0);
