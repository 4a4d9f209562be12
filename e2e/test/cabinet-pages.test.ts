/** Every page of the cabinet in eight variants, kept under test-results/screenshots: looks whole, complains of nothing, stands open to everybody. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Browser,
  barriers,
  buildCabinet,
  complaints,
  DIST,
  GALLERY,
  openChromium,
  openStage,
  overhang,
  picture,
  type Stage,
  signIn,
} from '../support/cabinet/index.ts';

const WIDE = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

/** 0 or many rows, Russian or English, wide or phone; light and dark are spread over them. */
const VARIANTS = [
  ['many-ru-wide-light', 12_340, 'ru', WIDE, 'light'],
  ['many-ru-phone-dark', 12_340, 'ru', PHONE, 'dark'],
  ['many-en-wide-dark', 12_340, 'en', WIDE, 'dark'],
  ['many-en-phone-light', 12_340, 'en', PHONE, 'light'],
  ['none-ru-wide-dark', 0, 'ru', WIDE, 'dark'],
  ['none-ru-phone-light', 0, 'ru', PHONE, 'light'],
  ['none-en-wide-light', 0, 'en', WIDE, 'light'],
  ['none-en-phone-dark', 0, 'en', PHONE, 'dark'],
] as const;

const CALL = '0199c0de-0001-7000-8000-000000000003';
const USER = '0199c0de-0004-7000-8000-000000000001';
/** Name, address, what is there when the page is whole. */
const PAGES = [
  ['calls', '/calls', 'h1'],
  ['call', `/calls?call=${CALL}`, '[role=dialog] table'],
  ['own-calls', '/my/calls', 'h1'],
  ['users', '/users', 'h1'],
  ['user', `/users?user=${USER}`, '[role=dialog] dl'],
  ['groups', '/groups', 'h1'],
  ['numbers', '/numbers', 'main dl'],
  ['route-check', '/route-check?caller=79161234567&number=74951230001', 'ol'],
  ['actions', '/actions', 'h1'],
  ['security', '/my/security', 'main li'],
  ['appearance', '/my/appearance', 'h1'],
] as const;

beforeAll(() => buildCabinet());

describe.each(VARIANTS)('%s', (variant, rows, language, size, scheme) => {
  let stage: Stage;
  let browser: Browser;

  beforeAll(async () => {
    stage = await openStage({ dist: DIST, rows, language });
    browser = await openChromium({ ...size, scheme, language });
  });
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await stage?.[Symbol.asyncDispose]();
  });

  test('ACC-4 the sign-in form', async () => {
    const page = await browser.context.newPage();
    const heard = complaints(page);
    for (const [name, path] of [
      ['sign-in', '/'],
      ['recovery', '/recovery'],
    ] as const) {
      await page.goto(`${stage.origin}${path}`);
      await page.locator('form').waitFor();
      await picture(page, `${variant}-${name}`);
      expect.soft(await barriers(page), name).toEqual([]);
      expect.soft(await overhang(page), name).toBe(0);
    }
    expect(heard).toEqual([]);
    await page.close();
  });

  test('ACC-9, ACC-10 every page of the administrator stands whole in the frame', async () => {
    const page = await browser.context.newPage();
    const heard = complaints(page);
    await signIn(page, stage.origin, 'admin', 'x');
    for (const [name, path, whole] of PAGES) {
      await page.goto(`${stage.origin}${path}`);
      await page.locator(whole).first().waitFor();
      await page.locator('[aria-busy=true]').waitFor({ state: 'detached' });
      if (name === 'numbers' && rows > 0) await page.locator('.react-flow__node').nth(8).waitFor();
      await picture(page, `${variant}-${name}`);
      expect.soft(await barriers(page), name).toEqual([]);
      expect.soft(await overhang(page), name).toBe(0);
    }
    expect(heard).toEqual([]);
    await page.close();
  });
});

describe('other people', () => {
  test.each([
    ['anna', 'personal', ['Вызовы и голосовая почта', 'Безопасность', 'Оформление']],
    ['root', 'provider', ['Безопасность', 'Оформление']],
  ] as const)('ACC-8 %s sees the %s area only', async (login, area, items) => {
    await using stage = await openStage({ dist: DIST, rows: 340, language: 'ru' });
    await using browser = await openChromium();
    const page = await browser.context.newPage();
    const heard = complaints(page);
    await signIn(page, stage.origin, login, 'x');
    await page.locator('main h1').waitFor();
    expect(await page.locator('nav a').allInnerTexts()).toEqual(items);
    expect(await page.locator('[data-area]').first().getAttribute('data-area')).toBe(area);
    await picture(page, `area-${area}`);
    expect(await barriers(page)).toEqual([]);
    expect(heard).toEqual([]);
  });
});

test('the design language: every piece on one page', async () => {
  buildCabinet('--gallery', GALLERY);
  await using stage = await openStage({ dist: GALLERY, rows: 0, language: 'ru' });
  await using browser = await openChromium({ width: 1280, height: 2300 });
  const page = await browser.context.newPage();
  const heard = complaints(page);
  await page.goto(`${stage.origin}/design.html`);
  await page.locator('.react-flow__node').nth(10).waitFor();
  await picture(page, 'design-light');
  expect(await barriers(page)).toEqual([]);
  await page.getByText('dark', { exact: true }).click();
  await picture(page, 'design-dark');
  expect(await barriers(page)).toEqual([]);
  expect(heard).toEqual([]);
});
