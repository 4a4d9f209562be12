import { CAUSES } from '@kommutator/model/cause';
import type { Transport } from '@kommutator/sip';
import { beforeEach, describe, expect, test } from 'vitest';
import { NO_LIMITS } from '../../src/defence/limits.ts';
import { trunkOf } from '../../src/testing/memory-ports.ts';
import { DOMAIN, EXCHANGE, NOTHING, Registration, Rig } from './support.ts';

const STRANGER = '203.0.113.9';
const BAN = { failures: 30, within: 600_000, lasts: 3_600_000 };
const SHIELD = { limits: NO_LIMITS, ban: BAN };
let rig: Rig;

beforeEach(() => {
  rig = new Rig({ shield: SHIELD, trunks: [trunkOf('carrier', { trusts: ['198.51.100.1'] })] });
});

interface Raw {
  readonly method: string;
  readonly host?: string;
  readonly from?: string;
  readonly more?: readonly string[];
  readonly body?: string;
  /** Bytes the message has at least. */
  readonly size?: number;
}

let count = 0;

const messageOf = (source: string, { method, host = DOMAIN, from, more = [], body = '', size = 0 }: Raw) => {
  const n = ++count;
  const lines = [
    `${method} sip:${host} SIP/2.0`,
    `Via: SIP/2.0/UDP ${source}:5060;branch=z9hG4bK-${n};rport`,
    `From: <sip:${from ?? `100@${source}`}>;tag=${n}`,
    `To: <sip:${host}>`,
    `Call-ID: c${n}`,
    `CSeq: 1 ${method}`,
    ...more,
  ];
  const text = (padding: string) =>
    [...lines, `X-Padding: ${padding}`, `Content-Length: ${body.length}`, '', body].join('\r\n');
  return text('x'.repeat(Math.max(0, size - text('').length)));
};

/** Speaks raw SIP from one address. */
class Wire {
  readonly #transport: Transport;
  readonly heard: string[] = [];

  constructor(readonly_: { readonly address: string; readonly port?: number; readonly protocol?: 'tcp' }) {
    this.#transport = rig.network.transport({ port: 5060, ...readonly_ });
    this.#transport.receive = bytes => this.heard.push(Buffer.from(bytes).toString());
  }

  async says(text: string): Promise<string[]> {
    const { protocol } = this.#transport.listening[0] ?? EXCHANGE;
    this.heard.length = 0;
    this.#transport.send(Buffer.from(text), { ...EXCHANGE, protocol });
    await rig.clock.settle();
    return [...this.heard];
  }
}

const asks = (raw: Raw, address = STRANGER) => new Wire({ address }).says(messageOf(address, raw));
const statusOf = (heard: readonly string[]) => heard.map(text => Number(text.slice(8, 11)));
const SDP =
  'v=0\r\no=- 1 1 IN IP4 203.0.113.9\r\ns=-\r\nc=IN IP4 203.0.113.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n';
const OFFER = { more: ['Content-Type: application/sdp'], body: SDP };

