import { randomBytes } from 'node:crypto';
import { digestHa1 } from '@kommutator/store';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Cabinet, DEMO, openCabinet, PASSWORD } from './support/cabinet.ts';

const MINUTE = 60_000;
let cabinet: Cabinet;
beforeAll(async () => {
  cabinet = await openCabinet();
});
afterAll(() => cabinet[Symbol.asyncDispose]());
beforeEach(() => cabinet.clock.advance(61 * MINUTE));

const signedIn = async (login: string, password = PASSWORD) => {
  const browser = cabinet.browser();
  expect((await browser.signIn(login, DEMO, password)).status).toBe(200);
  return browser;
};

/** Whether a phone of this user may register with it. */
async function phoneTakes(login: string, password: string): Promise<boolean> {
  const { credentials, domains } = await cabinet.store.loadDirectory();
  const domain = domains.find(each => each.name === DEMO);
  const stored = credentials.find(each => each.login === login && each.domain === domain?.id);
  if (!stored) throw new Error(`no credential of ${login}`);
  const expected = digestHa1('sha256', login, DEMO, password);
  return cabinet.box.open(stored.ha1.sha256) === expected;
}

interface Letter {
  readonly id: string;
  readonly recipient: string;
  readonly subject: string;
  readonly text: string;
}

/** The letters that wait, opened and taken away. */
async function letters(): Promise<Letter[]> {
  const due = await cabinet.store.access.dueLetters(cabinet.clock.wall(), 100);
  for (const { id } of due)
    await cabinet.store.access.letterTried(id, { now: cabinet.clock.wall(), failure: null });
  return due.map(each => ({
    id: each.id,
    recipient: each.recipient,
    ...JSON.parse(cabinet.box.open(each.content)),
  }));
}

/** Asks, and waits until what it set going is through: the answer comes before it. */
async function askForLink(login: string, domain = DEMO, ip = '192.0.2.1') {
  const answer = await cabinet.browser(ip).ask('POST', '/api/password-recovery', { domain, login });
  await cabinet.access.background.settled();
  return answer;
}

describe('ACC-16 own password', () => {
  it('ACC-16 is changed for cabinet and phones at once; other sessions end, this one goes on under another token', async () => {
    const [here, there] = [await signedIn('anna'), await signedIn('anna')];
    const stolen = here.cookie;
    const changed = await here.ask('PUT', '/api/me/password', { current: PASSWORD, password: 'Passw0rd9' });
    expect(changed.status).toBe(200);
    expect(here.cookie).not.toBe(stolen);
    expect((await here.ask('GET', '/api/session')).status).toBe(200);
    expect((await there.ask('GET', '/api/session')).status).toBe(401);
    here.cookie = stolen;
    expect((await here.ask('GET', '/api/session')).status).toBe(401);
    expect((await cabinet.browser().signIn('anna')).status).toBe(401);
    await signedIn('anna', 'Passw0rd9');
    expect([await phoneTakes('anna', PASSWORD), await phoneTakes('anna', 'Passw0rd9')]).toEqual([
      false,
      true,
    ]);
  });

  it('ACC-16 a remembered session stays remembered', async () => {
    const browser = cabinet.browser();
    const credentials = { domain: DEMO, login: 'gleb', password: PASSWORD, remember: true };
    await browser.ask('POST', '/api/session', credentials);
    await cabinet.clock.advance(24 * 60 * MINUTE);
    const change = { current: PASSWORD, password: 'Passw0rd9' };
    const { headers } = await browser.ask('PUT', '/api/me/password', change);
    expect(headers['set-cookie']).toContain(`Max-Age=${29 * 86_400};`);
    await browser.ask('PUT', '/api/me/password', { current: 'Passw0rd9', password: PASSWORD });
  });

  it('ACC-16 who comes while too many passwords are hashed is told so, and nothing is changed', async () => {
    const browser = await signedIn('gleb');
    const { hashing } = cabinet.access;
    const hash = hashing.hash.bind(hashing);
    const crowd: Promise<unknown>[] = [];
    hashing.hash = password => {
      for (let n = 0; n < 42; n++) crowd.push(hashing.verify(null, 'x'));
      return hash(password);
    };
    const changed = await browser.ask('PUT', '/api/me/password', {
      current: PASSWORD,
      password: 'Passw0rd9',
    });
    hashing.hash = hash;
    await Promise.all(crowd);
    expect([changed.status, changed.body.code]).toEqual([503, 'server.busy']);
    expect(await phoneTakes('gleb', PASSWORD)).toBe(true);
  });

  it('ACC-16 the row of the action history holds neither password', async () => {
    const rows = await cabinet.dump('action_history');
    expect(rows).toContain('cabinet_password');
    expect(rows).not.toContain('Passw0rd9');
    expect(rows).not.toContain('argon2');
  });

  it('ACC-16 a wrong current password is 422 at its field and changes nothing; the sixth makes a pause', async () => {
    const browser = await signedIn('boris');
    const attempt = () => browser.ask('PUT', '/api/me/password', { current: 'wrong', password: 'Passw0rd9' });
    const first = await attempt();
    expect([first.status, first.body.errors]).toEqual([
      422,
      [{ field: 'current', code: 'password.wrong', parameters: {}, message: 'Неверный текущий пароль' }],
    ]);
    for (let more = 0; more < 4; more++) expect((await attempt()).status).toBe(422);
    expect((await attempt()).status).toBe(429);
    expect(await phoneTakes('boris', PASSWORD)).toBe(true);
  });

  it.each([
    ['abc12', 'password.short'],
    ['abcdef', 'password.digit'],
    ['пароль1', 'password.characters'],
    ['boris', 'password.short'],
  ])('ACC-16 «%s» is refused by %s', async (password, code) => {
    const browser = await signedIn('boris');
    const { status, body } = await browser.ask('PUT', '/api/me/password', { current: PASSWORD, password });
    expect([status, body.errors[0].code]).toEqual([422, code]);
  });

  it('POOL-24 a pool’s administrator and the provider’s own change theirs too', async () => {
    for (const login of ['super', 'root']) {
      const browser = cabinet.browser();
      await browser.signIn(login, '');
      const change = { current: PASSWORD, password: 'Passw0rd9' };
      expect((await browser.ask('PUT', '/api/me/password', change)).status).toBe(200);
      expect((await cabinet.browser().signIn(login, '')).status).toBe(401);
      expect((await cabinet.browser().signIn(login, '', 'Passw0rd9')).status).toBe(200);
    }
  });
});

