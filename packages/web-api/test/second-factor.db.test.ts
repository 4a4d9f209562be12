import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Cabinet, DEMO, FILIAL, openCabinet, PASSWORD } from './support/cabinet.ts';

const MINUTE = 60_000;
let cabinet: Cabinet;
beforeAll(async () => {
  cabinet = await openCabinet();
});
afterAll(() => cabinet[Symbol.asyncDispose]());
beforeEach(() => cabinet.clock.advance(16 * MINUTE));

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** What the application on the telephone shows `shift` steps from now: RFC 4226 §5.3 over RFC 6238 §4.2, by our own hand. */
function codeOf(secret: string, shift = 0): string {
  const bits = [...secret].map(letter => BASE32.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g)?.map(byte => Number.parseInt(byte, 2)) ?? []);
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(cabinet.clock.wall() / 30_000) + shift));
  const mac = createHmac('sha1', key).update(step).digest();
  const offset = (mac.at(-1) as number) & 0x0f;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** Signs in, switches the second factor on; the secret and the recovery codes. */
async function withSecondFactor(login: string) {
  const browser = cabinet.browser();
  await browser.signIn(login);
  const begun = await browser.ask('POST', '/api/me/totp');
  const { secret, uri } = begun.body;
  expect(uri).toContain(`secret=${secret}`);
  expect(decodeURIComponent(uri)).toContain(`${login}@${DEMO}`);
  const confirmed = await browser.ask('POST', '/api/me/totp/confirm', { code: codeOf(secret) });
  expect(confirmed.status).toBe(200);
  return { browser, secret: String(secret), codes: confirmed.body.recoveryCodes as string[] };
}

/** Codes of two steps confirm the same secret, both taken before either confirmation is written. */
async function bothCodesAtOnce() {
  const browser = await cabinet.as('ivan', FILIAL);
  const { secret } = (await browser.ask('POST', '/api/me/totp')).body;
  const inDatabase = cabinet.store.access.takeTotpStep;
  const access = cabinet.store.access as { takeTotpStep: typeof inDatabase };
  const [one, both] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let taken = 0;
  access.takeTotpStep = async (...step) => {
    const fresh = await inDatabase(...step);
    (++taken === 1 ? one : both).resolve();
    await both.promise;
    return fresh;
  };
  const first = browser.ask('POST', '/api/me/totp/confirm', { code: codeOf(secret) });
  await one.promise;
  const second = browser.ask('POST', '/api/me/totp/confirm', { code: codeOf(secret, 1) });
  const confirmed = await Promise.all([first, second]);
  access.takeTotpStep = inDatabase;
  return { browser, confirmed };
}

/** The first step: the ticket. */
async function ticketOf(login: string) {
  const browser = cabinet.browser();
  const { body, headers } = await browser.signIn(login);
  expect([body.second, headers['set-cookie']]).toEqual(['totp', undefined]);
  return { browser, ticket: String(body.ticket) };
}

