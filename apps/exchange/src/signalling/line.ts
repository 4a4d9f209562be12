import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type Clock, type MasterKeys, secureBytes } from '@kommutator/base';
import type { MediaEngine } from '@kommutator/media';
import {
  createStack,
  DigestServer,
  openSockets,
  type SipLog,
  type SipStack,
  screened,
  secureRandom,
} from '@kommutator/sip';
import {
  createExchange,
  type Directory,
  type Exchange,
  type Journal,
  LINE_ALLOW,
  LINE_SUPPORTED,
  type Log,
  openMeter,
  type RegistrationStore,
  Shield,
  type Watchers,
} from '@kommutator/telephony';
import type { Config } from '../config/index.ts';
import { withoutProbe, withProbe } from '../probe/probe-domain.ts';
import { ownAddress6 } from '../process/own-address.ts';
import { keyFor } from '../process/secrets.ts';
import { startSimulator } from '../simulator/start.ts';
import { systemDns } from './dns.ts';
import { withTls } from './secure-sockets.ts';
import { type Tap, tapped } from './tapped.ts';
import { withWebSocket } from './websocket-door.ts';

export interface LineOptions {
  readonly config: Config;
  readonly keys: MasterKeys;
  readonly clock: Clock;
  readonly log: Log;
  readonly media: MediaEngine;
  readonly directory: Directory;
  readonly journal: Journal;
  readonly registrations: RegistrationStore;
  /** Who sees a copy of every SIP message. */
  readonly taps: readonly Tap[];
  readonly watchers: Watchers;
  /** Path of the Unix socket where the office hands over WebSockets. */
  readonly webSockets: string;
}

export interface OpenLine {
  readonly exchange: Exchange;
  readonly sip: SipStack;
  readonly shield: Shield;
  /** Ends calls, closes sockets. */
  close(): Promise<void>;
}

const sipLog =
  (log: Log): SipLog =>
  (level, text, facts = {}) =>
    log[level](facts, text);

/**
 * Opens the SIP sockets and puts the exchange on them.
 * @throws when a port cannot be had.
 */
export async function openLine(options: LineOptions): Promise<OpenLine> {
  const { config, keys, clock, log, media, directory, journal, registrations, taps, watchers, webSockets } =
    options;
  const host = config.sipHost ?? '0.0.0.0';
  const advertised = config.publicHost ?? undefined;
  const shield = openShield(options);
  const accepts = (address: string) => shield.accepts(address);
  const plain = await openSockets({
    udp: { host, port: config.sipPort },
    tcp: { host, port: config.sipPort },
    ...(advertised !== undefined && { advertised }),
    log: sipLog(log),
    clock,
    accepts,
  });
  const common = { config, clock, log, sipLog: sipLog(log), advertised, accepts };
  const secured = await withTls(plain, { ...common, host });
  const transport = screened(await withWebSocket(secured, { ...common, path: webSockets }), shield);
  shield.hangUp = unwanted => transport.hangUp(unwanted);
  const sip = createStack({
    transport: tapped(transport, taps),
    clock,
    random: secureRandom,
    userAgent: 'Kommutator',
    log: sipLog(log),
    allow: LINE_ALLOW,
    supported: LINE_SUPPORTED,
    sessionExpires: config.sessionExpires,
  });
  const simulator =
    config.demo === '0' || config.demoTrunk ? null : await startSimulator({ media, clock, log: sipLog(log) });
  const exchange = createExchange({
    clock,
    sip,
    media,
    directory: withProbe(directory, keys),
    registrations,
    journal: withoutProbe(journal),
    watchers,
    meter: openMeter,
    digest: new DigestServer({ clock, secret: keyFor('sip digest nonces', keys), random: secureBytes }),
    random: secureBytes,
    resolver: systemDns,
    shield,
    log,
    settings: {
      localNets: config.localNets,
      demoFromAnywhere: config.demo === 'public',
      rtpTimeout: 1_000 * config.rtpTimeout,
      publicAddress: await publicAddress(config, log),
      address6: ownAddress6(host),
      simulator: simulator && { host: '127.0.0.1', port: simulator.port, protocol: 'udp' },
    },
  });
  return {
    exchange,
    sip,
    shield,
    async close() {
      await exchange.close();
      await simulator?.close();
      await sip.close();
    },
  };
}

const MINUTE = 60_000;

function openShield({ config, clock, log, directory }: LineOptions): Shield {
  const { sipLimits: unknown, sipLimitsKnown: known, sipLimitsStrangers: strangers, sipBan } = config;
  return new Shield({
    clock,
    log,
    directory,
    limits: { unknown, known, strangers },
    ban: sipBan && {
      failures: sipBan.failures,
      within: sipBan.withinMinutes * MINUTE,
      lasts: sipBan.minutes * MINUTE,
    },
    edges: config.sipEdges,
    localNets: config.localNets,
  });
}

/** SDP carries an address, not a name: a name is looked up once. */
async function publicAddress({ publicHost }: Config, log: Log): Promise<string | null> {
  if (publicHost === null || isIP(publicHost) !== 0) return publicHost;
  try {
    return (await lookup(publicHost)).address;
  } catch (error) {
    log.warn(
      { publicHost, error: String(error) },
      'PUBLIC_HOST cannot be resolved: SDP carries local addresses',
    );
    return null;
  }
}
