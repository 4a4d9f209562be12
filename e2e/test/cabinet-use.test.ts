/** The cabinet under somebody's hands: keyboard, filters, what happens live, two tabs. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type Browser,
  buildCabinet,
  callItem,
  DIST,
  openChromium,
  openStage,
  type Stage,
  signIn,
} from '../support/cabinet/index.ts';

let stage: Stage;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  buildCabinet();
  stage = await openStage({ dist: DIST, rows: 100_000, language: 'ru' });
  browser = await openChromium();
});
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await stage?.[Symbol.asyncDispose]();
});
beforeEach(async () => {
  for (const each of browser.context.pages()) await each.close();
  await browser.context.clearCookies();
  page = await browser.context.newPage();
  await signIn(page, stage.origin, 'admin', 'x');
  await page.locator('[role=grid] [data-row]').first().waitFor();
});

/** A call that begins now, before all others. */
const newCall = (n: number, change: object = {}) => ({
  ...callItem(n),
  id: `0199c0df-0001-7000-8000-${String(n).padStart(12, '0')}`,
  startedAt: new Date(Date.UTC(2026, 10, 23, 14, n)).toISOString(),
  answeredAt: null,
  endedAt: null,
  live: true,
  ...change,
});

const row = (id: unknown) => page.locator(`[data-row="${id}"]`);
const grid = () => page.locator('[role=grid]');

describe('the keyboard', () => {
  test('walks the table, opens a call and comes back to where it was', async () => {
    await grid().focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowDown');
    expect(await page.locator('[data-active]').getAttribute('data-row')).toBe(callItem(3).id);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('Протокол вызова').waitFor();
    expect(page.url()).toContain(`call=${callItem(3).id}`);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(page.url()).not.toContain('call=');
  });

  test('«/» goes to the search, Ctrl K finds pages and people', async () => {
    await grid().focus();
    await page.keyboard.press('/');
    expect(await page.evaluate('document.activeElement.type')).toBe('search');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Поиск по кабинету' }).fill('польз');
    await page.getByRole('option', { name: /Пользователи/ }).waitFor();
    await page.getByRole('combobox', { name: 'Поиск по кабинету' }).fill('анна');
    await page.getByRole('option', { name: /Анна Смирнова/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/users\?user=/);
  });

  test('every control of the frame is reached by Tab, the first leads past the menu', async () => {
    await page.evaluate('document.activeElement.blur()');
    const seen = new Set<string>();
    await page.keyboard.press('Tab');
    const first = await page.evaluate('document.activeElement.getAttribute("href")');
    for (let i = 0; i < 45; i++) {
      seen.add(
        String(
          await page.evaluate(
            'document.activeElement.getAttribute("aria-label") ?? document.activeElement.innerText',
          ),
        ),
      );
      await page.keyboard.press('Tab');
    }
    expect(first).toBe('#content');
    for (const name of ['Меню', 'Поиск по кабинету', 'Задания', 'Выйти', 'Безопасность', 'История вызовов'])
      expect([...seen], name).toContain(name);
  });
});

describe('filters', () => {
  test('ADM-2, ACC-33 are mirrored in the address, survive a reload and the back button', async () => {
    await page.getByRole('button', { name: 'За 7 дней' }).click();
    await page.getByRole('searchbox').fill('8 916 000');
    await page.waitForURL(/period=7.*search=8/);
    await page.reload();
    await page.locator('[aria-pressed=true]', { hasText: 'За 7 дней' }).waitFor();
    expect(await page.getByRole('searchbox').inputValue()).toBe('8 916 000');
  });

  test('ADM-2 a reversed period says so and asks nothing', async () => {
    const asked: string[] = [];
    page.on('request', request => asked.push(request.url()));
    await page.goto(`${stage.origin}/calls?from=2026-11-02&to=2026-11-01`);
    await page.getByText('Начало периода позже его конца').waitFor();
    expect(asked.filter(url => /\/api\/calls\?from/.test(url))).toEqual([]);
  });

  test('ACC-33 the quick periods are whole words on a phone: their row scrolls', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`${stage.origin}/calls`);
    const periods = page.getByRole('search').locator('button');
    await periods.filter({ hasText: 'За 45 дней' }).waitFor();
    const cut = await periods.evaluateAll(all =>
      all
        .flatMap(button => [button, ...button.querySelectorAll('span')])
        .filter(each => each.scrollWidth > each.clientWidth)
        .map(each => each.textContent),
    );
    expect(cut).toEqual([]);
    await periods.filter({ hasText: 'Период' }).click();
    await page.getByRole('table').first().waitFor();
  });
});

describe('100 000 rows', () => {
  test('ADM-1 are loaded as they come near, few of them stand in the page', async () => {
    await page.getByText('Статистика: 100 000 вызовов').waitFor();
    await grid().focus();
    for (let i = 0; i < 4; i++) {
      await page.keyboard.press('End');
      await page.getByText(`загружено ${(i + 2) * 100} из`).waitFor();
    }
    expect(await page.locator('[data-row]').count()).toBeLessThan(80);
  });
});

