import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Clock, Timer } from '@kommutator/base';

const DOMAIN = 'demo.kommutator.test';
/** What is due is sent so often. */
const TICK = 5;

export interface FloodOptions {
  readonly clock: Clock;
  /** SIP port of the exchange on 127.0.0.1. */
  readonly port: number;
  /** REGISTER with wrong passwords, in answer to real challenges, a second. */
  readonly registers: number;
  /** INVITE of scanners, half of them with the name of their tool, a second. */
  readonly invites: number;
  /** Addresses it comes from: 127.7.0.1 and so on, for each kind half of them. */
  readonly sources: number;
}

export interface FloodResult {
  readonly sent: number;
  readonly sentBytes: number;
  readonly heard: number;
  readonly heardBytes: number;
}

/** One attacker's socket. */
interface Attacker {
  readonly socket: Socket;
  readonly address: string;
  /** Of the last challenge. */
  nonce: string;
  count: number;
}

/** Attacks an exchange from other loopback addresses until `stop`. @throws when such an address cannot be bound. */
export async function startFlood(o: FloodOptions): Promise<{ stop(): Promise<FloodResult> }> {
  const told = { sent: 0, sentBytes: 0, heard: 0, heardBytes: 0 };
  const attackers = await Promise.all(
    Array.from({ length: o.sources }, (_, n) =>
      openAttacker(`127.7.${Math.floor(n / 250)}.${(n % 250) + 1}`),
    ),
  );
  for (const attacker of attackers)
    attacker.socket.on('message', answer => {
      told.heard++;
      told.heardBytes += answer.length;
      const nonce = /nonce="([^"]+)"/.exec(answer.toString('latin1'))?.[1];
      if (nonce === undefined) return;
      attacker.nonce = nonce;
      attacker.count = 0;
    });
  const half = Math.ceil(attackers.length / 2);
  const guessers = attackers.slice(0, half);
  const scanners = attackers.slice(half);
  const started = o.clock.now();
  let [registers, invites] = [0, 0];
  const send = (attacker: Attacker, text: string) => {
    told.sent++;
    told.sentBytes += text.length;
    attacker.socket.send(text, o.port, '127.0.0.1', () => {});
  };
  let timer: Timer | null = null;
  const tick = () => {
    const seconds = (o.clock.now() - started) / 1000;
    for (; registers < o.registers * seconds && guessers.length > 0; registers++) {
      const guesser = guessers[registers % guessers.length] as Attacker;
      send(guesser, register(guesser, registers));
    }
    for (; invites < o.invites * seconds && scanners.length > 0; invites++) {
      const scanner = scanners[invites % scanners.length] as Attacker;
      send(scanner, invite(scanner, invites, o.port));
    }
    timer = o.clock.after(TICK, tick);
  };
  tick();
  return {
    async stop() {
      timer?.cancel();
      await Promise.all(
        attackers.map(({ socket }) => new Promise<void>(closed => socket.close(() => closed()))),
      );
      return told;
    },
  };
}

async function openAttacker(address: string): Promise<Attacker> {
  const socket = createSocket('udp4');
  socket.bind(0, address);
  await once(socket, 'listening');
  return { socket, address, nonce: '', count: 0 };
}

/** Every other login exists. */
const LOGINS = ['anna', 'nobody', 'boris', 'admin1', 'vera', 'test', 'gleb', '1000'];

function register(attacker: Attacker, n: number): string {
  const login = LOGINS[n % LOGINS.length];
  const count = (++attacker.count).toString(16).padStart(8, '0');
  const answer =
    attacker.nonce === ''
      ? []
      : [
          `Authorization: Digest username="${login}", realm="${DOMAIN}", nonce="${attacker.nonce}", uri="sip:${DOMAIN}", response="${n.toString(16).padStart(32, '0')}", algorithm=MD5, qop=auth, cnonce="0a4f113b", nc=${count}`,
        ];
  const aor = `<sip:${login}@${DOMAIN}>`;
  return message(`REGISTER sip:${DOMAIN} SIP/2.0`, attacker, n, aor, aor, 'REGISTER', [
    `Contact: <sip:${login}@${attacker.address}>`,
    'Expires: 300',
    ...answer,
  ]);
}

function invite(attacker: Attacker, n: number, port: number): string {
  const tool = n % 2 === 0 ? ['User-Agent: friendly-scanner'] : ['User-Agent: Telephone/1.2'];
  const from = `"100" <sip:100@${attacker.address}>`;
  const to = `<sip:900441902${n % 1_000_000}@127.0.0.1:${port}>`;
  return message(
    to.slice(1, -1).replace(/^/, 'INVITE ').concat(' SIP/2.0'),
    attacker,
    n,
    from,
    to,
    'INVITE',
    [`Contact: <sip:100@${attacker.address}>`, ...tool],
  );
}

function message(
  start: string,
  { address, socket }: Attacker,
  n: number,
  from: string,
  to: string,
  method: string,
  more: readonly string[],
): string {
  const { port } = socket.address();
  return [
    start,
    `Via: SIP/2.0/UDP ${address}:${port};branch=z9hG4bK-flood-${method}-${n};rport`,
    'Max-Forwards: 70',
    `From: ${from};tag=f${n}`,
    `To: ${to}`,
    `Call-ID: flood-${method}-${n}@${address}`,
    `CSeq: 1 ${method}`,
    ...more,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}
