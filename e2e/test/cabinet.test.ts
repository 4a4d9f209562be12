/** The cabinet on the product itself: sign in, place a call with real phones, see it happen, open its protocol, export it. */
import { readFile } from 'node:fs/promises';
import { openPhone, type RealPhone, type RunningExchange, startExchange } from '@kommutator/e2e';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Browser,
  barriers,
  buildCabinet,
  complaints,
  openChromium,
  picture,
  signIn,
} from '../support/cabinet/index.ts';

const PASSWORD = 'Demo-1234';

let exchange: RunningExchange;
let anna: RealPhone;
let boris: RealPhone;
let browser: Browser;
let page: Page;
let origin: string;

beforeAll(async () => {
  buildCabinet();
  exchange = await startExchange();
  origin = `http://127.0.0.1:${exchange.httpPort}`;
  anna = await openPhone(exchange, { login: 'anna', hz: 500 });
  boris = await openPhone(exchange, { login: 'boris', hz: 900 });
  expect(await anna.phone.registers()).toBe(200);
  browser = await openChromium();
  page = await browser.context.newPage();
});

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  for (const phone of [anna, boris]) await phone?.[Symbol.asyncDispose]();
  await exchange?.[Symbol.asyncDispose]();
});

describe('the administrator', () => {
  test('ACC-4 a wrong password is refused in the form, the right one opens the call history', async () => {
    const fields = page.locator('form input');
    await page.goto(origin);
    await fields.nth(0).fill('demo.kommutator.test');
    await fields.nth(1).fill('admin');
    await fields.nth(2).fill('wrong-1234');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Неверный логин, пароль или домен').waitFor();
    await signIn(page, origin, 'admin', PASSWORD);
    await page.getByRole('heading', { name: 'История вызовов' }).waitFor();
    await page.getByText('Баланс: 10 000,00 ₽').waitFor();
  });

  test('ACC-9, RTE-1 the menu counts users and groups and names the outgoing number', async () => {
    await page.getByRole('link', { name: /^Пользователи: \d+$/ }).waitFor();
    await page.getByRole('link', { name: 'Группы обработки вызовов: 2' }).waitFor();
    await page.getByRole('link', { name: 'Номера и маршрутизация: +7 (495) 123-00-01' }).waitFor();
  });

  test('USR-3 presence follows a phone that registers, without a reload', async () => {
    await page.getByRole('link', { name: /^Пользователи/ }).click();
    const row = page.locator('[data-row]', { hasText: 'boris' });
    await row.getByText('Офлайн').waitFor();
    expect(await boris.phone.registers()).toBe(200);
    await row.getByText('Онлайн').waitFor();
  });

  test('ADM-1, ADM-4 a call appears while it rings, talks before our eyes and leaves its protocol', async () => {
    await page.getByRole('link', { name: 'История вызовов и действий' }).click();
    await page.getByRole('heading', { name: 'История вызовов' }).waitFor();
    const call = await anna.phone.calls('102');
    const row = page.locator('[data-row]').first();
    await row.getByText('Вызывается').waitFor();
    const ringing = await boris.phone.rings();
    boris.phone.answers();
    await call.decided;
    await row.getByText(/00:00:0\d/).waitFor();
    anna.phone.hangsUp();
    await ringing.over;
    await row.getByText(/^\d+\sс$/).waitFor();
    await row.click();
    const card = page.getByRole('dialog');
    await card.getByText('Внутренний вызов').waitFor();
    await card.getByText('Путь вызова').waitFor();
    await picture(page, 'product-call');
    expect(await barriers(page)).toEqual([]);
    await page.keyboard.press('Escape');
  });

  test('ADM-5 an export is made as a job and downloaded from the bell', async () => {
    await page.getByRole('button', { name: 'Скачать выгрузку' }).click();
    await page.getByRole('menuitem', { name: 'CSV' }).click();
    await page.getByText(/Готово: calls_/).waitFor();
    await page.getByRole('button', { name: 'Задания' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Скачать' }).click(),
    ]);
    const text = await readFile(await download.path(), 'utf8');
    expect(text).toMatch(/^\ufeffАбонент А;Абонент Б;[^\n]*\nsip:anna@demo\.kommutator\.test;sip:boris@/);
    await page.keyboard.press('Escape');
  });

  test('RTE-3 numbers have their schemes', async () => {
    await page.getByRole('link', { name: /^Номера и маршрутизация/ }).click();
    await page.locator('.react-flow__node', { hasText: 'Продажи' }).waitFor();
    await page.locator('.react-flow__node', { hasText: 'Завершение вызова' }).first().waitFor();
    await picture(page, 'product-numbers');
  });

  test('«Проверить маршрут» tells where a call would go', async () => {
    await page.getByRole('link', { name: 'Проверить маршрут' }).click();
    await page.getByLabel('Кто звонит').fill('89161234567');
    await page.getByLabel('Куда звонит').fill('84951230001');
    await page.getByRole('button', { name: 'Проверить' }).click();
    await page.locator('ol').getByText('Переадресация на группу Продажи').waitFor();
    await picture(page, 'product-route-check');
  });

  test('ADM-8 the sign-in stands in the action history', async () => {
    await page.getByRole('link', { name: 'История действий' }).click();
    await page.getByText('Вход в систему администрирования домена').first().waitFor();
  });

  test('ACC-5 sessions are listed; a second tab is signed out with the first', async () => {
    const other = await browser.context.newPage();
    await other.goto(`${origin}/my/security`);
    await other.getByText('Этот сеанс').waitFor();
    await page.getByRole('button', { name: 'Выйти' }).click();
    await page.waitForURL(/\/sign-in/);
    await other.waitForURL(/\/sign-in/);
    await other.close();
  });
});

describe('other people', () => {
  test('ACC-8, ACC-31 anna sees her own calls and nothing of the domain', async () => {
    const heard = complaints(page);
    await signIn(page, origin, 'anna', PASSWORD);
    await page.getByRole('heading', { name: 'Статистика вызовов и голосовая почта' }).waitFor();
    await page.locator('[data-row]').first().waitFor();
    expect(await page.getByRole('link', { name: /Пользователи/ }).count()).toBe(0);
    expect(heard).toEqual([]);
    await page.getByRole('button', { name: 'Выйти' }).click();
    await page.waitForURL(/\/sign-in/);
  });

  test('root signs in without a domain into the provider’s area', async () => {
    const fields = page.locator('form input');
    await page.goto(origin);
    await fields.nth(0).fill('');
    await fields.nth(1).fill('root');
    await fields.nth(2).fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.locator('[data-area=provider]').waitFor();
    await page.getByText('Администратор системы').first().waitFor();
  });
});
