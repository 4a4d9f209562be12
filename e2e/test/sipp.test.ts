/** A foreign SIP implementation at both ends: SIPp registers, calls, answers, gives up, refuses, and checks every step. */

import { SystemClock } from '@kommutator/base';
import {
  embeddedUrl,
  eventually,
  freeUdpPort,
  type RunningExchange,
  type RunningSipp,
  type SippOptions,
  type SippResult,
  sipp,
  startExchange,
  timesRecorded,
  untilQuiet,
} from '@kommutator/e2e';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const DOMAIN = 'demo.kommutator.test';
/** Rings anna. */
const ANNA = '74951230003';
const SECONDS = 40;
const clock = new SystemClock();
let exchange: RunningExchange;
/** Where anna's phone listens: every scenario of it opens this port anew. */
let phonePort: number;

beforeAll(async () => {
  exchange = await startExchange();
  phonePort = await freeUdpPort();
});

afterAll(async () => {
  await exchange?.[Symbol.asyncDispose]();
});

const toExchange = async (scenario: string, o: Partial<SippOptions> = {}): Promise<RunningSipp> =>
  sipp({
    scenario,
    port: await freeUdpPort(),
    target: `127.0.0.1:${exchange.sipPort}`,
    calls: 1,
    timeout: SECONDS,
    ...o,
  });

const phone = (scenario: string, o: Partial<SippOptions> = {}): Promise<RunningSipp> =>
  sipp({ scenario, port: phonePort, calls: 1, timeout: SECONDS, messages: true, ...o });

const register = async (password: string): Promise<SippResult> => {
  const fields = [`anna;${DOMAIN};[authentication username=anna password=${password}];${phonePort}`];
  return (await toExchange('register', { fields })).done;
};

/** All went as the scenarios say; what did not stands beside it in SIPp's words. */
function expectWell(...results: readonly SippResult[]): void {
  for (const result of results) expect(result, result.errors).toMatchObject({ code: 0, failed: 0 });
}

interface Message {
  readonly start: string;
  /** Value of a header field that stands there once; '' when it does not. */
  header(name: string): string;
}

const read = (text: string): Message => ({
  start: text.slice(0, text.indexOf('\r\n')),
  header: name => new RegExp(`^${name}: *(.*?)\\r?$`, 'im').exec(text)?.[1] ?? '',
});

/** The request of each of these methods that came. */
function requests<const M extends readonly string[]>(
  { received }: SippResult,
  ...methods: M
): { [I in keyof M]: Message } {
  const came = received.map(read);
  return methods.map(method => {
    const message = came.find(({ start }) => start.startsWith(`${method} `));
    if (!message) throw new Error(`no ${method} came`);
    return message;
  }) as { [I in keyof M]: Message };
}

const sequence = (message: Message) => Number.parseInt(message.header('CSeq'), 10);
const branch = (message: Message) => /branch=([^;\s]+)/.exec(message.header('Via'))?.[1];
const tag = (value: string) => /;tag=([^;\s]+)/.exec(value)?.[1];

describe('registrations', () => {
  test('USR-13 with a wrong password 401 stays 401', async () => {
    expect(await register('Demo-12345')).toMatchObject({ code: 1, successful: 0, failed: 1 });
  });

  test('RFC 8760 401, digest, 200', async () => {
    expectWell(await register('Demo-1234'));
  });
});