describe('what happens now', () => {
  test('ACC-31, ADM-1 a new call slides in at the top, answers, ends, all in its place', async () => {
    const call = newCall(1);
    stage.tell('calls', { event: 'new', call });
    await row(call.id).getByText('Вызывается').waitFor();
    await page.getByText('Статистика: 100 001 вызов').waitFor();
    stage.tell('calls', {
      event: 'changed',
      call: { ...call, answeredAt: new Date().toISOString(), type: 'in_answered' },
    });
    await row(call.id).getByText('00:00:0').waitFor();
    stage.tell('calls', {
      event: 'ended',
      call: {
        ...call,
        answeredAt: call.startedAt,
        endedAt: call.startedAt,
        live: false,
        durationS: 17,
        type: 'in_answered',
      },
    });
    await row(call.id)
      .getByText(/^17\sс$/)
      .waitFor();
    expect(await page.locator('[data-row]').first().getAttribute('data-row')).toBe(call.id);
  });

  test('what is being read does not move: new calls wait behind a button', async () => {
    await grid().focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press('PageDown');
    const before = await grid().evaluate('element => element.scrollTop');
    for (const n of [2, 3, 4]) stage.tell('calls', { event: 'new', call: newCall(n) });
    const button = page.getByRole('button', { name: '+3 новых вызова' });
    await button.waitFor();
    expect(await grid().evaluate('element => element.scrollTop')).toBe(before);
    expect(await row(newCall(4).id).count()).toBe(0);
    await button.click();
    await row(newCall(4).id).waitFor();
    expect(await button.count()).toBe(0);
  });

  test('two tabs see the same, each by one channel of its own', async () => {
    const other = await browser.context.newPage();
    await other.goto(`${stage.origin}/calls`);
    await other.locator('[data-row]').first().waitFor();
    await expect.poll(() => stage.channels()).toBe(2);
    const call = newCall(5);
    stage.tell('calls', { event: 'new', call });
    await row(call.id).waitFor();
    await other.locator(`[data-row="${call.id}"]`).waitFor();
  });

  test('USR-3 presence changes in the list', async () => {
    await page.goto(`${stage.origin}/users`);
    const anna = page.locator('[data-row]', { hasText: 'Анна Смирнова' });
    await anna.getByText('Офлайн').waitFor();
    const user = await anna.getAttribute('data-row');
    await expect.poll(() => stage.channels()).toBe(1);
    stage.tell('presence', { user, state: 'online', devices: 2, since: new Date().toISOString() });
    await anna.getByText('Онлайн').waitFor();
    await anna.getByText('2 телефона').waitFor();
  });

  test('ACC-9 counters of the menu follow', async () => {
    stage.tell('counters', { users: 106, groups: 2, numbers: 4 });
    await page.getByRole('link', { name: 'Пользователи: 106' }).waitFor();
  });

  test('ADM-5 the bell tells of an export that is made', async () => {
    const job = {
      id: '0199c0de-0099-7000-8000-000000000001',
      kind: 'calls',
      state: 'running',
      progress: 0.4,
      rows: 40_000,
      createdAt: new Date().toISOString(),
      finishedAt: null,
      fileName: null,
      size: null,
      failure: null,
      expiresAt: null,
    };
    stage.tell('jobs', job);
    await page.getByRole('button', { name: 'Выполняется 1 задание' }).click();
    await page.getByRole('progressbar').waitFor();
    const done = {
      ...job,
      state: 'done',
      progress: 1,
      rows: 100_000,
      fileName: 'calls.xls',
      size: 9_400_000,
    };
    stage.tell('jobs', done);
    await page.getByText('Готово: calls.xls').waitFor();
    const link = page.getByRole('link', { name: 'Скачать' });
    expect(await link.getAttribute('href')).toBe(`/api/jobs/${job.id}/file`);
  });
});

describe('sign-in and sign-out', () => {
  test('ACC-4.2, ACC-5 after sign-out nothing is left, after sign-in one is where one wanted to be', async () => {
    await page.goto(`${stage.origin}/users`);
    await page.locator('[data-row]').first().waitFor();
    await page.getByRole('button', { name: 'Выйти' }).click();
    await page.waitForURL(/\/sign-in/);
    await page.goBack();
    await page.waitForURL(/\/sign-in/);
    expect(await page.locator('[data-row]').count()).toBe(0);
    await page.goto(`${stage.origin}/numbers`);
    await page.waitForURL(/\/sign-in\?to=%2Fnumbers/);
    await page.locator('form input').nth(1).fill('admin@demo.kommutator.test');
    expect(await page.locator('form input').nth(0).inputValue()).toBe('demo.kommutator.test');
    await page.locator('form input').nth(2).fill('x');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/numbers$/);
  });

  test('ACC-4.3 a refusal is said, the password is cleared, the rest stays', async () => {
    await page.getByRole('button', { name: 'Выйти' }).click();
    const fields = page.locator('form input');
    await fields.nth(1).fill('nobody');
    await fields.nth(2).fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Неверный логин, пароль или домен').waitFor();
    expect(await fields.nth(1).inputValue()).toBe('nobody');
    expect(await fields.nth(2).inputValue()).toBe('');
  });
});

describe('a language and colours of one’s own', () => {
  test('the page changes at once', async () => {
    await page.goto(`${stage.origin}/my/appearance`);
    await page.getByText('Тёмные').click();
    await page.locator('html[data-mantine-color-scheme=dark]').waitFor();
    await page.getByText('English').click();
    await page.getByRole('heading', { name: 'Appearance' }).waitFor();
    expect(await page.evaluate('document.documentElement.lang')).toBe('en');
    await page.getByText('Русский').click();
    await page.getByRole('heading', { name: 'Оформление' }).waitFor();
    await page.getByText('Светлые').click();
  });
});
