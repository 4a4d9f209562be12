import { readFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listenHttp } from '../src/index.ts';
import { type Cabinet, DEMO, openCabinet, PASSWORD } from './support/cabinet.ts';

const MINUTE = 60_000;
let cabinet: Cabinet;
beforeAll(async () => {
  cabinet = await openCabinet();
});
afterAll(() => cabinet[Symbol.asyncDispose]());
beforeEach(() => cabinet.clock.advance(16 * MINUTE));

const credentials = { domain: DEMO, login: 'anna', password: PASSWORD };
const signedIn = async (login = 'anna') => {
  const browser = cabinet.browser();
  expect((await browser.signIn(login)).status).toBe(200);
  return browser;
};

describe('SECURITY: sessions', () => {
  it('fixation: a cookie the attacker set beforehand names nothing after the sign-in', async () => {
    const victim = cabinet.browser();
    const planted = 'A'.repeat(43);
    victim.cookie = planted;
    await victim.signIn('anna');
    expect(victim.cookie).not.toBe(planted);
    const attacker = cabinet.browser();
    attacker.cookie = planted;
    expect((await attacker.ask('GET', '/api/session')).status).toBe(401);
  });

  it('every sign-in has a token of its own, of 256 bits', async () => {
    const [one, two] = [await signedIn(), await signedIn()];
    expect(one.cookie).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(one.cookie).not.toBe(two.cookie);
    expect(one.csrf).not.toBe(two.csrf);
  });

  it.each(['', 'x', `${'A'.repeat(42)}é`, "' OR '1'='1", 'A'.repeat(5_000)])(
    'cookie «%s» is no session',
    async cookie => {
      const browser = cabinet.browser();
      browser.cookie = cookie;
      expect((await browser.ask('GET', '/api/session')).status).toBe(401);
    },
  );

  it('two cookies of the name are no session: a neighbour’s domain may have set one', async () => {
    const browser = await signedIn();
    const pair = `kommutator_session=${browser.cookie}; kommutator_session=${'A'.repeat(43)}`;
    expect((await browser.ask('GET', '/api/session', undefined, { cookie: pair })).status).toBe(401);
  });

  it('over HTTP the cookie is HttpOnly and SameSite=Lax, over HTTPS Secure too; a renewed certificate needs no restart', async () => {
    const pem = (name: string) =>
      readFileSync(new URL(`../../sip/test/support/tls/${name}.pem`, import.meta.url), 'utf8');
    const certificate = (name: string) => ({ cert: pem(`${name}.cert`), key: pem(`${name}.key`) });
    const plain = await cabinet.browser().ask('POST', '/api/session', credentials);
    expect(String(plain.headers['set-cookie'])).toMatch(/; Path=\/; HttpOnly; SameSite=Lax$/);
    const listening = await listenHttp(cabinet.web, {
      host: '127.0.0.1',
      port: 0,
      certificate: certificate('one'),
    });
    const signIn = () =>
      new Promise<{ cookie: string; issuer: string }>((resolve, reject) => {
        const asked = httpsRequest(
          {
            host: '127.0.0.1',
            port: listening.port,
            path: '/api/session',
            method: 'POST',
            agent: false,
            rejectUnauthorized: false,
            headers: { 'content-type': 'application/json' },
          },
          response => {
            response.resume();
            const socket = response.socket as import('node:tls').TLSSocket;
            resolve({
              cookie: String(response.headers['set-cookie']),
              issuer: socket.getPeerCertificate().fingerprint256,
            });
          },
        );
        asked.on('error', reject);
        asked.end(JSON.stringify(credentials));
      });
    const first = await signIn();
    expect(first.cookie).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    listening.renew(certificate('two'));
    expect((await signIn()).issuer).not.toBe(first.issuer);
    await listening.close();
  });

  it('ACC-5.3 the administrator flag taken away takes effect at the very next request', async () => {
    const admin = await signedIn('admin');
    expect((await admin.ask('GET', '/api/session')).body.rights).toContain('users.read');
    const { domains } = await cabinet.store.loadDirectory();
    const domain = domains.find(each => each.name === DEMO);
    const snapshot = domain && (await cabinet.store.loadDomain(domain.id));
    const user = snapshot?.users.find(each => each.login === 'admin');
    if (!domain || !user) throw new Error('no admin');
    const { systemActor, updateUser } = await import('@kommutator/store');
    const flag = (isDomainAdmin: boolean) =>
      cabinet.store.inDomain(systemActor('test'), domain.id, tx =>
        updateUser(tx, user.id, { isDomainAdmin }),
      );
    await flag(false);
    expect((await admin.ask('GET', '/api/session')).body.rights).not.toContain('users.read');
    await flag(true);
  });
});

