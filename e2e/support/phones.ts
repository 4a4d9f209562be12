import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SystemClock } from '@kommutator/base';
import {
  createStack,
  openSockets,
  type SipLog,
  type SipStack,
  secureRandom,
  type Transport,
} from '@kommutator/sip';
import { openWebSocketClient } from '@kommutator/sip/testing';
import { Phone } from '@kommutator/telephony/testing';
import type { RunningExchange } from './exchange.ts';
import { RtpMedia, type VoiceOptions } from './rtp-media.ts';

const DOMAIN = 'demo.kommutator.test';
const quiet: SipLog = () => undefined;

/** A phone on real sockets: SIP over UDP, TCP, TLS or WebSocket, real RTP with a voice of its own. */
export interface RealPhone extends AsyncDisposable {
  readonly phone: Phone;
  readonly media: RtpMedia;
  readonly stack: SipStack;
  readonly port: number;
}

type PhoneProtocol = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';
/** What a phone must know of the exchange it is for. */
type Known = Pick<RunningExchange, 'sipPort' | 'sipTlsPort' | 'httpPort' | 'httpsPort' | 'dataDir'>;

export interface RealPhoneOptions extends VoiceOptions {
  readonly login?: string;
  readonly password?: string;
  readonly domain?: string;
  readonly protocol?: PhoneProtocol;
  readonly displayName?: string;
  /** A loopback address of UDP, TCP and TLS, its RTP is of the same family; 127.0.0.1, which is the trunk's too, when left out. */
  readonly host?: string;
  /** SIP port; any free one when left out. */
  readonly port?: number;
  /** Says 180 by itself; true when left out. */
  readonly alerts?: boolean;
}

/** A UDP port nobody has, for a phone that must be known before it is opened: the far end of `DEMO_TRUNK`. */
export async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>(closed => socket.close(() => closed()));
  return port;
}

/** Opens a phone of the demo; without a login it is the public network, trusted by its address. */
export async function openPhone(exchange: Known, o: RealPhoneOptions): Promise<RealPhone> {
  const clock = new SystemClock();
  const protocol = o.protocol ?? 'udp';
  const { host = '127.0.0.1', port = 0 } = o;
  const loopback = host.includes(':') ? '::1' : '127.0.0.1';
  const media = new RtpMedia(clock, { ...o, rtpHost: loopback });
  const transport = await transportOf(exchange, protocol, { host, port });
  const stack = createStack({ transport, clock, random: secureRandom, userAgent: 'test phone' });
  const phone = new Phone({
    clock,
    stack,
    media,
    exchange: { protocol, address: loopback, port: portFor(exchange, protocol) },
    name: o.login ?? 'pstn',
    domain: o.login ? (o.domain ?? DOMAIN) : `127.0.0.1`,
    ...(o.login && { account: { username: o.login, password: o.password ?? 'Demo-1234' } }),
    ...(o.alerts !== undefined && { alerts: o.alerts }),
    ...(o.displayName && { displayName: o.displayName }),
  });
  return {
    phone,
    media,
    stack,
    port: stack.listening[0]?.port ?? 0,
    [Symbol.asyncDispose]: async () => {
      media.close();
      await stack.close();
    },
  };
}

/** The port of the exchange a protocol is spoken at. */
function portFor(exchange: Known, protocol: PhoneProtocol): number {
  if (protocol === 'ws') return exchange.httpPort;
  if (protocol === 'wss') return exchange.httpsPort;
  return protocol === 'tls' ? exchange.sipTlsPort : exchange.sipPort;
}

async function transportOf(
  exchange: Known,
  protocol: PhoneProtocol,
  at: { readonly host: string; readonly port: number },
): Promise<Transport> {
  const clock = new SystemClock();
  const trust = async () => ({ authorities: await certificateOf(exchange) });
  if (protocol === 'ws' || protocol === 'wss') {
    const url = `${protocol}://127.0.0.1:${portFor(exchange, protocol)}/sip`;
    return openWebSocketClient({ url, clock, ...(protocol === 'wss' && (await trust())) });
  }
  return openSockets({
    udp: at,
    ...(protocol === 'tcp' && { tcp: at }),
    ...(protocol === 'tls' && { tls: { ...at, ...(await trust()) } }),
    log: quiet,
    clock,
  });
}

/** The self-signed certificate of the exchange, as a user puts it into his phone. */
const certificateOf = ({ dataDir }: Pick<RunningExchange, 'dataDir'>): Promise<string> =>
  readFile(join(dataDir, 'tls/cert.pem'), 'utf8');