describe('ACC-7 password recovery', () => {
  beforeAll(async () => {
    const vera = await signedIn('vera');
    expect((await vera.ask('PATCH', '/api/me', { email: 'vera@example.test' })).status).toBe(200);
  });

  const linkOf = (letter: Letter | undefined): string =>
    letter?.text.match(/https:\/\/pbx\.example\.test\/password\/(\S+)/)?.[1] ?? '';

  it('ACC-7 a letter with a link; it sets the password once, ends sessions, and a notice follows', async () => {
    const open = await signedIn('vera');
    expect((await askForLink('vera')).status).toBe(202);
    const [letter, ...others] = await letters();
    expect(others).toEqual([]);
    expect([letter?.recipient, letter?.subject]).toEqual(['vera@example.test', 'Восстановление пароля']);
    const token = linkOf(letter);
    const browser = cabinet.browser();
    expect((await browser.ask('GET', `/api/password-recovery/${token}`)).body).toEqual({
      login: 'vera',
      domain: DEMO,
    });
    expect((await browser.ask('POST', `/api/password-recovery/${token}`, { password: 'abc' })).status).toBe(
      422,
    );
    const set = await browser.ask('POST', `/api/password-recovery/${token}`, { password: 'Passw0rd9' });
    expect(set.status).toBe(204);
    expect((await open.ask('GET', '/api/session')).status).toBe(401);
    expect((await cabinet.browser().signIn('vera')).status).toBe(401);
    await signedIn('vera', 'Passw0rd9');
    expect(await phoneTakes('vera', 'Passw0rd9')).toBe(true);
    expect((await letters()).map(each => each.subject)).toEqual(['Пароль изменён']);
    const again = await browser.ask('POST', `/api/password-recovery/${token}`, { password: 'Another1' });
    expect([again.status, again.body.title]).toEqual([410, 'Ссылка недействительна или устарела']);
    expect((await browser.ask('GET', `/api/password-recovery/${token}`)).status).toBe(410);
  });

  it('ACC-7 after 61 minutes the link is old', async () => {
    await askForLink('vera');
    const token = linkOf((await letters())[0]);
    await cabinet.clock.advance(61 * MINUTE);
    const late = await cabinet
      .browser()
      .ask('POST', `/api/password-recovery/${token}`, { password: 'Another1' });
    expect(late.status).toBe(410);
    await signedIn('vera', 'Passw0rd9');
  });

  it('ACC-7 two tabs with one link: one of them sets the password', async () => {
    await askForLink('vera');
    const token = linkOf((await letters())[0]);
    const both = await Promise.all(
      ['First111', 'Second22'].map(password =>
        cabinet.browser().ask('POST', `/api/password-recovery/${token}`, { password }),
      ),
    );
    expect(both.map(each => each.status).sort()).toEqual([204, 410]);
  });

  it.each([
    ['an unknown login', 'ghost', DEMO],
    ['an unknown domain', 'vera', 'no.such'],
    ['a user without an address', 'gleb', DEMO],
  ])('ACC-7 %s: the same answer, no letter', async (_title, login, domain) => {
    const known = await askForLink('vera');
    await letters();
    const { status, body, headers } = await askForLink(login, domain);
    expect([status, body]).toEqual([known.status, known.body]);
    expect(Object.keys(headers).sort()).toEqual(Object.keys(known.headers).sort());
    expect(await letters()).toEqual([]);
  });

  it('ACC-7 at most three letters an hour for one user, the answer stays', async () => {
    for (let n = 0; n < 5; n++) expect((await askForLink('vera', DEMO, `192.0.2.${n}`)).status).toBe(202);
    expect(await letters()).toHaveLength(3);
    await cabinet.clock.advance(61 * MINUTE);
    await askForLink('vera');
    expect(await letters()).toHaveLength(1);
  });

  it('ACC-7 at most ten letters an hour for one address', async () => {
    for (let n = 0; n < 10; n++) await askForLink(`ghost${n}`, DEMO, '198.51.100.7');
    await askForLink('vera', DEMO, '198.51.100.7');
    expect(await letters()).toEqual([]);
  });

  it('ACC-7 letters are sealed while they wait and empty when they are sent', async () => {
    await askForLink('vera');
    const waiting = await cabinet.dump('letter');
    expect(waiting).toContain('"content": "v1:'.replace(' ', ''));
    expect(waiting).not.toContain('pbx.example.test');
    const [letter] = await letters();
    expect(await cabinet.dump('letter')).not.toContain('v1:');
    const { domains } = await cabinet.store.loadDirectory();
    const domain = domains.find(each => each.name === DEMO)?.id ?? null;
    const [logged] = await cabinet.store.access.mailLog(domain, 1);
    expect(logged).toMatchObject({ kind: 'password-link', recipient: 'vera@example.test', state: 'sent' });
    expect(await cabinet.dump('password_link')).not.toContain(linkOf(letter));
  });

  it.each(['', 'x', randomBytes(32).toString('base64url'), "' OR 1=1 --", '../session'])(
    'ACC-7 «%s» is no link',
    async token => {
      const { status } = await cabinet
        .browser()
        .ask('GET', `/api/password-recovery/${encodeURIComponent(token)}`);
      expect([404, 410]).toContain(status);
    },
  );
});

