import type { HeaderList, SipResponse } from '@kommutator/sip';
import { beforeEach, describe, expect, test } from 'vitest';
import { Credentials } from '../../src/testing/phone/credentials.ts';
import { DOMAIN, EXCHANGE, NOTHING, PASSWORD, Registration, Rig } from './support.ts';

const ANNA = '10.0.0.5';
let rig: Rig;

beforeEach(() => {
  rig = new Rig();
});

const registers = (headers: HeaderList, login = 'anna', to?: string) =>
  new Registration(rig.stack(ANNA), { login, headers, ...(to !== undefined && { to }) }).send();

describe('a REGISTER that means harm', () => {
  test('RFC 3261 §10.3 step 4: own credentials do not bind a contact to somebody else', async () => {
    const response = await registers([['Contact', `<sip:x@${ANNA}>`]], 'anna', `sip:boris@${DOMAIN}`);
    expect(response.status).toBe(403);
    expect(rig.lines.contacts(DOMAIN, 'boris')).toEqual([]);
  });

  test.each([
    ['a contact of 3 000 characters', [['Contact', `<sip:${'a'.repeat(3000)}@${ANNA}>`]]],
    [
      'a Path of 3 000 characters',
      [
        ['Contact', `<sip:a@${ANNA}>`],
        ['Path', `<sip:${'a'.repeat(3000)}@e;lr>`],
      ],
    ],
  ] as [string, HeaderList][])(
    '%s is 400: it would be kept in memory, on disk and in an index',
    async (_, headers) => {
      expect((await registers(headers)).status).toBe(400);
      expect(rig.lines.counters().registrations).toBe(0);
    },
  );

  test('an instance of 3 000 characters names no phone', async () => {
    await registers([['Contact', `<sip:a@${ANNA}>;+sip.instance="<${'u'.repeat(3000)}>"`]]);
    expect(rig.registrations.load().map(record => record.instance)).toEqual([null]);
  });

  test('a thousand contacts are refused, * with others too, and change nothing', async () => {
    const thousand = Array.from({ length: 1000 }, (_, n) => `<sip:a@${ANNA}:${n + 1}>`).join(', ');
    expect((await registers([['Contact', thousand]])).status).toBe(403);
    rig = new Rig();
    expect(
      (
        await registers([
          ['Contact', `*, <sip:a@${ANNA}>`],
          ['Expires', '0'],
        ])
      ).status,
    ).toBe(400);
    expect(rig.lines.counters().registrations).toBe(0);
  });

  test.each(['4294967296', '99999999999999999999', '-1', '1e9'])(
    'Expires: %s lasts an hour at most',
    async expires => {
      expect(
        (
          await registers([
            ['Contact', `<sip:a@${ANNA}>`],
            ['Expires', expires],
          ])
        ).status,
      ).toBe(200);
      const [record] = rig.registrations.load();
      expect((record?.expiresAt ?? 0) - rig.clock.wall()).toBeLessThanOrEqual(3_600_000);
    },
  );
});

describe('a digest that means harm', () => {
  const ask = async (authorization: (challenge: SipResponse) => readonly [string, string]) => {
    const stack = rig.stack(ANNA);
    const init = {
      method: 'REGISTER',
      uri: `sip:${DOMAIN}`,
      from: `<sip:anna@${DOMAIN}>`,
      to: `<sip:anna@${DOMAIN}>`,
    };
    const challenge = await stack.request(init, EXCHANGE);
    const said = authorization(challenge);
    const answers: SipResponse[] = [];
    for (let i = 0; i < 2; i++)
      answers.push(await stack.request({ ...init, headers: [said], cseq: 2 + i }, EXCHANGE));
    return answers;
  };
  const answer = (challenge: SipResponse) => {
    const said = new Credentials({ username: 'anna', password: PASSWORD }).answer(
      challenge,
      'REGISTER',
      `sip:${DOMAIN}`,
    );
    if (!said) throw new Error('not challenged');
    return said;
  };

  test('RFC 7616 §3.4: an answer overheard is worth nothing a second time', async () => {
    const [first, again] = await ask(answer);
    expect([first?.status, again?.status]).toEqual([200, 401]);
    expect(again?.headers.all('WWW-Authenticate')[0]).toContain('stale=true');
  });

  test.each([
    ['of another realm', (text: string) => text.replace(DOMAIN, 'filial.kommutator.test')],
    [
      'with a nonce of our own making',
      (text: string) => text.replace(/nonce="[^"]+"/, `nonce="${'A'.repeat(36)}"`),
    ],
    ['without response', (text: string) => text.replace(/response="[^"]+"/, 'response=""')],
    ['with a name twice', (text: string) => `${text}, username="boris"`],
    ['with an unknown algorithm', (text: string) => text.replace(/algorithm=[^,]+/, 'algorithm=MD4')],
  ])('an answer %s is challenged', async (_, spoil) => {
    const answers = await ask(challenge => {
      const [name, value] = answer(challenge);
      return [name, spoil(value)];
    });
    expect(answers.map(({ status }) => status)).toEqual([401, 401]);
    expect(await rig.left()).toEqual(NOTHING);
  });
});
