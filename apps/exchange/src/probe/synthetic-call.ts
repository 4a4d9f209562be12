import type { Clock, Ms } from '@kommutator/base';
import { secureBytes } from '@kommutator/base';
import {
  answerChallenge,
  createStack,
  DEFAULT_CODECS,
  type Dialog,
  type InviteFailure,
  NonceCount,
  openSockets,
  type Peer,
  parseSdp,
  type RequestInit,
  type SipResponse,
  type SipStack,
  secureRandom,
  writeOffer,
} from '@kommutator/sip';
import type { Config } from '../config/index.ts';
import { EchoListener } from './echo-listener.ts';
import { PROBE_ECHO, PROBE_LOGIN, PROBE_REALM } from './probe-domain.ts';

export type CallOutcome =
  | {
      readonly ok: true;
      /** ms from INVITE to 200, digest included. */
      readonly setup: Ms;
      /** ms a packet of voice takes there and back. */
      readonly echo: Ms;
    }
  | { readonly ok: false; readonly why: string };

export interface SyntheticCallOptions {
  readonly clock: Clock;
  /** Where the exchange listens for SIP over UDP. */
  readonly exchange: Peer;
  readonly password: string;
}

/** Where this machine reaches its own SIP port over UDP. */
export function sipUdp({ sipHost, sipPort }: Pick<Config, 'sipHost' | 'sipPort'>): Peer {
  const any = sipHost === null || sipHost === '0.0.0.0';
  const address = any ? '127.0.0.1' : sipHost === '::' ? '::1' : sipHost;
  return { protocol: 'udp', address, port: sipPort };
}

/** The announcement of the echo test lasts some seconds. */
const PATIENCE: Ms = 20_000;
const PTIME = 20;
const SILENT_LOG = (): void => {};

/** Calls the echo test as a phone does, hears its own voice, hangs up. Never rejects. */
export async function placeSyntheticCall(o: SyntheticCallOptions): Promise<CallOutcome> {
  const { clock, exchange } = o;
  const giveUp = new AbortController();
  const patience = clock.after(PATIENCE, () => giveUp.abort());
  try {
    const host = exchange.address;
    const transport = await openSockets({ udp: { host, port: 0 }, log: SILENT_LOG, clock });
    const sip = createStack({
      transport,
      clock,
      random: secureRandom,
      userAgent: 'Kommutator synthetic call',
    });
    try {
      await using voice = await EchoListener.open(clock, host);
      return await Promise.race([converse(o, sip, voice), tooLate(giveUp.signal, voice)]);
    } finally {
      await sip.close();
    }
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  } finally {
    patience.cancel();
  }
}

async function converse(o: SyntheticCallOptions, sip: SipStack, voice: EchoListener): Promise<CallOutcome> {
  const began = o.clock.now();
  const { dialog, response } = await reach(o, sip, voice);
  const setup = o.clock.now() - began;
  try {
    const answer = parseSdp(response.body);
    if (!answer.ok || !answer.value.audio) return { ok: false, why: 'the answer has no audio' };
    const { address, port } = answer.value.audio;
    return { ok: true, setup, echo: await voice.echo(address, port) };
  } finally {
    await dialog.request('BYE');
  }
}

const tooLate = (signal: AbortSignal, voice: EchoListener): Promise<CallOutcome> =>
  new Promise(resolve =>
    signal.addEventListener('abort', () =>
      resolve({ ok: false, why: `no echo in time, ${voice.received} packets heard` }),
    ),
  );

/** @throws Error with the status when the call is refused. */
function reach(o: SyntheticCallOptions, sip: SipStack, voice: EchoListener) {
  const { address } = o.exchange;
  const uri = `sip:${PROBE_ECHO}@${PROBE_REALM}`;
  const body = {
    type: 'application/sdp',
    bytes: writeOffer({
      sessionId: String(Math.floor(o.clock.wall())),
      version: 0,
      address,
      port: voice.port,
      codecs: DEFAULT_CODECS.filter(codec => codec.name === 'PCMA'),
      direction: 'sendrecv',
      ptime: PTIME,
    }),
  };
  const init: RequestInit = {
    method: 'INVITE',
    uri,
    from: `<sip:${PROBE_LOGIN}@${PROBE_REALM}>`,
    to: `<${uri}>`,
    body,
  };
  return new Promise<{ readonly dialog: Dialog; readonly response: SipResponse }>((resolve, reject) => {
    const send = (request: RequestInit, mayRepeat: boolean): void => {
      const client = sip.invite(request, o.exchange, {
        provisional: () => {},
        answered: (response, dialog) => {
          dialog.acknowledge();
          resolve({ dialog, response });
        },
        failed: failure => {
          const headers = mayRepeat && authorisation(o, uri, failure);
          if (!headers) reject(new Error(`INVITE: ${failure.status} ${failure.why}`));
          else send({ ...init, callId: client.callId, cseq: 2, headers }, false);
        },
      });
    };
    send(init, true);
  });
}

/** The header field that answers a 401 or 407; null for any other failure. */
function authorisation(o: SyntheticCallOptions, uri: string, { status, response }: InviteFailure) {
  const names = {
    401: ['WWW-Authenticate', 'Authorization'],
    407: ['Proxy-Authenticate', 'Proxy-Authorization'],
  };
  const [asked, answered] = names[status as 401 | 407] ?? [];
  if (!response || asked === undefined || answered === undefined) return null;
  const value = answerChallenge({
    challenges: response.headers.all(asked),
    username: PROBE_LOGIN,
    password: o.password,
    method: 'INVITE',
    uri,
    nonceCount: new NonceCount(),
    random: secureBytes,
  });
  return value === null ? null : [[answered, value] as const];
}
