/** Access to the cabinet as the whole product gives it: HTTP and HTTPS, letters, one password for cabinet and phones. */
import { once } from 'node:events';
import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { Settled, SystemClock } from '@kommutator/base';
import { eventually, openPhone, type RunningExchange, startExchange } from '@kommutator/e2e';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const DOMAIN = 'demo.kommutator.test';
const clock = new SystemClock();

/** As much of RFC 5321 as it takes to be handed a letter. */
class MailBox {
  #letter = new Settled<string>();
  readonly server: Server = createServer(socket => {
    let [text, inLetter] = ['', false];
    socket.on('error', () => {});
    socket.write('220 mail\r\n');
    socket.on('data', chunk => {
      text += chunk;
      for (;;) {
        const end = inLetter ? '\r\n.\r\n' : '\r\n';
        const at = text.indexOf(end);
        if (at < 0) return;
        const said = text.slice(0, at);
        text = text.slice(at + end.length);
        if (inLetter) {
          this.#letter.settle(said);
          inLetter = false;
          socket.write('250 taken\r\n');
        } else if (/^DATA/i.test(said)) {
          inLetter = true;
          socket.write('354 go on\r\n');
        } else if (/^QUIT/i.test(said)) socket.end('221 bye\r\n');
        else socket.write('250 yes\r\n');
      }
    });
  });

  /** The next letter, its text decoded. */
  async next(): Promise<string> {
    const raw = await this.#letter.promise;
    this.#letter = new Settled<string>();
    const parts = raw.matchAll(/^Content-Transfer-Encoding: base64\r\n\r\n([A-Za-z0-9+/=\r\n]+)/gim);
    const decoded = [...parts].map(([, data = '']) => Buffer.from(data, 'base64').toString('utf8'));
    return [raw, ...decoded]
      .join('\n')
      .replaceAll(/=\r\n/g, '')
      .replaceAll(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  }
}

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: whatever came
  readonly body: any;
  readonly cookie: string;
}

let exchange: RunningExchange;
const mail = new MailBox();

beforeAll(async () => {
  mail.server.listen(0, '127.0.0.1');
  await once(mail.server, 'listening');
  const { port } = mail.server.address() as AddressInfo;
  exchange = await startExchange({
    env: { SMTP_URL: `smtp://127.0.0.1:${port}`, PUBLIC_URL: 'https://pbx.example.test' },
  });
});
afterAll(async () => {
  await exchange?.[Symbol.asyncDispose]();
  mail.server.close();
});

function ask(
  method: string,
  path: string,
  o: { body?: object; cookie?: string; csrf?: string; secure?: boolean } = {},
): Promise<Answer> {
  const port = o.secure ? exchange.httpsPort : exchange.httpPort;
  const headers = {
    ...(o.body ? { 'content-type': 'application/json' } : {}),
    ...(o.cookie ? { cookie: o.cookie } : {}),
    ...(o.csrf ? { 'x-csrf-token': o.csrf } : {}),
  };
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port,
      method,
      path,
      headers,
      agent: false,
      rejectUnauthorized: false,
    };
    const asked = (o.secure ? overHttps : overHttp)(options, response => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', chunk => (text += chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          body: text.startsWith('{') ? JSON.parse(text) : text,
          cookie: String(response.headers['set-cookie'] ?? ''),
        }),
      );
    });
    asked.on('error', reject);
    asked.end(o.body ? JSON.stringify(o.body) : undefined);
  });
}

const signIn = (login: string, password: string, secure = false) =>
  ask('POST', '/api/session', { body: { domain: DOMAIN, login, password }, secure });

/** Status of a REGISTER with that password. */
async function registers(login: string, password: string): Promise<number> {
  await using phone = await openPhone(exchange, { login, password, hz: 500 });
  // Awaited here: the phone is put away at the end of this function.
  return await phone.phone.registers();
}

/** Once the change has reached the line; not for long: wrong passwords are counted, the tenth is the last. */
const mayRegister = (login: string, password: string) =>
  eventually(
    clock,
    () => registers(login, password),
    status => status === 200,
    600,
  );

describe('the cabinet of a running exchange', () => {
  test('DESIGN §4 the demo accounts sign in over HTTP and HTTPS; the cookie is Secure over HTTPS', async () => {
    for (const login of ['admin', 'anna', 'vera']) {
      const { status, body, cookie } = await signIn(login, 'Demo-1234');
      expect([status, body.user.login, /Secure/.test(cookie)]).toEqual([200, login, false]);
    }
    const { status, cookie } = await signIn('admin', 'Demo-1234', true);
    expect([status, /; Secure/.test(cookie)]).toEqual([200, true]);
    const root = { domain: '', login: 'root', password: 'Demo-1234' };
    expect((await ask('POST', '/api/session', { body: root })).body.area).toBe('provider');
  });

  test('ACC-7 a forgotten password: the letter comes, its link sets a new one for cabinet and phone', async () => {
    const first = await signIn('anna', 'Demo-1234');
    const session = { cookie: first.cookie.split(';')[0] ?? '', csrf: String(first.body.csrf) };
    const address = await ask('PATCH', '/api/me', { ...session, body: { email: 'anna@example.test' } });
    expect(address.status).toBe(200);
    const letter = mail.next();
    await ask('POST', '/api/password-recovery', { body: { domain: DOMAIN, login: 'anna' } });
    const token = (await letter).match(/https:\/\/pbx\.example\.test\/password\/([A-Za-z0-9_-]{43})/)?.[1];
    const notice = mail.next();
    const set = await ask('POST', `/api/password-recovery/${token}`, { body: { password: 'Passw0rd9' } });
    expect(set.status).toBe(204);
    expect(await notice).toContain('anna@example.test');
    expect((await ask('GET', '/api/session', session)).status).toBe(401);
    expect((await signIn('anna', 'Demo-1234')).status).toBe(401);
    expect((await signIn('anna', 'Passw0rd9')).status).toBe(200);
    expect(await mayRegister('anna', 'Passw0rd9')).toBe(200);
    expect(await registers('anna', 'Demo-1234')).toBe(401);
  });

  test('DESIGN §4 kommutator user reset-password sets it for both and ends the sessions', async () => {
    const { cookie } = await signIn('boris', 'Demo-1234');
    const { code, output } = await exchange.command(
      ...['user', 'reset-password', `boris@${DOMAIN}`, '--password', 'Another-22'],
    );
    expect([code, output]).toEqual([0, expect.stringContaining('Another-22')]);
    const session = () => ask('GET', '/api/session', { cookie: cookie.split(';')[0] ?? '' });
    const { status } = await eventually(clock, session, answer => answer.status === 401, 10_000);
    expect(status).toBe(401);
    expect((await signIn('boris', 'Demo-1234')).status).toBe(401);
    expect((await signIn('boris', 'Another-22')).status).toBe(200);
    expect(await mayRegister('boris', 'Another-22')).toBe(200);
    expect((await exchange.command('user', 'reset-password', 'root')).code).toBe(0);
    const root = { domain: '', login: 'root', password: 'Demo-1234' };
    expect((await ask('POST', '/api/session', { body: root })).status).toBe(401);
  });
});