describe('calls from the trunk', () => {
  test('DESIGN §5 100 calls at 20 a second: all answered, all ended, all in the history once', async () => {
    const calls = 100;
    const answering = await phone('uas-phone', { calls, messages: false });
    const o = { service: ANNA, rate: 20, calls, hold: 400, callId: 'trunk-%u@e2e' };
    const trunk = await (await toExchange('uac-trunk', o)).done;
    expectWell(trunk, await answering.done);
    expect(trunk.successful).toBe(calls);
    const ids = Array.from({ length: calls }, (_, i) => `trunk-${i + 1}@e2e`);
    const recorded = () => timesRecorded(embeddedUrl(exchange.dataDir), ids);
    await eventually(
      clock,
      recorded,
      seen => seen.size === calls && [...seen.values()].every(times => times === 1),
    );
  });

  test('RFC 3261 §18 the same over TCP', async () => {
    const answering = await phone('uas-phone', { calls: 5, messages: false });
    const o = { service: ANNA, rate: 10, calls: 5, hold: 200, transport: 'tcp' } as const;
    const trunk = await (await toExchange('uac-trunk', o)).done;
    expectWell(trunk, await answering.done);
  });

  test('RFC 3261 §13.2.2.4, §15 ACK and BYE of the exchange stand in the dialog the phone has made', async () => {
    const answering = await phone('uas-phone');
    expectWell(await (await toExchange('uac-trunk', { service: ANNA, hold: 200 })).done);
    const result = await answering.done;
    expectWell(result);
    const [invite, ack, bye] = requests(result, 'INVITE', 'ACK', 'BYE');
    const contact = `sip:127.0.0.1:${phonePort};transport=UDP SIP/2.0`;
    expect([ack.start, bye.start]).toEqual([`ACK ${contact}`, `BYE ${contact}`]);
    expect(sequence(ack)).toBe(sequence(invite));
    expect(sequence(bye)).toBeGreaterThan(sequence(invite));
    expect(new Set([branch(invite), branch(ack), branch(bye)]).size).toBe(3);
    for (const message of [ack, bye]) {
      expect(message.header('From')).toBe(invite.header('From'));
      expect(tag(message.header('To'))).toMatch(/SIPpTag01/);
      expect(message.header('Max-Forwards')).not.toBe('');
    }
  });

  test('RFC 3261 §15 the phone hangs up: its BYE is answered, the caller gets one', async () => {
    const answering = await phone('uas-hangs-up', { hold: 200 });
    const trunk = await (await toExchange('uac-hung-up', { service: ANNA })).done;
    expectWell(trunk, await answering.done);
  });

  test('RFC 3261 §9.1 the caller gives up: CANCEL reaches the phone as the INVITE went, both get 487 and ACK it', async () => {
    const ringing = await phone('uas-cancelled');
    expectWell(await (await toExchange('uac-cancels', { service: ANNA })).done);
    const result = await ringing.done;
    expectWell(result);
    const [invite, cancel, ack] = requests(result, 'INVITE', 'CANCEL', 'ACK');
    const target = invite.start.slice('INVITE '.length);
    expect([cancel.start, ack.start]).toEqual([`CANCEL ${target}`, `ACK ${target}`]);
    expect([sequence(cancel), sequence(ack)]).toEqual([sequence(invite), sequence(invite)]);
    // RFC 3261 §9.1 and §17.1.1.3: both are known by the branch of the INVITE.
    expect([branch(cancel), branch(ack)]).toEqual([branch(invite), branch(invite)]);
    expect(tag(cancel.header('To'))).toBeUndefined();
  });

  test('USR-43 A4 the phone is busy: 486 for the caller, with Q.850 cause 17', async () => {
    const busy = await phone('uas-busy');
    const trunk = await (await toExchange('uac-refused', { service: ANNA, messages: true })).done;
    const result = await busy.done;
    expectWell(trunk, result);
    const final = trunk.received.map(read).at(-1);
    expect(final?.start).toMatch(/^SIP\/2\.0 486 /);
    expect(final?.header('Reason')).toMatch(/Q\.850;cause=17/);
    const [invite, ack] = requests(result, 'INVITE', 'ACK');
    expect(branch(ack)).toBe(branch(invite));
  });

  test.each([
    ['RTE-15 a number nobody has', '74951239999', 404, 1],
    ['RTE-4 a number without rules', '74951230004', 486, 17],
  ])('%s: %s is %i with Q.850 cause %i', async (_, service, status, cause) => {
    const trunk = await (await toExchange('uac-refused', { service, messages: true })).done;
    expectWell(trunk);
    const final = trunk.received.map(read).at(-1);
    expect(final?.start.startsWith(`SIP/2.0 ${status} `)).toBe(true);
    expect(final?.header('Reason')).toMatch(new RegExp(`Q\\.850;cause=${cause}\\b`));
  });
});

test('DESIGN §2 rule 2 nothing is left of all these calls', () => untilQuiet(exchange));
