import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import type { RunningExchange } from './exchange.ts';

/** Debian's and Ubuntu's names of the browser. */
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  '--allow-loopback-in-peer-connection',
  '--ignore-certificate-errors',
];
const PAGE = fileURLToPath(new URL('../page/phone.js', import.meta.url));
const WITHIN = 30_000;

/** A Chromium with the page of the tests; each phone is a page of its own. */
export interface Browser extends AsyncDisposable {
  open(exchange: RunningExchange, o: BrowserPhoneOptions): Promise<BrowserPhone>;
}

export interface BrowserPhoneOptions {
  readonly login: string;
  readonly password?: string;
  readonly domain?: string;
  readonly protocol?: 'ws' | 'wss';
  /** Its voice. */
  readonly hz: number;
}

/** Starts Chromium with a fresh profile, and a server on 127.0.0.1 that has nothing but the page. */
export async function startBrowser(): Promise<Browser> {
  const script = await bundle();
  const server = createServer((request, response) => {
    const isScript = request.url === '/phone.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(isScript ? script : '<!doctype html><title>phone</title><script src="/phone.js"></script>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const profile = await mkdtemp(join(tmpdir(), 'kommutator-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    args: FLAGS,
    ignoreHTTPSErrors: true,
  });
  return {
    open: (exchange, o) => openPhone(context, `http://127.0.0.1:${port}/`, exchange, o),
    [Symbol.asyncDispose]: async () => {
      await context.close();
      server.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** JsSIP and the page as one script. */
async function bundle(): Promise<string> {
  const made = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, lib: { entry: PAGE, formats: ['iife'], name: 'page' } },
  });
  const [output] = [made].flat();
  if (!output || !('output' in output)) throw new Error('the page was not built');
  return output.output[0].code;
}

async function openPhone(
  context: BrowserContext,
  url: string,
  exchange: RunningExchange,
  o: BrowserPhoneOptions,
): Promise<BrowserPhone> {
  const { login, password = 'Demo-1234', domain = 'demo.kommutator.test', protocol = 'ws', hz } = o;
  const port = protocol === 'wss' ? exchange.httpsPort : exchange.httpPort;
  const page = await context.newPage();
  await page.goto(url);
  const phone = new BrowserPhone(page);
  await phone.does('start', {
    url: `${protocol}://127.0.0.1:${port}/sip`,
    uri: `sip:${login}@${domain}`,
    user: login,
    password,
    hz,
  });
  await phone.happens('registered');
  return phone;
}

/** One page that is a phone. Waits look at the page until it is so. */
export class BrowserPhone {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  calls = (target: string): Promise<void> => this.does('calls', target);
  answers = (): Promise<void> => this.does('answers');
  hangsUp = (): Promise<void> => this.does('hangsUp');
  holds = (): Promise<void> => this.does('holds');
  unholds = (): Promise<void> => this.does('unholds');
  presses = (keys: string): Promise<void> => this.does('presses', keys);

  /** Resolves when an event of the page begins so; forgets it and all before it. */
  async happens(what: string): Promise<string> {
    const found = await this.#page.waitForFunction(
      `(() => {
        const { events } = phone;
        const at = events.findIndex(event => event.startsWith(${JSON.stringify(what)}));
        return at < 0 ? false : events.splice(0, at + 1).at(-1);
      })()`,
      undefined,
      { timeout: WITHIN, polling: 20 },
    );
    return String(await found.jsonValue());
  }

  /** Resolves when the loudest that is heard is this frequency; 0 = silence. */
  async hears(hz: number): Promise<void> {
    const near = hz === 0 ? 'phone.hears() === 0' : `Math.abs(phone.hears() - ${hz}) < 25`;
    await this.#page.waitForFunction(near, undefined, { timeout: WITHIN, polling: 50 });
  }

  /** What it hears now and what has happened that nobody waited for: for messages. */
  async sees(): Promise<string> {
    return JSON.stringify(await this.#page.evaluate('({ hears: phone.hears(), events: phone.events })'));
  }

  /** What the browser itself says of its media. */
  async stats(): Promise<{ readonly cipher: string; readonly state: string; readonly packets: number }> {
    return (await this.#page.evaluate('phone.stats()')) as never;
  }

  async does(what: string, ...args: readonly unknown[]): Promise<void> {
    const list = args.map(arg => JSON.stringify(arg)).join(', ');
    await this.#page.evaluate(`phone.${what}(${list})`);
  }

  /** The tab is closed, as by its cross: no BYE, no REGISTER. */
  close(): Promise<void> {
    return this.#page.close();
  }
}
