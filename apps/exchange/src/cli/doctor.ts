import { createSocket } from 'node:dgram';
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { srtpLibrary } from '@kommutator/media';
import type { HouseStatus } from '../ipc/control-words.ts';
import { probePassword } from '../probe/probe-domain.ts';
import { placeSyntheticCall, sipUdp } from '../probe/synthetic-call.ts';
import { clockOffset } from '../process/clock-offset.ts';
import { masterKeys } from '../process/secrets.ts';
import { expiryOf } from '../tls/certificate-files.ts';
import { certificatePaths } from '../tls/paths.ts';
import type { Command, CommandContext } from './command.ts';
import { connectControl } from './control.ts';
import { withStore } from './with-store.ts';

/** What one check found; `advice` says what to do. */
interface Finding {
  readonly what: string;
  readonly well: boolean;
  readonly found: string;
  readonly advice?: string;
}

/** Receive buffers below this lose datagrams when a thousand calls talk. */
const RMEM = 1024 * 1024;
const PROMPTS = fileURLToPath(new URL('../../../../prompts/', import.meta.url));
/** A certificate that ends sooner is to be renewed now, ms. */
const RENEW_BEFORE = 14 * 24 * 3_600_000;
/** The clock of a machine that was never set. */
const EARLIEST = Date.UTC(2025, 0, 1);
/** Beyond this stamps of calls and one-time passwords go wrong, ms. */
const WORST_OFFSET = 1_000;

const bindUdp = (host: string, port: number): Promise<boolean> =>
  new Promise(resolve => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', () => {
      socket.close();
      resolve(false);
    });
    socket.bind(port, host, () => socket.close(() => resolve(true)));
  });

const bindTcp = (host: string, port: number): Promise<boolean> =>
  new Promise(resolve => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });

async function ports({ config }: CommandContext, running: HouseStatus | null): Promise<readonly Finding[]> {
  const sip = config.sipHost ?? '0.0.0.0';
  const checks = [
    { what: `SIP port ${config.sipPort}/udp`, free: () => bindUdp(sip, config.sipPort), name: 'SIP_PORT' },
    { what: `SIP port ${config.sipPort}/tcp`, free: () => bindTcp(sip, config.sipPort), name: 'SIP_PORT' },
    {
      what: `SIP port ${config.sipTlsPort}/tls`,
      free: () => bindTcp(sip, config.sipTlsPort),
      name: 'SIP_TLS_PORT',
    },
    {
      what: `HTTP port ${config.httpPort}/tcp`,
      free: () => bindTcp(config.httpHost ?? '0.0.0.0', config.httpPort),
      name: 'HTTP_PORT',
    },
  ];
  return Promise.all(
    checks.map(async ({ what, free, name }) => {
      if (await free())
        return running
          ? {
              what,
              well: false,
              found: 'not open',
              advice: 'the exchange runs but does not listen: see its log',
            }
          : { what, well: true, found: 'free' };
      if (running) return { what, well: true, found: 'in use by the running exchange' };
      return { what, well: false, found: 'in use by another program', advice: `end it or set ${name}` };
    }),
  );
}

function node(): Finding {
  const well = Number(process.versions.node.split('.')[0]) >= 24;
  return { what: 'Node', well, found: process.version, advice: 'start with npm, which brings Node 24' };
}

function folder({ paths }: CommandContext): Finding {
  try {
    accessSync(paths.data, constants.R_OK | constants.W_OK);
    return { what: 'DATA_DIR', well: true, found: paths.data };
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return absent
      ? { what: 'DATA_DIR', well: true, found: `${paths.data}, made at the first start` }
      : {
          what: 'DATA_DIR',
          well: false,
          found: `${paths.data} cannot be written`,
          advice: 'change its rights or set DATA_DIR',
        };
  }
}

function prompts(): Finding {
  const what = 'Announcements';
  try {
    const count = readdirSync(PROMPTS, { recursive: true }).filter(file =>
      String(file).endsWith('.wav'),
    ).length;
    if (count > 0) return { what, well: true, found: `${count} files` };
  } catch {
    // Not there: said below.
  }
  return {
    what,
    well: false,
    found: `none in ${PROMPTS}`,
    advice: 'get the folder prompts/ back from the repository',
  };
}

/** SRTP of browsers and phones over TLS. */
function srtp(): Finding {
  const found = srtpLibrary();
  return {
    what: 'SRTP',
    well: found === 'libsrtp2',
    found: found === 'libsrtp2' ? 'libsrtp2' : 'in JavaScript, a sixth as fast',
    advice:
      'install the package libsrtp2-1: otherwise a core carries some fifty calls of browsers, not three hundred',
  };
}

