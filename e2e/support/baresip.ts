import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '@kommutator/base';
import { toneShare } from '@kommutator/media/testing';
import type { RunningExchange } from './exchange.ts';
import { eventually } from './history.ts';
import { freeUdpPort } from './phones.ts';

const MODULES = '/usr/lib/baresip/modules';
const clock = new SystemClock();

/** What baresip tells of itself: CALL_INCOMING, CALL_ESTABLISHED, CALL_CLOSED … */
export interface BaresipEvent {
  readonly type: string;
  readonly param?: string;
}

export interface BaresipOptions {
  readonly login: string;
  readonly password?: string;
  readonly transport?: 'udp' | 'tcp' | 'tls';
  /** SRTP with keys from SDP: where the other side can, or nothing else. */
  readonly encryption?: 'srtp' | 'srtp-mand';
  /** Its voice: a sine, Hz. */
  readonly hz: number;
}

/** A softphone of the field, driven from outside. */
export interface Baresip extends AsyncDisposable {
  /** All events so far, in their order. */
  readonly events: readonly BaresipEvent[];
  /** Resolves with the next event of that type nobody has waited for yet. */
  next(type: string): Promise<BaresipEvent>;
  /** `dial 102`, `accept`, `hangup`, `hold`, `sndcode 5` … */
  command(name: string, params?: string): Promise<void>;
  /** Whether its earpiece has heard that tone for half a second of its latest call. */
  hasHeard(hz: number): Promise<boolean>;
}

/**
 * Debian's baresip on 127.0.0.1 with a sine for a microphone. It has no sound card: what would be played goes to a
 * bridge nobody reads, and its sndfile filter writes what it hears to a file.
 */
export async function openBaresip(
  exchange: Pick<RunningExchange, 'sipPort' | 'sipTlsPort' | 'dataDir'>,
  o: BaresipOptions,
): Promise<Baresip> {
  const folder = await mkdtemp(join(tmpdir(), 'baresip-'));
  const control = await freeTcpPort();
  await writeFile(join(folder, 'config'), configOf(exchange, folder, control, await freeUdpPort(), o));
  await writeFile(join(folder, 'accounts'), accountOf(exchange, o));
  await writeFile(join(folder, 'contacts'), '');
  const child = spawn('baresip', ['-f', folder], { stdio: 'ignore', cwd: folder });
  const socket = await connected(control);
  const events: BaresipEvent[] = [];
  let taken = 0;
  readNetstrings(socket, text => {
    const message = JSON.parse(text) as { readonly event?: boolean } & BaresipEvent;
    if (message.event) events.push(message);
  });
  return {
    events,
    next: async type => {
      const find = async () => events.findIndex((event, i) => i >= taken && event.type === type);
      const index = await eventually(clock, find, found => found >= 0, 20_000);
      taken = index + 1;
      return events[index] as BaresipEvent;
    },
    command: async (command, params = '') => {
      const text = JSON.stringify({ command, params });
      socket.write(`${Buffer.byteLength(text)}:${text},`);
    },
    hasHeard: async hz => hasTone(await latestRecording(folder), hz),
    [Symbol.asyncDispose]: async () => {
      socket.destroy();
      if (child.exitCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const configOf = (
  { dataDir }: { readonly dataDir: string },
  folder: string,
  control: number,
  sip: number,
  { hz }: BaresipOptions,
): string =>
  [
    `module_path ${MODULES}`,
    ...['g711', 'ausine', 'aubridge', 'sndfile', 'srtp'].map(name => `module ${name}.so`),
    ...['account', 'menu', 'ctrl_tcp'].map(name => `module_app ${name}.so`),
    `ctrl_tcp_listen 127.0.0.1:${control}`,
    `sip_listen 127.0.0.1:${sip}`,
    // It trusts the exchange's own certificate and nobody else's.
    `sip_cafile ${join(dataDir, 'tls/cert.pem')}`,
    'net_interface 127.0.0.1',
    // The sine is made in stereo at 48 kHz only; baresip brings it down to the codec's form.
    'ausrc_srate 48000',
    'ausrc_channels 2',
    `audio_source ausine,${hz}`,
    'audio_player aubridge,ear',
    'audio_alert aubridge,bell',
    `snd_path ${folder}`,
    '',
  ].join('\n');

const accountOf = (
  { sipPort, sipTlsPort }: Pick<RunningExchange, 'sipPort' | 'sipTlsPort'>,
  o: BaresipOptions,
): string => {
  const transport = o.transport ?? 'udp';
  const port = transport === 'tls' ? sipTlsPort : sipPort;
  const params = [
    `auth_user=${o.login}`,
    `auth_pass=${o.password ?? 'Demo-1234'}`,
    `outbound="sip:127.0.0.1:${port};transport=${transport}"`,
    'regint=600',
    ...(o.encryption ? [`mediaenc=${o.encryption}`] : []),
  ];
  return `<sip:${o.login}@demo.kommutator.test>;${params.join(';')}\n`;
};

/** baresip takes a moment until it listens. */
function connected(port: number): Promise<Socket> {
  const attempt = () =>
    new Promise<Socket>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(socket));
      socket.on('error', reject);
    });
  return eventually(clock, attempt, () => true, 20_000);
}

/** `<length>:<text>,` again and again, cut anywhere. */
function readNetstrings(socket: Socket, take: (text: string) => void): void {
  let rest = Buffer.alloc(0);
  socket.on('data', chunk => {
    rest = Buffer.concat([rest, chunk as Buffer]);
    for (;;) {
      const colon = rest.indexOf(':');
      const length = Number.parseInt(rest.toString('latin1', 0, Math.max(0, colon)), 10);
      if (colon < 0 || rest.length < colon + length + 2) return;
      take(rest.toString('utf8', colon + 1, colon + 1 + length));
      rest = rest.subarray(colon + length + 2);
    }
  });
}

/** PCM of the earpiece of the latest call as far as it is written: behind the 44 bytes of a WAV head, 8 kHz, 16 bits. */
async function latestRecording(folder: string): Promise<Int16Array> {
  const [name] = (await readdir(folder))
    .filter(file => file.endsWith('-dec.wav'))
    .sort()
    .reverse();
  if (name === undefined) return new Int16Array(0);
  const file = await open(join(folder, name));
  try {
    const bytes = (await file.readFile()).subarray(44);
    return new Int16Array(Uint8Array.from(bytes.subarray(0, bytes.length & ~1)).buffer);
  } finally {
    await file.close();
  }
}

/** Whether five windows of 100 ms one after the other are that tone. */
function hasTone(pcm: Int16Array, hz: number): boolean {
  let run = 0;
  for (let at = 0; at + 800 <= pcm.length; at += 800) {
    run = toneShare(pcm.subarray(at, at + 800), hz) >= 0.5 ? run + 1 : 0;
    if (run === 5) return true;
  }
  return false;
}

async function freeTcpPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise(closed => server.close(closed));
  return port;
}