describe('SECURITY: requests of other sites', () => {
  it.each([
    ['no token', { 'x-csrf-token': '' }, 'access.csrf'],
    ['a wrong token', { 'x-csrf-token': 'A'.repeat(43) }, 'access.csrf'],
    ['a foreign Origin', { origin: 'https://evil.example' }, 'access.foreignOrigin'],
    ['a sandboxed frame', { origin: 'null' }, 'access.foreignOrigin'],
    ['our name under another scheme', { origin: 'https://pbx.example.test' }, 'access.foreignOrigin'],
    ['our name as a beginning', { origin: 'http://pbx.example.test.evil.example' }, 'access.foreignOrigin'],
    ['Sec-Fetch-Site: cross-site', { 'sec-fetch-site': 'cross-site' }, 'access.foreignOrigin'],
    ['Sec-Fetch-Site: same-site', { 'sec-fetch-site': 'same-site' }, 'access.foreignOrigin'],
  ])('ACC-5 a change with %s is 403 and changes nothing', async (_title, headers, code) => {
    const browser = await signedIn();
    const { status, body } = await browser.ask('PATCH', '/api/me', { position: 'Захвачено' }, headers);
    expect([status, body.code]).toEqual([403, code]);
    expect((await browser.ask('GET', '/api/session')).body.user.position).toBeNull();
  });

  it('the token of another session does not do', async () => {
    const [anna, boris] = [await signedIn('anna'), await signedIn('boris')];
    const stolen = { 'x-csrf-token': boris.csrf ?? '' };
    expect((await anna.ask('PATCH', '/api/me', { position: 'x' }, stolen)).status).toBe(403);
  });

  it('our own page passes', async () => {
    const browser = await signedIn('gleb');
    const own = { origin: 'http://pbx.example.test', 'sec-fetch-site': 'same-origin' };
    expect((await browser.ask('PATCH', '/api/me', { position: 'Оператор' }, own)).status).toBe(200);
  });

  it('nobody is signed in by another site (login CSRF)', async () => {
    const browser = cabinet.browser();
    const foreign = { origin: 'https://evil.example' };
    expect((await browser.ask('POST', '/api/session', credentials, foreign)).status).toBe(403);
  });

  it('a form of another site cannot send JSON: other types are 415', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ]) {
      const { statusCode } = await cabinet.web.inject({
        method: 'POST',
        url: '/api/session',
        headers: { 'content-type': type },
        payload: JSON.stringify(credentials),
      });
      expect(statusCode, type).toBe(415);
    }
  });

  it('no other site may read an answer: there is not a word of CORS', async () => {
    const browser = await signedIn();
    const { headers } = await browser.ask('GET', '/api/session', undefined, {
      origin: 'https://evil.example',
    });
    expect(Object.keys(headers).filter(name => name.startsWith('access-control-'))).toEqual([]);
  });
});