function receiveBuffer(): Finding {
  const what = 'net.core.rmem_max';
  try {
    const bytes = Number(readFileSync('/proc/sys/net/core/rmem_max', 'utf8'));
    return {
      what,
      well: bytes >= RMEM,
      found: String(bytes),
      advice: `sysctl -w net.core.rmem_max=${RMEM}: otherwise packets are lost under load`,
    };
  } catch {
    return { what, well: true, found: 'not known on this system' };
  }
}

async function clockIsRight({ config, clock }: CommandContext): Promise<Finding> {
  const what = 'Clock';
  const advice = 'set the time and keep it with NTP: schedules, bills and certificates depend on it';
  const now = new Date(clock.wall()).toISOString();
  const sane = clock.wall() > EARLIEST;
  if (!config.ntpServer || !sane)
    return { what, well: sane, found: `${now}, not compared: NTP_SERVER is not set`, advice };
  const offset = await clockOffset(clock, config.ntpServer);
  if (offset === null)
    return {
      what,
      well: false,
      found: `${now}, no answer from ${config.ntpServer}`,
      advice: 'check NTP_SERVER',
    };
  const found = `${now}, ${Math.abs(offset).toFixed(0)} ms ${offset > 0 ? 'behind' : 'ahead of'} ${config.ntpServer}`;
  return { what, well: Math.abs(offset) < WORST_OFFSET, found, advice };
}

/** A call to the echo test, where the exchange runs: signalling, digest, media both ways. */
async function testCall(
  { config, paths, clock }: CommandContext,
  running: HouseStatus | null,
): Promise<Finding[]> {
  if (!running) return [];
  const password = probePassword(masterKeys(config, paths));
  const outcome = await placeSyntheticCall({ clock, exchange: sipUdp(config), password });
  const what = 'Test call';
  if (!outcome.ok)
    return [{ what, well: false, found: outcome.why, advice: 'see the log of signalling and media' }];
  const { setup, echo } = outcome;
  return [{ what, well: true, found: `answered in ${setup.toFixed(0)} ms, echo in ${echo.toFixed(0)} ms` }];
}

async function certificate({ config, clock }: CommandContext): Promise<Finding> {
  const what = 'TLS certificate';
  const { cert, own } = certificatePaths(config);
  try {
    const until = expiryOf(await readFile(cert, 'utf8'));
    return {
      what,
      well: until - clock.wall() > RENEW_BEFORE,
      found: `${cert}${own ? ', self-signed' : ''}, valid until ${new Date(until).toISOString().slice(0, 10)}`,
      advice: own ? `delete ${cert} and start again` : 'renew it; the exchange takes the new file by itself',
    };
  } catch (error) {
    if (own && error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return { what, well: true, found: 'made at the first start, where openssl is installed' };
    return { what, well: false, found: `${cert}: ${String(error)}`, advice: 'check TLS_CERT and TLS_KEY' };
  }
}

async function database(context: CommandContext): Promise<Finding> {
  const what = 'Database';
  try {
    const count = await withStore(context, async store => (await store.loadDirectory()).domains.length);
    return {
      what,
      well: true,
      found: `${context.config.databaseUrl === null ? 'embedded' : 'DATABASE_URL'}, ${count} domains`,
    };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return { what, well: false, found, advice: 'check DATABASE_URL, or the log pg18.log under DATA_DIR' };
  }
}

function exchange(status: HouseStatus | null): Finding {
  const what = 'Exchange';
  if (!status) return { what, well: true, found: 'not running' };
  const parts = status.children.map(
    ({ name, state, restarts }) => `${name} ${state}${restarts > 0 ? ` (${restarts} restarts)` : ''}`,
  );
  const missing = status.missing ?? ['office'];
  return {
    what,
    well: missing.length === 0,
    found: `${parts.join(', ')}; ${status.calls} calls`,
    advice: `not ready: ${missing.join(', ')}; see its log`,
  };
}

/** Looks at everything the exchange needs and says what to do about what is wrong. */
export const doctor: Command = {
  usage: 'doctor',
  summary: 'check ports, database, certificate, prompts, clock; places a test call; says what to do',
  async run(_args, context) {
    const control = await connectControl(context);
    const status = (await control?.status()) ?? null;
    control?.close();
    const findings = [
      node(),
      folder(context),
      exchange(status),
      ...(await ports(context, status)),
      await certificate(context),
      await database(context),
      prompts(),
      srtp(),
      receiveBuffer(),
      await clockIsRight(context),
      ...(await testCall(context, status)),
    ];
    for (const { what, well, found, advice } of findings) {
      context.say(`${well ? '✓' : '✗'} ${what.padEnd(22)} ${found}`);
      if (!well && advice) context.say(`  ${' '.repeat(22)} → ${advice}`);
    }
    return findings.every(each => each.well) ? 0 : 1;
  },
};
