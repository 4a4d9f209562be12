/** The cabinet in a real browser: on the product itself, or on a stage with as many rows as a picture needs. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';

export { type Browser, openChromium } from './chromium.ts';
export { barriers, overhang } from './eyes.ts';
export { callItem } from './records.ts';
export { openStage, type Stage } from './stage.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
export const DIST = join(root, 'apps/cabinet/dist');
export const GALLERY = join(root, 'test-results/gallery');
const PICTURES = join(root, 'test-results/screenshots');

/** The built cabinet is there; builds it where it is not. */
export function buildCabinet(...args: readonly string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/cabinet.mjs'), ...args], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The cabinet could not be built:\n${stderr}`);
}

/** Keeps what the page looks like under test-results/screenshots. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}

/** What the page and its console complained about since it was opened; a 401 before the sign-in is no complaint. */
export function complaints(page: Page): readonly string[] {
  const found: string[] = [];
  page.on('pageerror', error => found.push(String(error)));
  page.on('console', message => {
    if (message.type() === 'error' && !message.text().includes('401')) found.push(message.text());
  });
  return found;
}

/** Signs in by the form, as a person does. */
export async function signIn(page: Page, origin: string, login: string, password: string): Promise<void> {
  await page.goto(`${origin}/`);
  const fields = page.locator('form input');
  await fields.nth(0).fill('demo.kommutator.test');
  await fields.nth(1).fill(login);
  await fields.nth(2).fill(password);
  await page.locator('form button[type=submit]').click();
  await page.locator('header').waitFor();
}
