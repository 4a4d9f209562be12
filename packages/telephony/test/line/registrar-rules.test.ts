import { createHash, randomBytes } from 'node:crypto';
import { answerChallenge, type HeaderList, NonceCount, type SipResponse } from '@kommutator/sip';
import { beforeEach, describe, expect, test } from 'vitest';
import { DOMAIN, EXCHANGE, NOTHING, PASSWORD, Registration, Rig } from './support.ts';

const ANNA = '10.0.0.5';
const AOR = `<sip:anna@${DOMAIN}>`;
const URI = `sip:${DOMAIN}`;
let rig: Rig;
let anna: Registration;

const at = (port: number, params = ''): readonly [string, string] => [
  'Contact',
  `<sip:anna@${ANNA}:${port}>${params}`,
];
const contacts = () => rig.lines.contacts(DOMAIN, 'anna').map(one => one.contact.split(':').at(-1));
const told = (response: SipResponse) =>
  response.headers.all('Contact').map(text => /:(\d+)>;expires=(\d+)/.exec(text)?.slice(1).join(' for '));

beforeEach(() => {
  rig = new Rig();
  anna = new Registration(rig.stack(ANNA), { headers: [] });
});

describe('RFC 3261 §10.3 the registrar, rule by rule', () => {
  test('§10.2.1 several contacts in one REGISTER, each with its own time; the answer lists all that are left', async () => {
    const response = await anna.send([
      at(1, ';expires=100'),
      at(2, ';expires=200'),
      at(3),
      ['Expires', '300'],
    ]);
    expect(told(response)).toEqual(['3 for 300', '2 for 200', '1 for 100']);
    await rig.clock.advance(100_000);
    expect(contacts()).toEqual(['3', '2']);
    expect(told(await anna.send([]))).toEqual(['3 for 200', '2 for 100']);
    await rig.clock.advance(200_000);
    expect(contacts()).toEqual([]);
    expect(await rig.left()).toEqual(NOTHING);
  });

  test('§10.2.2 one of several is taken away by expires=0, an unknown one without a word', async () => {
    await anna.send([at(1), at(2)]);
    const response = await anna.send([at(1, ';expires=0'), at(9, ';expires=0'), at(3)]);
    expect([response.status, contacts()]).toEqual([200, ['3', '2']]);
  });

  test('§10.3 step 7: one interval that is too brief, and none of the contacts is bound', async () => {
    await anna.send([at(1)]);
    const response = await anna.send([at(1, ';expires=0'), at(2), at(3, ';expires=10')]);
    expect([response.status, contacts()]).toEqual([423, ['1']]);
  });

  test('§10.3 step 7: one contact that a later REGISTER has touched, and nothing of the earlier one counts', async () => {
    await anna.send([at(1)]);
    await anna.send([at(2)]);
    expect((await anna.send([at(1, ';expires=0'), at(3)], 1)).status).toBe(500);
    expect(contacts()).toEqual(['2', '1']);
  });

  test('§10.3 step 7: a phone that has restarted counts from 1 again, with another Call-ID', async () => {
    for (let n = 0; n < 3; n++) await anna.send([at(1)]);
    const again = new Registration(rig.stack('10.0.0.7'), {
      callId: 'reg-2',
      headers: [at(1, ';expires=100')],
    });
    expect(told(await again.send())).toEqual(['1 for 100']);
  });

  test('§10.2.1.2, §19.1.4: the preferred first, of equal ones the latest; a refresh may change it', async () => {
    await anna.send([at(1, ';q=0.5'), at(2, ';q=0.8')]);
    await anna.send([at(3, ';q=0.5')]);
    expect(contacts()).toEqual(['2', '3', '1']);
    await anna.send([at(1, ';q=1.0')]);
    expect(contacts()).toEqual(['1', '2', '3']);
    await anna.send([at(2, ';q=0')]);
    expect(contacts()).toEqual(['1', '3', '2']);
  });

  test('§10.3 step 8: the answer tells the time left, q, and a Date', async () => {
    await anna.send([at(1, ';q=0.25'), ['Expires', '120']]);
    await rig.clock.advance(30_500);
    const { headers } = await anna.send([]);
    expect(headers.get('Contact')).toBe(`<sip:anna@${ANNA}:1>;expires=90;q=0.25`);
    expect(Date.parse(headers.get('Date') ?? '')).toBe(Math.floor(rig.clock.wall() / 1000) * 1000);
  });

  test('RFC 3327 §5.3: each contact keeps the Path of its own REGISTER, in order; a refresh without it forgets it', async () => {
    const path = ['<sip:edge2.example;lr>', '<sip:edge1.example;lr;ob>'];
    const response = await anna.send([at(1), ['Path', path.join(', ')]]);
    expect(response.headers.all('Path')).toEqual(path);
    await anna.send([at(2)]);
    const stored = () =>
      Object.fromEntries(rig.registrations.load().map(one => [one.contact.split(':').at(-1), one.path]));
    expect(stored()).toEqual({ 1: path, 2: [] });
    await anna.send([at(1)]);
    expect(stored()).toEqual({ 1: [], 2: [] });
  });

  test('RFC 3327 §5.2: Require: path is understood', async () => {
    expect((await anna.send([at(1), ['Path', '<sip:e.example;lr>'], ['Require', 'path']])).status).toBe(200);
  });
});

