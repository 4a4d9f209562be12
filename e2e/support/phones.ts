import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SystemClock } from '@kommutator/base';
import { createStack, openSockets, type SipLog, type SipStack, secureRandom } from '@kommutator/sip';
import { Phone } from '@kommutator/telephony/testing';
import type { RunningExchange } from './exchange.ts';
import { RtpMedia, type VoiceOptions } from './rtp-media.ts';

const DOMAIN = 'demo.kommutator.test';
const quiet: SipLog = () => undefined;

/** A phone on real sockets: SIP over UDP, TCP or TLS, real RTP with a voice of its own. */
export interface RealPhone extends AsyncDisposable {
  readonly phone: Phone;
  readonly media: RtpMedia;
  readonly stack: SipStack;
  readonly port: number;
}

export interface RealPhoneOptions extends VoiceOptions {
  readonly login?: string;
  readonly password?: string;
  readonly domain?: string;
  readonly protocol?: 'udp' | 'tcp' | 'tls';
  readonly displayName?: string;
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
export async function openPhone(
  exchange: Pick<RunningExchange, 'sipPort' | 'sipTlsPort' | 'dataDir'>,
  o: RealPhoneOptions,
): Promise<RealPhone> {
  const clock = new SystemClock();
  const media = new RtpMedia(clock, o);
  const at = { host: '127.0.0.1', port: o.port ?? 0 };
  const transport = await openSockets({
    udp: at,
    ...(o.protocol === 'tcp' && { tcp: at }),
    ...(o.protocol === 'tls' && { tls: { ...at, authorities: await certificateOf(exchange) } }),
    log: quiet,
    clock,
  });
  const stack = createStack({ transport, clock, random: secureRandom, userAgent: 'test phone' });
  const phone = new Phone({
    clock,
    stack,
    media,
    exchange: {
      protocol: o.protocol ?? 'udp',
      address: '127.0.0.1',
      port: o.protocol === 'tls' ? exchange.sipTlsPort : exchange.sipPort,
    },
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

/** The self-signed certificate of the exchange, as a user puts it into his phone. */
const certificateOf = ({ dataDir }: Pick<RunningExchange, 'dataDir'>): Promise<string> =>
  readFile(join(dataDir, 'tls/cert.pem'), 'utf8');
