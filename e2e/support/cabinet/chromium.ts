/** Debian's Chromium, headless, with a folder of its own that is gone afterwards. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** ms anything on a page may take, on a machine ten times slower than ours. */
const PATIENCE = 15_000;

export interface Browser extends AsyncDisposable {
  /** A person's browser: cookies and storage of its own. */
  readonly context: BrowserContext;
}

export interface BrowserOptions {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: 'light' | 'dark';
  /** Language of the browser. */
  readonly language?: 'ru' | 'en';
}

/** Opens it; the machine's own Chromium is needed (scripts/system-packages.mjs installs it). */
export async function openChromium(o: BrowserOptions = {}): Promise<Browser> {
  const executablePath = PLACES.find(place => existsSync(place));
  if (!executablePath) throw new Error('Chromium is missing: install the package `chromium`.');
  const folder = await mkdtemp(join(tmpdir(), 'kommutator-chromium-'));
  const context = await chromium.launchPersistentContext(folder, {
    executablePath,
    headless: true,
    args: FLAGS,
    viewport: { width: o.width ?? 1280, height: o.height ?? 800 },
    colorScheme: o.scheme ?? 'light',
    locale: o.language === 'en' ? 'en-GB' : 'ru-RU',
    timezoneId: 'Europe/Moscow',
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(PATIENCE);
  return {
    context,
    async [Symbol.asyncDispose]() {
      await context.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
