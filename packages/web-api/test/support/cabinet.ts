import { randomBytes } from 'node:crypto';
import { SecretBox, VirtualClock } from '@kommutator/base';
import { DEMO_PASSWORD, type Store, seedDemo } from '@kommutator/store';
import { startTestDatabase } from '@kommutator/store/testing';
import { type AccessDesk, Hashing, openAccess } from '@kommutator/use-cases';
import type { InjectOptions } from 'fastify';
import { createWebApi, type WebApi } from '../../src/index.ts';
import { services } from './server.ts';

export const DEMO = 'demo.kommutator.test';
export const FILIAL = 'filial.kommutator.test';
export const PASSWORD = DEMO_PASSWORD;

/** Slow on purpose, and the same for every file of a process. */
const passwordHash = new Hashing().hash(DEMO_PASSWORD);

export interface Cabinet extends AsyncDisposable {
  readonly web: WebApi;
  readonly store: Store;
  readonly access: AccessDesk;
  readonly clock: VirtualClock;
  readonly box: SecretBox;
  /** Rows as the superuser sees them, as JSON. */
  dump(table: string): Promise<string>;
  /** What was written into the log as a matter of security. */
  readonly said: unknown[][];
  /** One more browser with an empty jar. */
  browser(ip?: string): Browser;
  /** One with a session already: passwords take their time. */
  as(login: string, domain: string): Promise<Browser>;
}

/** The whole web side over a database of its own with the demo data. */
export async function openCabinet(): Promise<Cabinet> {
  const clock = new VirtualClock();
  let access: AccessDesk | null = null;
  const said: unknown[][] = [];
  const security = { write: (...line: unknown[]) => void said.push(line) };
  const log = {
    debug() {},
    info() {},
    warn() {},
    // A failure nobody expected shows in the output of the test.
    error(fields: Readonly<Record<string, unknown>>, message: string) {
      if (message === 'request failed') console.error(fields);
    },
  };
  const database = await startTestDatabase();
  const { store, dump, close } = await database.freshStore({
    clock,
    committed: () => access?.sessions.doubt(),
  });
  const box = new SecretBox([randomBytes(32)]);
  await seedDemo(store, { secretBox: box, passwordHash: () => passwordHash });
  access = openAccess({ store, clock, box, log, security, publicUrl: 'https://pbx.example.test' });
  const web = await createWebApi({
    services: services({ store, clock, log, access, sessions: access.sessions }),
    cabinet: null,
  });
  return {
    web,
    store,
    access,
    clock,
    box,
    dump,
    said,
    browser: ip => new Browser(web, ip ?? '192.0.2.1'),
    async as(login, domain) {
      const account = await store.access.findAccount(domain, login);
      if (!account) throw new Error(`no ${login}`);
      const browser = new Browser(web, '192.0.2.1');
      const origin = { ip: '192.0.2.1', agent: 'test' };
      const { token, session } = await access.sessions.open(account.person, false, origin);
      browser.cookie = token;
      browser.csrf = session.csrf;
      return browser;
    },
    async [Symbol.asyncDispose]() {
      await web.close();
      await close();
    },
  };
}

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at whatever came
  readonly body: any;
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
}

/** Keeps a cookie and the csrf of its session, as the cabinet's page does. */
export class Browser {
  readonly #web: WebApi;
  readonly #ip: string;
  cookie: string | null = null;
  csrf: string | null = null;

  constructor(web: WebApi, ip: string) {
    this.#web = web;
    this.#ip = ip;
  }

  async ask(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const options: InjectOptions = {
      method,
      url,
      remoteAddress: this.#ip,
      headers: {
        host: 'pbx.example.test',
        ...(this.cookie ? { cookie: `kommutator_session=${this.cookie}` } : {}),
        ...(this.csrf ? { 'x-csrf-token': this.csrf } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: body as Record<string, unknown> }),
    };
    const response = await this.#web.inject(options);
    const set = response.headers['set-cookie'];
    const token = String(set ?? '').match(/^kommutator_session=([^;]*)/)?.[1];
    if (token !== undefined) this.cookie = token === '' ? null : token;
    const json = String(response.headers['content-type'] ?? '').includes('json');
    const answer = {
      status: response.statusCode,
      body: json ? JSON.parse(response.body) : response.body,
      headers: response.headers,
    };
    if (typeof answer.body?.csrf === 'string') this.csrf = answer.body.csrf;
    return answer;
  }

  signIn(login: string, domain: string = DEMO, password: string = PASSWORD): Promise<Answer> {
    return this.ask('POST', '/api/session', { domain, login, password });
  }
}
