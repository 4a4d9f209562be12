import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Served, serve } from './support/server.ts';

let server: Served;

beforeEach(async () => {
  server = await serve({}, { patience: 100 });
});
afterEach(() => server.close());

/** Everything the server says to these bytes until it hangs up, or `until` has come. */
async function says(bytes: string, until = ''): Promise<string> {
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(bytes);
  let text = '';
  socket.on('data', chunk => {
    text += String(chunk);
    if (until !== '' && text.includes(until)) socket.destroy();
  });
  await once(socket, 'close');
  return text;
}
const first = (text: string) => text.slice(0, text.indexOf('\r\n'));

describe('SECURITY: the HTTP port', () => {
  it('hangs up on who begins a request and does not end it', async () => {
    expect(first(await says('GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: '))).toContain('408');
  });

  it('hangs up on who announces a body and does not send it', async () => {
    expect(
      first(await says('GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nx')),
    ).toContain('200');
  });

  it('refuses a head of 9 kB', async () => {
    expect(first(await says(`GET /health HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(9_000)}\r\n\r\n`))).toContain(
      '431',
    );
  });

  it.each(['POST', 'PUT', 'DELETE', 'TRACE', 'OPTIONS', 'PROPFIND'])(
    '%s is 405 and says what is allowed',
    async method => {
      const text = await says(`${method} /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect(first(text)).toContain('405');
      expect(text.toLowerCase()).toContain('allow: get, head');
    },
  );

  it.each(['/../../etc/passwd', '//health', '/health/../metrics', '/%2e%2e/', '/health%00', '*'])(
    '%s is 404',
    async path => {
      expect(first(await says(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`))).toContain(
        '404',
      );
    },
  );

  it('garbage is 400', async () => {
    expect(first(await says('\u0000\u0001garbage\r\n\r\n'))).toContain('400');
  });

  it('hangs up on who is refused an upgrade and does not hang up himself', async () => {
    const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.write('GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    let text = '';
    socket.on('data', chunk => {
      text += String(chunk);
    });
    await once(socket, 'end');
    expect(first(text)).toContain('404');
    // A closed socket answers with a reset, one left open takes everything.
    const failed = once(socket, 'error');
    const write = () => socket.destroyed || socket.write('x', () => setImmediate(write));
    write();
    expect((await failed)[0]).toMatchObject({ code: expect.stringMatching(/EPIPE|ECONNRESET/) });
  });
});