/** REGISTER by hand, with whatever credentials. */
const register = (headers: HeaderList, cseq: number, stack = rig.stack('10.0.0.8')) =>
  stack.request(
    { method: 'REGISTER', uri: URI, from: AOR, to: AOR, callId: 'digest', cseq, headers },
    EXCHANGE,
  );

describe('RFC 3261 §22, RFC 7616 digest at the registrar', () => {
  const answer = (
    challenges: readonly string[],
    nonceCount = new NonceCount(),
  ): readonly [string, string] => [
    'Authorization',
    answerChallenge({
      challenges,
      username: 'anna',
      password: PASSWORD,
      method: 'REGISTER',
      uri: URI,
      nonceCount,
      random: size => randomBytes(size),
    }) ?? '',
  ];

  test.each(['MD5', 'SHA-256'])('RFC 8760 a phone that knows %s alone registers', async algorithm => {
    const stack = rig.stack('10.0.0.8');
    const challenge = await register([at(1)], 1, stack);
    const known = challenge.headers.all('WWW-Authenticate').filter(text => text.includes(`=${algorithm},`));
    const sent = answer(known);
    expect(sent[1]).toContain(`algorithm=${algorithm}`);
    expect((await register([at(1), sent], 2, stack)).status).toBe(200);
  });

  test('RFC 7616 §3.4 a nonce serves for refreshes by a rising count; a count that was used is stale, and challenged anew', async () => {
    const stack = rig.stack('10.0.0.8');
    const { headers } = await register([at(1)], 1, stack);
    const count = new NonceCount();
    const challenges = headers.all('WWW-Authenticate');
    const first = answer(challenges, count);
    expect((await register([at(1), first], 2, stack)).status).toBe(200);
    const second = answer(challenges, count);
    expect(second[1]).toContain('nc=00000002');
    expect((await register([at(1), second], 3, stack)).status).toBe(200);
    const replayed = await register([at(2), first], 4, stack);
    expect(replayed.status).toBe(401);
    expect(replayed.headers.all('WWW-Authenticate').every(text => text.includes('stale=true'))).toBe(true);
    expect(contacts()).toEqual(['1']);
    const renewed = answer(replayed.headers.all('WWW-Authenticate'), count);
    expect(renewed[1]).toContain('nc=00000001');
    expect((await register([at(2), renewed], 5, stack)).status).toBe(200);
  });

  test('RFC 7616 §3.3 a nonce of six minutes ago is stale: the phone is not taken for a guesser', async () => {
    const stack = rig.stack('10.0.0.8');
    const { headers } = await register([at(1)], 1, stack);
    const sent = answer(headers.all('WWW-Authenticate'));
    await rig.clock.advance(6 * 60_000);
    for (let n = 0; n < 12; n++) {
      const response = await register([at(1), sent], 2 + n, stack);
      expect([response.status, response.headers.get('WWW-Authenticate')?.includes('stale=true')]).toEqual([
        401,
        true,
      ]);
      const again = answer(response.headers.all('WWW-Authenticate'));
      expect((await register([at(1), again], 100 + n, stack)).status).toBe(200);
    }
  });

  test('RFC 2617 §3.2.2 a phone that knows no qop registers', async () => {
    const stack = rig.stack('10.0.0.8');
    const { headers } = await register([at(1)], 1, stack);
    const nonce = /nonce="([^"]+)"/.exec(headers.get('WWW-Authenticate') ?? '')?.[1] ?? '';
    const md5 = (text: string) => createHash('md5').update(text).digest('hex');
    const response = md5(`${md5(`anna:${DOMAIN}:${PASSWORD}`)}:${nonce}:${md5(`REGISTER:${URI}`)}`);
    const value = `Digest username="anna", realm="${DOMAIN}", nonce="${nonce}", uri="${URI}", response="${response}"`;
    expect((await register([at(1), ['Authorization', value]], 2, stack)).status).toBe(200);
  });

  test('RFC 7616 §3.4.6 an answer for another realm, user, count, quality or scheme is not taken', async () => {
    const stack = rig.stack('10.0.0.8');
    const { headers } = await register([at(1)], 1, stack);
    const good = answer(headers.all('WWW-Authenticate'))[1];
    const bad = [
      good.replace('username="anna"', 'username="boris"'),
      good.replace(`realm="${DOMAIN}"`, 'realm="other.example"'),
      good.replace(/response="\w{8}/, 'response="00000000'),
      good.replace(/nc=\w+/, 'nc=00000002'),
      good.replace('qop=auth', 'qop=auth-int'),
      good.replace('Digest ', 'Basic '),
    ];
    for (const [index, value] of bad.entries()) {
      const { status } = await register([at(1), ['Authorization', value]], 2 + index, stack);
      expect([400, 401, 403]).toContain(status);
    }
    expect(contacts()).toEqual([]);
    expect((await register([at(1), ['Authorization', good]], 20, stack)).status).toBe(200);
  });
});