describe('ACC-8 own profile', () => {
  it('ACC-8 the owner changes name, position and language, and the row says so', async () => {
    const browser = await signedIn('gleb');
    const { body, status } = await browser.ask('PATCH', '/api/me', {
      displayName: 'Глеб Глебов',
      position: 'Старший оператор',
      language: 'en',
    });
    expect([status, body.user]).toMatchObject([
      200,
      { displayName: 'Глеб Глебов', position: 'Старший оператор', language: 'en' },
    ]);
    expect((await browser.ask('DELETE', '/api/sessions/x')).body.title).toBe('Not found');
    expect(await cabinet.dump('action_history')).toContain('Старший оператор');
  });

  it.each([
    ['extension', { extension: '200' }],
    ['isDomainAdmin', { isDomainAdmin: true }],
    ['login', { login: 'root' }],
    ['a field nobody knows', { balance: 1 }],
  ])('ACC-8 %s is not the owner’s to change', async (_title, change) => {
    const browser = await signedIn('gleb');
    const before = (await browser.ask('GET', '/api/session')).body;
    const { status } = await browser.ask('PATCH', '/api/me', change);
    expect(status).toBe(422);
    expect((await browser.ask('GET', '/api/session')).body).toEqual(before);
  });

  it('a stale form is 409 and says what somebody else changed, by whom and when; other fields are no conflict', async () => {
    const [one, two] = [await signedIn('gleb'), await signedIn('gleb')];
    const etag = String((await one.ask('GET', '/api/session')).headers.etag);
    await cabinet.clock.advance(1_000);
    await two.ask('PATCH', '/api/me', { displayName: 'Глеб Второй' });
    const at = new Date(cabinet.clock.wall()).toISOString();
    const refused = await one.ask('PATCH', '/api/me', { displayName: 'Глеб Первый' }, { 'if-match': etag });
    expect([refused.status, refused.body.code, refused.body.changed]).toEqual([
      409,
      'version_conflict',
      [{ field: 'displayName', yours: 'Глеб Первый', theirs: 'Глеб Второй', by: 'Глеб Глебов', at }],
    ]);
    expect((await one.ask('PATCH', '/api/me', { position: 'Оператор' }, { 'if-match': etag })).status).toBe(
      200,
    );
    const fresh = String((await one.ask('GET', '/api/session')).headers.etag);
    const done = await one.ask('PATCH', '/api/me', { displayName: 'Глеб' }, { 'if-match': fresh });
    expect([done.status, done.body.user.displayName]).toEqual([200, 'Глеб']);
  });
});
