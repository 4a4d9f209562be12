import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Cabinet, DEMO, FILIAL, openCabinet, PASSWORD } from './support/cabinet.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let cabinet: Cabinet;
beforeAll(async () => {
  cabinet = await openCabinet();
});
afterAll(() => cabinet[Symbol.asyncDispose]());
// Whoever was locked out in one test is free in the next.
beforeEach(() => cabinet.clock.advance(16 * MINUTE));

/** Who sees the row: administrator of demo, over the store. */
const actions = async (domain = DEMO) => {
  const { domains } = await cabinet.store.loadDirectory();
  const id = domains.find(each => each.name === domain)?.id;
  if (!id) throw new Error(`no ${domain}`);
  return cabinet.store.readIn(id, db =>
    db
      .selectFrom('action_history')
      .select(['action', 'actor_login', 'actor_name', 'ip', 'object_name', 'changes'])
      .where('domain_id', '=', id)
      .orderBy('seq', 'desc')
      .limit(5)
      .execute(),
  );
};

describe('ACC-4 sign-in', () => {
  it.each([
    ['admin', DEMO, 'domain', ['user', 'admin']],
    ['anna', DEMO, 'personal', ['user']],
    ['vera', DEMO, 'personal', ['user', 'operator']],
    ['ivan', FILIAL, 'personal', ['user']],
    ['super', '', 'pool', ['pool.supervisor']],
    ['root', '', 'provider', ['provider']],
  ])('ACC-4 %s of «%s» signs in and arrives at %s', async (login, domain, area, roles) => {
    const browser = cabinet.browser();
    const { status, body } = await browser.signIn(login, domain);
    expect([status, body.user?.login, body.area, body.roles]).toEqual([200, login, area, roles]);
    const again = await browser.ask('GET', '/api/session');
    expect(again.body).toEqual(body);
  });

  it('ACC-4 the frame gets company, balance and counters; a plain user does not see what is not his', async () => {
    const admin = cabinet.browser();
    expect((await admin.signIn('admin')).body).toMatchObject({
      user: { displayName: 'Администратор', extension: '100', totp: false },
      domain: { name: DEMO, company: 'Демо', timezone: 'Europe/Moscow' },
      balance: 1_000_000,
      counters: { users: 5, groups: 2, numbers: 4 },
      outgoingNumber: '74951230001',
    });
    expect((await cabinet.browser().signIn('anna')).body).toMatchObject({ balance: null, counters: null });
  });

  it.each([
    ['wrong password', 'anna', DEMO, 'Demo-12345'],
    ['right password of another tenant’s user', 'ivan', DEMO, PASSWORD],
    ['unknown login', 'nobody', DEMO, PASSWORD],
    ['unknown domain', 'anna', 'no.such.domain', PASSWORD],
    ['POOL-5 a domain’s user in the form of pools', 'anna', '', PASSWORD],
    ['POOL-5 a pool’s administrator in a domain', 'super', DEMO, PASSWORD],
  ])('ACC-4 %s: 401 with the one text', async (_title, login, domain, password) => {
    const { status, body, headers } = await cabinet.browser('192.0.2.9').signIn(login, domain, password);
    expect([status, body.code, body.title]).toEqual([
      401,
      'signIn.wrong',
      'Неверный логин, пароль или домен',
    ]);
    expect(headers['set-cookie']).toBeUndefined();
  });

  it('ACC-4 login in any case, spaces around, login@domain in one field', async () => {
    expect((await cabinet.browser().signIn(' Anna ', ' Demo.Kommutator.Test ')).status).toBe(200);
    expect((await cabinet.browser().signIn(`anna@${DEMO}`, '')).status).toBe(200);
  });

  it('ACC-4 the same login in two domains sees only its own', async () => {
    const [demo, filial] = [cabinet.browser(), cabinet.browser()];
    expect((await demo.signIn('admin', DEMO)).body.domain.company).toBe('Демо');
    expect((await filial.signIn('admin', FILIAL)).body.domain.company).toBe('Филиал');
  });

  it('ACC-4 an empty field is 422 and names it', async () => {
    const { status, body } = await cabinet.browser().signIn('', DEMO, '');
    expect([status, body.code]).toEqual([422, 'request.invalid']);
    expect(body.errors.map((each: { field: string }) => each.field).sort()).toEqual(['login', 'password']);
    expect(body.errors[0].message).toBe('Обязательное поле');
  });

  it('ACC-4 the sixth wrong attempt in 15 minutes is 429, the right password too, later it works', async () => {
    const browser = cabinet.browser('192.0.2.10');
    for (let attempt = 0; attempt < 5; attempt++)
      expect((await browser.signIn('boris', DEMO, 'wrong')).status).toBe(401);
    const sixth = await browser.signIn('boris', DEMO, 'wrong');
    expect([sixth.status, sixth.body.title]).toEqual([
      429,
      'Слишком много попыток входа. Повторите через 15 минут',
    ]);
    expect(Number(sixth.headers['retry-after'])).toBe(900);
    expect((await browser.signIn('boris')).status).toBe(429);
    expect((await cabinet.browser('198.51.100.1').signIn('boris')).status).toBe(429);
    expect((await browser.signIn('gleb')).status).toBe(200);
    await cabinet.clock.advance(15 * MINUTE);
    expect((await browser.signIn('boris')).status).toBe(200);
  });

  it('ACC-4 an unknown login is locked the same way', async () => {
    const browser = cabinet.browser('192.0.2.11');
    const codes: number[] = [];
    for (let attempt = 0; attempt < 6; attempt++)
      codes.push((await browser.signIn('ghost', DEMO, 'wrong')).status);
    expect(codes).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it('ACC-4 a hundred guesses at once are no more than five', async () => {
    const all = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        cabinet.browser(`198.51.100.${n}`).signIn('gleb', DEMO, `guess${n}`),
      ),
    );
    const counted = Map.groupBy(all, ({ status }) => status);
    expect([counted.get(401)?.length, counted.get(429)?.length]).toEqual([5, 95]);
  });

  it('ACC-4 the thirtieth failure of one address shuts it for every login, of an IPv6 network for all of it', async () => {
    for (let attempt = 0; attempt < 30; attempt++)
      await cabinet.browser(`2001:db8:1:2::${attempt}`).signIn(`user${attempt}`, DEMO, 'wrong');
    expect((await cabinet.browser('2001:db8:1:2:ffff::1').signIn('anna')).status).toBe(429);
    expect((await cabinet.browser('2001:db8:1:3::1').signIn('anna')).status).toBe(200);
  });

  it('ACC-4 rows: an administrator’s sign-in and a user’s own are told apart', async () => {
    await cabinet.browser('192.0.2.20').signIn('admin');
    expect((await actions())[0]).toMatchObject({
      action: 'sign_in',
      actor_login: 'admin',
      ip: '192.0.2.20',
      changes: [{ field: 'area', old: null, new: 'domain' }],
    });
    await cabinet.browser('192.0.2.21').signIn('anna');
    expect((await actions())[0]).toMatchObject({
      actor_login: 'anna',
      changes: [{ field: 'area', old: null, new: 'personal' }],
    });
  });

  it('ACC-4 the answer that locks a login does not wait for the action history: that would tell who exists', async () => {
    const { store, access } = cabinet;
    const { recordAccess } = store.access;
    const writes = store.access as { recordAccess: typeof recordAccess };
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    writes.recordAccess = (...row) => released.then(() => recordAccess(...row));
    const browser = cabinet.browser('192.0.2.40');
    for (let attempt = 0; attempt < 5; attempt++)
      expect((await browser.signIn('boris', DEMO, 'wrong')).status).toBe(401);
    expect((await actions())[0]).not.toMatchObject({ action: 'sign_in_locked', ip: '192.0.2.40' });
    release();
    await access.background.settled();
    writes.recordAccess = recordAccess;
    expect((await actions())[0]).toMatchObject({ action: 'sign_in_locked', ip: '192.0.2.40' });
  });

  it('ADM-9 failed sign-ins are lines of the security log; one row when the guard locks', async () => {
    const before = (await actions())[0];
    const browser = cabinet.browser('192.0.2.30');
    cabinet.said.length = 0;
    for (let attempt = 0; attempt < 4; attempt++) await browser.signIn('vera', DEMO, 'wrong');
    expect((await actions())[0]).toEqual(before);
    for (let attempt = 0; attempt < 4; attempt++) await browser.signIn('vera', DEMO, 'wrong');
    await cabinet.access.background.settled();
    const rows = await actions();
    expect(rows[0]).toMatchObject({ action: 'sign_in_locked', object_name: 'Вера', ip: '192.0.2.30' });
    expect(rows[1]).toEqual(before);
    const failure = ['web-failure', '192.0.2.30', { account: `vera@${DEMO}` }];
    const locked = ['web-locked', '192.0.2.30', { account: `vera@${DEMO}`, minutes: 15 }];
    expect(cabinet.said).toEqual([failure, failure, failure, failure, failure, locked]);
  });

  it('ACC-4 a sign-in raises no version: no form becomes stale by it', async () => {
    const browser = cabinet.browser();
    await browser.signIn('admin');
    const { headers } = await browser.ask('GET', '/api/session');
    await cabinet.browser().signIn('anna');
    expect((await browser.ask('GET', '/api/session')).headers.etag).toBe(headers.etag);
  });
});

