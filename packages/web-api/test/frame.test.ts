import { describe, expect, it } from 'vitest';
import { createWebApi, type Services } from '../src/index.ts';
import { serve, services } from './support/server.ts';

const web = (given: Partial<Services> = {}) => createWebApi({ services: services(given), cabinet: null });

describe('the frame of the web API', () => {
  it('DESIGN §4 /health is 200 when calls can be taken and 503 with what is missing otherwise', async () => {
    let health: ReturnType<Services['health']> = { status: 'unavailable', missing: ['signalling'] };
    const server = await serve({ health: () => health });
    const at = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${server.port}${path}`, init);
    const sick = await at('/health');
    expect([sick.status, await sick.json()]).toEqual([
      503,
      { status: 'unavailable', missing: ['signalling'] },
    ]);
    health = { status: 'ok' };
    const healthy = await at('/health');
    expect([healthy.status, await healthy.text()]).toEqual([200, '{"status":"ok"}']);
    expect(await (await at('/metrics')).text()).toBe('up 1\n');
    expect((await at('/nothing')).status).toBe(404);
    expect((await at('/health', { method: 'POST' })).status).toBe(405);
    await server.close();
  });

  it('RFC 9457 a refusal is a problem in the language of the browser, with the number of the request', async () => {
    const { inject } = await web();
    const said = async (language: string) =>
      await inject({ url: '/nothing', headers: { 'accept-language': language } });
    const russian = await said('ru-RU,ru;q=0.9,en;q=0.8');
    expect(russian.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(russian.json()).toEqual({
      type: 'about:blank',
      title: 'Такого адреса нет',
      status: 404,
      code: 'request.notFound',
      parameters: {},
      requestId: russian.headers['x-request-id'],
    });
    expect((await said('en-GB')).json().title).toBe('There is no such address');
    expect((await said('de, fr;q=0.5')).json().title).toBe('Такого адреса нет');
  });

  it('a handler that throws is 500 without a word about why', async () => {
    const failed: string[] = [];
    const { inject } = await web({
      metrics: async () => {
        throw new Error('secret');
      },
      log: { debug() {}, info() {}, warn() {}, error: fields => void failed.push(String(fields.error)) },
    });
    const answer = await inject({ url: '/metrics' });
    expect([answer.statusCode, answer.json().code]).toEqual([500, 'server.failed']);
    expect(answer.body).not.toContain('secret');
    expect(failed).toEqual([expect.stringContaining('secret')]);
  });

  it('describes itself as OpenAPI 3.1, with what each endpoint asks for', async () => {
    const { inject, openApi, routes } = await web();
    const document = openApi() as { openapi: string; paths: Record<string, Record<string, object>> };
    expect(document.openapi).toBe('3.1.0');
    for (const { url, method, right } of routes)
      expect(document.paths[url]?.[method.toLowerCase()]).toMatchObject({ 'x-right': right });
    expect((await inject({ url: '/api/openapi.json' })).json()).toEqual(document);
    expect((await inject({ url: '/api/docs/' })).statusCode).toBe(200);
  });
});
