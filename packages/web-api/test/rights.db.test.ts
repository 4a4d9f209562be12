import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, type Cabinet, DEMO, FILIAL, openCabinet } from './support/cabinet.ts';

type Who = 'stranger' | 'user' | 'operator' | 'admin' | 'pool' | 'provider';
const EVERYBODY: readonly Who[] = ['stranger', 'user', 'operator', 'admin', 'pool', 'provider'];
const SIGNED_IN: readonly Who[] = ['user', 'operator', 'admin', 'pool', 'provider'];
const DOMAIN: readonly Who[] = ['user', 'operator', 'admin'];
const ADMIN: readonly Who[] = ['admin'];

/** Who may call what, written by hand: a new endpoint without its line here fails. */
const MATRIX: Readonly<Record<string, readonly Who[]>> = {
  'GET /health': EVERYBODY,
  'GET /ready': EVERYBODY,
  'GET /metrics': EVERYBODY,
  'GET /api/openapi.json': EVERYBODY,
  'POST /api/session': EVERYBODY,
  'POST /api/session/second': EVERYBODY,
  'POST /api/password-recovery': EVERYBODY,
  'GET /api/password-recovery/{token}': EVERYBODY,
  'POST /api/password-recovery/{token}': EVERYBODY,
  'GET /api/session': SIGNED_IN,
  'DELETE /api/session': SIGNED_IN,
  'GET /api/sessions': SIGNED_IN,
  'DELETE /api/sessions': SIGNED_IN,
  'DELETE /api/sessions/{id}': SIGNED_IN,
  'PATCH /api/me': DOMAIN,
  'PUT /api/me/password': SIGNED_IN,
  'POST /api/me/totp': SIGNED_IN,
  'POST /api/me/totp/confirm': SIGNED_IN,
  'DELETE /api/me/totp': SIGNED_IN,
  'GET /api/calls': DOMAIN,
  'GET /api/calls/live': DOMAIN,
  'GET /api/calls/{id}': DOMAIN,
  'GET /api/search': DOMAIN,
  'POST /api/exports': DOMAIN,
  'GET /api/jobs': DOMAIN,
  'GET /api/jobs/{id}': DOMAIN,
  'GET /api/jobs/{id}/file': DOMAIN,
  'DELETE /api/jobs/{id}': DOMAIN,
  'GET /api/users': ADMIN,
  'GET /api/users/{id}': ADMIN,
  'GET /api/groups': ADMIN,
  'GET /api/numbers': ADMIN,
  'GET /api/numbers/{id}/scheme': ADMIN,
  'GET /api/actions': ADMIN,
  'POST /api/route-check': ADMIN,
};

const PEOPLE: Readonly<Record<Exclude<Who, 'stranger'>, readonly [string, string]>> = {
  user: ['anna', DEMO],
  operator: ['vera', DEMO],
  admin: ['admin', DEMO],
  pool: ['super', ''],
  provider: ['root', ''],
};

let cabinet: Cabinet;
beforeAll(async () => {
  cabinet = await openCabinet();
});
afterAll(() => cabinet[Symbol.asyncDispose]());

const NOBODYS = '01900000-0000-7000-8000-000000000000';
const addressOf = (url: string, id = NOBODYS) => url.replaceAll(/\{\w+\}/g, id);
type Asked = Parameters<Browser['ask']>[0];
const ask = (browser: Browser, method: string, url: string) =>
  browser.ask(method as Asked, url, method === 'GET' || method === 'DELETE' ? undefined : {});

describe('ACC-8 rights: role × endpoint', () => {
  it('every endpoint stands in the matrix, and nothing that is none', () => {
    const there = cabinet.web.routes.map(({ method, url }) => `${method} ${url}`);
    expect(there.sort()).toEqual(Object.keys(MATRIX).sort());
  });

  it.each(Object.entries(MATRIX))('ACC-8 %s', async (endpoint, allowed) => {
    const [method = '', url = ''] = endpoint.split(' ');
    for (const who of EVERYBODY) {
      // A session of its own each time: some endpoints end it.
      const browser = who === 'stranger' ? cabinet.browser() : await cabinet.as(...PEOPLE[who]);
      const { status, body } = await ask(browser, method, addressOf(url));
      const refused = body?.code === 'session.none' || body?.code === 'access.forbidden';
      const title = `${who} ${endpoint} → ${status}`;
      if (allowed.includes(who)) expect(refused, title).toBe(false);
      else expect([status, refused], title).toEqual([who === 'stranger' ? 401 : 403, true]);
      if (refused) expect(Object.keys(body).sort(), title).toEqual(PROBLEM);
    }
  });

  it('a refusal comes before the schema is looked at: it says nothing about the endpoint', async () => {
    const user = await cabinet.as('anna', DEMO);
    const { status, body } = await user.ask('POST', '/api/route-check', { nonsense: true });
    expect([status, body.code, body.errors]).toEqual([403, 'access.forbidden', undefined]);
  });
});

const PROBLEM = ['code', 'parameters', 'requestId', 'status', 'title', 'type'];

describe('ACC-8 rights: endpoint × foreign tenant', () => {
  /** Ids of everything the domain has. */
  async function idsOf(name: string): Promise<string[]> {
    const { domains } = await cabinet.store.loadDirectory();
    const id = domains.find(each => each.name === name)?.id;
    const snapshot = id && (await cabinet.store.loadDomain(id));
    if (!snapshot) throw new Error(`no ${name}`);
    const own: ReadonlySet<string> = new Set(
      JSON.stringify(snapshot).match(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}/g),
    );
    return [...own];
  }

  it('ACC-8 no id of another domain opens anything, whoever of this one asks', async () => {
    await cabinet.as('admin', DEMO);
    const [sessions] = [await (await cabinet.as('admin', DEMO)).ask('GET', '/api/sessions')];
    const foreign = [...(await idsOf(DEMO)), ...sessions.body.items.map((each: { id: string }) => each.id)];
    expect(foreign.length).toBeGreaterThan(15);
    const withId = cabinet.web.routes.filter(({ url }) => url.includes('{id}'));
    expect(withId.length).toBeGreaterThan(3);
    for (const { method, url } of withId) {
      for (const id of foreign) {
        const admin = await cabinet.as('admin', FILIAL);
        const { status, body } = await ask(admin, method, addressOf(url, id));
        expect([status, body.code], `${method} ${addressOf(url, id)}`).toEqual([404, 'object.notFound']);
      }
    }
  });

  it('ACC-8 the same ids do open something at home', async () => {
    const admin = await cabinet.as('admin', DEMO);
    const found = new Set<string>();
    for (const { method, url } of cabinet.web.routes.filter(each => each.url.includes('{id}')))
      for (const id of await idsOf(DEMO))
        if ((await ask(admin, method, addressOf(url, id))).status === 200) found.add(url);
    expect([...found].sort()).toEqual(['/api/numbers/{id}/scheme', '/api/users/{id}']);
  });

  it('ACC-8 no list of one domain holds an id of the other', async () => {
    const admin = await cabinet.as('admin', FILIAL);
    const foreign = await idsOf(DEMO);
    for (const { method, url, schema } of cabinet.web.routes) {
      if (method !== 'GET' || schema.params || !url.startsWith('/api/')) continue;
      const plain = await admin.ask('GET', url);
      const { status, body } = plain.status === 422 ? await admin.ask('GET', `${url}?q=100`) : plain;
      expect(status, url).toBe(200);
      for (const id of foreign) expect(JSON.stringify(body), url).not.toContain(id);
    }
  });
});
