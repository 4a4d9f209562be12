import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWebApi, type WebApi } from '../src/index.ts';
import { services } from './support/server.ts';

let web: WebApi;
const outside = mkdtempSync(join(tmpdir(), 'cabinet-'));
const folder = join(outside, 'dist');

beforeAll(async () => {
  mkdirSync(join(folder, 'assets'), { recursive: true });
  writeFileSync(join(outside, 'secret.txt'), 'secret');
  writeFileSync(join(folder, '.env'), 'secret');
  writeFileSync(join(folder, 'index.html'), '<script nonce="__CSP_NONCE__" src="/assets/a-1.js"></script>');
  writeFileSync(join(folder, 'assets', 'a-1.js'), 'let a = 1;');
  writeFileSync(join(folder, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  web = await createWebApi({ services: services(), cabinet: folder });
});
afterAll(async () => {
  await web.close();
  rmSync(outside, { recursive: true });
});

const page = (url: string) => web.inject({ url, headers: { accept: 'text/html,*/*' } });

describe('the cabinet’s files', () => {
  it.each(['/', '/index.html', '/users', '/calls/0190?x=1', '/password/abc'])(
    '%s is the page, never kept, with a nonce of its own',
    async url => {
      const [one, two] = [await page(url), await page(url)];
      expect([one.statusCode, one.headers['cache-control']]).toEqual([200, 'no-cache']);
      const nonce = one.body.match(/nonce="([^"]+)"/)?.[1] ?? '';
      expect(one.headers['content-security-policy']).toContain(`style-src 'self' 'nonce-${nonce}'`);
      expect(one.headers['content-security-policy']).not.toContain('unsafe-inline');
      expect(two.body).not.toBe(one.body);
    },
  );

  it('hashed files are kept for ever, others are asked for again', async () => {
    const hashed = await web.inject({ url: '/assets/a-1.js' });
    expect([hashed.statusCode, hashed.headers['cache-control'], hashed.body]).toEqual([
      200,
      'public, max-age=31536000, immutable',
      'let a = 1;',
    ]);
    expect((await web.inject({ url: '/favicon.svg' })).headers['cache-control']).toBe('no-cache');
    expect((await web.inject({ url: '/assets/a-2.js' })).statusCode).toBe(404);
  });

  it.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/assets/%2e%2e%2f%2e%2e%2fsecret.txt',
    '/..%5csecret.txt',
    '/assets/..%00/secret.txt',
    '/.env',
    '/%2e%65nv',
    '//etc/passwd',
  ])('%s leads nowhere', async url => {
    const { statusCode, body } = await web.inject({ url });
    expect([400, 403, 404]).toContain(statusCode);
    expect(body).not.toContain('secret\n');
    expect(body).not.toBe('secret');
    expect(body).not.toContain('root:');
  });

  it.each(['/api/nothing', '/api', '/sip', '/metrics/x'])('%s is never the page', async url => {
    expect((await page(url)).statusCode).toBe(404);
  });

  it('the page of the API keeps to the same policy and asks nobody outside', async () => {
    const docs = await page('/api/docs/');
    expect(docs.headers['content-security-policy']).toBe(
      (await page('/health')).headers['content-security-policy'],
    );
    expect(docs.headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
    expect((await web.inject({ url: '/api/docs/static/swagger-initializer.js' })).body).toContain(
      '"validatorUrl":null',
    );
  });

  it.each([
    ['content-security-policy', "default-src 'self'"],
    ['x-content-type-options', 'nosniff'],
    ['x-frame-options', 'DENY'],
    ['referrer-policy', 'same-origin'],
    ['cross-origin-opener-policy', 'same-origin'],
    ['cross-origin-resource-policy', 'same-origin'],
  ])('every answer has %s', async (name, value) => {
    for (const url of ['/', '/assets/a-1.js', '/health', '/api/nothing', '/api/session', '/api/docs/'])
      expect(String((await page(url)).headers[name]), url).toContain(value);
  });
});