describe('SECURITY: what is sent to the API', () => {
  const post = (payload: string | Buffer, headers: Record<string, string> = {}) =>
    cabinet.web.inject({
      method: 'POST',
      url: '/api/session',
      headers: { 'content-type': 'application/json', ...headers },
      payload,
    });

  it.each([
    ['no JSON', '{"login":'],
    ['nothing', ''],
    ['prototype pollution', '{"__proto__":{"isAdmin":true},"login":"a","password":"b","domain":"c"}'],
    ['prototype pollution by constructor', '{"constructor":{"prototype":{"isAdmin":true}},"login":"a"}'],
    ['deep nesting', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
  ])('%s is refused without harm', async (_title, payload) => {
    const { statusCode } = await post(payload);
    expect([400, 422]).toContain(statusCode);
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
  });

  it('a body of more than 256 KiB is 413', async () => {
    const answer = await post(JSON.stringify({ ...credentials, password: 'x'.repeat(300_000) }));
    expect([answer.statusCode, answer.json().code]).toEqual([413, 'request.tooLarge']);
  });

  it('a password of 100 000 characters is not hashed', async () => {
    const answer = await post(JSON.stringify({ ...credentials, password: 'x'.repeat(100_000) }));
    expect(answer.statusCode).toBe(422);
  });

  it.each([
    [{ ...credentials, login: { $ne: null } }],
    [{ ...credentials, login: ['anna'] }],
    [{ ...credentials, password: null }],
    [{ ...credentials, remember: 'yes' }],
    ['anna'],
    [null],
    [42],
  ])('%j is 400 or 422, never more', async payload => {
    expect([400, 422]).toContain((await post(JSON.stringify(payload))).statusCode);
  });

  it('text that PostgreSQL cannot store is no failure of ours', async () => {
    const browser = cabinet.browser();
    expect((await browser.signIn('an\u0000na')).status).toBe(400);
    expect((await browser.ask('GET', '/api/password-recovery/a%00b')).status).toBe(400);
    for (const login of ['\ud800', "anna'--", '%', 'a'.repeat(300)])
      expect((await browser.signIn(login)).status).toBe(401);
    const anna = await signedIn('boris');
    for (const position of ['\u0000', 'x\u0000y'])
      expect((await anna.ask('PATCH', '/api/me', { position })).status).toBe(400);
  });

  it('the host a request names appears in no answer and no letter', async () => {
    const evil = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-for': '10.0.0.1' };
    const boris = await signedIn('boris');
    await boris.ask('PATCH', '/api/me', { email: 'boris@example.test' });
    const asked = await cabinet
      .browser()
      .ask('POST', '/api/password-recovery', { domain: DEMO, login: 'boris' }, evil);
    await cabinet.access.background.settled();
    const [letter] = await cabinet.store.access.dueLetters(cabinet.clock.wall(), 1);
    const text = cabinet.box.open(letter?.content ?? '');
    expect(text).toContain('https://pbx.example.test/password/');
    expect(text).not.toContain('evil');
    const session = await cabinet.browser().ask('POST', '/api/session', credentials, evil);
    expect(JSON.stringify([asked, session])).not.toContain('evil');
  });

  it('an address a proxy header claims is not believed', async () => {
    const browser = cabinet.browser('192.0.2.77');
    await browser.ask('POST', '/api/session', credentials, { 'x-forwarded-for': '10.0.0.1' });
    expect(
      (await browser.ask('GET', '/api/sessions')).body.items.map((each: { address: string }) => each.address),
    ).toContain('192.0.2.77');
  });

  it('of a proxy on this machine it is: the last address it names, and TLS that ends there', async () => {
    const proxied = cabinet.browser('127.0.0.1');
    const said = { 'x-forwarded-for': '10.9.9.9, 203.0.113.50', 'x-forwarded-proto': 'https' };
    const { headers } = await proxied.ask('POST', '/api/session', credentials, said);
    expect(String(headers['set-cookie'])).toContain('; Secure');
    const { body } = await proxied.ask('GET', '/api/sessions', undefined, said);
    expect(body.items.find((each: { current: boolean }) => each.current).address).toBe('203.0.113.50');
    const own = { ...said, origin: 'https://pbx.example.test' };
    expect((await proxied.ask('PATCH', '/api/me', { language: 'ru' }, own)).status).toBe(200);
  });

  it('nothing ever redirects', async () => {
    for (const url of [
      '/api/session?next=https://evil.example',
      '//evil.example',
      '/\\evil.example',
      '/api/session/',
    ]) {
      const { headers, status } = await cabinet.browser().ask('GET', url);
      expect(headers.location, url).toBeUndefined();
      expect(status).toBeGreaterThanOrEqual(400);
    }
  });
});

describe('SECURITY: rates', () => {
  it('a session that asks without end is slowed down: 429 with Retry-After; others are not', async () => {
    const [greedy, modest] = [await signedIn('anna'), await signedIn('boris')];
    const codes: number[] = [];
    let last = await greedy.ask('GET', '/api/session');
    for (let n = 0; n < 210 && last.status === 200; n++) {
      last = await greedy.ask('GET', '/api/session');
      codes.push(last.status);
    }
    expect([last.status, last.body.code, last.headers['retry-after']]).toEqual([429, 'request.tooMany', '1']);
    expect(codes.length).toBeGreaterThan(100);
    expect((await modest.ask('GET', '/api/session')).status).toBe(200);
    await cabinet.clock.advance(1_000);
    expect((await greedy.ask('GET', '/api/session')).status).toBe(200);
  });

  it('a stranger who guesses links is slowed down; machines that ask for health are not', async () => {
    const stranger = cabinet.browser('203.0.113.5');
    let last = 0;
    for (let n = 0; n < 310 && last !== 429; n++)
      last = (await stranger.ask('GET', `/api/password-recovery/${String(n).padStart(43, 'A')}`)).status;
    expect(last).toBe(429);
    expect((await stranger.ask('GET', '/health')).status).toBe(200);
    expect((await cabinet.browser('203.0.113.6').ask('GET', '/api/password-recovery/x')).status).toBe(410);
  });

  it('all addresses of one IPv6 subscriber are one stranger, another subscriber is not', async () => {
    const guess = async (address: string) =>
      (await cabinet.browser(address).ask('GET', '/api/password-recovery/x')).status;
    let last = 0;
    for (let n = 1; n < 310 && last !== 429; n++) last = await guess(`2001:db8:1:2::${n.toString(16)}`);
    expect(last).toBe(429);
    expect(await guess('2001:db8:1:3::1')).toBe(410);
  });
});
