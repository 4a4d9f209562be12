import { beforeEach, describe, expect, test } from 'vitest';
import { alive } from '../support/heap.ts';
import { DOMAIN, EXCHANGE, Registration, Rig } from './support.ts';

const STRANGER = '203.0.113.9';
const LONG = 40_000;
let rig: Rig;

/** Sends raw messages from one address, a hundred at a time, and forgets what the network and the log remember. */
async function flood(count: number, message: (n: number) => string): Promise<string[]> {
  const transport = rig.network.transport({ address: STRANGER, port: 5060 });
  const heard: string[] = [];
  transport.receive = bytes => heard.push(Buffer.from(bytes.subarray(0, 11)).toString());
  for (let n = 0; n < count; n++) {
    transport.send(Buffer.from(message(n)), EXCHANGE);
    if (n % 100 === 99) await rig.clock.settle();
    rig.log.lines.length = 0;
  }
  await rig.clock.settle();
  rig.log.lines.length = 0;
  await transport.close();
  return heard;
}

const request = (method: string, n: number, more: string) =>
  [
    `${method} sip:${DOMAIN} SIP/2.0`,
    `Via: SIP/2.0/UDP ${STRANGER}:5060;branch=z9hG4bK${n};rport`,
    `From: <sip:anna@${DOMAIN}>;tag=${n}`,
    `To: <sip:anna@${DOMAIN}>`,
    `Call-ID: flood-${n}`,
    `CSeq: 1 ${method}`,
    more,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');

/** A wrong password with a nonce the stranger was really given: others are not looked at. */
const wrong = (nonce: string, username: string) =>
  `Authorization: Digest username="${username}", realm="${DOMAIN}", nonce="${nonce}", uri="sip:x", response="0"`;

async function nonce(): Promise<string> {
  const transport = rig.network.transport({ address: STRANGER, port: 5061 });
  let heard = '';
  transport.receive = bytes => (heard = Buffer.from(bytes).toString());
  transport.send(Buffer.from(request('REGISTER', -1, 'X-A: b').replace(':5060', ':5061')), EXCHANGE);
  await rig.clock.settle();
  await transport.close();
  return /nonce="([^"]+)"/.exec(heard)?.[1] ?? '';
}

beforeEach(() => {
  rig = new Rig();
  rig.network.logging = false;
});

describe('what strangers and phones send does not pile up', () => {
  test('a guard remembers names, not the messages they came in', async () => {
    const given = await nonce();
    expect(given).not.toBe('');
    await flood(10, n => request('REGISTER', n, wrong(given, `warm${n}`)));
    const before = alive();
    await flood(300, n => request('REGISTER', n, wrong(given, `${n}${'x'.repeat(LONG)}`)));
    await rig.clock.advance(60_000);
    expect(alive() - before).toBeLessThan(3_000_000);
  });

  test('a registration keeps what it needs of its REGISTER, not the whole message', async () => {
    const padding = ['X-Padding', 'x'.repeat(LONG)] as const;
    const contact = (n: number) => ['Contact', `<sip:anna@10.0.0.5:${5000 + n}>`] as const;
    const agent = ['User-Agent', 'A telephone with a rather long name/1.2.3'] as const;
    const phones = Array.from({ length: 60 }, (_, n) => {
      const domain = n % 2 === 0 ? DOMAIN : 'filial.kommutator.test';
      const login = n % 2 === 0 ? (n % 4 === 0 ? 'anna' : 'boris') : 'ivan';
      const callId = `a-rather-long-call-id-of-phone-${n}`;
      return new Registration(rig.stack('10.0.0.5', 6000 + n), {
        login,
        domain,
        callId,
        headers: [contact(n), agent, padding],
      });
    });
    await phones[0]?.send();
    const before = alive();
    for (const phone of phones) await phone.send();
    await rig.clock.advance(60_000);
    rig.log.lines.length = 0;
    expect(rig.lines.counters().registrations).toBe(30);
    expect(alive() - before).toBeLessThan(60 * 10_000);
  });

  test('20 000 requests of strangers leave nothing behind', async () => {
    const kinds = ['OPTIONS', 'REGISTER', 'INVITE', 'SUBSCRIBE', 'CANCEL', 'BYE', 'ACK', 'FROB'];
    const message = (n: number) => request(kinds[n % kinds.length] ?? '', n, `Contact: <sip:${STRANGER}>`);
    await flood(1_000, message);
    await rig.clock.advance(60_000);
    const before = alive();
    await flood(20_000, message);
    await rig.clock.advance(60_000);
    expect(alive() - before).toBeLessThan(2_000_000);
    expect(rig.sip.counters()).toEqual({ transactions: 0, tombstones: 0, dialogs: 0 });
  });
});