describe('scanners get nothing', () => {
  test.each([
    'friendly-scanner',
    'sipcli/v1.8',
    'VaxSIPUserAgent/3.1',
    'sipvicious',
    'pplsip',
    'sipsak 0.9.6',
    'Gulp',
  ])('%s is not answered, whatever it asks', async tool => {
    for (const method of ['OPTIONS', 'REGISTER', 'INVITE', 'SUBSCRIBE', 'MESSAGE'])
      expect([
        method,
        await asks({ method, more: [`User-Agent: ${tool}`], size: 2_000 }, `203.0.113.${++count % 200}`),
      ]).toEqual([method, []]);
    expect(rig.shield?.counters.scanners).toBe(5);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test.each(['OPTIONS', 'INVITE', 'SUBSCRIBE', 'MESSAGE', 'FROB'])(
    '%s for a host that is none of ours is not answered',
    async method => {
      expect(await asks({ method, host: 'voip.example', size: 2_000 })).toEqual([]);
      expect(rig.log.lines.at(-1)).toContain(
        `SECURITY event=scanner source=${STRANGER} transport=udp method=${method}`,
      );
    },
  );

  test('a phone or a monitor that asks OPTIONS of our address or name learns that we live, and nothing else', async () => {
    for (const [n, host] of ['10.0.0.1', DOMAIN].entries()) {
      const [answer = ''] = await asks({ method: 'OPTIONS', host, size: 500 }, `203.0.113.${n + 1}`);
      expect(statusOf([answer])).toEqual([200]);
      expect(answer).not.toMatch(/^(?:Allow|Supported|Server|Accept):/im);
    }
  });

  test('an INVITE of no user and no trunk is refused once', async () => {
    expect(statusOf(await asks({ method: 'INVITE', host: '10.0.0.1', size: 900, ...OFFER }))).toEqual([403]);
    await rig.clock.advance(60_000);
    expect(rig.network.lines(({ to }) => to.address === STRANGER)).toHaveLength(1);
  });

  test('a trunk and a user who has proved himself may use any tool', async () => {
    const tool = ['User-Agent: sipsak 0.9'];
    expect(statusOf(await asks({ method: 'OPTIONS', more: tool }, '198.51.100.1'))).toEqual([200]);
    rig.shield?.vouch(STRANGER);
    expect(statusOf(await asks({ method: 'OPTIONS', host: '10.0.0.1', more: tool }))).toEqual([200]);
  });
});

describe('SIP_EDGES: who a request is from is what our edge says, and nobody else', () => {
  const EDGE = '10.0.0.9';
  const says = (source: string) => [['X-Kommutator-Source', source]] as const;
  const register = (address: string, headers: readonly (readonly [string, string])[], o = {}) =>
    new Registration(rig.stack(address, 5000 + ++count), { headers: [...headers], ...o }).send();

  beforeEach(() => {
    rig = new Rig({ shield: { ...SHIELD, edges: [EDGE] }, privateOnly: true });
  });

  test.each([
    ['near by, as the edge says', EDGE, says('udp:192.168.1.5:5060'), 200],
    ['far away, as the edge says', EDGE, says('udp:203.0.113.9:5060'), 401],
    ['far away over IPv6', EDGE, says('tls:[2001:db8::9]:40000'), 401],
    ['somewhere, the edge does not say where', EDGE, [], 401],
    ['somewhere, the edge says nonsense', EDGE, says('udp:localhost:5060'), 401],
    ['near by without an edge', '192.168.1.5', [], 200],
    ['far away, says of himself that he is near', '203.0.113.9', says('udp:192.168.1.5:5060'), 401],
  ] as const)('a demo account whose phone is %s', async (_, address, headers, status) => {
    expect((await register(address, headers)).status).toBe(status);
  });

  test('one who guesses behind an edge is banned, others behind it are not', async () => {
    rig = new Rig({ shield: { ...SHIELD, edges: [EDGE] } });
    for (let n = 0; n < 30; n++)
      await register(EDGE, says('udp:203.0.113.9:5060'), {
        login: `user${n}`,
        password: 'x',
        callId: `e${n}`,
      });
    expect(rig.shield?.bans().map(({ source }) => source)).toEqual(['203.0.113.9']);
    expect((await register(EDGE, says('udp:203.0.113.10:5060'))).status).toBe(200);
    const silent = register(EDGE, says('udp:203.0.113.9:5060'));
    await rig.clock.advance(40_000);
    expect((await silent).status).toBe(408);
  });

  test('a trunk is known by the address the edge names; the field is not passed on', async () => {
    const trunks = [trunkOf('carrier', { trusts: ['198.51.100.1'] })];
    rig = new Rig({ shield: { ...SHIELD, edges: [EDGE] }, trunks });
    const field = (address: string) => [`X-Kommutator-Source: udp:${address}:5060`];
    const invite = { method: 'INVITE', host: `74951230001@10.0.0.1`, size: 900, body: SDP };
    const type = 'Content-Type: application/sdp';
    await asks({ ...invite, more: [type, ...field('198.51.100.2')] }, EDGE);
    expect(rig.arrivals).toHaveLength(0);
    await asks({ ...invite, more: [type, ...field('198.51.100.1')] }, '203.0.113.9');
    expect(rig.arrivals).toHaveLength(0);
    const wire = new Wire({ address: EDGE, port: 5061 });
    await wire.says(messageOf(EDGE, { ...invite, more: [type, ...field('198.51.100.1')] }));
    expect(rig.arrivals.map(({ from }) => from.kind)).toEqual(['trunk']);
    rig.arrival.leg.hangup(CAUSES.busy);
    await rig.clock.settle();
    const fromUs = rig.network.log.filter(({ from }) => from.address === EXCHANGE.address);
    expect(fromUs.filter(({ text }) => text.includes('X-Kommutator-Source'))).toEqual([]);
  });
});

describe('no amplifier', () => {
  const KINDS: readonly Raw[] = [
    { method: 'OPTIONS' },
    { method: 'REGISTER', from: `anna@${DOMAIN}` },
    { method: 'INVITE', from: `anna@${DOMAIN}` },
    { method: 'INVITE', from: `anna@${DOMAIN}`, ...OFFER },
    { method: 'INVITE', host: '10.0.0.1', ...OFFER },
    { method: 'SUBSCRIBE' },
    { method: 'PUBLISH' },
    { method: 'MESSAGE' },
    { method: 'BYE' },
    { method: 'CANCEL' },
    { method: 'FROB' },
    { method: 'OPTIONS', more: ['Require: magic'] },
    { method: 'OPTIONS', more: ['Max-Forwards: x'] },
    { method: 'REGISTER', from: `anna@${DOMAIN}`, more: ['Contact: *'] },
  ];

  test('whatever a stranger sends over UDP, one message goes back at most, and none longer but a challenge', async () => {
    for (const [n, raw] of KINDS.flatMap(kind =>
      [0, 400, 1_200].map(size => ({ ...kind, size })),
    ).entries()) {
      const address = `203.0.113.${n + 1}`;
      const question = messageOf(address, raw);
      const heard = await new Wire({ address }).says(question);
      const room = statusOf(heard).some(status => status === 401 || status === 407) ? 400 : 0;
      expect(heard.length).toBeLessThanOrEqual(1);
      expect(heard.join('').length).toBeLessThanOrEqual(question.length + room);
      await rig.clock.advance(40_000);
      expect(rig.network.lines(({ to }) => to.address === address).length).toBe(heard.length);
    }
  });

  test('RFC 3261 §22 a phone of an unknown address is challenged and registers', async () => {
    const headers = [['Contact', `<sip:anna@${STRANGER}>`]] as const;
    expect((await new Registration(rig.stack(STRANGER), { headers }).send()).status).toBe(200);
    expect(rig.shield?.isStranger({ ...EXCHANGE, address: STRANGER })).toBe(false);
  });
});

describe('USR-13.3 who guesses', () => {
  /** What a wrong password is answered, without what is random. */
  const answerTo = async (login: string, domain: string, address: string) => {
    const stack = rig.stack(address);
    const wrong = new Registration(stack, { login, domain, password: 'wrong', headers: [] });
    await wrong.send();
    const last = rig.network.log.findLast(({ to }) => to.address === address)?.text ?? '';
    return last
      .replace(/nonce="[^"]+"/g, 'nonce')
      .replace(/tag=[^\r;]+/g, 'tag')
      .replace(/branch=[^\r;]+/g, 'branch')
      .replaceAll(domain, 'domain')
      .replaceAll(login, 'login')
      .replaceAll(address, 'address');
  };

  test('the same bytes for a wrong password, an unknown login and an unknown domain', async () => {
    const known = await answerTo('anna', DOMAIN, '203.0.113.1');
    expect(known).toContain('SIP/2.0 401 Unauthorized');
    expect(await answerTo('nobody', DOMAIN, '203.0.113.2')).toBe(known);
    expect(await answerTo('anna', 'unknown.example', '203.0.113.3')).toBe(known);
  });

  /** So many wrong passwords, each for another login. */
  const guess = async (times: number, address = STRANGER, protocol: 'udp' | 'tcp' = 'udp') => {
    const exchange = { ...EXCHANGE, protocol };
    const stack = rig.stack(address);
    const statuses: number[] = [];
    for (let n = 0; n < times; n++) {
      const wrong = new Registration(stack, {
        login: `user${n}`,
        password: 'x',
        headers: [],
        callId: `g${n}`,
        exchange,
      });
      statuses.push((await rig.settles(wrong.send())).status);
    }
    return statuses;
  };

  test('thirty guesses ban the address, and a registered phone of the same address goes on', async () => {
    const phone = rig.phone('anna', STRANGER, { port: 6000 });
    await phone.registers();
    rig.shield?.vouch(STRANGER, 0);
    expect(await guess(30)).toEqual(Array.from({ length: 30 }, () => 401));
    expect(rig.shield?.bans().map(({ source }) => source)).toEqual([STRANGER]);
    expect(
      await new Wire({ address: STRANGER, port: 5070 }).says(messageOf(STRANGER, { method: 'OPTIONS' })),
    ).toEqual([]);
    expect(await phone.registers()).toBe(200);
  });

  test('answers to made-up nonces ban nobody: their source may be forged', async () => {
    const forged = `Authorization: Digest username="anna", realm="${DOMAIN}", nonce="abc", uri="sip:x", response="${'0'.repeat(32)}", algorithm=MD5`;
    const wire = new Wire({ address: STRANGER });
    for (let n = 0; n < 100; n++)
      await wire.says(messageOf(STRANGER, { method: 'REGISTER', more: [forged] }));
    expect(rig.shield?.counters.bans).toBe(0);
    const right = new Registration(rig.stack(STRANGER, 5071), { headers: [] });
    expect((await right.send()).status).toBe(200);
  });

  test('the trunk’s own address is never banned', async () => {
    await guess(100, '198.51.100.1');
    expect(rig.shield?.counters.bans).toBe(0);
  });

  test('over TCP the connections of a banned source are closed, those of its neighbours are not', async () => {
    rig = new Rig({ shield: SHIELD, protocol: 'tcp' });
    const asked: boolean[] = [];
    if (rig.shield)
      rig.shield.hangUp = unwanted => {
        for (const address of [STRANGER, '203.0.113.10'])
          asked.push(unwanted({ protocol: 'tcp', address, port: 5072 }));
      };
    await guess(30, STRANGER, 'tcp');
    expect(asked).toEqual([true, false]);
  });
});
