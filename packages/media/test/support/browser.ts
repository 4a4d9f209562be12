import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { MediaStreamTrack, RTCPeerConnection, RTCRtpCodecParameters, RtpPacket } from 'werift';
import { bindingSuccess } from '../../src/ice/stun.ts';
import type { Answer, Negotiated } from '../../src/index.ts';

const LOCAL = { ufrag: 'server01', password: 'a-password-of-24-letters' };

/** Resolves with the first that holds, looked at with every change. */
export class Changes {
  #waiting: { readonly holds: () => boolean; readonly done: () => void }[] = [];

  happened(): void {
    const over = this.#waiting.filter(({ holds }) => holds());
    this.#waiting = this.#waiting.filter(each => !over.includes(each));
    for (const { done } of over) done();
  }

  until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise(done => this.#waiting.push({ holds, done }));
  }
}

/** A browser's half of a call, by werift: another implementation of ICE, DTLS and SRTP than ours, on real sockets. */
export class Browser {
  readonly heard: RtpPacket[] = [];
  readonly states: string[] = [];
  readonly changes = new Changes();
  readonly #pc: RTCPeerConnection;
  readonly #stun: Socket;
  readonly #audio: ReturnType<RTCPeerConnection['addTransceiver']>;
  readonly #track = new MediaStreamTrack({ kind: 'audio' });

  /** @param stun where it asks for its address; otherwise it would ask a server far away. */
  constructor(stun: Socket) {
    this.#stun = stun;
    this.#pc = new RTCPeerConnection({
      codecs: {
        audio: [
          new RTCRtpCodecParameters({ mimeType: 'audio/PCMA', clockRate: 8000, channels: 1, payloadType: 8 }),
          new RTCRtpCodecParameters({
            mimeType: 'audio/telephone-event',
            clockRate: 8000,
            channels: 1,
            payloadType: 126,
          }),
        ],
      },
      iceServers: [{ urls: `stun:127.0.0.1:${stun.address().port}` }],
      iceUseIpv6: false,
    });
    this.#audio = this.#pc.addTransceiver(this.#track, { direction: 'sendrecv' });
    this.#pc.onTrack.subscribe(track =>
      track.onReceiveRtp.subscribe(packet => {
        this.heard.push(packet);
        this.changes.happened();
      }),
    );
    this.#pc.connectionStateChange.subscribe(state => {
      this.states.push(state);
      this.changes.happened();
    });
  }

  static async open(): Promise<Browser> {
    const stun = createSocket('udp4');
    stun.on('message', (packet, from) =>
      stun.send(bindingSuccess(packet.subarray(8, 20), from, ''), from.port, from.address),
    );
    stun.bind(0, '127.0.0.1');
    await once(stun, 'listening');
    return new Browser(stun);
  }

  /** Offers; what the endpoint is told of it. */
  async offers(): Promise<Negotiated> {
    await this.#pc.setLocalDescription(await this.#pc.createOffer());
    return this.#negotiated('server');
  }

  /** Takes our answer to its offer. */
  async takes(answer: Answer, setup = 'passive'): Promise<void> {
    await this.#pc.setRemoteDescription({ type: 'answer', sdp: described(answer, setup, this.#mid) });
  }

  /** Answers our offer. @returns what the endpoint is told. */
  async answers(answer: Answer, setup: 'actpass' | 'passive' | 'active'): Promise<Negotiated> {
    await this.#pc.setRemoteDescription({ type: 'offer', sdp: described(answer, setup, '0') });
    await this.#pc.setLocalDescription(await this.#pc.createAnswer());
    const theirs = /a=setup:(\w+)/.exec(this.#pc.localDescription?.sdp ?? '')?.[1];
    return this.#negotiated(theirs === 'active' ? 'server' : 'client');
  }

  get connected(): Promise<void> {
    return this.changes.until(() => this.states.includes('connected'));
  }

  says(packet: Buffer): void {
    this.#track.writeRtp(packet);
  }

  /** Sends a packet with the payload type that stands in it. */
  async sends(packet: Buffer): Promise<void> {
    const { payload, header } = RtpPacket.deSerialize(packet);
    await this.#audio.sender.dtlsTransport.sendRtp(payload, header);
  }

  async close(): Promise<void> {
    await this.#pc.close();
    this.#stun.close();
  }

  get #mid(): string {
    return /a=mid:(\S+)/.exec(this.#pc.localDescription?.sdp ?? '')?.[1] ?? '0';
  }

  #negotiated(role: 'client' | 'server'): Negotiated {
    const sdp = this.#pc.localDescription?.sdp ?? '';
    const [, ufrag = ''] = /a=ice-ufrag:(\S+)/.exec(sdp) ?? [];
    const [, hash = '', value = ''] = /a=fingerprint:(\S+) (\S+)/.exec(sdp) ?? [];
    const codec = { codec: 'PCMA', payloadType: 8 } as const;
    return {
      address: '127.0.0.1',
      port: 9,
      rtcpMux: true,
      send: codec,
      receive: [codec],
      telephoneEvent: 126,
      direction: 'sendrecv',
      ptime: 20,
      secure: { by: 'dtls', role, fingerprints: [{ hash, value }], ice: { local: LOCAL, remote: ufrag } },
    };
  }
}

function described(answer: Answer, setup: string, mid: string): string {
  if (!answer.ok) throw new Error(answer.refused);
  return [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=ice-lite',
    `a=group:BUNDLE ${mid}`,
    'a=msid-semantic:WMS *',
    `m=audio ${answer.port} UDP/TLS/RTP/SAVPF 8 126`,
    'c=IN IP4 127.0.0.1',
    `a=mid:${mid}`,
    'a=sendrecv',
    'a=rtcp-mux',
    'a=rtpmap:8 PCMA/8000',
    'a=rtpmap:126 telephone-event/8000',
    `a=ice-ufrag:${LOCAL.ufrag}`,
    `a=ice-pwd:${LOCAL.password}`,
    `a=fingerprint:sha-256 ${answer.shown?.fingerprint}`,
    `a=ssrc:${answer.shown?.ssrc} cname:kommutator`,
    `a=setup:${setup}`,
    `a=candidate:1 1 udp 2130706431 127.0.0.1 ${answer.port} typ host`,
    'a=end-of-candidates',
    '',
  ].join('\r\n');
}