describe('ACC-5 sessions', () => {
  it('ACC-5 sign-out ends the session: the old cookie is 401', async () => {
    const browser = cabinet.browser();
    await browser.signIn('anna');
    const { cookie } = browser;
    const out = await browser.ask('DELETE', '/api/session');
    expect([out.status, out.headers['set-cookie']]).toEqual([
      204,
      'kommutator_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
    ]);
    browser.cookie = cookie;
    expect((await browser.ask('GET', '/api/session')).status).toBe(401);
  });

  it('ACC-5 idle for 12 hours it ends, used meanwhile it lives 7 days', async () => {
    const [idle, used] = [cabinet.browser(), cabinet.browser()];
    await idle.signIn('anna');
    await used.signIn('anna');
    for (let hours = 0; hours < 7 * 24; hours += 11) {
      expect((await used.ask('GET', '/api/session')).status).toBe(200);
      await cabinet.clock.advance(11 * HOUR);
    }
    expect((await used.ask('GET', '/api/session')).status).toBe(401);
    expect((await idle.ask('GET', '/api/session')).status).toBe(401);
  });

  it('ACC-5 idle is judged to the minute', async () => {
    const browser = cabinet.browser();
    await browser.signIn('anna');
    await cabinet.clock.advance(12 * HOUR - MINUTE);
    expect((await browser.ask('GET', '/api/session')).status).toBe(200);
    await cabinet.clock.advance(12 * HOUR + MINUTE);
    expect((await browser.ask('GET', '/api/session')).status).toBe(401);
  });

  it('ACC-5 remembered it lives 30 days, idle or not', async () => {
    const browser = cabinet.browser();
    const credentials = { domain: DEMO, login: 'anna', password: PASSWORD, remember: true };
    const { headers } = await browser.ask('POST', '/api/session', credentials);
    expect(headers['set-cookie']).toContain('Max-Age=2592000');
    await cabinet.clock.advance(30 * 24 * HOUR - MINUTE);
    expect((await browser.ask('GET', '/api/session')).status).toBe(200);
    await cabinet.clock.advance(MINUTE);
    expect((await browser.ask('GET', '/api/session')).status).toBe(401);
  });

  it('ACC-5 own sessions are listed and ended one by one, or all others at once', async () => {
    const [here, there, third] = [
      cabinet.browser('192.0.2.40'),
      cabinet.browser('192.0.2.41'),
      cabinet.browser(),
    ];
    for (const browser of [here, there, third]) await browser.signIn('boris');
    const { body } = await here.ask('GET', '/api/sessions');
    expect(body.items.filter((each: { current: boolean }) => each.current)).toHaveLength(1);
    const other = body.items.find((each: { address: string }) => each.address === '192.0.2.41');
    expect((await here.ask('DELETE', `/api/sessions/${other.id}`)).status).toBe(204);
    expect((await there.ask('GET', '/api/session')).status).toBe(401);
    expect((await third.ask('GET', '/api/session')).status).toBe(200);
    expect((await here.ask('DELETE', '/api/sessions')).status).toBe(204);
    expect((await third.ask('GET', '/api/session')).status).toBe(401);
    expect((await here.ask('GET', '/api/sessions')).body.items).toHaveLength(1);
  });

  it('ACC-5 somebody else’s session is not found', async () => {
    const [anna, boris] = [cabinet.browser(), cabinet.browser()];
    await anna.signIn('anna');
    await boris.signIn('boris');
    const { body } = await boris.ask('GET', '/api/sessions');
    expect((await anna.ask('DELETE', `/api/sessions/${body.items[0].id}`)).status).toBe(404);
    expect((await boris.ask('GET', '/api/session')).status).toBe(200);
  });

  it('ACC-5 the database holds no token', async () => {
    const browser = cabinet.browser();
    await browser.signIn('anna');
    const rows = await cabinet.dump('web_session');
    expect(rows).toContain('"remembered"');
    expect(rows).not.toContain(browser.cookie);
    expect(rows).not.toContain(Buffer.from(browser.cookie ?? '').toString('hex'));
  });
});