describe('RFC 6238 second factor', () => {
  it('ACC-4 once confirmed, a password alone opens nothing; password and code do', async () => {
    const { secret } = await withSecondFactor('admin');
    await cabinet.clock.advance(30_000);
    const { browser, ticket } = await ticketOf('admin');
    expect((await browser.ask('GET', '/api/session')).status).toBe(401);
    const wrong = await browser.ask('POST', '/api/session/second', { ticket, code: '000000' });
    expect([wrong.status, wrong.body.errors[0].field]).toEqual([422, 'code']);
    const right = await browser.ask('POST', '/api/session/second', { ticket, code: codeOf(secret) });
    expect([right.status, right.body.user.totp]).toEqual([200, true]);
    expect((await browser.ask('GET', '/api/session')).status).toBe(200);
    const again = await browser.ask('POST', '/api/session/second', { ticket, code: codeOf(secret, 1) });
    expect([again.status, again.body.code]).toEqual([401, 'signIn.expired']);
  });

  it('RFC 6238 §5.2 a code is taken once, and none older than it', async () => {
    const { secret } = await withSecondFactor('anna');
    await cabinet.clock.advance(60_000);
    const code = codeOf(secret);
    const first = await ticketOf('anna');
    expect(
      (await first.browser.ask('POST', '/api/session/second', { ticket: first.ticket, code })).status,
    ).toBe(200);
    const { browser, ticket } = await ticketOf('anna');
    for (const replayed of [code, codeOf(secret, -1)])
      expect((await browser.ask('POST', '/api/session/second', { ticket, code: replayed })).status).toBe(422);
    const next = await browser.ask('POST', '/api/session/second', { ticket, code: codeOf(secret, 1) });
    expect(next.status).toBe(200);
  });

  it('RFC 6238 §5.2 a clock one step wrong is forgiven, two are not', async () => {
    const { secret } = await withSecondFactor('boris');
    for (const [shift, status] of [
      [2, 422],
      [-2, 422],
      [1, 200],
    ] as const) {
      await cabinet.clock.advance(10 * MINUTE);
      const { browser, ticket } = await ticketOf('boris');
      const code = codeOf(secret, shift);
      expect((await browser.ask('POST', '/api/session/second', { ticket, code })).status).toBe(status);
    }
  });

  it('each of the ten recovery codes works once, however it is typed', async () => {
    const { codes } = await withSecondFactor('vera');
    expect(new Set(codes).size).toBe(10);
    const [one = '', two = ''] = codes;
    const enter = async (code: string) => {
      const { browser, ticket } = await ticketOf('vera');
      return (await browser.ask('POST', '/api/session/second', { ticket, code })).status;
    };
    expect(await enter(one)).toBe(200);
    expect(await enter(one)).toBe(422);
    expect(await enter(` ${two.toUpperCase().replace('-', ' ')}`)).toBe(200);
    const rows = await cabinet.dump('recovery_code');
    for (const code of codes) expect(rows).not.toContain(code);
  });

  it('five wrong codes are a pause of 15 minutes, another ticket does not help', async () => {
    const { secret } = await withSecondFactor('gleb');
    await cabinet.clock.advance(MINUTE);
    const { browser, ticket } = await ticketOf('gleb');
    const enter = (code: string, of = ticket) =>
      browser.ask('POST', '/api/session/second', { ticket: of, code });
    for (let n = 0; n < 5; n++) expect((await enter('000000')).status).toBe(422);
    expect((await enter(codeOf(secret))).status).toBe(429);
    const other = await ticketOf('gleb');
    expect((await enter(codeOf(secret), other.ticket)).status).toBe(429);
    await cabinet.clock.advance(15 * MINUTE);
    const later = await ticketOf('gleb');
    expect((await enter(codeOf(secret), later.ticket)).status).toBe(200);
  });

  it('a ticket is good for five minutes', async () => {
    const { browser, ticket } = await ticketOf('gleb');
    await cabinet.clock.advance(5 * MINUTE);
    const late = await browser.ask('POST', '/api/session/second', { ticket, code: '000000' });
    expect([late.status, late.body.code]).toEqual([401, 'signIn.expired']);
  });

  it('nothing is asked for until the first code proves the application works', async () => {
    const browser = cabinet.browser();
    await browser.signIn('admin', 'filial.kommutator.test');
    await browser.ask('POST', '/api/me/totp');
    expect((await browser.ask('POST', '/api/me/totp/confirm', { code: '123456' })).status).toBe(422);
    const again = cabinet.browser();
    expect((await again.signIn('admin', 'filial.kommutator.test')).body.user.totp).toBe(false);
  });

  it('is switched off by password and code together, and no second one begins over it', async () => {
    const own = cabinet.browser();
    await own.signIn('ivan', 'filial.kommutator.test');
    const begun = await own.ask('POST', '/api/me/totp');
    await own.ask('POST', '/api/me/totp/confirm', { code: codeOf(begun.body.secret) });
    expect((await own.ask('POST', '/api/me/totp')).status).toBe(409);
    const off = (password: string, code: string) => own.ask('DELETE', '/api/me/totp', { password, code });
    expect((await off('wrong', codeOf(begun.body.secret, 1))).body.errors[0].field).toBe('password');
    expect((await off(PASSWORD, '000000')).body.errors[0].field).toBe('code');
    expect((await off(PASSWORD, codeOf(begun.body.secret, 1))).status).toBe(204);
    expect((await cabinet.browser().signIn('ivan', 'filial.kommutator.test')).body.user.totp).toBe(false);
  });

  it('a right password does not buy more guesses of the code that switches it off', async () => {
    const browser = await cabinet.as('ivan', FILIAL);
    const { secret } = (await browser.ask('POST', '/api/me/totp')).body;
    await browser.ask('POST', '/api/me/totp/confirm', { code: codeOf(secret) });
    const off = (code: string) => browser.ask('DELETE', '/api/me/totp', { password: PASSWORD, code });
    for (let n = 0; n < 5; n++) expect((await off('000000')).status).toBe(422);
    expect((await off(codeOf(secret, 1))).status).toBe(429);
    await cabinet.clock.advance(15 * MINUTE);
    expect((await off(codeOf(secret))).status).toBe(204);
  });

  it('of two confirmations at once one counts, and its recovery codes are those that work', async () => {
    const { browser, confirmed } = await bothCodesAtOnce();
    expect(confirmed.map(({ status }) => status).sort()).toEqual([200, 409]);
    const codes = confirmed.find(({ status }) => status === 200)?.body.recoveryCodes as string[];
    const off = await browser.ask('DELETE', '/api/me/totp', { password: PASSWORD, code: codes[0] });
    expect(off.status).toBe(204);
  });

  it('a secret begun meanwhile is not switched on by a code of the one before', async () => {
    const browser = await cabinet.as('admin', FILIAL);
    const { secret } = (await browser.ask('POST', '/api/me/totp')).body;
    const inDatabase = cabinet.store.access.takeTotpStep;
    const access = cabinet.store.access as { takeTotpStep: typeof inDatabase };
    access.takeTotpStep = async (...step) => {
      access.takeTotpStep = inDatabase;
      const taken = await inDatabase(...step);
      await browser.ask('POST', '/api/me/totp');
      return taken;
    };
    const confirmed = await browser.ask('POST', '/api/me/totp/confirm', { code: codeOf(secret) });
    expect([confirmed.status, confirmed.body.code]).toEqual([409, 'totp.notBegun']);
    expect((await cabinet.browser().signIn('admin', FILIAL)).body.user.totp).toBe(false);
  });

  it('the database holds no secret in the clear, the action history none at all', async () => {
    const secrets = await cabinet.dump('cabinet_account');
    expect(secrets).toContain('v1:');
    const rows = await cabinet.dump('action_history');
    expect(rows).toContain('second_factor');
    expect(rows).not.toContain('v1:');
  });
});
